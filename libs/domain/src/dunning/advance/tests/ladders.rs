//! Ladders: on which days steps fall, what ends a ladder, and what begins another one.

use jiff::{
    ToSpan,
    civil::{Date, date},
};

use super::world::{World, march, owing};
use crate::{
    biller::{Dated, Version},
    dunning::{DunningEvent, IncludeInDunning, LadderEnd},
    testing::fixtures::{account_id, code, usd},
};

fn ends(world: &World) -> Vec<LadderEnd> {
    let ends = world.events().filter_map(|event| {
        let DunningEvent::LadderEnded { because, .. } = event else { return None };
        Some(*because)
    });
    ends.collect()
}

#[test]
fn f76_f77_f78_f79_f80_steps_fall_on_business_days_whatever_the_weekday_of_the_16th() {
    let cases: [(Date, [i8; 3]); 7] = [
        (date(2026, 3, 5), [16, 17, 18]), // a Monday
        (date(2026, 6, 5), [16, 17, 18]), // a Tuesday
        (date(2026, 9, 5), [16, 17, 18]), // a Wednesday
        (date(2026, 4, 5), [16, 17, 20]), // a Thursday: the 18th is a Saturday
        (date(2026, 1, 5), [16, 19, 20]), // a Friday: the 17th is a Saturday
        (date(2026, 5, 5), [18, 19, 20]), // a Saturday
        (date(2026, 8, 5), [17, 18, 19]), // a Sunday
    ];
    for (due_on, days) in cases {
        let mut world = World::on(due_on);
        world.charge(4_999, due_on).until(due_on.saturating_add(2.months()));
        let taken: Vec<i8> = world.taken().map(|step| step.taken_on.day()).collect();
        assert_eq!(taken, days, "{due_on}");
        assert!(world.taken().zip(["notice", "call", "suspension"]).all(|(step, name)| {
            step.name.as_str() == name && step.taken_on.month() == due_on.month()
        }));
        // What was said to lie ahead is what happened.
        let first = world.taken().next().expect("it was taken");
        let ahead: Vec<i8> = first.ahead.iter().map(|(_, on)| on.day()).collect();
        assert_eq!(ahead, days[1..], "{due_on}");
        assert_eq!(first.suspends_on.map(Date::day), Some(days[2]), "{due_on}");
    }
}

#[test]
fn f80_a_holiday_is_no_business_day() {
    let mut world = owing();
    world.biller.business_days.holidays.insert(march(17));
    world.until(march(31));
    assert_eq!(world.steps(), ["1 notice 03-16", "1 call 03-18", "1 suspension 03-19"]);
}

#[test]
fn f75_f79_a_payment_stops_the_ladder_whenever_it_comes() {
    let all = ["1 notice 03-16", "1 call 03-17", "1 suspension 03-18"];
    // On which day, and whether the day's step was taken before it.
    for (day, is_late, steps) in [
        (15, false, 0),
        (16, false, 0),
        (16, true, 1),
        (17, false, 1),
        (17, true, 2),
        (18, false, 2),
        (18, true, 3),
    ] {
        let mut world = owing();
        world.until(march(day));
        if is_late {
            world.advance();
        }
        world.pay("p-1", 4_999).until(march(31));
        assert_eq!(world.steps(), all[..steps], "{day} {is_late}");
        let expected: &[LadderEnd] = if steps == 0 { &[] } else { &[LadderEnd::Settled] };
        assert_eq!(ends(&world), expected, "{day} {is_late}");
    }
}

#[test]
fn f77_a_part_of_it_stops_nothing_unless_what_is_left_is_next_to_nothing() {
    let mut part = owing();
    part.until(march(17)).pay("p-1", 4_899).until(march(31));
    assert_eq!(part.steps(), ["1 notice 03-16", "1 call 03-17", "1 suspension 03-18"]);
    let amounts: Vec<i64> = part.taken().map(|step| step.past_due.minor).collect();
    assert_eq!(amounts, [4_999, 100, 100]);
    // Nobody is asked for less than a dollar.
    let mut enough = owing();
    enough.until(march(17)).pay("p-1", 4_900).until(march(31));
    assert_eq!(enough.steps(), ["1 notice 03-16"]);
}

#[test]
fn f86_what_is_not_past_due_does_not_count() {
    let mut world = owing();
    world.until(march(17)).charge(6_999, date(2026, 4, 5)).pay("p-1", 4_999).until(march(31));
    assert_eq!(world.steps(), ["1 notice 03-16"]);
    assert_eq!(world.taken().last().map(|step| step.past_due.minor), Some(4_999));
    // It has a ladder of its own in April.
    world.until(date(2026, 4, 30));
    assert_eq!(world.steps()[1..], ["2 notice 04-16", "2 call 04-17", "2 suspension 04-20"],);
}

#[test]
fn f86_when_the_oldest_debt_is_paid_the_next_one_has_a_ladder_of_its_own() {
    let mut world = owing();
    world.until(march(31)).charge(6_999, date(2026, 4, 5)).until(date(2026, 4, 24));
    assert_eq!(world.steps().len(), 3, "one ladder at a time");
    world.pay("p-1", 4_999).until(date(2026, 4, 30));
    // The 24th of April is a Friday; the debt was past due long ago.
    assert_eq!(world.steps()[3..], ["2 notice 04-24", "2 call 04-27", "2 suspension 04-28"],);
    assert_eq!(world.taken().last().map(|step| step.anchor), Some(date(2026, 4, 5)));
}

