//! Confirm a reinstatement: the ONT was read back and shows the service VLAN (F89).

use super::{
    Site, SiteEvent, SiteId, SiteRejection, Traffic,
    follow_up::{Step, comment, demand_noc, open_portal},
};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId};

/// The reinstatement is effective, as read back from the ONT (F89).
#[derive(Clone, Debug)]
pub struct ConfirmReinstatement {
    /// Where.
    pub site_id: SiteId,
    /// Number of the request at this site.
    pub request: u32,
    /// The VLAN that the ONT shows.
    pub vlan: u32,
}

impl Decide for ConfirmReinstatement {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        demand_noc(desk)?;
        let Site::Registered { account_id, traffic, .. } = desk.get(&self.site_id) else {
            return Err(SiteRejection::NotRegistered.into());
        };
        match traffic {
            Traffic::Resuming { request, .. } if *request == self.request => {
                self.confirm(desk, account_id)
            }
            Traffic::Flowing { reinstatement } if *reinstatement == Some(self.request) => {
                Ok(vec![])
            }
            Traffic::Flowing { .. }
            | Traffic::Stopping { .. }
            | Traffic::Stopped { .. }
            | Traffic::Resuming { .. } => Err(SiteRejection::NoSuchRequest.into()),
        }
    }
}

impl ConfirmReinstatement {
    fn confirm(&self, desk: &Desk<'_>, account_id: &AccountId) -> Result<Vec<Fact>, Rejection> {
        let (request, vlan) = (self.request, self.vlan);
        if vlan != desk.biller.policies.service_vlan {
            return Err(SiteRejection::VlanNotRestored.into());
        }
        let sentence =
            format!("Reinstatement effective, request {request}: the ONT shows VLAN {vlan}.");
        let mut facts = vec![SiteEvent::Reinstated { request, vlan }.on(&self.site_id)];
        facts.extend(open_portal(desk, account_id, &self.site_id));
        facts.push(comment(account_id, &self.site_id, request, Step::Effective, &sentence));
        Ok(facts)
    }
}
