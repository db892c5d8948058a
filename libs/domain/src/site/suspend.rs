//! Suspend: ask the NOC to stop traffic. The contract and its billing stay.
//!
//! What must stay true: for non-payment nobody is suspended who owes nothing that is past due and
//! undisputed, has an arrangement or is excluded; a service, which may ask late and again, suspends
//! only what a ladder that stands has come to; and what has to be paid for the reinstatement is
//! never less than what there was to be suspended for.

use super::{
    SiteEvent, SiteId, SiteRejection, SuspensionReason, Traffic,
    follow_up::{Step, comment},
};
use crate::{
    Decide, Desk, Fact, Id, Rejection,
    account::{Account, AccountEvent},
    actor::Role,
    calendar::today,
    dunning::{DunningEvent, DunningId},
    ledger::Ledger,
    money::Money,
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
        let demanded = match self.reason {
            SuspensionReason::NonPayment => demand_unpaid(desk, account_id)?,
            SuspensionReason::CustomerRequest | SuspensionReason::Abuse => None,
        };
        let why = self.reason.words();
        let sentence = format!("Suspension for {why} requested of the NOC, request {request}.");
        let requested = [
            SiteEvent::SuspensionRequested { request, reason: self.reason }.on(&self.site_id),
            // F85: a suspended customer must not pay online while reinstatement takes the NOC.
            AccountEvent::PortalDisabled { site_id: self.site_id.clone() }.on(account_id),
            comment(account_id, &self.site_id, request, Step::Requested, &sentence),
        ];
        Ok(demanded.into_iter().chain(requested).collect())
    }
}

/// F79: nobody is suspended who paid, disputes the debt, has an arrangement, or is excluded. Where
/// no ladder stands, the fact that says what has to be paid.
fn demand_unpaid(desk: &Desk<'_>, account_id: &Id<Account>) -> Result<Option<Fact>, Rejection> {
    let (today, plan) = (today(desk)?, &desk.biller.dunning);
    let dunning = desk.get(&DunningId::of(account_id));
    if dunning.is_arranged() {
        return Err(SiteRejection::Arranged.into());
    }
    if dunning.is_excluded(today) {
        return Err(SiteRejection::Excluded.into());
    }
    let standing = &desk.get(&Id::<Ledger>::of(account_id)).standing;
    if dunning.past_due(standing, today) < plan.minimum.max(1) {
        return Err(SiteRejection::NothingPastDue.into());
    }
    match dunning.ladder {
        Some(ladder) if plan.suspends_within(ladder.taken) => Ok(None),
        Some(_) | None if desk.actor.is(Role::Service) => Err(SiteRejection::LadderOver.into()),
        Some(_) => Ok(None),
        None => Ok(dunning.demand(standing, today).map(|(through, owed)| {
            let demanded = DunningEvent::PaymentDemanded {
                account_id: account_id.clone(),
                through,
                to_reinstate: Some(Money::new(desk.biller.currency, owed)),
            };
            demanded.on(account_id)
        })),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::SuspendSite;
    use crate::{
        Fact,
        account::AccountEvent,
        dunning::{AdvanceDunning, DunningEvent, ExcludeFromDunning, LadderEnd},
        site::{ReinstatementGrounds, SiteEvent, SiteRejection, SuspensionReason, UnsuspendSite},
        testing::{
            fixtures::{
                TODAY, account_id, code, day, debt, paid, sealed, site, site_id, step_taken,
                suspended_site, usd,
            },
            given,
        },
    };

    fn suspend(reason: SuspensionReason) -> SuspendSite {
        SuspendSite { site_id: site_id(), verified_address_id: code("A-17"), reason }
    }

    fn requested(request: u32, reason: SuspensionReason, why: &str) -> Vec<Fact> {
        let sentence = format!("Suspension for {why} requested of the NOC, request {request}.");
        let comment_id = code(&format!("site_88-request-{request}-requested"));
        vec![
            SiteEvent::SuspensionRequested { request, reason }.on(&site_id()),
            AccountEvent::PortalDisabled { site_id: site_id() }.on(&account_id()),
            AccountEvent::CommentAdded { comment_id, text: sealed(&sentence) }.on(&account_id()),
        ]
    }

    #[test]
    fn f83_f85_a_request_goes_to_the_noc_and_the_portal_closes() {
        let reason = SuspensionReason::NonPayment;
        let ladder = [debt(6_999, date(2026, 3, 5)), step_taken(TODAY)];
        given(site()).and(ladder).when(suspend(reason)).then(requested(1, reason, "non-payment"));
    }

    #[test]
    fn f79_f86_after_a_ladder_whoever_is_past_due_again_may_be_suspended_by_hand() {
        let (unpaid, march, april) =
            (SuspensionReason::NonPayment, date(2026, 3, 5), date(2026, 4, 5));
        let ended = DunningEvent::LadderEnded {
            account_id: account_id(),
            ladder: 1,
            because: LadderEnd::Settled,
        };
        let again = given(site())
            .and([debt(6_999, march), step_taken(TODAY), paid("p-1", 6_999)])
            .and([ended.on(&account_id()), debt(7_000, april), day(date(2026, 4, 10))]);
        let demanded = DunningEvent::PaymentDemanded {
            account_id: account_id(),
            through: april,
            to_reinstate: Some(usd(7_000)),
        };
        let mut facts = requested(1, unpaid, "non-payment");
        facts.insert(0, demanded.on(&account_id()));
        again.clone().when(suspend(unpaid)).then(facts);
        // It is that debt that is paid, not the one of the ladder before.
        let reason = unpaid;
        let suspended =
            again
                .after(suspend(unpaid))
                .and([SiteEvent::Suspended { request: 1, reason }.on(&site_id())]);
        let paid_in_full = UnsuspendSite {
            site_id: site_id(),
            verified_address_id: code("A-17"),
            grounds: ReinstatementGrounds::PaidInFull,
        };
        suspended.clone().when(paid_in_full.clone()).then_rejected(SiteRejection::NotPaidInFull);
        let _reinstated = suspended.and([paid("p-2", 7_000)]).after(paid_in_full);
    }

    #[test]
    fn f79_who_is_excluded_is_not_suspended() {
        let exclude =
            ExcludeFromDunning { account_id: account_id(), reason: code("HARDSHIP"), until: None };
        let excluded = given(site()).and([debt(6_999, date(2026, 3, 5)), step_taken(TODAY)]);
        for actor in ["billing; roles=service", "jane; roles=agent"] {
            excluded
                .clone()
                .after(exclude.clone())
                .by(actor)
                .when(suspend(SuspensionReason::NonPayment))
                .then_rejected(SiteRejection::Excluded);
        }
    }

    #[test]
    fn f79_a_service_suspends_only_what_a_ladder_that_stands_has_come_to() {
        let unpaid = SuspensionReason::NonPayment;
        let late = given(site()).and([debt(6_999, date(2026, 3, 5))]).by("billing; roles=service");
        late.clone().when(suspend(unpaid)).then_rejected(SiteRejection::LadderOver);
        let warned = late.and([step_taken(TODAY)]);
        warned.clone().when(suspend(unpaid)).then_rejected(SiteRejection::LadderOver);
        let advance = || AdvanceDunning { account_id: account_id() };
        let suspends = warned
            .and([day(date(2026, 3, 17))])
            .after(advance())
            .and([day(date(2026, 3, 18))])
            .after(advance());
        suspends.when(suspend(unpaid)).then(requested(1, unpaid, "non-payment"));
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
            .and([debt(6_999, TODAY), debt(99, date(2026, 3, 5))])
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
