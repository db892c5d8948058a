//! What a dispute holds up, and what it does not.

use jiff::civil::date;

use super::{CloseDispute, DisputeCharge};
use crate::{
    dunning::{Dunning, DunningEvent, DunningId, DunningRejection},
    ledger::{Ledger, LedgerEvent, LedgerId},
    site::{ReinstatementGrounds, SiteEvent, SiteRejection, SuspensionReason, UnsuspendSite},
    testing::{
        Given,
        fixtures::{
            TODAY, account, account_id, arrangement, code, day, debt, paid, resuming, site_id,
            stopping_site, suspended_site,
        },
        given,
    },
};

fn dispute(charge_id: &str) -> DisputeCharge {
    DisputeCharge {
        account_id: account_id(),
        charge_id: code(charge_id),
        reason: code("NOT-ORDERED"),
    }
}

#[test]
fn what_is_disputed_counts_as_not_due_until_it_is_decided() {
    let owing = || given(account()).and([day(TODAY), debt(4_999, date(2026, 3, 5))]);
    let disputed = DunningEvent::ChargeDisputed {
        account_id: account_id(),
        charge_id: code("bill-2026-03-05"),
        reason: code("NOT-ORDERED"),
        while_suspended: false,
    };
    let (account, charge) = (account_id, || code("bill-2026-03-05"));
    let aside = LedgerEvent::ChargeDisputed { account_id: account(), charge_id: charge() };
    owing()
        .when(dispute("bill-2026-03-05"))
        .then([aside.on(&account_id()), disputed.clone().on(&account_id())]);
    let close = CloseDispute { account_id: account_id(), charge_id: code("bill-2026-03-05") };
    let closed = DunningEvent::DisputeClosed {
        account_id: account_id(),
        charge_id: code("bill-2026-03-05"),
    };
    let back = LedgerEvent::DisputeClosed { account_id: account(), charge_id: charge() };
    owing()
        .after(dispute("bill-2026-03-05"))
        .when(close.clone())
        .then([back.on(&account_id()), closed.clone().on(&account_id())]);
    // Of a dispute in an older log the ledger knows nothing.
    owing().and([disputed.on(&account_id())]).when(close.clone()).then([closed.on(&account_id())]);
    owing().when(close.clone()).then_rejected(DunningRejection::NothingDisputed);
    let decided = owing().after(dispute("bill-2026-03-05")).after(close.clone());
    decided.when(close).then([]);
    owing().when(dispute("bill")).then_rejected(DunningRejection::NothingOpen);
}

#[test]
fn f48_f79_a_payment_pays_what_is_disputed_last() {
    // 50.00 of March is disputed, 70.00 of April is not.
    let owing = given(account()).and([debt(5_000, date(2026, 3, 5))]);
    let owing = owing.after(dispute("bill-2026-03-05")).and([debt(7_000, date(2026, 4, 5))]);
    let open = |payments: &[i64]| {
        let paid =
            payments.iter().enumerate().map(|(index, minor)| paid(&format!("p-{index}"), *minor));
        let after = owing.clone().and(paid);
        let ledger: &Ledger = after.state(&LedgerId::of(&account_id()));
        let open = ledger.open_charges().iter();
        open.map(|charge| (charge.due_on.month(), charge.remaining)).collect::<Vec<_>>()
    };
    assert_eq!(open(&[7_000]), [(3, 5_000)]);
    assert_eq!(open(&[6_000, 1_500]), [(3, 4_500)]);
    let closed = CloseDispute { account_id: account_id(), charge_id: code("bill-2026-03-05") };
    let after = owing.after(closed).and([paid("p-1", 7_000)]);
    let ledger: &Ledger = after.state(&LedgerId::of(&account_id()));
    assert_eq!(ledger.open_charges()[0].remaining, 5_000);
    assert_eq!(ledger.open_charges()[0].due_on, date(2026, 4, 5));
}

/// The site is suspended for 49.99 of the 5th of March, and 10.00 of February is disputed.
fn suspended() -> Given {
    let reason = SuspensionReason::NonPayment;
    let suspended = SiteEvent::Suspended { request: 1, reason };
    let february = date(2026, 2, 5);
    given(account())
        .and([debt(1_000, february)])
        .after(dispute("bill-2026-02-05"))
        .and(stopping_site(reason).into_iter().skip(2))
        .and([debt(4_999, date(2026, 3, 5)), suspended.on(&site_id())])
}

fn reinstate(grounds: ReinstatementGrounds) -> UnsuspendSite {
    UnsuspendSite { site_id: site_id(), verified_address_id: code("A-17"), grounds }
}

