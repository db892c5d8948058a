//! Change the bill day: the exceptions to the biller's (F73). The period before the first one of
//! the new day is cut short and costs its days.

use super::{SubscriptionEvent, SubscriptionId, SubscriptionRejection};
use crate::{
    Decide, Desk, Fact, Rejection, account::AccountId, biller::BILL_DAY_MAX, calendar::today,
    proration::Period,
};

/// Bill an account on another day of the month (F73).
#[derive(Clone, Debug)]
pub struct ChangeBillDay {
    /// Whose.
    pub account_id: AccountId,
    /// From 1 to 28.
    pub bill_day: i8,
}

impl Decide for ChangeBillDay {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        if !(1..=BILL_DAY_MAX).contains(&self.bill_day) {
            return Err(SubscriptionRejection::BillDayOutOfRange.into());
        }
        desk.get(&self.account_id).demand_open()?;
        let subscription = desk.get(&SubscriptionId::of(&self.account_id));
        if subscription.bill_days.last().is_some_and(|(_, day)| *day == self.bill_day) {
            return Ok(vec![]);
        }
        // What is billed already is billed by the old day.
        let after = match subscription.through {
            Some(through) => through,
            None => today(desk)?,
        };
        let period = Period::around(after, self.bill_day);
        let from = if period.start == after { after } else { period.end };
        let changed = SubscriptionEvent::BillDayChanged { bill_day: self.bill_day, from };
        let opening = subscription.opening(desk, &self.account_id);
        Ok(opening.into_iter().chain([changed]).map(|fact| fact.on(&self.account_id)).collect())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::ChangeBillDay;
    use crate::{
        account::{AccountEvent, AccountRejection},
        subscription::{SubscriptionEvent, SubscriptionRejection},
        testing::{
            fixtures::{TODAY, account_id, billed, day, subscribed},
            given,
        },
    };

    fn change(bill_day: i8) -> ChangeBillDay {
        ChangeBillDay { account_id: account_id(), bill_day }
    }

    #[test]
    fn f73_an_account_has_a_bill_day_of_its_own_after_what_is_billed() {
        let changed = |from| SubscriptionEvent::BillDayChanged { bill_day: 15, from };
        given(subscribed())
            .and([day(TODAY)])
            .when(change(15))
            .then([changed(date(2026, 4, 15)).on(&account_id())]);
        given(subscribed())
            .and([day(TODAY), billed(date(2026, 4, 1))])
            .when(change(15))
            .then([changed(date(2026, 5, 15)).on(&account_id())]);
    }

    #[test]
    fn f73_only_an_open_account_has_a_bill_day() {
        given([day(TODAY)]).when(change(15)).then_rejected(AccountRejection::NotOpen);
        given(subscribed())
            .and([day(TODAY), AccountEvent::HolderErased.on(&account_id())])
            .when(change(15))
            .then_rejected(AccountRejection::HolderErased);
    }

    #[test]
    fn f73_every_month_has_the_bill_day() {
        for bill_day in [0, 29, -1] {
            given(subscribed())
                .when(change(bill_day))
                .then_rejected(SubscriptionRejection::BillDayOutOfRange);
        }
    }
}
