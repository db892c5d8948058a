//! Unsuspend: ask the NOC to let traffic flow again, on good grounds (F86, F87). Paid in full is
//! whoever dunning asks for nothing more: what is below the biller's minimum keeps nobody cut off.

use super::{
    ReinstatementGrounds, SiteEvent, SiteId, SiteRejection, SuspensionReason, Traffic,
    follow_up::{Step, comment},
};
use crate::{
    Decide, Desk, Fact, Id, Rejection, account::AccountId, calendar::today, dunning::DunningId,
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
        let (account_id, traffic, requests) =
            desk.get(&self.site_id).verified(&self.verified_address_id)?;
        match traffic {
            Traffic::Flowing { .. } => Err(SiteRejection::NotSuspended.into()),
            Traffic::Stopping { .. } => Err(SiteRejection::RequestUnderWay.into()),
            Traffic::Resuming { .. } => Ok(vec![]),
            Traffic::Stopped { reason, .. } => {
                self.check_grounds(desk, account_id, reason)?;
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
                let standing = &desk.get(&Id::<Ledger>::of(account_id)).standing;
                let dunning = desk.get(&DunningId::of(account_id));
                match dunning.has_paid(desk.biller, standing, today(desk)?) {
                    true => Ok(()),
                    false => Err(SiteRejection::NotPaidInFull.into()),
                }
            }
            (ReinstatementGrounds::PaymentArrangement, SuspensionReason::NonPayment) => {
                match &desk.get(&DunningId::of(account_id)).arrangement {
                    None => Err(SiteRejection::NotArranged.into()),
                    Some(arrangement) if arrangement.by_manager => Ok(()),
                    Some(_) => Err(SiteRejection::ArrangementNeedsManager.into()),
                }
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::UnsuspendSite;
    use crate::{
        Fact,
        site::{ReinstatementGrounds, SiteEvent, SiteRejection, SuspensionReason},
        testing::{
            fixtures::{
                TODAY, arrangement, code, comment, debt, site, site_id, stopping_site,
                suspended_site,
            },
            given,
        },
    };

    const MANAGER: &str = "sam; roles=manager";
    const UNPAID: SuspensionReason = SuspensionReason::NonPayment;

    fn unsuspend(grounds: ReinstatementGrounds) -> UnsuspendSite {
        UnsuspendSite { site_id: site_id(), verified_address_id: code("A-17"), grounds }
    }

    fn requested(grounds: ReinstatementGrounds, why: &str) -> [Fact; 2] {
        let sentence = format!("Reinstatement requested of the NOC, request 2: {why}.");
        [
            SiteEvent::ReinstatementRequested { request: 2, grounds }.on(&site_id()),
            comment("site_88-request-2-requested", &sentence),
        ]
    }

    #[test]
    fn f86_f87_who_paid_in_full_is_reinstated() {
        let grounds = ReinstatementGrounds::PaidInFull;
        given(suspended_site(UNPAID))
            .and([debt(6_999, TODAY)])
            .when(unsuspend(grounds))
            .then(requested(grounds, "paid in full"));
    }

    #[test]
    fn f86_who_is_past_due_has_not_paid_in_full() {
        given(suspended_site(UNPAID))
            .and([debt(100, date(2026, 3, 15))])
            .when(unsuspend(ReinstatementGrounds::PaidInFull))
            .then_rejected(SiteRejection::NotPaidInFull);
    }

    #[test]
    fn f86_who_owes_less_than_anybody_is_asked_for_is_reinstated() {
        let grounds = ReinstatementGrounds::PaidInFull;
        given(suspended_site(UNPAID))
            .and([debt(99, date(2026, 3, 15))])
            .when(unsuspend(grounds))
            .then(requested(grounds, "paid in full"));
    }

    #[test]
    fn f86_a_payment_arrangement_needs_a_manager() {
        let grounds = ReinstatementGrounds::PaymentArrangement;
        let owing = given(suspended_site(UNPAID)).and([debt(6_999, date(2026, 3, 5))]);
        owing.clone().when(unsuspend(grounds)).then_rejected(SiteRejection::NotArranged);
        owing
            .clone()
            .after(arrangement(6_999, date(2026, 3, 20)))
            .when(unsuspend(grounds))
            .then_rejected(SiteRejection::ArrangementNeedsManager);
        owing
            .by(MANAGER)
            .after(arrangement(6_999, date(2026, 3, 20)))
            .by("billing; roles=service")
            .when(unsuspend(grounds))
            .then(requested(grounds, "payment arrangement with a manager"));
    }

    #[test]
    fn f86_a_debt_does_not_end_because_somebody_says_so() {
        let ended = ReinstatementGrounds::ReasonEnded;
        given(suspended_site(UNPAID))
            .by(MANAGER)
            .when(unsuspend(ended))
            .then_rejected(SiteRejection::GroundsDoNotFit);
        given(suspended_site(SuspensionReason::Abuse))
            .when(unsuspend(ended))
            .then(requested(ended, "the reason has ended"));
        given(suspended_site(SuspensionReason::Abuse))
            .when(unsuspend(ReinstatementGrounds::PaidInFull))
            .then_rejected(SiteRejection::GroundsDoNotFit);
    }

    #[test]
    fn f82_the_address_is_verified_again() {
        let wish = unsuspend(ReinstatementGrounds::PaidInFull);
        given(suspended_site(UNPAID))
            .when(UnsuspendSite { verified_address_id: code("A-71"), ..wish })
            .then_rejected(SiteRejection::AddressNotVerified);
    }

    #[test]
    fn only_what_is_suspended_is_reinstated() {
        let grounds = ReinstatementGrounds::PaidInFull;
        given(site()).when(unsuspend(grounds)).then_rejected(SiteRejection::NotSuspended);
        given(stopping_site(UNPAID))
            .when(unsuspend(grounds))
            .then_rejected(SiteRejection::RequestUnderWay);
        given([]).when(unsuspend(grounds)).then_rejected(SiteRejection::NotRegistered);
    }
}