#[test]
fn f86_a_dispute_of_what_a_site_was_suspended_for_reinstates_nobody() {
    let in_full = || reinstate(ReinstatementGrounds::PaidInFull);
    let disputed = suspended().after(dispute("bill-2026-03-05"));
    disputed.clone().when(in_full()).then_rejected(SiteRejection::NotPaidInFull);
    // Nor does another word for it.
    let otherwise = DisputeCharge { reason: code("FRAUD"), ..dispute("bill-2026-03-05") };
    disputed.clone().after(otherwise).when(in_full()).then_rejected(SiteRejection::NotPaidInFull);
    // What was disputed before anybody was suspended is not asked for, whatever it is called now.
    let otherwise = DisputeCharge { reason: code("FRAUD"), ..dispute("bill-2026-02-05") };
    // What is due later is not asked for either, and what is paid does not go there.
    let asked = disputed.clone().after(otherwise).and([debt(7_000, date(2026, 4, 5))]);
    asked
        .clone()
        .and([paid("p-1", 3_000)])
        .when(in_full())
        .then_rejected(SiteRejection::NotPaidInFull);
    let _reinstated = asked.and([paid("p-1", 4_999)]).after(in_full());
    // Once it is decided, it is owed as everything else, or gone.
    let close = CloseDispute { account_id: account_id(), charge_id: code("bill-2026-03-05") };
    let decided = disputed.after(close);
    decided.clone().when(in_full()).then_rejected(SiteRejection::NotPaidInFull);
    let _credited = decided.and([debt(-4_999, TODAY)]).after(in_full());
}

#[test]
fn f86_what_was_disputed_before_a_suspension_need_not_be_paid() {
    let _reinstated =
        suspended().and([paid("p-1", 4_999)]).after(reinstate(ReinstatementGrounds::PaidInFull));
}

#[test]
fn f86_a_manager_arranges_about_what_is_not_disputed_and_so_ends_a_suspension() {
    let grounds = ReinstatementGrounds::PaymentArrangement;
    let _reinstated = suspended()
        .and([debt(500, date(2026, 3, 6))])
        .after(dispute("bill-2026-03-05"))
        .by("sam; roles=manager")
        .after(arrangement(500, date(2026, 3, 20)))
        .after(reinstate(grounds));
}

#[test]
fn f86_after_a_manager_arranged_no_later_suspension_waits_for_the_dispute() {
    let charge_id = || code("bill-2026-03-05");
    let disputed = suspended().and([debt(500, date(2026, 3, 6))]).after(dispute("bill-2026-03-05"));
    let arranged = |by: &str| {
        let arranged = disputed.clone().by(by).after(arrangement(500, date(2026, 3, 20)));
        let dunning: &Dunning = arranged.state(&DunningId::of(&account_id()));
        let ledger: &Ledger = arranged.state(&LedgerId::of(&account_id()));
        let waits = dunning.disputed_while_suspended.contains(&charge_id());
        let is_last = ledger.standing.disputed.contains(&charge_id());
        assert!(dunning.disputed.contains_key(&charge_id()), "it is disputed as before");
        (waits, is_last)
    };
    assert_eq!(arranged("sam; roles=manager"), (false, true), "it is paid last");
    assert_eq!(arranged("jane; roles=agent"), (true, false), "nobody is reinstated by an agent");
    // Service comes back, another debt is not paid, and it is that one that is asked for.
    let reinstated = SiteEvent::Reinstated { request: 2, vlan: 552 };
    let reason = SuspensionReason::NonPayment;
    let again = [
        SiteEvent::SuspensionRequested { request: 3, reason },
        SiteEvent::Suspended { request: 3, reason },
    ];
    let again = again.map(|event| event.on(&site_id()));
    let later = disputed
        .by("sam; roles=manager")
        .after(arrangement(500, date(2026, 3, 20)))
        .after(reinstate(ReinstatementGrounds::PaymentArrangement))
        .and([reinstated.on(&site_id()), debt(7_000, date(2026, 4, 5)), day(date(2026, 4, 18))])
        .and(again);
    let in_full = || reinstate(ReinstatementGrounds::PaidInFull);
    later
        .clone()
        .and([paid("p-1", 7_000)])
        .when(in_full())
        .then_rejected(SiteRejection::NotPaidInFull);
    let _reinstated = later.and([paid("p-1", 7_500)]).after(in_full());
}

#[test]
fn f86_a_dispute_tells_whether_a_line_was_stopped_for_it() {
    let unpaid = SuspensionReason::NonPayment;
    let cases = [
        (stopping_site(unpaid), true),
        (suspended_site(unpaid), true),
        ([suspended_site(unpaid), vec![resuming(2)]].concat(), true),
        (suspended_site(SuspensionReason::Abuse), false),
        (account(), false),
    ];
    for (facts, while_suspended) in cases {
        let charge_id = code("bill-2026-03-05");
        let (account, reason) = (account_id(), code("NOT-ORDERED"));
        let aside = LedgerEvent::ChargeDisputed { account_id: account, charge_id };
        // What has to be paid all the same is paid in its turn.
        let aside = (!while_suspended).then(|| aside.on(&account_id()));
        let disputed = DunningEvent::ChargeDisputed {
            account_id: account_id(),
            charge_id: code("bill-2026-03-05"),
            reason,
            while_suspended,
        };
        given(facts)
            .and([debt(4_999, date(2026, 3, 5))])
            .when(dispute("bill-2026-03-05"))
            .then(aside.into_iter().chain([disputed.on(&account_id())]));
    }
}
