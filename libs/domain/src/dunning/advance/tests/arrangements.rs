//! Arrangements hold a ladder up, at whatever step it stands.

use jiff::civil::date;

use super::world::{World, march, owing};
use crate::{
    dunning::{DunningEvent, LadderEnd},
    testing::fixtures::code,
};

/// 49.99 is promised by a day, which the account agrees on with the step of a day taken.
fn promised(made: i8, by: i8) -> World {
    let mut world = owing();
    world.until(march(made)).advance().arrange("arr-1", &[(4_999, march(by))]);
    world
}

/// 49.99 is promised in two parts, when a step was taken.
fn agreed() -> World {
    let mut world = owing();
    world.until(march(17)).arrange("arr-1", &[(2_000, march(20)), (2_999, march(27))]);
    world
}

fn arrangements(world: &World) -> Vec<&'static str> {
    let told = world.events().filter_map(|event| match event {
        DunningEvent::ArrangementMade { .. } => Some("made"),
        DunningEvent::ArrangementKept { .. } => Some("kept"),
        DunningEvent::ArrangementBroken { .. } => Some("broken"),
        DunningEvent::LadderEnded { because: LadderEnd::PromiseBroken, .. } => Some("anew"),
        DunningEvent::StepTaken(_)
        | DunningEvent::LadderEnded { .. }
        | DunningEvent::ChargeDisputed { .. }
        | DunningEvent::DisputeClosed { .. }
        | DunningEvent::Excluded { .. }
        | DunningEvent::Included { .. }
        | DunningEvent::PaymentDemanded { .. } => None,
    });
    told.collect()
}

#[test]
fn f79_who_keeps_an_arrangement_is_not_asked_any_more() {
    // Before the ladder, and after its first, second and third step.
    for (made, steps) in [(10, 0), (16, 1), (17, 2), (18, 3)] {
        let mut world = promised(made, 24);
        world.until(march(24)).pay("p-1", 4_999).until(march(31));
        assert_eq!(world.steps().len(), steps, "{made}");
        assert_eq!(arrangements(&world), ["made", "kept"], "{made}");
    }
}

#[test]
fn f79_f86_who_breaks_an_arrangement_is_asked_from_where_the_ladder_stood() {
    let all = |ladder, days: [i8; 3]| {
        let step = |(name, day)| format!("{ladder} {name} 03-{day}");
        ["notice", "call", "suspension"].into_iter().zip(days).map(step).collect::<Vec<_>>()
    };
    // The 25th is the day after the one that was promised.
    for (made, days) in [(10, [25, 26, 27]), (16, [16, 25, 26]), (17, [16, 17, 25])] {
        let mut world = promised(made, 24);
        world.until(march(31));
        assert_eq!(world.steps(), all(1, days), "{made}");
        assert_eq!(arrangements(&world), ["made", "broken"], "{made}");
    }
}

#[test]
fn f86_who_was_reinstated_on_a_promise_and_breaks_it_is_asked_and_suspended_anew() {
    let mut world = promised(18, 20);
    world.until(march(31));
    // The 20th is a Friday: it is known on Saturday that nothing came.
    assert_eq!(world.steps()[3..], ["2 notice 03-23", "2 call 03-24", "2 suspension 03-25"]);
    assert_eq!(arrangements(&world), ["made", "broken", "anew"]);
}

#[test]
fn f86_a_broken_promise_begins_anew_although_a_step_follows_the_suspension() {
    let mut world = owing();
    let mut collections = world.biller.dunning.steps[0].clone();
    (collections.name, collections.after_due) = (code("collections"), 43);
    world.biller.dunning.steps.push(collections);
    world.until(march(18)).advance().arrange("arr-1", &[(4_999, march(20))]).until(march(31));
    assert_eq!(world.steps()[3..], ["2 notice 03-23", "2 call 03-24", "2 suspension 03-25"]);
}

#[test]
fn f79_who_is_short_of_less_than_anybody_is_asked_for_keeps_the_arrangement() {
    // The plan asks nobody for less than 1.00.
    let mut kept = agreed();
    kept.until(march(20)).pay("p-1", 1_901).until(march(26));
    assert_eq!(arrangements(&kept), ["made"]);
    kept.pay("p-2", 2_999).until(march(28));
    assert_eq!(arrangements(&kept), ["made"], "the last day is not over");
    kept.until(date(2026, 4, 4));
    assert_eq!((kept.steps().len(), arrangements(&kept)), (1, vec!["made", "kept"]));
    let mut broken = agreed();
    broken.until(march(20)).pay("p-1", 1_900).until(march(22));
    assert_eq!(arrangements(&broken), ["made", "broken"]);
}

#[test]
fn f79_an_arrangement_may_be_paid_in_parts() {
    let mut kept = agreed();
    kept.until(march(20)).pay("p-1", 2_000).until(march(26)).pay("p-2", 2_999).until(march(31));
    assert_eq!((kept.steps().len(), arrangements(&kept)), (1, vec!["made", "kept"]));
    let mut early = agreed();
    early.pay("p-1", 3_000).until(march(27)).pay("p-2", 1_999).until(march(31));
    assert_eq!(arrangements(&early), ["made", "kept"]);
    let mut first_missed = agreed();
    first_missed.pay("p-1", 1_900).until(march(31));
    assert_eq!(first_missed.steps()[1..], ["1 call 03-23", "1 suspension 03-24"]);
    let broken = first_missed.events().find_map(|event| {
        let DunningEvent::ArrangementBroken { promised_on, missing, to_reinstate, .. } = event
        else {
            return None;
        };
        Some((*promised_on, missing.minor, to_reinstate.map(|owed| owed.minor)))
    });
    assert_eq!(broken, Some((march(20), 100, Some(3_099))), "of 49.99, 19.00 are paid");
    let mut second_missed = agreed();
    second_missed.pay("p-1", 2_000).until(march(31));
    assert_eq!(second_missed.steps()[1..], ["1 call 03-30"], "the 28th is a Saturday");
}

#[test]
fn a_payment_that_does_not_hold_breaks_the_arrangement_on_its_day() {
    let mut world = promised(16, 24);
    world.pay("p-1", 4_000).until(march(20)).reverse("p-1").until(march(31));
    assert_eq!(world.steps()[1..], ["1 call 03-25", "1 suspension 03-26"]);
}

#[test]
fn f86_what_is_charged_later_is_no_part_of_an_arrangement() {
    let mut world = promised(16, 24);
    world.charge(6_999, march(20)).until(march(24)).pay("p-1", 4_999);
    assert_eq!(arrangements(&world), ["made", "kept"]);
    assert!(!world.dunning().is_arranged());
}
