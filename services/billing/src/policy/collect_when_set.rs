//! What is due already is collected as soon as there is something to collect it from (F48): whoever
//! gives a card on the eve of his suspension has paid before it. Where a draw from the card before
//! is still under way, that waits for its answer.

use contract::pb::autopay::v1::CollectPayment;
use domain::{Event, autopay::AutopayEvent, biller::Biller};
use projection::{Fault, Intents, Rows};
use read_side::command;

use crate::{autopay, balance, dunning, today};

const POLICY: &str = "collect_when_set";

/// Asks for what is due, if anything is.
pub(crate) fn react(
    biller: &Biller,
    event: &Event,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let Event::Autopay(event) = event else { return Ok(()) };
    let is_set = match event {
        AutopayEvent::Set { .. } => true,
        AutopayEvent::CollectionFailed { account_id, .. } => {
            autopay::has_another_source(account_id.as_str(), rows)?
        }
        AutopayEvent::Removed { .. } | AutopayEvent::CollectionRequested { .. } => false,
    };
    let account_id = event.account_id().as_str();
    if is_set && is_due(biller, account_id, rows)? {
        let collect = CollectPayment { account_id: account_id.to_owned() };
        intents.command(POLICY, "collect", command(&collect));
    }
    Ok(())
}

fn is_due(biller: &Biller, account_id: &str, rows: &Rows<'_>) -> Result<bool, Fault> {
    let standing = balance::find(rows, account_id)?.standing()?;
    let dunning = dunning::state(rows, account_id)?;
    let minimum = biller.billing.autopay_minimum.max(1);
    Ok(dunning.collectable(&standing, today::of(rows)?) >= minimum)
}

#[cfg(test)]
mod tests {
    use contract::pb::autopay::v1::CollectPayment;
    use domain::{
        Fact,
        autopay::{AutopayEvent, Source},
        ledger::PaymentMethod,
        testing::fixtures::{TODAY, account, account_id, code, day, debt, usd},
    };

    use crate::testing::{sent, wanted};

    fn source(token: &str) -> Source {
        Source { method: PaymentMethod::Card, token: code(token), label: code("visa 4242") }
    }

    fn set(token: &str) -> Fact {
        AutopayEvent::Set { account_id: account_id(), source: source(token) }.on(&account_id())
    }

    /// How often what is due today is asked for.
    fn asked(facts: impl IntoIterator<Item = Fact>) -> usize {
        asked_of(9_999, facts)
    }

    fn asked_of(minor: i64, facts: impl IntoIterator<Item = Fact>) -> usize {
        let owing = [day(TODAY), debt(minor, TODAY)];
        let collect = CollectPayment { account_id: "account_7".to_owned() };
        let collect = sent("collect_when_set", "collect", &collect);
        let wants = wanted(account().into_iter().chain(owing).chain(facts));
        wants.iter().filter(|want| **want == collect).count()
    }

    #[test]
    fn f48_what_is_due_is_collected_when_autopay_is_set() {
        assert_eq!(asked([]), 0);
        assert_eq!(asked([set("tok_ok")]), 1);
        assert_eq!(asked_of(99, [set("tok_ok")]), 0, "next to nothing");
    }

    #[test]
    fn f48_another_card_is_asked_when_it_is_known_that_the_one_before_was_refused() {
        let collection_id = code("autopay-7-2026-03-16");
        let requested = AutopayEvent::CollectionRequested {
            account_id: account_id(),
            collection_id: collection_id.clone(),
            amount: usd(4_999),
            source: source("tok_1"),
            on: TODAY,
        };
        let failed = AutopayEvent::CollectionFailed {
            account_id: account_id(),
            collection_id,
            code: code("declined"),
            may_retry: true,
        };
        let [requested, failed] = [requested, failed].map(|event| event.on(&account_id()));
        let same = [set("tok_1"), requested.clone(), failed.clone()];
        assert_eq!(asked(same), 1, "when it was set");
        assert_eq!(asked([set("tok_1"), requested, set("tok_2"), failed]), 3);
    }
}
