//! Adjust: a credit or a charge outside the normal billing (F55). What is above the limit of
//! whoever asks waits for somebody else.

use super::{Ledger, LedgerEvent, LedgerRejection, REQUESTS_MAX, posted, state::is_invoices};
use crate::{
    Decide, Desk, Fact, Id, Rejection,
    account::AccountId,
    calendar::today,
    money::{MINOR_MAX, Money},
    remembered::{Fingerprint, Recall},
    sealed::Sealed,
    text::Code,
};

/// Credit or charge an account outside the normal billing (F55).
#[derive(Clone, Debug)]
pub struct AdjustAccount {
    /// Whose.
    pub account_id: AccountId,
    /// Chosen by the sender; the same again changes nothing.
    pub adjustment_id: Code,
    /// Negative is a credit.
    pub amount: Money,
    /// One of the biller's.
    pub reason: Code,
    /// What it is about (F59). Personal data.
    pub note: Sealed,
}

impl Decide for AdjustAccount {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_opened_once()?;
        let ledger = desk.get(&Id::<Ledger>::of(&self.account_id));
        let what = Fingerprint::of(&(self.amount, &self.reason, &self.note));
        match ledger.adjusted.recall(&self.adjustment_id, what) {
            Recall::Same => return Ok(vec![]),
            Recall::Otherwise => return Err(LedgerRejection::AdjustmentIdUsed.into()),
            Recall::New => {}
        }
        match ledger.requested.get(&self.adjustment_id) {
            Some(waiting) if Fingerprint::of(&waiting.content()) == what => return Ok(vec![]),
            Some(_) => return Err(LedgerRejection::AdjustmentIdUsed.into()),
            None if ledger.charges.contains_key(&self.adjustment_id)
                || is_invoices(&self.adjustment_id) =>
            {
                return Err(LedgerRejection::IdOfAnother.into());
            }
            None => self.check(desk)?,
        }
        let fact = if limit(desk) >= self.amount.minor.saturating_abs() {
            adjusted(desk, &self.account_id, &self.adjustment_id, self.content(), None)?
        } else if ledger.requested.len() >= REQUESTS_MAX {
            return Err(LedgerRejection::TooManyRequests.into());
        } else {
            self.requested(desk)
        };
        Ok(posted(desk, fact))
    }
}

impl AdjustAccount {
    fn check(&self, desk: &Desk<'_>) -> Result<(), LedgerRejection> {
        let currency = desk.biller.currency;
        if self.amount.currency != currency {
            return Err(LedgerRejection::OtherCurrency { currency });
        }
        if self.amount.minor == 0 {
            return Err(LedgerRejection::AmountZero);
        }
        if self.amount.minor.saturating_abs() > MINOR_MAX {
            return Err(LedgerRejection::AmountTooLarge);
        }
        if !desk.biller.billing.adjustment_reasons.contains(&self.reason) {
            return Err(LedgerRejection::ReasonNotKnown);
        }
        Ok(())
    }

    fn content(&self) -> Content<'_> {
        (self.amount, &self.reason, &self.note)
    }

    fn requested(&self, desk: &Desk<'_>) -> LedgerEvent {
        LedgerEvent::AdjustmentRequested {
            account_id: self.account_id.clone(),
            adjustment_id: self.adjustment_id.clone(),
            amount: self.amount,
            reason: self.reason.clone(),
            note: self.note.clone(),
            requested_by: desk.actor.name.clone(),
        }
    }
}

/// What an adjustment is: amount, reason and note.
pub(super) type Content<'a> = (Money, &'a Code, &'a Sealed);

/// Up to what amount the actor adjusts without anybody's approval, in minor units (F55).
pub(super) fn limit(desk: &Desk<'_>) -> i64 {
    let limits = &desk.biller.billing.adjustment_limits;
    desk.actor.roles.iter().filter_map(|role| limits.get(role)).copied().max().unwrap_or(0)
}

