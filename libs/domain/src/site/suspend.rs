//! Suspend: ask the NOC to stop traffic. The contract and its billing stay.

use super::{
    SiteEvent, SiteId, SiteRejection, SuspensionReason, Traffic,
    follow_up::{Step, comment},
};
use crate::{
    Decide, Desk, Fact, Id, Rejection,
    account::{Account, AccountEvent},
    calendar::today,
    dunning::DunningId,
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
        let (account_id, traffic, requests) =
            desk.get(&self.site_id).verified(&self.verified_address_id)?;
        match traffic {
            Traffic::Stopping { reason, .. } | Traffic::Stopped { reason, .. }
                if reason == self.reason =>
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
        if self.reason == SuspensionReason::NonPayment {
            demand_unpaid(desk, account_id)?;
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

/// F79: nobody is suspended who paid, disputes the debt, or has an arrangement.
fn demand_unpaid(desk: &Desk<'_>, account_id: &Id<Account>) -> Result<(), Rejection> {
    let dunning = desk.get(&DunningId::of(account_id));
    if dunning.is_arranged() {
        return Err(SiteRejection::Arranged.into());
    }
    let standing = &desk.get(&Id::<Ledger>::of(account_id)).standing;
    if dunning.owed(standing, today(desk)?) == 0 {
        return Err(SiteRejection::NothingPastDue.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::SuspendSite;
    use crate::{
        Fact,
        account::AccountEvent,
        site::{SiteEvent, SiteRejection, SuspensionReason},
        testing::{
            fixtures::{TODAY, account_id, code, debt, sealed, site, site_id, suspended_site},
            given,
        },
    };

    fn suspend(reason: SuspensionReason) -> SuspendSite {
        SuspendSite { site_id: site_id(), verified_address_id: code("A-17"), reason }
    }

    fn requested(request: u32, reason: SuspensionReason, why: &str) -> [Fact; 3] {
        let sentence = format!("Suspension for {why} requested of the NOC, request {request}.");
        let comment_id = code(&format!("site_88-request-{request}-requested"));
        [
            SiteEvent::SuspensionRequested { request, reason }.on(&site_id()),
            AccountEvent::PortalDisabled { site_id: site_id() }.on(&account_id()),
            AccountEvent::CommentAdded { comment_id, text: sealed(&sentence) }.on(&account_id()),
        ]
    }

    #[test]
    fn f83_f85_a_request_goes_to_the_noc_and_the_portal_closes() {
        let reason = SuspensionReason::NonPayment;
        given(site()).and([debt(6_999, date(2026, 3, 5))]).when(suspend(reason)).then(requested(
            1,
            reason,
            "non-payment",
        ));
    }

    #[test]
    fn f82_the_address_is_verified_not_the_name() {
        let wrong = code("A-71");
        let reason = SuspensionReason::Abuse;
        given(site())
            .when(SuspendSite { verified_address_id: wrong, ..suspend(reason) })
            .then_rejected(SiteRejection::AddressNotVerified);
    }

    #[test]
    fn f79_who_is_not_past_due_is_not_suspended_for_non_payment() {
        given(site())
            .and([debt(6_999, TODAY)])
            .when(suspend(SuspensionReason::NonPayment))
            .then_rejected(SiteRejection::NothingPastDue);
    }

    #[test]
    fn another_reason_needs_no_debt() {
        let reason = SuspensionReason::CustomerRequest;
        given(site()).when(suspend(reason)).then(requested(1, reason, "the customer's request"));
    }

    #[test]
    fn a_site_is_suspended_for_one_reason_at_a_time() {
        let suspended = suspended_site(SuspensionReason::Abuse);
        given(suspended.clone()).when(suspend(SuspensionReason::Abuse)).then([]);
        given(suspended)
            .when(suspend(SuspensionReason::CustomerRequest))
            .then_rejected(SiteRejection::SuspendedForOtherReason);
    }

    #[test]
    fn only_a_registered_site_is_suspended() {
        given([])
            .when(suspend(SuspensionReason::Abuse))
            .then_rejected(SiteRejection::NotRegistered);
    }
}
