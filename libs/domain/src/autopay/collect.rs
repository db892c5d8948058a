//! Collect: what is due today or was before, and is not disputed, is drawn from the account's
//! source (F48); of what is arranged only what is promised by today (F79).
//!
//! What must stay true: what is under way is waited for, because whoever draws the same debt under
//! another id draws it twice. A source is asked once a day; another one is asked on the day on
//! which the one before failed, because the next step of dunning may be tomorrow's.

use super::{AutopayEvent, AutopayId, AutopayRejection, collection_id};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    calendar::today,
    dunning::DunningId,
    ledger::LedgerId,
    money::{MINOR_MAX, Money},
};

/// Collect what is due, if anything is.
#[derive(Clone, Debug)]
pub struct CollectPayment {
    /// From whom.
    pub account_id: AccountId,
}

impl Decide for CollectPayment {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let today = today(desk)?;
        let autopay = desk.get(&AutopayId::of(&self.account_id));
        let Some(source) = autopay.source.clone() else {
            return Err(AutopayRejection::NotSet.into());
        };
        let ledger = desk.get(&LedgerId::of(&self.account_id));
        if autopay.is_refused || autopay.is_under_way(|id| ledger.payment(id).is_some()) {
            return Ok(vec![]);
        }
        let is_reversed = |id: &_| ledger.payment(id).is_some_and(|paid| paid.is_reversed);
        let Some(others) = autopay.others_on(today, is_reversed) else { return Ok(vec![]) };
        let dunning = desk.get(&DunningId::of(&self.account_id));
        // More at once nobody draws or records: the rest is drawn on the next day.
        let minor = dunning.collectable(&ledger.standing, today).min(MINOR_MAX);
        if minor < desk.biller.billing.autopay_minimum.max(1) {
            return Ok(vec![]);
        }
        let collection_id = collection_id(&self.account_id, today, others);
        let requested = AutopayEvent::CollectionRequested {
            account_id: self.account_id.clone(),
            collection_id,
            amount: Money::new(desk.biller.currency, minor),
            source,
            on: today,
        };
        Ok(vec![requested.on(&self.account_id)])
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::CollectPayment;
    use crate::{
        autopay::{
            AutopayEvent, AutopayRejection, FailCollection, RemoveAutopay, SetAutopay, Source,
        },
        ledger::PaymentMethod,
        testing::{
            Given,
            fixtures::{TODAY, account, account_id, code, day, debt, usd},
            given,
        },
    };

    const COLLECT: fn() -> CollectPayment = || CollectPayment { account_id: account_id() };

    fn source() -> Source {
        Source { method: PaymentMethod::Card, token: code("tok_ok"), label: code("visa 4242") }
    }

    fn set() -> SetAutopay {
        SetAutopay { account_id: account_id(), source: source() }
    }

    fn owing(minor: i64) -> Given {
        let facts = [day(TODAY), debt(minor, TODAY), debt(700, date(2026, 3, 17))];
        given(account()).and(facts).after(set())
    }

    fn requested(minor: i64) -> AutopayEvent {
        AutopayEvent::CollectionRequested {
            account_id: account_id(),
            collection_id: code("autopay-7-2026-03-16"),
            amount: usd(minor),
            source: source(),
            on: TODAY,
        }
    }

    #[test]
    fn f48_what_is_due_is_collected_on_its_due_date() {
        owing(4_999).when(COLLECT()).then([requested(4_999).on(&account_id())]);
    }

    #[test]
    fn f48_nothing_is_collected_below_the_minimum_nor_without_autopay() {
        owing(99).when(COLLECT()).then([]);
        given(account()).and([day(TODAY)]).when(COLLECT()).then_rejected(AutopayRejection::NotSet);
        owing(4_999)
            .after(RemoveAutopay { account_id: account_id() })
            .when(COLLECT())
            .then_rejected(AutopayRejection::NotSet);
    }

    #[test]
    fn f48_a_source_that_is_refused_for_good_is_not_tried_again() {
        let fail = |may_retry| FailCollection {
            account_id: account_id(),
            collection_id: code("autopay-7-2026-03-16"),
            code: code("expired_card"),
            may_retry,
        };
        let tried = || owing(4_999).after(COLLECT());
        let tomorrow = || [day(date(2026, 3, 17))];
        tried().after(fail(false)).and(tomorrow()).when(COLLECT()).then([]);
        let again = AutopayEvent::CollectionRequested {
            account_id: account_id(),
            collection_id: code("autopay-7-2026-03-17"),
            amount: usd(5_699),
            source: source(),
            on: date(2026, 3, 17),
        };
        tried().after(fail(true)).and(tomorrow()).when(COLLECT()).then([again.on(&account_id())]);
        owing(4_999).when(fail(true)).then_rejected(AutopayRejection::NoSuchCollection);
    }

    #[test]
    fn f48_cash_is_not_collected() {
        let cash = Source { method: PaymentMethod::Cash, ..source() };
        given(account())
            .when(SetAutopay { source: cash, ..set() })
            .then_rejected(AutopayRejection::MethodNotCollected);
    }
}