/// The fact that makes an adjustment.
pub(super) fn adjusted(
    desk: &Desk<'_>,
    account_id: &AccountId,
    adjustment_id: &Code,
    (amount, reason, note): Content<'_>,
    approved_by: Option<Code>,
) -> Result<LedgerEvent, Rejection> {
    let today = today(desk)?;
    Ok(LedgerEvent::Adjusted {
        account_id: account_id.clone(),
        adjustment_id: adjustment_id.clone(),
        amount,
        reason: reason.clone(),
        note: note.clone(),
        due_on: desk.biller.billing.due_on(today, today),
        approved_by,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::AdjustAccount;
    use crate::{
        ledger::{ApproveAdjustment, DeclineAdjustment, LedgerEvent, LedgerRejection},
        testing::{
            Given,
            fixtures::{TODAY, account, account_id, code, day, sealed, usd},
            given,
        },
    };

    fn adjust(minor: i64) -> AdjustAccount {
        AdjustAccount {
            account_id: account_id(),
            adjustment_id: code("a-1"),
            amount: usd(minor),
            reason: code("OUTAGE"),
            note: sealed("Two days without service"),
        }
    }

    fn adjusted(minor: i64, approved_by: Option<&str>) -> LedgerEvent {
        LedgerEvent::Adjusted {
            account_id: account_id(),
            adjustment_id: code("a-1"),
            amount: usd(minor),
            reason: code("OUTAGE"),
            note: sealed("Two days without service"),
            due_on: date(2026, 3, 20),
            approved_by: approved_by.map(code),
        }
    }

    fn requested(minor: i64) -> LedgerEvent {
        LedgerEvent::AdjustmentRequested {
            account_id: account_id(),
            adjustment_id: code("a-1"),
            amount: usd(minor),
            reason: code("OUTAGE"),
            note: sealed("Two days without service"),
            requested_by: code("jane"),
        }
    }

    fn opened() -> Given {
        given(account()).and([day(TODAY)])
    }

    #[test]
    fn f55_a_credit_or_a_charge_is_applied_within_the_limit_of_the_role() {
        for minor in [-5_000, 5_000] {
            opened().when(adjust(minor)).then([adjusted(minor, None).on(&account_id())]);
        }
        for minor in [-5_001, 5_001] {
            opened().when(adjust(minor)).then([requested(minor).on(&account_id())]);
        }
        opened()
            .by("sam; roles=manager")
            .when(adjust(-5_001))
            .then([adjusted(-5_001, None).on(&account_id())]);
    }

    #[test]
    fn f55_what_is_above_the_limit_is_approved_by_somebody_else() {
        let approve = || ApproveAdjustment { account_id: account_id(), adjustment_id: code("a-1") };
        let waiting = || opened().after(adjust(-6_000));
        waiting()
            .by("sam; roles=manager")
            .when(approve())
            .then([adjusted(-6_000, Some("sam")).on(&account_id())]);
        waiting()
            .by("jane; roles=manager")
            .when(approve())
            .then_rejected(LedgerRejection::OwnRequest);
        waiting().by("bob; roles=agent").when(approve()).then_rejected(LedgerRejection::AboveLimit);
        opened().when(approve()).then_rejected(LedgerRejection::NoSuchRequest);
    }

    #[test]
    fn f55_what_is_declined_is_not_made() {
        let decline = DeclineAdjustment { account_id: account_id(), adjustment_id: code("a-1") };
        let declined = LedgerEvent::AdjustmentDeclined {
            account_id: account_id(),
            adjustment_id: code("a-1"),
        };
        let waiting = || opened().after(adjust(-6_000));
        waiting().when(decline.clone()).then([declined.on(&account_id())]);
        waiting().after(decline).when(adjust(-6_000)).then([]);
    }

    #[test]
    fn an_adjustment_changes_something_for_a_reason_of_the_billers() {
        opened().when(adjust(0)).then_rejected(LedgerRejection::AmountZero);
        opened()
            .when(AdjustAccount { reason: code("SYMPATHY"), ..adjust(-1) })
            .then_rejected(LedgerRejection::ReasonNotKnown);
        opened()
            .after(adjust(-1))
            .when(adjust(-2))
            .then_rejected(LedgerRejection::AdjustmentIdUsed);
    }
}
