//! A thousand worlds keep every promise, and a world that lacks a protection is found out.

use world::{Plan, Weakness, play};

/// Seeds in which a missing protection must show.
const CONTROL_SEEDS: u64 = 40;

fn keep_every_promise(seeds: std::ops::RangeInclusive<u64>) {
    let mut plan = Plan::default();
    for seed in seeds {
        if let Err(broken) = play(seed, &mut plan) {
            panic!("{broken}");
        }
    }
}

#[test]
fn worlds_1_to_250_keep_every_promise() {
    keep_every_promise(1..=250);
}

#[test]
fn worlds_251_to_500_keep_every_promise() {
    keep_every_promise(251..=500);
}

#[test]
fn worlds_501_to_750_keep_every_promise() {
    keep_every_promise(501..=750);
}

#[test]
fn worlds_751_to_1000_keep_every_promise() {
    keep_every_promise(751..=1000);
}

#[test]
fn the_same_seed_gives_the_same_log() {
    for seed in 1..=10 {
        let first = play(seed, &mut Plan::default()).unwrap();
        assert_eq!(play(seed, &mut Plan::default()).unwrap(), first);
        assert!(first.events > 0 && first.crashes > 0, "{first:?}");
    }
}

/// Some world that lacks a protection breaks a promise, in these words.
fn is_found_out(weakness: Weakness, words: &str) {
    let mut plan = Plan { weakness: Some(weakness), ..Plan::default() };
    let broken: Vec<_> = (1..=CONTROL_SEEDS).filter_map(|it| play(it, &mut plan).err()).collect();
    let heard: Vec<_> = broken.iter().map(|broken| broken.what.as_str()).collect();
    assert!(heard.iter().any(|what| what.contains(words)), "{heard:#?}");
}

#[test]
fn control_a_disk_that_forgets_synced_writes_is_found_out() {
    is_found_out(Weakness::ForgetfulDisk, "core did not start: the journal is damaged");
}

#[test]
fn control_a_writer_that_answers_before_the_sync_is_found_out() {
    is_found_out(Weakness::EarlyAnswer, "an acknowledged record is lost");
}

#[test]
fn control_a_sender_with_random_ids_is_found_out() {
    is_found_out(Weakness::RandomIds, ", and later");
}

#[test]
fn control_a_consumer_that_looks_at_no_position_is_found_out() {
    is_found_out(Weakness::CarelessConsumer, "has another row");
}
