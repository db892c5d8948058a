//! Dispute: the customer says that something is not owed. Until that is decided it counts as not
//! due, and the ledger, which is told of it in the same record, pays it last.

use super::{DunningEvent, DunningId, DunningRejection, advance::settled_after};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    ledger::{LedgerEvent, LedgerId},
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
        let disputed = DunningEvent::ChargeDisputed {
            account_id: self.account_id.clone(),
            charge_id: self.charge_id.clone(),
            reason: self.reason.clone(),
        };
        let in_ledger = LedgerEvent::ChargeDisputed {
            account_id: self.account_id.clone(),
            charge_id: self.charge_id.clone(),
        };
        let in_ledger = (!standing.disputed.contains(&self.charge_id)).then_some(in_ledger);
        let settled = settled_after(desk, &self.account_id, disputed);
        Ok(in_ledger.map(|it| it.on(&self.account_id)).into_iter().chain(settled).collect())
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{CloseDispute, DisputeCharge};
    use crate::{
        dunning::{DunningEvent, DunningRejection},
        ledger::{Ledger, LedgerEvent, LedgerId},
        testing::{
            fixtures::{TODAY, account, account_id, code, day, debt, paid},
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
        let (account, charge) = (account_id, || code("bill-2026-03-05"));
        let aside = LedgerEvent::ChargeDisputed { account_id: account(), charge_id: charge() };
        owing()
            .when(dispute("bill-2026-03-05"))
            .then([aside.on(&account_id()), disputed.clone().on(&account_id())]);
        let close = CloseDispute { account_id: account_id(), charge_id: code("bill-2026-03-05") };
        let closed = DunningEvent::DisputeClosed {
            account_id: account_id(),
            charge_id: code("bill-2026-03-05"),
        };
        let back = LedgerEvent::DisputeClosed { account_id: account(), charge_id: charge() };
        owing()
            .after(dispute("bill-2026-03-05"))
            .when(close.clone())
            .then([back.on(&account_id()), closed.clone().on(&account_id())]);
        // Of a dispute in an older log the ledger knows nothing.
        owing()
            .and([disputed.on(&account_id())])
            .when(close.clone())
            .then([closed.on(&account_id())]);
        owing().when(close).then([]);
        owing().when(dispute("bill")).then_rejected(DunningRejection::NothingOpen);
    }

    #[test]
    fn f48_f79_a_payment_pays_what_is_disputed_last() {
        // 50.00 of March is disputed, 70.00 of April is not.
        let owing = given(account()).and([debt(5_000, date(2026, 3, 5))]);
        let owing = owing.after(dispute("bill-2026-03-05")).and([debt(7_000, date(2026, 4, 5))]);
        let open = |payments: &[i64]| {
            let paid = payments
                .iter()
                .enumerate()
                .map(|(index, minor)| paid(&format!("p-{index}"), *minor));
            let after = owing.clone().and(paid);
            let ledger: &Ledger = after.state(&LedgerId::of(&account_id()));
            let open = ledger.open_charges().iter();
            open.map(|charge| (charge.due_on.month(), charge.remaining)).collect::<Vec<_>>()
        };
        assert_eq!(open(&[7_000]), [(3, 5_000)]);
        assert_eq!(open(&[6_000, 1_500]), [(3, 4_500)]);
        let closed = CloseDispute { account_id: account_id(), charge_id: code("bill-2026-03-05") };
        let after = owing.after(closed).and([paid("p-1", 7_000)]);
        let ledger: &Ledger = after.state(&LedgerId::of(&account_id()));
        assert_eq!(ledger.open_charges()[0].remaining, 5_000);
        assert_eq!(ledger.open_charges()[0].due_on, date(2026, 4, 5));
    }
}
