//! Confirm a suspension: no traffic flows (F84).

use super::{
    Site, SiteEvent, SiteId, SiteRejection, Traffic,
    follow_up::{Step, comment, demand_noc},
};
use crate::{Decide, Desk, Fact, Rejection};

/// The suspension is effective: no traffic flows.
#[derive(Clone, Debug)]
pub struct ConfirmSuspension {
    /// Where.
    pub site_id: SiteId,
    /// Number of the request at this site.
    pub request: u32,
}

impl Decide for ConfirmSuspension {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        demand_noc(desk)?;
        let Site::Registered { account_id, traffic, .. } = desk.get(&self.site_id) else {
            return Err(SiteRejection::NotRegistered.into());
        };
        match traffic {
            Traffic::Stopping { request, reason, .. } if *request == self.request => {
                let (request, reason) = (*request, *reason);
                let sentence = format!("Suspension effective, request {request}.");
                Ok(vec![
                    SiteEvent::Suspended { request, reason }.on(&self.site_id),
                    comment(account_id, &self.site_id, request, Step::Effective, &sentence),
                ])
            }
            Traffic::Stopped { suspension, .. } | Traffic::Resuming { suspension, .. }
                if *suspension == self.request =>
            {
                Ok(vec![])
            }
            Traffic::Flowing { .. }
            | Traffic::Stopping { .. }
            | Traffic::Stopped { .. }
            | Traffic::Resuming { .. } => Err(SiteRejection::NoSuchRequest.into()),
        }
    }
}