#[test]
fn nobody_is_asked_for_next_to_nothing() {
    let mut world = World::on(march(6));
    world.charge(99, march(5)).until(march(31));
    assert_eq!(world.steps(), [""; 0]);
    // With the next debt it is enough, and that one's days hold.
    world.charge(4_999, date(2026, 4, 5)).until(date(2026, 4, 30));
    assert_eq!(world.steps(), ["1 notice 04-16", "1 call 04-17", "1 suspension 04-20"]);
    assert_eq!(world.taken().next().map(|step| step.past_due.minor), Some(5_098));
}

#[test]
fn a_payment_that_does_not_hold_begins_another_ladder() {
    let mut during = owing();
    during.until(march(17)).advance().pay("p-1", 4_999).until(march(20)).reverse("p-1");
    during.until(march(31));
    assert_eq!(
        during.steps(),
        ["1 notice 03-16", "1 call 03-17", "2 notice 03-20", "2 call 03-23", "2 suspension 03-24",],
    );
    let mut after = owing();
    after.until(march(19)).pay("p-1", 4_999).until(march(25)).reverse("p-1").until(march(31));
    assert_eq!(after.steps()[3..], ["2 notice 03-25", "2 call 03-26", "2 suspension 03-27"]);
    assert_eq!((during.late_fees(), after.late_fees()), (1, 1), "once for one debt");
}

#[test]
fn f75_a_fee_that_has_no_price_yet_holds_no_step_up() {
    let mut world = owing();
    let next_year = Version { from: Some(date(2027, 1, 1)), value: usd(500) };
    let fee = world.biller.catalog.fees.get_mut(&code("LATE")).expect("the biller has it");
    fee.amount = Dated::versions(vec![next_year]).expect("one version is in order");
    world.until(march(31));
    assert_eq!(world.steps(), ["1 notice 03-16", "1 call 03-17", "1 suspension 03-18"]);
    assert_eq!(world.late_fees(), 0);
}

#[test]
fn f75_a_fee_is_charged_for_every_debt_however_long_the_names_of_steps_are() {
    let mut world = owing();
    world.biller.dunning.steps[0].name = code(&"n".repeat(100));
    world.until(march(31)).pay("p-1", 4_999).charge(4_999, date(2026, 4, 5));
    world.until(date(2026, 4, 30));
    assert_eq!((world.steps().len(), world.late_fees()), (6, 2));
}

#[test]
fn there_is_one_step_a_day_whatever_is_paid_and_owed_again() {
    let mut world = owing();
    world.until(march(16)).advance().pay("p-1", 4_999).reverse("p-1").advance();
    assert_eq!(world.steps(), ["1 notice 03-16"]);
    world.until(march(31));
    assert_eq!(world.steps()[1..], ["2 notice 03-17", "2 call 03-18", "2 suspension 03-19"],);
}

#[test]
fn f80_days_that_were_missed_skip_and_repeat_no_step() {
    let mut late = owing();
    late.open(march(20));
    late.advance().advance().advance().until(march(31));
    assert_eq!(late.steps(), ["1 notice 03-20", "1 call 03-23", "1 suspension 03-24"]);
    // Several days begin at once, and each asks when the last one is there.
    let mut at_once = owing();
    (16..=18).for_each(|day| at_once.open(march(day)));
    at_once.advance().advance().advance().until(march(31));
    assert_eq!(at_once.steps(), ["1 notice 03-18", "1 call 03-19", "1 suspension 03-20"]);
    // The first day that is there again is a Saturday.
    let mut weekend = owing();
    weekend.until(march(17)).open(march(21));
    weekend.advance().until(march(31));
    assert_eq!(weekend.steps(), ["1 notice 03-16", "1 call 03-23", "1 suspension 03-24"]);
}

#[test]
fn what_is_disputed_counts_as_not_due() {
    let mut all = owing();
    all.until(march(17)).dispute(march(5)).until(march(25));
    assert_eq!((all.steps().len(), ends(&all)), (1, vec![LadderEnd::Settled]));
    all.close(march(5)).until(march(31));
    assert_eq!(all.steps()[1..], ["2 notice 03-25", "2 call 03-26", "2 suspension 03-27"]);
    assert_eq!(all.late_fees(), 1, "once for one debt");
    let mut part = owing();
    part.charge(1_000, march(6)).until(march(16)).dispute(march(5)).until(march(31));
    // What is left was due on the 6th.
    assert_eq!(part.steps(), ["1 notice 03-17", "1 call 03-18", "1 suspension 03-19"]);
    assert!(part.taken().all(|step| step.past_due.minor == 1_000));
}

#[test]
fn who_is_excluded_is_asked_anew_afterwards() {
    let mut world = owing();
    world.until(march(17)).exclude(Some(march(28))).until(march(31));
    assert_eq!((world.steps().len(), ends(&world)), (2, vec![LadderEnd::Excluded]));
    // The 28th is a Saturday.
    assert_eq!(world.steps(), ["1 notice 03-16", "2 notice 03-30"]);
    let mut for_ever = owing();
    for_ever.exclude(None).until(date(2026, 4, 20));
    assert_eq!(for_ever.steps(), [""; 0]);
    for_ever.then(&IncludeInDunning { account_id: account_id() });
    for_ever.until(date(2026, 4, 30));
    assert_eq!(for_ever.steps(), ["1 notice 04-20", "1 call 04-21", "1 suspension 04-22"]);
}
