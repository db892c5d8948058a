//! When something is collected next.

mod answers;

use jiff::civil::{Date, date};

use super::{
    Autopay, AutopayEvent, AutopayId, AutopayRejection, CollectPayment, DRAWS_A_DAY,
    FailCollection, Source, collected_from, collection_id,
};
use crate::{
    Fact, Id,
    biller::testing,
    dunning::{DunningEvent, DunningId, MakeArrangement, Promise},
    ledger::{Ledger, LedgerId, PaymentMethod},
    testing::{
        Given,
        fixtures::{account, account_id, arrangement, code, day, debt, paid, step_taken, usd},
        given,
    },
};

fn march(day: i8) -> Date {
    date(2026, 3, day)
}

fn source() -> Source {
    Source { method: PaymentMethod::Card, token: code("tok_ok"), label: code("visa 4242") }
}

fn set() -> Fact {
    AutopayEvent::Set { account_id: account_id(), source: source() }.on(&account_id())
}

/// It was tried on a day.
fn tried(on: Date) -> Fact {
    AutopayEvent::CollectionRequested {
        account_id: account_id(),
        collection_id: code(&format!("autopay-7-{on}")),
        amount: usd(4_999),
        source: source(),
        on,
    }
    .on(&account_id())
}

fn failed(on: Date, may_retry: bool) -> Fact {
    AutopayEvent::CollectionFailed {
        account_id: account_id(),
        collection_id: code(&format!("autopay-7-{on}")),
        code: code("declined"),
        may_retry,
    }
    .on(&account_id())
}

/// 49.99 is due on the 5th of March, and autopay is set on the 1st.
fn owing() -> Given {
    given(account()).and([day(march(1)), debt(4_999, march(5)), set()])
}

fn next_try(given: &Given) -> Option<Date> {
    let autopay: &Autopay = given.state(&AutopayId::of(&account_id()));
    let ledger: &Ledger = given.state(&LedgerId::of(&account_id()));
    let dunning = given.state(&DunningId::of(&account_id()));
    autopay.next_try(&testing(), &ledger.standing, dunning, |id| ledger.payment(id).is_some())
}

/// What is drawn on a day of March, under that day's id.
fn drawn(minor: i64, on: i8) -> Fact {
    AutopayEvent::CollectionRequested {
        account_id: account_id(),
        collection_id: code(&format!("autopay-7-{}", march(on))),
        amount: usd(minor),
        source: source(),
        on: march(on),
    }
    .on(&account_id())
}

fn collect() -> CollectPayment {
    CollectPayment { account_id: account_id() }
}

fn fail(on: i8, may_retry: bool) -> FailCollection {
    FailCollection {
        account_id: account_id(),
        collection_id: code(&format!("autopay-7-{}", march(on))),
        code: code("declined"),
        may_retry,
    }
}

#[test]
fn f48_what_is_due_is_collected_on_its_due_date() {
    assert_eq!(next_try(&owing()), Some(march(5)));
    assert_eq!(next_try(&owing().and([paid("p-1", 4_999)])), None);
    // Set up when it was due already: at once.
    assert_eq!(next_try(&owing().and([day(march(10))])), Some(march(5)));
    assert_eq!(next_try(&given(account()).and([debt(4_999, march(5))])), None, "it is not set");
}

#[test]
fn f48_what_was_refused_is_tried_again_the_day_before_each_step_and_once_a_day() {
    let after = |days: &[i8]| {
        let tries = days.iter().flat_map(|day| [tried(march(*day)), failed(march(*day), true)]);
        next_try(&owing().and(tries))
    };
    assert_eq!(after(&[5]), Some(march(15)), "the notice is on the 16th");
    assert_eq!(after(&[5, 15]), Some(march(16)), "the call is on the 17th");
    assert_eq!(after(&[5, 15, 16]), Some(march(17)), "the suspension is on the 18th");
    assert_eq!(after(&[5, 15, 16, 17]), None);
    // Dates follow from what was really done: the notice came on the 19th, a Thursday.
    let late = owing().and([tried(march(5)), failed(march(5), true), step_taken(march(19))]);
    assert_eq!(next_try(&late), Some(march(19)));
    let again = [tried(march(19)), failed(march(19), true)];
    assert_eq!(next_try(&late.and(again)), Some(march(22)), "the 23rd is a Monday");
    // What is due later is collected when it is due.
    let all = [5, 15, 16, 17].map(|day| [tried(march(day)), failed(march(day), true)]).concat();
    assert_eq!(
        next_try(&owing().and(all).and([debt(700, date(2026, 4, 5))])),
        Some(date(2026, 4, 5))
    );
}

