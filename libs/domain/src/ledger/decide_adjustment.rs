//! Approve or decline an adjustment that waits (F55): somebody else than who asked decides.

use super::{
    Ledger, LedgerEvent, LedgerRejection, RequestedAdjustment,
    adjust::{Content, adjusted, limit},
    posted,
};
use crate::{Decide, Desk, Fact, Id, Rejection, account::AccountId, text::Code};

/// Make an adjustment that somebody asked for.
#[derive(Clone, Debug)]
pub struct ApproveAdjustment {
    /// Whose.
    pub account_id: AccountId,
    /// Which.
    pub adjustment_id: Code,
}

/// Do not make an adjustment that somebody asked for.
#[derive(Clone, Debug)]
pub struct DeclineAdjustment {
    /// Whose.
    pub account_id: AccountId,
    /// Which.
    pub adjustment_id: Code,
}

impl Decide for ApproveAdjustment {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let ledger = desk.get(&Id::<Ledger>::of(&self.account_id));
        let Some(waiting) = ledger.requested.get(&self.adjustment_id) else {
            return ledger.demand_decided(&self.adjustment_id);
        };
        if waiting.requested_by == desk.actor.name {
            return Err(LedgerRejection::OwnRequest.into());
        }
        if limit(desk) < waiting.amount.minor.saturating_abs() {
            return Err(LedgerRejection::AboveLimit.into());
        }
        let by = Some(desk.actor.name.clone());
        let made = adjusted(desk, &self.account_id, &self.adjustment_id, waiting.content(), by)?;
        Ok(posted(desk, made))
    }
}

impl Decide for DeclineAdjustment {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let ledger = desk.get(&Id::<Ledger>::of(&self.account_id));
        if !ledger.requested.contains_key(&self.adjustment_id) {
            return ledger.demand_decided(&self.adjustment_id);
        }
        let declined = LedgerEvent::AdjustmentDeclined {
            account_id: self.account_id.clone(),
            adjustment_id: self.adjustment_id.clone(),
        };
        Ok(vec![declined.on(&self.account_id)])
    }
}

impl Ledger {
    /// Whoever decides what is decided already changes nothing.
    fn demand_decided(&self, adjustment_id: &Code) -> Result<Vec<Fact>, Rejection> {
        if self.adjusted.knows(adjustment_id) {
            Ok(vec![])
        } else {
            Err(LedgerRejection::NoSuchRequest.into())
        }
    }
}

impl RequestedAdjustment {
    pub(super) fn content(&self) -> Content<'_> {
        (self.amount, &self.reason, &self.note)
    }
}
