//! What the days ask of an account whose debt is past due.

mod arrangements;
mod histories;
mod ladders;
mod world;

use world::World;

use jiff::civil::{Date, date};

use super::AdvanceDunning;
use crate::{
    Fact,
    account::AccountRejection,
    biller::DunningAction,
    dunning::{DunningEvent, StepTaken},
    subscription::{PendingFee, SubscriptionEvent},
    testing::{
        fixtures::{account, account_id, code, day, debt, step_taken, subscribed, text, usd},
        given,
    },
};

fn advance() -> AdvanceDunning {
    AdvanceDunning { account_id: account_id() }
}

/// 49.99 was due on the 5th of March.
fn owing() -> Fact {
    debt(4_999, date(2026, 3, 5))
}

/// A step of the ladder that began with what was due on the 5th of March.
fn step(step: u32, name: &str, actions: &[DunningAction], taken_on: Date) -> StepTaken {
    StepTaken {
        account_id: account_id(),
        ladder: 1,
        anchor: date(2026, 3, 5),
        step,
        name: code(name),
        actions: actions.iter().copied().collect(),
        past_due: usd(4_999),
        taken_on,
        ahead: vec![],
        suspends_on: None,
        to_reinstate: Some(usd(4_999)),
    }
}

#[test]
fn f75_f76_f77_who_did_not_pay_until_the_16th_is_warned_of_the_day_of_the_suspension() {
    let warned = step_taken(date(2026, 3, 16));
    given(account()).and([owing()]).when(advance()).then([warned]);
    given(account()).and([owing(), day(date(2026, 3, 15))]).when(advance()).then([]);
}

#[test]
fn nothing_is_asked_of_an_account_that_there_is_not() {
    given([day(date(2026, 3, 16))]).when(advance()).then_rejected(AccountRejection::NotOpen);
}

#[test]
fn f77_f80_a_notice_carries_the_days_as_they_really_fall() {
    // The 16th of May 2026 is a Saturday.
    let (monday, tuesday, wednesday) = (date(2026, 5, 18), date(2026, 5, 19), date(2026, 5, 20));
    let notice = [DunningAction::Ticket, DunningAction::Email];
    let warned = StepTaken {
        anchor: date(2026, 5, 5),
        ahead: vec![(code("call"), tuesday), (code("suspension"), wednesday)],
        suspends_on: Some(wednesday),
        ..step(0, "notice", &notice, monday)
    };
    given(account())
        .and([debt(4_999, date(2026, 5, 5)), day(monday)])
        .when(advance())
        .then([DunningEvent::StepTaken(warned).on(&account_id())]);
}

#[test]
fn f78_f79_then_there_is_a_call_and_then_the_suspension() {
    let (call, suspension) = (date(2026, 3, 17), date(2026, 3, 18));
    let called = StepTaken {
        ahead: vec![(code("suspension"), suspension)],
        suspends_on: Some(suspension),
        ..step(1, "call", &[DunningAction::Ticket, DunningAction::Call], call)
    };
    let called = DunningEvent::StepTaken(called).on(&account_id());
    let warned = || given(account()).and([owing(), step_taken(date(2026, 3, 16))]);
    warned().and([day(call)]).when(advance()).then([called.clone()]);
    let suspended = StepTaken {
        suspends_on: Some(suspension),
        ..step(2, "suspension", &[DunningAction::Ticket, DunningAction::Suspend], suspension)
    };
    warned()
        .and([day(call), called, day(suspension)])
        .when(advance())
        .then([DunningEvent::StepTaken(suspended).on(&account_id())]);
}

#[test]
fn f86_a_step_says_what_has_to_be_paid_before_service_comes_back() {
    let suspension = date(2026, 3, 18);
    let called = StepTaken { ahead: vec![], ..step(1, "call", &[], date(2026, 3, 17)) };
    // What was due on the 10th is past due, but it is not what the ladder is about.
    let suspended = StepTaken {
        past_due: usd(6_999),
        suspends_on: Some(suspension),
        to_reinstate: Some(usd(4_999)),
        ..step(2, "suspension", &[DunningAction::Ticket, DunningAction::Suspend], suspension)
    };
    given(account())
        .and([owing(), debt(2_000, date(2026, 3, 10)), step_taken(date(2026, 3, 16))])
        .and([DunningEvent::StepTaken(called).on(&account_id()), day(suspension)])
        .when(advance())
        .then([DunningEvent::StepTaken(suspended).on(&account_id())]);
}

#[test]
fn f75_the_first_step_costs_its_fee() {
    let fee = PendingFee {
        charge_id: code("notice-2026-03-05-LATE"),
        product: code("LATE"),
        description: text("Late fee"),
        amount: usd(500),
        tax_code: None,
        market: None,
        on: date(2026, 3, 16),
    };
    let charged = SubscriptionEvent::FeeCharged { fee }.on(&account_id());
    given(subscribed())
        .and([owing()])
        .when(advance())
        .then([step_taken(date(2026, 3, 16)), charged]);
}
