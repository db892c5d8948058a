//! Dispute: the customer says that something is not owed. Until that is decided it counts as not
//! due.

use super::{DunningEvent, DunningId, DunningRejection, advance::settled_after};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId, ledger::LedgerId, text::Code};

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
        let disputed = DunningEvent::ChargeDisputed {
            account_id: self.account_id.clone(),
            charge_id: self.charge_id.clone(),
            reason: self.reason.clone(),
        };
        Ok(settled_after(desk, &self.account_id, disputed))
    }
}

impl Decide for CloseDispute {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let dunning = desk.get(&DunningId::of(&self.account_id));
        if !dunning.disputed.contains_key(&self.charge_id) {
            return Ok(vec![]);
        }
        let closed = DunningEvent::DisputeClosed {
            account_id: self.account_id.clone(),
            charge_id: self.charge_id.clone(),
        };
        Ok(vec![closed.on(&self.account_id)])
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{CloseDispute, DisputeCharge};
    use crate::{
        dunning::{DunningEvent, DunningRejection},
        testing::{
            fixtures::{TODAY, account, account_id, code, day, debt},
            given,
        },
    };

    fn dispute(charge_id: &str) -> DisputeCharge {
        DisputeCharge {
            account_id: account_id(),
            charge_id: code(charge_id),
            reason: code("NOT-ORDERED"),
        }
    }

    #[test]
    fn what_is_disputed_counts_as_not_due_until_it_is_decided() {
        let owing = || given(account()).and([day(TODAY), debt(4_999, date(2026, 3, 5))]);
        let disputed = DunningEvent::ChargeDisputed {
            account_id: account_id(),
            charge_id: code("bill-2026-03-05"),
            reason: code("NOT-ORDERED"),
        };
        owing().when(dispute("bill-2026-03-05")).then([disputed.on(&account_id())]);
        let close = CloseDispute { account_id: account_id(), charge_id: code("bill-2026-03-05") };
        let closed = DunningEvent::DisputeClosed {
            account_id: account_id(),
            charge_id: code("bill-2026-03-05"),
        };
        owing()
            .after(dispute("bill-2026-03-05"))
            .when(close.clone())
            .then([closed.on(&account_id())]);
        owing().when(close).then([]);
        owing().when(dispute("bill")).then_rejected(DunningRejection::NothingOpen);
    }
}
