//! What a run is counted to have done.

use domain::{
    Fact, Id,
    decision::DecisionEvent,
    invoice::{InvoiceEvent, InvoiceLine, Issued, LineKind},
    run::{RunEvent, RunKind},
    subscription::SubscriptionEvent,
    testing::fixtures::{account_id, code, day, id, subscribed, text, usd},
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

/// The account is billed for a cycle that lasts until a day, on a day.
fn billed(number: u32, cycle: Date, through: Date, on: Date) -> [Fact; 2] {
    let number = format!("I{number:08}");
    let invoice_id = id(&format!("invoice_{number}"));
    let line = InvoiceLine {
        item_id: code("service_5"),
        kind: LineKind::Package,
        product: code("basic"),
        description: text("Basic"),
        span: Some((cycle, through)),
        amount: usd(4_999),
    };
    let issued = Issued {
        account_id: account_id(),
        number: code(&number),
        cycle,
        issued_on: on,
        due_on: on,
        previous_balance: usd(0),
        lines: vec![line],
    };
    let invoice = Some(code(&number));
    let billed = SubscriptionEvent::Billed { invoice, cycle, through };
    [InvoiceEvent::Issued(issued).on(&invoice_id), billed.on(&account_id())]
}

/// The steps of what is asked for and not done yet: accounts, and not how a run goes on.
fn asked(story: &Story) -> Vec<String> {
    let bills = story.intents().into_iter().filter(|it| it.policy == "run_the_day");
    bills.map(|intent| intent.step).filter(|step| step.ends_with("account_7")).collect()
}

const JUNE: Date = date(2026, 6, 1);
const JULY: Date = date(2026, 7, 1);
/// The day on which somebody has seen to it.
const AT_LAST: Date = date(2026, 6, 10);

/// The run of that day has billed April.
fn april() -> Story {
    let asks = run(waiting(), AT_LAST);
    assert_eq!(counted(&asks, AT_LAST), [1, 0, 0]);
    assert_eq!(asked(&asks), ["2026-05-01 account_7"]);
    asks.brought("2026-05-01 account_7", billed(1, APRIL, MAY, AT_LAST))
}

#[test]
fn f73_who_can_be_billed_at_last_is_billed_for_every_missed_month_by_one_run() {
    let story = april();
    assert_eq!((asked(&story), counted(&story, AT_LAST)), (vec![bill_of(MAY)], [2, 1, 0]));
    let story = story.brought(&bill_of(MAY), billed(2, MAY, JUNE, AT_LAST));
    assert_eq!((asked(&story), counted(&story, AT_LAST)), (vec![bill_of(JUNE)], [3, 2, 0]));
    let story = story.brought(&bill_of(JUNE), billed(3, JUNE, JULY, AT_LAST));
    assert_eq!((asked(&story), counted(&story, AT_LAST)), (vec![], [3, 3, 0]), "July is to come");
}

#[test]
fn f73_a_month_with_nothing_on_its_bill_does_not_end_what_a_run_makes_up_for() {
    let nothing = |cycle, through| {
        SubscriptionEvent::Billed { invoice: None, cycle, through }.on(&account_id())
    };
    let story = april().brought(&bill_of(MAY), [nothing(MAY, JUNE)]);
    assert_eq!((asked(&story), counted(&story, AT_LAST)), (vec![bill_of(JUNE)], [3, 2, 0]));
    let story = story.brought(&bill_of(JUNE), [nothing(JUNE, JULY)]);
    assert_eq!((asked(&story), counted(&story, AT_LAST)), (vec![], [3, 3, 0]));
}

#[test]
fn f73_who_is_parked_for_a_later_month_is_not_asked_for_again_by_the_run() {
    let parked = SubscriptionEvent::Parked {
        cycle: MAY,
        code: code("bill.too_large"),
        reason: "end what is not sold".to_owned(),
    };
    let story = april().brought(&bill_of(MAY), [parked.on(&account_id())]);
    assert_eq!((asked(&story), counted(&story, AT_LAST)), (vec![], [2, 1, 1]));
}

#[test]
fn f73_a_bill_by_hand_leaves_the_others_to_the_run_of_the_next_day() {
    let day_after = date(2026, 6, 11);
    let story = waiting().then(day(AT_LAST)).and(billed(1, APRIL, MAY, AT_LAST));
    assert_eq!(asked(&story), [""; 0]);
    let story = run(story, day_after);
    assert_eq!(asked(&story), [bill_of(MAY)]);
    let story = story.brought(&bill_of(MAY), billed(2, MAY, JUNE, day_after));
    assert_eq!((asked(&story), counted(&story, day_after)), (vec![bill_of(JUNE)], [2, 1, 0]));
}

#[test]
fn f73_whoever_is_billed_on_the_day_is_asked_for_once() {
    let story = run(story().and(subscribed()), APRIL);
    let story = story.brought(&bill_of(APRIL), billed(1, APRIL, MAY, APRIL));
    assert_eq!((asked(&story), counted(&story, APRIL)), (vec![], [1, 1, 0]));
}

/// The step that bills the account for a cycle.
fn bill_of(cycle: Date) -> String {
    format!("{cycle} account_7")
}
