//! Dispute: the customer says that something is not owed. Until that is decided it counts as not
//! due, and the ledger, which is told of it in the same record, pays it last.
//!
//! What must stay true: a dispute ends a ladder and no suspension. Whoever was cut off before is
//! reinstated when the debt is paid or taken back, or by a manager's arrangement (F86). So the
//! ledger is not told of such a dispute: what is paid pays first what has to be paid.

use super::{DunningEvent, DunningId, DunningRejection, advance::settled_after};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::{Account, AccountId},
    calendar::today,
    ledger::{LedgerEvent, LedgerId},
    site::SuspensionReason,
    text::Code,
};

/// Most disputes of one account at a time.
pub const DISPUTES_MAX: usize = 20;

/// Take note that a customer disputes a charge.
#[derive(Clone, Debug)]
pub struct DisputeCharge {
    /// Whose.
    pub account_id: AccountId,
    /// The invoice, charge or adjustment: as the balance names it.
    pub charge_id: Code,
    /// Why, in a word.
    pub reason: Code,
}

/// Say that a dispute is decided: what is still owed is due.
#[derive(Clone, Debug)]
pub struct CloseDispute {
    /// Whose.
    pub account_id: AccountId,
    /// The invoice, charge or adjustment.
    pub charge_id: Code,
}

impl Decide for DisputeCharge {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let dunning = desk.get(&DunningId::of(&self.account_id));
        if dunning.disputed.get(&self.charge_id) == Some(&self.reason) {
            return Ok(vec![]);
        }
        let standing = &desk.get(&LedgerId::of(&self.account_id)).standing;
        if !standing.open.iter().any(|charge| charge.charge_id == self.charge_id) {
            return Err(DunningRejection::NothingOpen.into());
        }
        if dunning.disputed.len() >= DISPUTES_MAX {
            return Err(DunningRejection::TooManyDisputes.into());
        }
        let was_disputed = dunning.disputed.contains_key(&self.charge_id);
        let while_suspended = match was_disputed {
            true => dunning.disputed_while_suspended.contains(&self.charge_id),
            // Nobody was suspended for what is due later.
            false => {
                let mut demanded = dunning.demanded(standing, today(desk)?);
                demanded.any(|charge| charge.charge_id == self.charge_id)
                    && is_suspended(desk, &self.account_id)
            }
        };
        let disputed = DunningEvent::ChargeDisputed {
            account_id: self.account_id.clone(),
            charge_id: self.charge_id.clone(),
            reason: self.reason.clone(),
            while_suspended,
        };
        let in_ledger = LedgerEvent::ChargeDisputed {
            account_id: self.account_id.clone(),
            charge_id: self.charge_id.clone(),
        };
        let is_news = !while_suspended && !standing.disputed.contains(&self.charge_id);
        let in_ledger = is_news.then_some(in_ledger);
        let settled = settled_after(desk, &self.account_id, disputed);
        Ok(in_ledger.map(|it| it.on(&self.account_id)).into_iter().chain(settled).collect())
    }
}

impl Decide for CloseDispute {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let dunning = desk.get(&DunningId::of(&self.account_id));
        if !dunning.disputed.contains_key(&self.charge_id) {
            return match dunning.decided.knows(&self.charge_id) {
                true => Ok(vec![]),
                false => Err(DunningRejection::NothingDisputed.into()),
            };
        }
        let closed = DunningEvent::DisputeClosed {
            account_id: self.account_id.clone(),
            charge_id: self.charge_id.clone(),
        };
        let in_ledger = LedgerEvent::DisputeClosed {
            account_id: self.account_id.clone(),
            charge_id: self.charge_id.clone(),
        };
        // What was disputed before the ledger was told of it is not known there.
        let standing = &desk.get(&LedgerId::of(&self.account_id)).standing;
        let in_ledger = standing.disputed.contains(&self.charge_id).then_some(in_ledger);
        let in_ledger = in_ledger.map(|it| it.on(&self.account_id));
        Ok(in_ledger.into_iter().chain([closed.on(&self.account_id)]).collect())
    }
}

/// Whether a site of the account is suspended for non-payment, or about to be.
fn is_suspended(desk: &Desk<'_>, account_id: &AccountId) -> bool {
    let Account::Open { portal_closed_by, .. } = desk.get(account_id) else { return false };
    portal_closed_by
        .iter()
        .any(|site_id| desk.get(site_id).is_suspended_for(SuspensionReason::NonPayment))
}

#[cfg(test)]
mod tests;
