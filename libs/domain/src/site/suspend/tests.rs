//! Who is suspended, why, and what is said then of what has to be paid.

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
    let suspends = given(site())
        .and([debt(6_999, date(2026, 3, 5)), step_taken(TODAY), day(date(2026, 3, 17))])
        .by("billing; roles=service")
        .after(AdvanceDunning { account_id: account_id() })
        .and([day(date(2026, 3, 18))])
        .after(AdvanceDunning { account_id: account_id() });
    suspends.when(suspend(reason)).then(requested(1, reason, "non-payment"));
}

#[test]
fn f79_f86_after_a_ladder_whoever_is_past_due_again_may_be_suspended_by_hand() {
    let (unpaid, march, april) = (SuspensionReason::NonPayment, date(2026, 3, 5), date(2026, 4, 5));
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
    let suspended = again
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
fn f86_a_suspension_by_hand_says_what_has_to_be_paid_of_what_the_ladder_is_about() {
    let (reason, march) = (SuspensionReason::NonPayment, date(2026, 3, 5));
    let demanded = |minor| {
        let (account_id, through) = (account_id(), march);
        let to_reinstate = Some(usd(minor));
        DunningEvent::PaymentDemanded { account_id, through, to_reinstate }
    };
    let by_hand = |minor| {
        let demanded = [demanded(minor).on(&account_id())];
        demanded.into_iter().chain(requested(1, reason, "non-payment")).collect::<Vec<_>>()
    };
    let later = debt(1_000, date(2026, 3, 10));
    let warned = given(site()).and([debt(6_999, march), step_taken(TODAY), later]);
    warned.clone().when(suspend(reason)).then(by_hand(6_999));
    let in_part = warned.and([paid("p-1", 2_000)]);
    in_part.clone().when(suspend(reason)).then(by_hand(4_999));
    // Nor does it change what that is once the ladder is over.
    let suspended = in_part
        .after(suspend(reason))
        .and([SiteEvent::Suspended { request: 1, reason }.on(&site_id()), paid("p-2", 4_999)]);
    let paid_in_full = UnsuspendSite {
        site_id: site_id(),
        verified_address_id: code("A-17"),
        grounds: ReinstatementGrounds::PaidInFull,
    };
    let _reinstated = suspended.after(paid_in_full);
}

#[test]
fn f86_a_step_lessens_nothing_of_what_a_suspension_by_hand_demanded() {
    let reason = SuspensionReason::NonPayment;
    let ended = DunningEvent::LadderEnded {
        account_id: account_id(),
        ladder: 1,
        because: LadderEnd::Settled,
    };
    let owing = [debt(6_999, date(2026, 3, 5)), debt(1_000, date(2026, 3, 10))];
    let suspended = given(site())
        .and(owing)
        .after(suspend(reason))
        .and([SiteEvent::Suspended { request: 1, reason }.on(&site_id()), step_taken(TODAY)])
        .and([paid("p-1", 6_999), ended.on(&account_id())]);
    let paid_in_full = UnsuspendSite {
        site_id: site_id(),
        verified_address_id: code("A-17"),
        grounds: ReinstatementGrounds::PaidInFull,
    };
    suspended.clone().when(paid_in_full.clone()).then_rejected(SiteRejection::NotPaidInFull);
    let _reinstated = suspended.and([paid("p-2", 1_000)]).after(paid_in_full);
}

#[test]
fn f86_nor_does_another_suspension_by_hand() {
    let (first, ladder) = (date(2026, 3, 10), date(2026, 3, 5));
    let demanded = DunningEvent::PaymentDemanded {
        account_id: account_id(),
        through: first,
        to_reinstate: Some(usd(7_999)),
    };
    let demanded = demanded.on(&account_id());
    let owing = [debt(6_999, ladder), debt(1_000, first), demanded.clone()];
    let again = given(site()).and(owing).and([step_taken(TODAY)]);
    let mut facts = requested(1, SuspensionReason::NonPayment, "non-payment");
    facts.insert(0, demanded);
    again.when(suspend(SuspensionReason::NonPayment)).then(facts);
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
    given([]).when(suspend(SuspensionReason::Abuse)).then_rejected(SiteRejection::NotRegistered);
}
