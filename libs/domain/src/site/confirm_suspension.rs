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

#[cfg(test)]
mod tests {
    use super::ConfirmSuspension;
    use crate::{
        site::{SiteEvent, SiteRejection, SuspensionReason},
        testing::{
            fixtures::{comment, resuming, site, site_id, stopping_site, suspended_site},
            given,
        },
    };

    const REASON: SuspensionReason = SuspensionReason::NonPayment;
    const BRIDGE: &str = "noc-bridge; roles=service";

    fn confirm(request: u32) -> ConfirmSuspension {
        ConfirmSuspension { site_id: site_id(), request }
    }

    #[test]
    fn f84_requested_is_not_effective_before_the_noc_says_so() {
        given(stopping_site(REASON)).by(BRIDGE).when(confirm(1)).then([
            SiteEvent::Suspended { request: 1, reason: REASON }.on(&site_id()),
            comment("site_88-request-1-effective", "Suspension effective, request 1."),
        ]);
    }

    #[test]
    fn a_redelivered_confirmation_is_harmless_while_the_site_is_suspended_by_it() {
        given(suspended_site(REASON)).by(BRIDGE).when(confirm(1)).then([]);
        given(suspended_site(REASON)).and([resuming(2)]).by(BRIDGE).when(confirm(1)).then([]);
    }

    #[test]
    fn another_request_is_not_confirmed() {
        let no = SiteRejection::NoSuchRequest;
        given(stopping_site(REASON)).by(BRIDGE).when(confirm(2)).then_rejected(no);
        given(suspended_site(REASON)).by(BRIDGE).when(confirm(2)).then_rejected(no);
        given(site()).by(BRIDGE).when(confirm(0)).then_rejected(no);
    }

    #[test]
    fn an_agent_does_not_answer_for_the_noc() {
        given(stopping_site(REASON)).when(confirm(1)).then_rejected(SiteRejection::NotTheNoc);
    }
}
