//! A disk that fails, at every call there is: the log says so, acknowledges nothing that is not
//! there, takes nothing any more, and opens with everything acknowledged when the cause is gone.

use std::error::Error;
use std::fs;
use std::sync::Arc;

use event_store::{AppendError, OpenError};
use storage::{Fault, Flawed, Simulated, Storage};

use crate::lying::Lie;
use crate::story::{check, go_on, tell};
use crate::support::{event, filled, record};

/// Tells the story with `fault` at every `step`-th call until it strikes no more; how many stories
/// failed.
fn fails_everywhere(fault: Fault, step: usize) -> u64 {
    let mut failed = 0;
    for n in (1..).step_by(step) {
        let disk = Simulated::new(n);
        disk.fail_at(fault, n);
        let storage: Arc<dyn Storage> = Arc::new(disk.clone());
        let told = tell(&storage);
        failed += u64::from(told.failure.is_some());
        if !disk.heal() {
            assert!(told.failure.is_none(), "{fault:?} {n} did not strike, but {told:?}");
            break;
        }
        let last = check(&storage, &told);
        let went_on = last.and_then(|last| go_on(&storage, last));
        assert_eq!(went_on, Ok(()), "{fault:?} {n}: {told:?}");
    }
    failed
}

#[test]
fn a_write_that_fails_anywhere_stops_the_log_and_loses_nothing_acknowledged() {
    assert!(fails_everywhere(Fault::Write, 1) > 100);
}

#[test]
fn a_full_disk_stops_the_log_and_loses_nothing_acknowledged() {
    assert!(fails_everywhere(Fault::Full, 97) > 100);
}

#[test]
fn a_disk_that_becomes_read_only_stops_the_log_and_loses_nothing_acknowledged() {
    assert!(fails_everywhere(Fault::ReadOnly, 1) > 100);
}

#[test]
fn too_many_open_files_stop_the_log_and_lose_nothing_acknowledged() {
    assert!(fails_everywhere(Fault::Handles, 1) > 30);
}

#[test]
fn a_read_that_fails_anywhere_stops_the_log_and_loses_nothing_acknowledged() {
    assert!(fails_everywhere(Fault::Read, 1) > 30);
}

#[test]
fn an_index_that_panics_anywhere_is_built_again_and_loses_nothing_acknowledged() {
    assert!(fails_everywhere(Fault::Table, 1) > 30);
}

/// A sync fails at every call; the log is opened again with the kernel's memory of what was
/// written, then the power fails. Whatever was read in between must still be there.
fn fails_to_sync(lie: Option<Lie>) -> Result<u64, String> {
    for n in 1.. {
        let disk = Simulated::new(n);
        let storage: Arc<dyn Storage> = match lie {
            Some(lie) => Arc::new(Flawed::new(disk.clone(), lie)),
            None => Arc::new(disk.clone()),
        };
        disk.fail_at(Fault::Sync, n);
        let mut told = tell(&storage);
        if !disk.heal() {
            return Ok(n);
        }
        let shown = check(&storage, &told).map_err(|error| format!("{n}, {told:?}: {error}"))?;
        told.acknowledged = shown;
        disk.crash();
        let last = check(&storage, &told).map_err(|error| format!("{n}, {told:?}: {error}"))?;
        go_on(&storage, last)?;
    }
    unreachable!("numbers do not end")
}

#[test]
fn a_sync_that_fails_anywhere_stops_the_log_and_what_is_read_afterwards_is_never_lost() {
    let syncs = fails_to_sync(None).unwrap();
    assert!(syncs > 50, "{syncs}");
}

#[test]
fn control_a_failed_sync_that_is_taken_for_a_good_one_loses_what_was_acknowledged() {
    assert!(fails_to_sync(Some(Lie::FailedSync)).is_err());
}

#[test]
fn control_what_a_failed_sync_forgot_is_lost_if_it_is_not_written_again() {
    let lost = fails_to_sync(Some(Lie::WrittenAgain)).unwrap_err();
    assert!(lost.contains("are there") || lost.contains("records are lost"), "{lost}");
}

#[test]
fn control_a_failed_write_that_is_taken_for_a_good_one_loses_what_was_acknowledged() {
    let lost = (1..200).filter(|n| {
        let disk = Simulated::new(*n);
        let storage: Arc<dyn Storage> = Arc::new(Flawed::new(disk.clone(), Lie::FailedWrite));
        disk.fail_at(Fault::Write, *n);
        let told = tell(&storage);
        disk.heal();
        check(&storage, &told).is_err()
    });
    assert!(lost.count() > 10);
}

#[test]
fn after_a_failed_append_every_later_one_fails_with_the_same_cause() {
    let (dir, mut log) = filled(3);
    fs::remove_dir_all(dir.path().join("journal")).unwrap();
    let mut failed = Vec::new();
    for n in 100..120 {
        let data = "x".repeat(200);
        let event = event(&format!("stream-{n}"), 0, &data);
        failed.extend(log.append(vec![record(n, 1, vec![event])]).err());
    }
    assert!(failed.len() > 5, "the segment had room for {} appends", 20 - failed.len());
    assert!(matches!(failed[0], AppendError::Roll { .. }));
    let texts: Vec<_> =
        failed.iter().map(|error| format!("{error}: {}", error.source().unwrap())).collect();
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
}

#[test]
fn a_log_has_a_name_of_bounded_length() {
    let dir = tempfile::tempdir().unwrap();
    let open = |name: &str| event_store::Log::open(dir.path(), name, Default::default());
    assert!(matches!(open(""), Err(OpenError::Name { .. })));
    assert!(matches!(open(&"n".repeat(88)), Err(OpenError::Name { .. })));
    assert!(open(&"n".repeat(87)).is_ok());
}
