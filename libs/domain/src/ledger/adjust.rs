//! Adjust: a credit or a charge outside the normal billing (F55). What is above the limit of
//! whoever asks waits for somebody else.
//!
//! What must stay true: the limit is for all that is credited to an account on a day without
//! anybody's approval, or charged to it, so it cannot be gone beyond in parts.

use super::{Ledger, LedgerEvent, LedgerRejection, REQUESTS_MAX, posted};
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
            Recall::Same if ledger.has_declined(&self.adjustment_id) => {
                return Err(LedgerRejection::AdjustmentDeclined.into());
            }
            Recall::Same => return Ok(vec![]),
            Recall::Otherwise => return Err(LedgerRejection::AdjustmentIdUsed.into()),
            Recall::New => {}
        }
        match ledger.requested.get(&self.adjustment_id) {
            Some(waiting) if Fingerprint::of(&waiting.content()) == what => return Ok(vec![]),
            Some(_) => return Err(LedgerRejection::AdjustmentIdUsed.into()),
            None if ledger.is_taken(&self.adjustment_id) => {
                return Err(LedgerRejection::IdOfAnother.into());
            }
            None => self.check(desk)?,
        }
        let today = today(desk)?;
        let due_on = desk.biller.billing.due_on(today, today);
        let fact = if limit(desk) >= ledger.unapproved.with(due_on, self.amount.minor) {
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

/// Up to what amount the actor adjusts without anybody's approval, in minor units: all that an
/// account is credited on a day, or charged (F55).
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
mod tests;
