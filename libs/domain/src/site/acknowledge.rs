//! Acknowledge: the NOC has seen a request and works on it.

use super::{Site, SiteEvent, SiteId, SiteRejection, Traffic, follow_up::demand_noc};
use crate::{Decide, Desk, Fact, Rejection};

/// The NOC has seen a request and is working on it.
#[derive(Clone, Debug)]
pub struct AcknowledgeNocRequest {
    /// Where.
    pub site_id: SiteId,
    /// Number of the request at this site: 1, 2, 3, ...
    pub request: u32,
}

impl Decide for AcknowledgeNocRequest {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        demand_noc(desk)?;
        let Site::Registered { traffic, requests, .. } = desk.get(&self.site_id) else {
            return Err(SiteRejection::NotRegistered.into());
        };
        match traffic {
            Traffic::Stopping { request, acknowledged: false, .. }
            | Traffic::Resuming { request, acknowledged: false, .. }
                if *request == self.request =>
            {
                let request = self.request;
                Ok(vec![SiteEvent::NocRequestAcknowledged { request }.on(&self.site_id)])
            }
            // Seen already, or already ended.
            Traffic::Flowing { .. }
            | Traffic::Stopping { .. }
            | Traffic::Stopped { .. }
            | Traffic::Resuming { .. }
                if (1..=*requests).contains(&self.request) =>
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
