//! Approve or decline an adjustment that waits (F55): somebody else than who asked decides.

use super::{
    Ledger, LedgerEvent, LedgerRejection, RequestedAdjustment,
    adjust::{Content, adjusted, limit},
    posted,
    state::Decision,
};
use crate::{
    Decide, Desk, Fact, Id, Rejection,
    account::AccountId,
    remembered::{Fingerprint, Recall},
    text::Code,
};

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
            return ledger.demand_decided(&self.adjustment_id, Decision::Approved);
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
            return ledger.demand_decided(&self.adjustment_id, Decision::Declined);
        }
        let declined = LedgerEvent::AdjustmentDeclined {
            account_id: self.account_id.clone(),
            adjustment_id: self.adjustment_id.clone(),
        };
        Ok(vec![declined.on(&self.account_id)])
    }
}

impl Ledger {
    /// Whoever decides what is decided so already changes nothing.
    fn demand_decided(
        &self,
        adjustment_id: &Code,
        decision: Decision,
    ) -> Result<Vec<Fact>, Rejection> {
        let recalled = self.decided.recall(adjustment_id, Fingerprint::of(&decision));
        let is_made = || self.adjusted.knows(adjustment_id);
        Err(match (recalled, decision) {
            (Recall::Same, _) => return Ok(vec![]),
            (Recall::Otherwise, Decision::Approved) => LedgerRejection::AdjustmentDeclined,
            (Recall::Otherwise, Decision::Declined) => LedgerRejection::AdjustmentMade,
            (Recall::New, Decision::Declined) if is_made() => LedgerRejection::AdjustmentMade,
            (Recall::New, Decision::Approved) if is_made() => LedgerRejection::ApprovalNotAsked,
            (Recall::New, _) => LedgerRejection::NoSuchRequest,
        }
        .into())
    }

    /// Whether nobody makes an adjustment that somebody asked for.
    pub(super) fn has_declined(&self, adjustment_id: &Code) -> bool {
        let declined = Fingerprint::of(&Decision::Declined);
        self.decided.recall(adjustment_id, declined) == Recall::Same
    }
}

impl RequestedAdjustment {
    pub(super) fn content(&self) -> Content<'_> {
        (self.amount, &self.reason, &self.note)
    }
}
