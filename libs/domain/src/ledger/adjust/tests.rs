//! Who adjusts how much, and what somebody else decides.

use jiff::civil::date;

use super::AdjustAccount;
use crate::{
    ledger::{
        ApproveAdjustment, DeclineAdjustment, Ledger, LedgerEvent, LedgerId, LedgerRejection,
    },
    testing::{
        Given,
        fixtures::{TODAY, account, account_id, code, day, sealed, usd},
        given,
    },
};

fn adjust(minor: i64) -> AdjustAccount {
    AdjustAccount {
        account_id: account_id(),
        adjustment_id: code("a-1"),
        amount: usd(minor),
        reason: code("OUTAGE"),
        note: sealed("Two days without service"),
    }
}

fn adjusted(minor: i64, approved_by: Option<&str>) -> LedgerEvent {
    LedgerEvent::Adjusted {
        account_id: account_id(),
        adjustment_id: code("a-1"),
        amount: usd(minor),
        reason: code("OUTAGE"),
        note: sealed("Two days without service"),
        due_on: date(2026, 3, 20),
        approved_by: approved_by.map(code),
    }
}

fn requested(minor: i64) -> LedgerEvent {
    LedgerEvent::AdjustmentRequested {
        account_id: account_id(),
        adjustment_id: code("a-1"),
        amount: usd(minor),
        reason: code("OUTAGE"),
        note: sealed("Two days without service"),
        requested_by: code("jane"),
    }
}

fn opened() -> Given {
    given(account()).and([day(TODAY)])
}

#[test]
fn f55_a_credit_or_a_charge_is_applied_within_the_limit_of_the_role() {
    for minor in [-5_000, 5_000] {
        opened().when(adjust(minor)).then([adjusted(minor, None).on(&account_id())]);
    }
    for minor in [-5_001, 5_001] {
        opened().when(adjust(minor)).then([requested(minor).on(&account_id())]);
    }
    opened()
        .by("sam; roles=manager")
        .when(adjust(-5_001))
        .then([adjusted(-5_001, None).on(&account_id())]);
}

#[test]
fn f55_the_limit_is_of_a_day_and_not_of_each_adjustment() {
    let adjust = |id, minor| AdjustAccount { adjustment_id: code(id), ..adjust(minor) };
    let waits = |given: &Given, minor| {
        let after = given.clone().after(adjust("a-9", minor));
        let ledger: &Ledger = after.state(&LedgerId::of(&account_id()));
        ledger.requested.contains_key(&code("a-9"))
    };
    // The agent's limit is 50.00, the manager's 1000.00.
    let credited = opened().after(adjust("a-1", -2_000)).after(adjust("a-2", -2_500));
    assert!(!waits(&credited, -500));
    assert!(waits(&credited, -501), "whoever asks");
    assert!(waits(&credited.clone().by("bob; roles=agent"), -501));
    assert!(!waits(&credited.clone().by("sam; roles=manager"), -95_500));
    assert!(waits(&credited.clone().by("sam; roles=manager"), -95_501), "what others gave counts");
    assert!(!waits(&credited, 5_000), "a charge is no credit");
    assert!(waits(&credited.clone().after(adjust("a-3", 1)), 5_000));
    let tomorrow = TODAY.tomorrow().expect("there is one");
    assert!(!waits(&credited.and([day(tomorrow)]), -5_000), "another day");
    // What somebody else approved is nobody's own.
    let approve = ApproveAdjustment { account_id: account_id(), adjustment_id: code("a-1") };
    let approved = opened()
        .after(adjust("a-1", -5_001))
        .by("sam; roles=manager")
        .after(approve)
        .by("jane; roles=agent");
    assert!(!waits(&approved, -5_000));
}

#[test]
fn f55_what_is_above_the_limit_is_approved_by_somebody_else() {
    let approve = || ApproveAdjustment { account_id: account_id(), adjustment_id: code("a-1") };
    let waiting = || opened().after(adjust(-6_000));
    waiting()
        .by("sam; roles=manager")
        .when(approve())
        .then([adjusted(-6_000, Some("sam")).on(&account_id())]);
    waiting().by("jane; roles=manager").when(approve()).then_rejected(LedgerRejection::OwnRequest);
    waiting().by("bob; roles=agent").when(approve()).then_rejected(LedgerRejection::AboveLimit);
    opened().when(approve()).then_rejected(LedgerRejection::NoSuchRequest);
}

#[test]
fn f55_what_is_declined_is_not_made() {
    let decline = DeclineAdjustment { account_id: account_id(), adjustment_id: code("a-1") };
    let declined =
        LedgerEvent::AdjustmentDeclined { account_id: account_id(), adjustment_id: code("a-1") };
    let waiting = || opened().after(adjust(-6_000));
    waiting().when(decline.clone()).then([declined.on(&account_id())]);
    waiting()
        .after(decline)
        .when(adjust(-6_000))
        .then_rejected(LedgerRejection::AdjustmentDeclined);
}

#[test]
fn f55_nobody_approved_what_needed_no_approval() {
    let approve = || ApproveAdjustment { account_id: account_id(), adjustment_id: code("a-1") };
    let decline = DeclineAdjustment { account_id: account_id(), adjustment_id: code("a-1") };
    let made = || opened().after(adjust(-1)).by("sam; roles=manager");
    made().when(approve()).then_rejected(LedgerRejection::ApprovalNotAsked);
    made().when(decline).then_rejected(LedgerRejection::AdjustmentMade);
}

#[test]
fn f55_what_is_decided_is_not_decided_otherwise() {
    let (account, id) = (account_id, || code("a-1"));
    let approve = || ApproveAdjustment { account_id: account(), adjustment_id: id() };
    let decline = || DeclineAdjustment { account_id: account(), adjustment_id: id() };
    let waiting = || opened().after(adjust(-6_000)).by("sam; roles=manager");
    let declined = || waiting().after(decline());
    declined().when(approve()).then_rejected(LedgerRejection::AdjustmentDeclined);
    declined().when(decline()).then([]);
    let made = || waiting().after(approve());
    made().when(decline()).then_rejected(LedgerRejection::AdjustmentMade);
    made().when(approve()).then([]);
    opened().when(decline()).then_rejected(LedgerRejection::NoSuchRequest);
}

#[test]
fn an_adjustment_changes_something_for_a_reason_of_the_billers() {
    opened().when(adjust(0)).then_rejected(LedgerRejection::AmountZero);
    opened()
        .when(AdjustAccount { reason: code("SYMPATHY"), ..adjust(-1) })
        .then_rejected(LedgerRejection::ReasonNotKnown);
    opened().after(adjust(-1)).when(adjust(-2)).then_rejected(LedgerRejection::AdjustmentIdUsed);
}
