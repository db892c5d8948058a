//! Suspend: ask the NOC to stop traffic. The contract and its billing stay.

use super::{
    Site, SiteEvent, SiteId, SiteRejection, SuspensionReason, Traffic,
    follow_up::{Step, comment},
};
use crate::{
    Decide, Desk, Fact, Id, Rejection,
    account::{Account, AccountEvent},
    calendar::today,
    ledger::Ledger,
    text::Code,
};

/// Ask the NOC to stop traffic at a site (F83).
#[derive(Clone, Debug)]
pub struct SuspendSite {
    /// Where.
    pub site_id: SiteId,
    /// The address id that the sender looked at (F82).
    pub verified_address_id: Code,
    /// Why.
    pub reason: SuspensionReason,
}

impl Decide for SuspendSite {
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
            Traffic::Stopping { reason, .. } | Traffic::Stopped { reason, .. }
                if *reason == self.reason =>
            {
                Ok(vec![])
            }
            Traffic::Stopping { .. } | Traffic::Stopped { .. } => {
                Err(SiteRejection::SuspendedForOtherReason.into())
            }
            Traffic::Resuming { .. } => Err(SiteRejection::RequestUnderWay.into()),
            Traffic::Flowing { .. } => self.request(desk, account_id, requests + 1),
        }
    }
}

impl SuspendSite {
    fn request(
        &self,
        desk: &Desk<'_>,
        account_id: &Id<Account>,
        request: u32,
    ) -> Result<Vec<Fact>, Rejection> {
        let ledger = desk.get(&Id::<Ledger>::of(account_id));
        if self.reason == SuspensionReason::NonPayment && !ledger.is_past_due(today(desk)?) {
            return Err(SiteRejection::NothingPastDue.into());
        }
        let why = self.reason.words();
        let sentence = format!("Suspension for {why} requested of the NOC, request {request}.");
        Ok(vec![
            SiteEvent::SuspensionRequested { request, reason: self.reason }.on(&self.site_id),
            // F85: a suspended customer must not pay online while reinstatement takes the NOC.
            AccountEvent::PortalDisabled { site_id: self.site_id.clone() }.on(account_id),
            comment(account_id, &self.site_id, request, Step::Requested, &sentence),
        ])
    }
}
