//! Fail a request: the NOC could not do it, the site is as it was before.

use super::{
    NocFailure, Site, SiteEvent, SiteId, SiteRejection, Traffic,
    follow_up::{Step, comment, demand_noc, harmless_if_made, open_portal},
};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId};

/// A request to the NOC did not become effective.
#[derive(Clone, Debug)]
pub struct FailNocRequest {
    /// Where.
    pub site_id: SiteId,
    /// Number of the request at this site.
    pub request: u32,
    /// What went wrong.
    pub failure: NocFailure,
}

impl Decide for FailNocRequest {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        demand_noc(desk)?;
        let Site::Registered { account_id, traffic, requests, .. } = desk.get(&self.site_id) else {
            return Err(SiteRejection::NotRegistered.into());
        };
        match traffic {
            Traffic::Stopping { request, .. } if *request == self.request => {
                let portal = open_portal(desk, account_id, &self.site_id);
                Ok(self.fail(account_id, "Suspension", portal))
            }
            Traffic::Resuming { request, .. } if *request == self.request => {
                Ok(self.fail(account_id, "Reinstatement", None))
            }
            // A time limit that runs out after the request ended is harmless.
            Traffic::Flowing { .. }
            | Traffic::Stopping { .. }
            | Traffic::Stopped { .. }
            | Traffic::Resuming { .. } => harmless_if_made(self.request, *requests),
        }
    }
}

impl FailNocRequest {
    fn fail(&self, account_id: &AccountId, what: &str, portal: Option<Fact>) -> Vec<Fact> {
        let (request, failure) = (self.request, self.failure);
        let sentence = format!("{what} failed, request {request}: {}.", failure.words());
        let failed = SiteEvent::NocRequestFailed { request, failure }.on(&self.site_id);
        let comment = comment(account_id, &self.site_id, request, Step::Failed, &sentence);
        [failed].into_iter().chain(portal).chain([comment]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::FailNocRequest;
    use crate::{
        account::AccountEvent,
        site::{NocFailure, SiteEvent, SiteRejection, SuspensionReason},
        testing::{
            fixtures::{
                account_id, comment, other_site_stopped, resuming, site_id, stopping_site,
                suspended_site,
            },
            given,
        },
    };

    const REASON: SuspensionReason = SuspensionReason::NonPayment;
    const BRIDGE: &str = "noc-bridge; roles=service";

    fn fail(request: u32, failure: NocFailure) -> FailNocRequest {
        FailNocRequest { site_id: site_id(), request, failure }
    }

    #[test]
    fn f84_a_suspension_that_is_not_effective_in_time_opens_the_portal_again() {
        let failure = NocFailure::TimedOut;
        given(stopping_site(REASON)).by(BRIDGE).when(fail(1, failure)).then([
            SiteEvent::NocRequestFailed { request: 1, failure }.on(&site_id()),
            AccountEvent::PortalEnabled { site_id: site_id() }.on(&account_id()),
            comment(
                "site_88-request-1-failed",
                "Suspension failed, request 1: not effective in time.",
            ),
        ]);
    }

    #[test]
    fn f85_the_portal_stays_closed_while_another_site_of_the_account_is_suspended() {
        let failure = NocFailure::NetworkRefused;
        given(stopping_site(REASON))
            .and(other_site_stopped())
            .by(BRIDGE)
            .when(fail(1, failure))
            .then([
                SiteEvent::NocRequestFailed { request: 1, failure }.on(&site_id()),
                comment(
                    "site_88-request-1-failed",
                    "Suspension failed, request 1: refused by the network.",
                ),
            ]);
    }

    #[test]
    fn f89_a_reinstatement_without_its_vlan_leaves_the_site_suspended() {
        let failure = NocFailure::VlanNotRestored;
        given(suspended_site(REASON)).and([resuming(2)]).by(BRIDGE).when(fail(2, failure)).then([
            SiteEvent::NocRequestFailed { request: 2, failure }.on(&site_id()),
            comment(
                "site_88-request-2-failed",
                "Reinstatement failed, request 2: the ONT does not show the service VLAN.",
            ),
        ]);
    }

    #[test]
    fn a_late_time_limit_is_harmless() {
        given(suspended_site(REASON)).by(BRIDGE).when(fail(1, NocFailure::TimedOut)).then([]);
        given(suspended_site(REASON))
            .and([resuming(2)])
            .by(BRIDGE)
            .when(fail(1, NocFailure::TimedOut))
            .then([]);
    }

    #[test]
    fn a_request_that_nobody_made_does_not_fail() {
        given(stopping_site(REASON))
            .by(BRIDGE)
            .when(fail(2, NocFailure::TimedOut))
            .then_rejected(SiteRejection::NoSuchRequest);
        given(stopping_site(REASON))
            .by(BRIDGE)
            .when(fail(0, NocFailure::TimedOut))
            .then_rejected(SiteRejection::NoSuchRequest);
    }

    #[test]
    fn an_agent_does_not_answer_for_the_noc() {
        given(stopping_site(REASON))
            .when(fail(1, NocFailure::TimedOut))
            .then_rejected(SiteRejection::NotTheNoc);
    }
}
