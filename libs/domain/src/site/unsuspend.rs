//! Unsuspend: ask the NOC to let traffic flow again, on good grounds (F86, F87).

use super::{
    ReinstatementGrounds, Site, SiteEvent, SiteId, SiteRejection, SuspensionReason, Traffic,
    follow_up::{Step, comment},
};
use crate::{
    Decide, Desk, Fact, Id, Rejection, account::AccountId, actor::Role, calendar::today,
    ledger::Ledger, text::Code,
};

/// Ask the NOC to let traffic flow again (F87).
#[derive(Clone, Debug)]
pub struct UnsuspendSite {
    /// Where.
    pub site_id: SiteId,
    /// The address id that the sender looked at (F82).
    pub verified_address_id: Code,
    /// Why the suspension may end.
    pub grounds: ReinstatementGrounds,
}

impl Decide for UnsuspendSite {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let Site::Registered { account_id, address_id, traffic, requests, .. } =
            desk.get(&self.site_id)
        else {
            return Err(SiteRejection::NotRegistered.into());
        };
        if *address_id != self.verified_address_id {
            return Err(SiteRejection::AddressNotVerified.into());
        }
        match traffic {
            Traffic::Flowing { .. } => Err(SiteRejection::NotSuspended.into()),
            Traffic::Stopping { .. } => Err(SiteRejection::RequestUnderWay.into()),
            Traffic::Resuming { .. } => Ok(vec![]),
            Traffic::Stopped { reason, .. } => {
                self.check_grounds(desk, account_id, *reason)?;
                Ok(self.request(account_id, requests + 1))
            }
        }
    }
}

impl UnsuspendSite {
    fn check_grounds(
        &self,
        desk: &Desk<'_>,
        account_id: &AccountId,
        reason: SuspensionReason,
    ) -> Result<(), Rejection> {
        match (self.grounds, reason) {
            (ReinstatementGrounds::PaidInFull, SuspensionReason::NonPayment) => {
                let ledger = desk.get(&Id::<Ledger>::of(account_id));
                if ledger.is_past_due(today(desk)?) {
                    return Err(SiteRejection::NotPaidInFull.into());
                }
                Ok(())
            }
            (ReinstatementGrounds::PaymentArrangement, SuspensionReason::NonPayment) => {
                if !desk.actor.is(Role::Manager) {
                    return Err(SiteRejection::ArrangementNeedsManager.into());
                }
                Ok(())
            }
            (
                ReinstatementGrounds::ReasonEnded,
                SuspensionReason::CustomerRequest | SuspensionReason::Abuse,
            ) => Ok(()),
            (ReinstatementGrounds::ReasonEnded, SuspensionReason::NonPayment)
            | (
                ReinstatementGrounds::PaidInFull | ReinstatementGrounds::PaymentArrangement,
                SuspensionReason::CustomerRequest | SuspensionReason::Abuse,
            ) => Err(SiteRejection::GroundsDoNotFit.into()),
        }
    }

    fn request(&self, account_id: &AccountId, request: u32) -> Vec<Fact> {
        let grounds = self.grounds;
        let why = match grounds {
            ReinstatementGrounds::PaidInFull => "paid in full",
            ReinstatementGrounds::PaymentArrangement => "payment arrangement with a manager",
            ReinstatementGrounds::ReasonEnded => "the reason has ended",
        };
        let sentence = format!("Reinstatement requested of the NOC, request {request}: {why}.");
        vec![
            SiteEvent::ReinstatementRequested { request, grounds }.on(&self.site_id),
            comment(account_id, &self.site_id, request, Step::Requested, &sentence),
        ]
    }
}
