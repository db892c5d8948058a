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
        let reinstated = SiteEvent::Reinstated { request, vlan }.on(&self.site_id);
        let portal = open_portal(desk, account_id, &self.site_id);
        let comment = comment(account_id, &self.site_id, request, Step::Effective, &sentence);
        Ok([reinstated].into_iter().chain(portal).chain([comment]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::ConfirmReinstatement;
    use crate::{
        Fact,
        account::AccountEvent,
        site::{SiteEvent, SiteRejection, SuspensionReason},
        testing::{
            fixtures::{
                account_id, comment, other_site_stopped, resuming, site_id, suspended_site,
            },
            given,
        },
    };

    const BRIDGE: &str = "noc-bridge; roles=service";

    fn confirm(request: u32, vlan: u32) -> ConfirmReinstatement {
        ConfirmReinstatement { site_id: site_id(), request, vlan }
    }

    fn resuming_site() -> Vec<Fact> {
        let mut facts = suspended_site(SuspensionReason::NonPayment);
        facts.push(resuming(2));
        facts
    }

    fn effective() -> Fact {
        comment(
            "site_88-request-2-effective",
            "Reinstatement effective, request 2: the ONT shows VLAN 552.",
        )
    }

    #[test]
    fn f89_f90_the_read_back_vlan_ends_the_suspension_and_opens_the_portal() {
        given(resuming_site()).by(BRIDGE).when(confirm(2, 552)).then([
            SiteEvent::Reinstated { request: 2, vlan: 552 }.on(&site_id()),
            AccountEvent::PortalEnabled { site_id: site_id() }.on(&account_id()),
            effective(),
        ]);
    }

    #[test]
    fn f89_a_reinstatement_is_not_complete_in_another_vlan() {
        given(resuming_site())
            .by(BRIDGE)
            .when(confirm(2, 999))
            .then_rejected(SiteRejection::VlanNotRestored);
    }

    #[test]
    fn f90_the_portal_stays_closed_while_another_site_of_the_account_is_suspended() {
        given(resuming_site())
            .and(other_site_stopped())
            .by(BRIDGE)
            .when(confirm(2, 552))
            .then([SiteEvent::Reinstated { request: 2, vlan: 552 }.on(&site_id()), effective()]);
    }

    #[test]
    fn another_request_is_not_confirmed() {
        let no = SiteRejection::NoSuchRequest;
        given(resuming_site()).by(BRIDGE).when(confirm(1, 552)).then_rejected(no);
        given(resuming_site())
            .by(BRIDGE)
            .after(confirm(2, 552))
            .when(confirm(1, 552))
            .then_rejected(no);
        given(suspended_site(SuspensionReason::Abuse))
            .by(BRIDGE)
            .when(confirm(1, 552))
            .then_rejected(no);
    }

    #[test]
    fn an_agent_does_not_answer_for_the_noc() {
        given(resuming_site()).when(confirm(2, 552)).then_rejected(SiteRejection::NotTheNoc);
    }
}
