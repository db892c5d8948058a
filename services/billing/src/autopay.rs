//! What is collected from where, and how did it go?

use contract::view::Amount;
use domain::{
    Aggregate,
    autopay::{Autopay, AutopayEvent, Draw, Source},
    biller::Biller,
    dunning::Dunning,
    ledger::{PaymentMethod, Standing},
    money::Money,
    run::RunKind,
    text::Code,
};
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::{
    agenda::{self, Planned},
    read::{code, parse},
};

/// By account id.
pub(crate) const TABLE: Table = Table::new(b'y');
/// Most draws that are shown; older ones are in the log.
const DRAWS_MAX: usize = 24;

/// What one account's autopay does.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AutopayRow {
    account_id: String,
    source: Option<SourceRow>,
    /// The source was refused for good: another one is needed.
    is_refused: bool,
    /// When something is collected next.
    next_on: Option<String>,
    /// The newest last.
    draws: Vec<DrawRow>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SourceRow {
    is_card: bool,
    token: String,
    label: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DrawRow {
    collection_id: String,
    on: String,
    amount: Amount,
    /// From what: the processor's token.
    token: String,
    /// Whether the payment of its id was recorded.
    paid: bool,
    /// The processor's code, if it failed.
    failed: Option<String>,
}

/// Takes an event in.
pub(crate) fn note(event: &AutopayEvent, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let account_id = event.account_id().as_str();
    let mut row: AutopayRow = rows.get(TABLE, account_id)?.unwrap_or_default();
    account_id.clone_into(&mut row.account_id);
    match event {
        AutopayEvent::Set { source, .. } => {
            row.is_refused = false;
            row.source = Some(SourceRow {
                is_card: source.method == PaymentMethod::Card,
                token: source.token.to_string(),
                label: source.label.to_string(),
            });
        }
        AutopayEvent::Removed { .. } => row.source = None,
        AutopayEvent::CollectionRequested { collection_id, amount, source, on, .. } => {
            row.draws.push(DrawRow {
                collection_id: collection_id.to_string(),
                on: on.to_string(),
                amount: Amount::from(*amount),
                token: source.token.to_string(),
                paid: false,
                failed: None,
            });
            let surplus = row.draws.len().saturating_sub(DRAWS_MAX);
            row.draws.drain(..surplus);
        }
        AutopayEvent::CollectionFailed { code, .. } => {
            row.is_refused = row.autopay()?.evolve(event).is_refused;
            if let Some(draw) = row.draws.last_mut() {
                draw.failed = Some(code.to_string());
            }
        }
    }
    rows.put(TABLE, account_id, &row)
}

/// Takes a payment in: it may be what the processor drew.
pub(crate) fn note_payment(
    account_id: &str,
    payment_id: &str,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let Some(mut row) = rows.get::<AutopayRow>(TABLE, account_id)? else { return Ok(()) };
    let mut draws = row.draws.iter_mut().rev();
    let Some(draw) = draws.find(|draw| draw.collection_id == payment_id) else { return Ok(()) };
    draw.paid = true;
    rows.put(TABLE, account_id, &row)
}

/// Whether there is something to collect from that was not asked last.
pub(crate) fn has_another_source(account_id: &str, rows: &Rows<'_>) -> Result<bool, Fault> {
    let Some(row) = rows.get::<AutopayRow>(TABLE, account_id)? else { return Ok(false) };
    let asked = row.draws.last().map(|draw| &draw.token);
    Ok(row.source.is_some_and(|source| asked.is_some_and(|asked| source.token != *asked)))
}

/// Plans the next day on which something is collected.
pub(crate) fn plan(
    biller: &Biller,
    account_id: &str,
    standing: &Standing,
    dunning: &Dunning,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let Some(mut row) = rows.get::<AutopayRow>(TABLE, account_id)? else { return Ok(()) };
    let is_paid = |_: &Code| row.draws.last().is_some_and(|draw| draw.paid);
    let next = row.autopay()?.next_try(biller, standing, dunning, is_paid);
    let next = next.map(|on| on.to_string());
    if row.next_on == next {
        return Ok(());
    }
    let before = std::mem::replace(&mut row.next_on, next).map(Planned::on);
    let after = row.next_on.as_ref().map(Planned::on);
    agenda::plan(rows, RunKind::Payment, account_id, (before.as_ref(), after.as_ref()))?;
    rows.put(TABLE, account_id, &row)
}

impl AutopayRow {
    fn autopay(&self) -> Result<Autopay, Fault> {
        let source = |row: &SourceRow| {
            let method = match row.is_card {
                true => PaymentMethod::Card,
                false => PaymentMethod::BankTransfer,
            };
            Ok::<_, Fault>(Source { method, token: code(&row.token)?, label: code(&row.label)? })
        };
        let draw = |row: &DrawRow| {
            let (collection_id, on) = (code(&row.collection_id)?, parse(&row.on)?);
            let token = code(&row.token)?;
            let (amount, failed) =
                (Money::new(row.amount.currency, row.amount.minor), row.failed.is_some());
            Ok::<_, Fault>(Draw { collection_id, on, amount, token, failed })
        };
        Ok(Autopay {
            source: self.source.as_ref().map(source).transpose()?,
            last: self.draws.last().map(draw).transpose()?,
            is_refused: self.is_refused,
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        autopay::{AutopayEvent, Source},
        ledger::PaymentMethod,
        run::RunKind,
        testing::fixtures::{account, account_id, code, debt, paid, usd},
    };
    use jiff::civil::date;
    use read_side::testing::Story;
    use serde_json::Value;

    use super::TABLE;
    use crate::{agenda, testing::story};

    fn source(token: &str) -> Source {
        Source { method: PaymentMethod::Card, token: code(token), label: code("visa 4242") }
    }

    fn set(token: &str) -> Fact {
        let (account_id, source) = (account_id(), source(token));
        AutopayEvent::Set { account_id: account_id.clone(), source }.on(&account_id)
    }

    /// 49.99 is drawn on the 5th, and 7.00 is due on the 6th.
    fn drawn() -> Story {
        let requested = AutopayEvent::CollectionRequested {
            account_id: account_id(),
            collection_id: code("autopay-7-2026-03-05"),
            amount: usd(4_999),
            source: source("tok_old"),
            on: date(2026, 3, 5),
        };
        let owed = [debt(4_999, date(2026, 3, 5)), debt(700, date(2026, 3, 6)), set("tok_old")];
        story().and(account()).and(owed).then(requested.on(&account_id()))
    }

    fn planned(story: &Story) -> u64 {
        agenda::count(story.rows(), RunKind::Payment, date(2026, 12, 31)).unwrap()
    }

    #[test]
    fn f48_no_draw_is_planned_while_another_one_is_unanswered() {
        assert_eq!(planned(&drawn()), 0);
        assert_eq!(planned(&drawn().then(paid("autopay-7-2026-03-05", 4_999))), 1);
        assert_eq!(planned(&drawn().then(paid("p-1", 4_999))), 0, "that is another payment");
    }

    #[test]
    fn f48_a_late_refusal_leaves_the_new_source_as_it_is() {
        let refused = AutopayEvent::CollectionFailed {
            account_id: account_id(),
            collection_id: code("autopay-7-2026-03-05"),
            code: code("expired_card"),
            may_retry: false,
        };
        let refused = || refused.clone().on(&account_id());
        let row = |story: &Story| story.row::<Value>(TABLE, "account_7");
        let late = drawn().then(set("tok_new")).then(refused());
        assert_eq!((&row(&late)["isRefused"], planned(&late)), (&Value::Bool(false), 1));
        let same = drawn().then(refused());
        assert_eq!((&row(&same)["isRefused"], planned(&same)), (&Value::Bool(true), 0));
    }
}
