//! Acknowledge: the NOC has seen a request and works on it.

use super::{
    Site, SiteEvent, SiteId, SiteRejection, Traffic,
    follow_up::{demand_noc, harmless_if_made},
};
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
            | Traffic::Resuming { .. } => harmless_if_made(self.request, *requests),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AcknowledgeNocRequest;
    use crate::{
        site::{SiteEvent, SiteRejection, SuspensionReason},
        testing::{
            fixtures::{resuming, site, site_id, stopping_site, suspended_site},
            given,
        },
    };

    const REASON: SuspensionReason = SuspensionReason::Abuse;
    const NOC: &str = "noc-desk; roles=noc";

    fn acknowledge(request: u32) -> AcknowledgeNocRequest {
        AcknowledgeNocRequest { site_id: site_id(), request }
    }

    #[test]
    fn f83_the_noc_acknowledges_a_request_once() {
        given(stopping_site(REASON))
            .by(NOC)
            .when(acknowledge(1))
            .then([SiteEvent::NocRequestAcknowledged { request: 1 }.on(&site_id())]);
    }

    #[test]
    fn f83_a_reinstatement_is_acknowledged_too() {
        given(suspended_site(REASON))
            .and([resuming(2)])
            .by(NOC)
            .when(acknowledge(2))
            .then([SiteEvent::NocRequestAcknowledged { request: 2 }.on(&site_id())]);
    }

    #[test]
    fn a_late_acknowledgement_is_harmless() {
        given(suspended_site(REASON)).by(NOC).when(acknowledge(1)).then([]);
    }

    #[test]
    fn a_request_that_nobody_made_is_not_acknowledged() {
        given(stopping_site(REASON))
            .by(NOC)
            .when(acknowledge(2))
            .then_rejected(SiteRejection::NoSuchRequest);
        given(site()).by(NOC).when(acknowledge(0)).then_rejected(SiteRejection::NoSuchRequest);
    }

    #[test]
    fn an_agent_does_not_answer_for_the_noc() {
        given(stopping_site(REASON)).when(acknowledge(1)).then_rejected(SiteRejection::NotTheNoc);
    }
}
