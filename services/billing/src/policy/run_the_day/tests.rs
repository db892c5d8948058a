//! Which runs a day opens, and what a run asks for.

use contract::pb::{
    dunning::v1::AdvanceDunning,
    ledger::v1::BillAccount,
    run::v1::{self as pb, CloseRun, ContinueRun, OpenRun},
    subscription::v1::ExpireCampaign,
};
use domain::{
    Fact,
    run::{RunEvent, RunKind},
    subscription::{ItemKind, SubscriptionEvent, SubscriptionId},
    testing::fixtures::{account, account_id, code, day, debt, item, promoted, subscribed},
};
use jiff::civil::{Date, date};
use projection::Wanted;

use super::PIECE;
use crate::{
    agenda::Planned,
    testing::{sent, wanted},
};

type Want = (String, String, Wanted);

const APRIL: Date = date(2026, 4, 1);

fn opened(kind: RunKind, on: Date) -> Fact {
    RunEvent::Opened { kind, date: on, awaits_approval: false }.on(kind, on)
}

fn awaiting(on: Date) -> Fact {
    let kind = RunKind::Bill;
    RunEvent::Opened { kind, date: on, awaits_approval: true }.on(kind, on)
}

fn open(kind: RunKind, number: pb::RunKind, on: Date) -> Want {
    let open = OpenRun { kind: number.into(), date: on.to_string() };
    sent("run_the_day", kind.name(), &open)
}

fn close(number: pb::RunKind, on: Date) -> Want {
    sent("run_the_day", "next", &CloseRun { kind: number.into(), date: on.to_string() })
}

/// What is wanted because of the last facts, and not because of those before.
fn because(before: Vec<Fact>, facts: impl IntoIterator<Item = Fact>) -> Vec<Want> {
    let earlier = wanted(before.clone());
    let all = wanted(before.into_iter().chain(facts));
    in_order(all.into_iter().filter(|want| !earlier.contains(want)))
}

/// Wishes have no order among each other: by their steps.
fn in_order(wants: impl IntoIterator<Item = Want>) -> Vec<Want> {
    let mut wants: Vec<Want> = wants.into_iter().collect();
    wants.sort_by(|(_, one, _), (_, other, _)| one.cmp(other));
    wants
}

fn with(mut facts: Vec<Fact>, more: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    facts.extend(more);
    facts
}

#[test]
fn f73_a_bill_run_is_opened_on_the_bill_day_and_not_before() {
    assert_eq!(because(subscribed(), [day(date(2026, 3, 31))]), []);
    let bill = open(RunKind::Bill, pb::RunKind::Bill, APRIL);
    assert_eq!(because(subscribed(), [day(APRIL)]), [bill]);
}

#[test]
fn f73_a_bill_run_bills_the_accounts_whose_day_it_is() {
    let bill = BillAccount { account_id: "account_7".to_owned(), cycle: APRIL.to_string() };
    let bill = sent("run_the_day", "2026-04-01 account_7", &bill);
    let day = with(subscribed(), [day(APRIL)]);
    let asked = because(day, [opened(RunKind::Bill, APRIL)]);
    assert_eq!(asked, in_order([bill, close(pb::RunKind::Bill, APRIL)]));
}

#[test]
fn a_run_that_awaits_approval_asks_for_nothing_and_no_other_one_is_opened() {
    let waits = || with(subscribed(), [day(APRIL), awaiting(APRIL)]);
    assert_eq!(because(with(subscribed(), [day(APRIL)]), [awaiting(APRIL)]), []);
    assert_eq!(because(waits(), [day(date(2026, 4, 2))]), []);
    let asked = because(waits(), [RunEvent::Approved.on(RunKind::Bill, APRIL)]);
    assert_eq!(asked.len(), 2, "the account, and the end");
}

#[test]
fn an_account_that_is_billed_or_parked_is_not_asked_for_again() {
    let billed = SubscriptionEvent::Billed {
        invoice: Some(code("I00000001")),
        cycle: APRIL,
        through: date(2026, 5, 1),
    };
    let parked = SubscriptionEvent::Parked {
        cycle: APRIL,
        code: code("bill.market_without_taxes"),
        reason: "there are no taxes".to_owned(),
    };
    for event in [billed, parked] {
        let id = SubscriptionId::parse("subscription_7").expect("it is an id");
        let fact = Fact::new(&id, domain::Event::Subscription(event));
        assert_eq!(because(with(subscribed(), [fact]), [day(date(2026, 4, 2))]), []);
    }
}

