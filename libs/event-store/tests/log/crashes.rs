//! The power fails at every write and every sync: what was acknowledged is there, and what is
//! read after one power cut is there after the next.

use std::sync::Arc;

use storage::{Fault, Flawed, Simulated, Storage};

use crate::lying::Lie;
use crate::story::{check, go_on, tell};

/// Cuts the power at every call, each with another outcome for every round.
fn crash_everywhere(round: u64) {
    for n in 1.. {
        let disk = Simulated::new(n << 8 | round);
        let storage: Arc<dyn Storage> = Arc::new(disk.clone());
        disk.fail_at(Fault::Power, n);
        let mut told = tell(&storage);
        disk.crash();
        if !disk.heal() {
            assert!(n > 200 && told.failure.is_none(), "{n} calls: {told:?}");
            return;
        }
        let checked = check(&storage, &told).and_then(|shown| {
            told.acknowledged = shown;
            disk.crash();
            let last = check(&storage, &told)?;
            go_on(&storage, last)
        });
        assert_eq!(checked, Ok(()), "round {round}, call {n}: {told:?}");
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_power_fails_anywhere() {
    (0..2).for_each(crash_everywhere);
}

#[test]
fn nothing_acknowledged_is_lost_when_the_power_fails_anywhere_with_other_outcomes() {
    (2..4).for_each(crash_everywhere);
}

/// The power fails while the log is being opened after a power cut, at every call.
#[test]
fn a_power_cut_while_the_log_is_opened_after_a_power_cut_loses_nothing() {
    let mut reopened = 0;
    for n in (5..600).step_by(41) {
        for again in 1.. {
            let disk = Simulated::new(n << 8 | again);
            let storage: Arc<dyn Storage> = Arc::new(disk.clone());
            disk.fail_at(Fault::Power, n);
            let told = tell(&storage);
            disk.crash();
            if !disk.heal() {
                break;
            }
            disk.fail_at(Fault::Power, again);
            let first = check(&storage, &told);
            disk.crash();
            if !disk.heal() {
                assert_eq!(first.map(|_| ()), Ok(()), "call {n}: {told:?}");
                break;
            }
            let checked = check(&storage, &told).and_then(|last| go_on(&storage, last));
            assert_eq!(checked, Ok(()), "call {n}, then {again}: {told:?}");
            reopened += 1;
        }
    }
    assert!(reopened > 50, "{reopened}");
}

/// How many of so many stories, told on a disk with a lie and ended by a power cut, are not whole
/// afterwards.
fn lost(stories: u64, lie: Lie) -> usize {
    let lost = (0..stories).filter(|seed| {
        let disk = Simulated::new(*seed);
        let storage: Arc<dyn Storage> = Arc::new(Flawed::new(disk.clone(), lie));
        let told = tell(&storage);
        assert_eq!(told.failure, None);
        disk.crash();
        check(&storage, &told).is_err()
    });
    lost.count()
}

#[test]
fn control_a_disk_that_says_synced_and_does_not_sync_loses_what_was_acknowledged() {
    assert!(lost(20, Lie::Synced) > 10);
}

#[test]
fn control_a_segment_whose_name_is_not_synced_loses_what_was_acknowledged() {
    assert!(lost(20, Lie::NamesSynced) > 10);
}