#[test]
fn f48_a_source_that_was_refused_for_good_waits_for_another_one() {
    let refused = owing().and([tried(march(5)), failed(march(5), false)]);
    assert_eq!(next_try(&refused), None);
    assert_eq!(next_try(&refused.and([set()])), Some(march(15)));
    let removed = AutopayEvent::Removed { account_id: account_id() };
    assert_eq!(next_try(&owing().and([removed.on(&account_id())])), None);
}

#[test]
fn f48_next_to_nothing_is_collected_with_what_is_due_next() {
    let small = given(account()).and([debt(99, march(5)), set()]);
    assert_eq!(next_try(&small), None);
    assert_eq!(next_try(&small.and([debt(1, march(9))])), Some(march(9)));
}

#[test]
fn f48_f79_what_is_promised_is_collected_on_its_day() {
    let promised = owing()
        .and([day(march(16)), tried(march(5)), failed(march(5), true), step_taken(march(16))])
        .after(arrangement(4_999, march(20)));
    assert_eq!(next_try(&promised), Some(march(20)));
}

#[test]
fn f48_f79_of_what_is_arranged_only_what_is_promised_by_the_day_is_collected() {
    // 300.00 was due on the 5th and is promised in three parts; 7.00 more is due on the 20th.
    let promise = |on, minor| Promise { on: march(on), amount: usd(minor) };
    let promises = vec![promise(17, 10_000), promise(24, 10_000), promise(31, 10_000)];
    let arrangement_id = code("arr-1");
    let made = MakeArrangement { account_id: account_id(), arrangement_id, promises };
    let arranged = given(account())
        .and([debt(30_000, march(5)), debt(700, march(20)), set(), day(march(16))])
        .by("sam; roles=manager")
        .after(made);
    assert_eq!(next_try(&arranged), Some(march(17)));
    let on = |arranged: &Given, on| arranged.clone().and([day(march(on))]).when(collect());
    on(&arranged, 16).then([]);
    on(&arranged, 17).then([drawn(10_000, 17)]);
    on(&arranged, 20).then([drawn(10_700, 20)]);
    // What is paid otherwise is not drawn.
    let part = arranged.clone().and([paid("p-1", 4_000)]);
    on(&part, 17).then([drawn(6_000, 17)]);
    let kept = arranged.and([drawn(10_000, 17), paid("autopay-7-2026-03-17", 10_000)]);
    on(&kept, 18).then([]);
    assert_eq!(next_try(&kept), Some(march(20)));
    let kept = kept.and([drawn(700, 20), paid("autopay-7-2026-03-20", 700)]);
    assert_eq!(next_try(&kept), Some(march(24)));
}

#[test]
fn f48_what_is_disputed_is_not_collected() {
    let disputed = DunningEvent::ChargeDisputed {
        account_id: account_id(),
        charge_id: code("bill-2026-03-05"),
        reason: code("NOT-ORDERED"),
        while_suspended: false,
    };
    let disputed = owing().and([disputed.on(&account_id())]);
    assert_eq!(next_try(&disputed), None);
    disputed.clone().and([day(march(5))]).when(collect()).then([]);
    let part = disputed.and([debt(700, march(6)), day(march(6))]);
    assert_eq!(next_try(&part), Some(march(6)));
    part.when(collect()).then([drawn(700, 6)]);
}
