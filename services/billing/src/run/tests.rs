//! What a run is counted to have done.

use domain::{
    Fact, Id,
    decision::DecisionEvent,
    run::{RunEvent, RunKind},
    subscription::SubscriptionEvent,
    testing::fixtures::{account_id, code, day, subscribed},
};
use jiff::civil::{Date, date};
use read_side::testing::Story;

use super::{RunRow, TABLE};
use crate::testing::story;

const APRIL: Date = date(2026, 4, 1);
const MAY: Date = date(2026, 5, 1);

/// The account waits for its bill of April, for which nobody knows the taxes.
fn parked() -> Fact {
    SubscriptionEvent::Parked {
        cycle: APRIL,
        code: code("bill.market_without_taxes"),
        reason: "there are no taxes".to_owned(),
    }
    .on(&account_id())
}

fn refused(code: &str) -> Fact {
    let decision = Id::parse("decision_1").expect("it is an id");
    let (command, reason) = ("BillAccount".to_owned(), "there are no taxes".to_owned());
    DecisionEvent::Rejected { command, code: code.to_owned(), reason }.on(&decision)
}

/// The bill run of a day is opened.
fn run(story: Story, on: Date) -> Story {
    let opened = RunEvent::Opened { kind: RunKind::Bill, date: on, awaits_approval: false };
    story.then(day(on)).then(opened.on(RunKind::Bill, on))
}

/// Due, done and parked.
fn counted(story: &Story, on: Date) -> [u64; 3] {
    let row: RunRow = story.row(TABLE, RunKind::Bill.on(on).as_str());
    [row.due, row.done, row.parked]
}

#[test]
fn f73_who_cannot_be_billed_once_more_is_counted_as_parked() {
    let first = run(story().and(subscribed()), APRIL).brought("2026-04-01 account_7", [parked()]);
    assert_eq!(counted(&first, APRIL), [1, 0, 1]);
    let again = |code| run(waiting(), MAY).brought("2026-05-01 account_7", [refused(code)]);
    assert_eq!(counted(&again("bill.market_without_taxes"), MAY), [1, 0, 1]);
    assert_eq!(counted(&again("bill.too_large"), MAY), [1, 0, 1]);
    assert_eq!(counted(&again("ledger.cycle_over"), MAY), [1, 0, 0], "that is no account parked");
    let by_hand = run(waiting(), MAY).then(refused("bill.market_without_taxes"));
    assert_eq!(counted(&by_hand, MAY), [1, 0, 0], "the run did not ask");
}

fn waiting() -> Story {
    story().and(subscribed()).then(parked())
}