/// Basic, of which the last days are billed, and the cycle after them has nothing on it.
fn left() -> Vec<Fact> {
    let ended = SubscriptionEvent::ItemEnded { item_id: code("service_5"), on: APRIL };
    let (may, june) = (date(2026, 5, 1), date(2026, 6, 1));
    let billed = |invoice, cycle, through| SubscriptionEvent::Billed { invoice, cycle, through };
    let told = [ended, billed(Some(code("I00000001")), APRIL, may), billed(None, may, june)];
    with(subscribed(), told.map(|event| event.on(&account_id())))
}

#[test]
fn f73_who_pays_for_nothing_any_more_is_billed_on_no_day() {
    let (july, august) = (date(2026, 7, 1), date(2026, 8, 1));
    assert_eq!(because(left(), [day(july)]), []);
    let back = || {
        let wifi = item(ItemKind::Extra, "WIFI", "Whole-home WiFi", 1_000);
        let (item_id, from) = (code("wifi"), date(2026, 7, 16));
        let started = SubscriptionEvent::ItemStarted { item_id, item: wifi, from };
        with(left(), [started.on(&account_id())])
    };
    assert_eq!(because(back(), [day(date(2026, 7, 31))]), []);
    let bill = open(RunKind::Bill, pb::RunKind::Bill, august);
    assert_eq!(because(back(), [day(august)]), [bill]);
    // It goes on while something is paid for, whether or not there was something on a bill.
    let nothing =
        SubscriptionEvent::Billed { invoice: None, cycle: august, through: date(2026, 9, 1) };
    let bill = open(RunKind::Bill, pb::RunKind::Bill, date(2026, 9, 1));
    let later = with(back(), [nothing.on(&account_id())]);
    assert_eq!(because(later, [day(date(2026, 9, 1))]), [bill]);
}

#[test]
fn f69_a_campaign_that_is_over_is_noted() {
    let until = date(2026, 3, 20);
    let opens = open(RunKind::Campaign, pb::RunKind::Campaign, until);
    assert_eq!(because(promoted(3_999, until), [day(until)]), [opens]);
    let day = with(promoted(3_999, until), [day(until)]);
    let asked = because(day, [opened(RunKind::Campaign, until)]);
    let expire =
        ExpireCampaign { account_id: "account_7".to_owned(), item_id: "service_5".to_owned() };
    let expire = sent("run_the_day", "2026-03-20 account_7/service_5", &expire);
    assert_eq!(asked, in_order([expire, close(pb::RunKind::Campaign, until)]));
}

#[test]
fn f75_f76_dunning_asks_for_who_owes_on_the_day_of_the_first_step() {
    let owing = || with(account(), [debt(4_999, date(2026, 4, 5))]);
    assert_eq!(because(owing(), [day(date(2026, 4, 15))]), []);
    let first = date(2026, 4, 16);
    let opens = open(RunKind::Dunning, pb::RunKind::Dunning, first);
    assert_eq!(because(owing(), [day(first)]), [opens]);
    let asked = because(with(owing(), [day(first)]), [opened(RunKind::Dunning, first)]);
    let advance = AdvanceDunning { account_id: "account_7".to_owned() };
    let advance = sent("run_the_day", "2026-04-16 account_7", &advance);
    assert_eq!(asked, in_order([advance, close(pb::RunKind::Dunning, first)]));
}

#[test]
fn a_run_asks_for_a_bounded_piece_and_goes_on_after_it() {
    let mut rows = projection::Rows::in_memory();
    let accounts = PIECE + 1;
    for number in 0..accounts {
        let account_id = format!("account_{number:05}");
        let april = Planned::on(APRIL);
        crate::agenda::plan(&mut rows, RunKind::Bill, &account_id, (None, Some(&april))).unwrap();
    }
    let first = crate::agenda::due(&rows, RunKind::Bill, APRIL, None, PIECE).unwrap();
    let last = first.last().expect("there are accounts").cursor.clone();
    let rest = crate::agenda::due(&rows, RunKind::Bill, APRIL, Some(&last), PIECE).unwrap();
    assert_eq!((first.len(), rest.len()), (PIECE, 1));
    assert_eq!(rest[0].subject, format!("account_{:05}", accounts - 1));
    // The command that carries the cursor is one that core reads.
    let kind = pb::RunKind::Bill.into();
    let _read = sent("p", "s", &ContinueRun { kind, date: APRIL.to_string(), after: last });
}
