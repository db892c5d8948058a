//! The index can be lost, torn, foreign or old: the log opens and holds the same. It can be ahead
//! of the journal: then the journal has lost something, and the log does not open.

use std::fs;
use std::path::Path;

use event_store::{Log, OpenError, WitnessError};

use crate::support::{append_from, assert_holds, copy_dir, filled, names, segments, small};

const COUNT: u64 = 40;

fn closed() -> tempfile::TempDir {
    filled(COUNT).0
}

#[test]
fn a_deleted_index_is_built_again() {
    let dir = closed();
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    assert_holds(dir.path(), COUNT);
}

#[test]
fn an_index_of_garbage_is_set_aside_and_built_again() {
    let dir = closed();
    let index = dir.path().join("index");
    fs::write(index.join("db"), [0x5a; 100_000]).unwrap();
    fs::write(index.join("conf"), [0x5a; 100]).unwrap();
    assert_holds(dir.path(), COUNT);
    assert_eq!(names(dir.path(), "index.damaged-").len(), 1);
}

#[test]
fn an_index_with_flipped_bytes_loses_nothing() {
    let dir = closed();
    let db = dir.path().join("index/db");
    let mut bytes = fs::read(&db).unwrap();
    bytes.iter_mut().step_by(97).for_each(|byte| *byte ^= 0x10);
    fs::write(&db, bytes).unwrap();
    assert_holds(dir.path(), COUNT);
}

#[test]
fn an_index_cut_in_the_middle_loses_nothing() {
    let dir = closed();
    let db = dir.path().join("index/db");
    let bytes = fs::read(&db).unwrap();
    fs::write(&db, &bytes[..bytes.len() / 2]).unwrap();
    assert_holds(dir.path(), COUNT);
}

#[test]
fn an_index_that_failed_in_use_is_set_aside_at_the_next_opening() {
    let dir = closed();
    fs::write(dir.path().join("index/DAMAGED"), []).unwrap();
    assert_holds(dir.path(), COUNT);
    assert_eq!(names(dir.path(), "index.damaged-"), ["index.damaged-failed"]);
}

#[test]
fn an_index_of_another_log_is_set_aside_and_built_again() {
    let dir = closed();
    let other = tempfile::tempdir().unwrap();
    drop(Log::open(other.path(), "other", small()).unwrap());
    let index = dir.path().join("index");
    fs::remove_dir_all(&index).unwrap();
    copy_dir(&other.path().join("index"), &index);
    assert_holds(dir.path(), COUNT);
    assert_eq!(names(dir.path(), "index.damaged-"), ["index.damaged-foreign"]);
}

#[test]
fn an_index_older_than_the_journal_catches_up() {
    let (dir, log) = filled(10);
    drop(log);
    let kept = tempfile::tempdir().unwrap();
    copy_dir(&dir.path().join("index"), &kept.path().join("index"));
    let mut log = assert_holds(dir.path(), 10);
    append_from(&mut log, 11, COUNT);
    drop(log);
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    copy_dir(&kept.path().join("index"), &dir.path().join("index"));
    assert_holds(dir.path(), COUNT);
}

fn refused(dir: &Path) -> WitnessError {
    match Log::open(dir, "acme", small()) {
        Err(OpenError::JournalBehindWitness { source, .. }) => source,
        Err(other) => panic!("refused for another reason: {other:?}"),
        Ok(_) => panic!("opened"),
    }
}

#[test]
fn a_journal_that_ends_before_its_index_is_refused_with_both_positions() {
    let dir = closed();
    let last = segments(dir.path()).pop().unwrap();
    let first_position: u64 = last.file_stem().unwrap().to_str().unwrap().parse().unwrap();
    fs::remove_file(last).unwrap();
    let WitnessError::Behind { journal, witness } = refused(dir.path()) else {
        panic!("the journal is shorter, not different");
    };
    assert_eq!(journal, first_position - 1);
    assert!(witness >= first_position, "the index saw {witness}");
}

#[test]
fn a_journal_that_is_gone_is_refused_by_its_index() {
    let dir = closed();
    fs::remove_dir_all(dir.path().join("journal")).unwrap();
    assert!(matches!(refused(dir.path()), WitnessError::Behind { journal: 0, .. }));
}

#[test]
fn a_journal_with_another_past_is_refused_by_its_index() {
    let dir = closed();
    let other = tempfile::tempdir().unwrap();
    let mut log = Log::open(other.path(), "acme", small()).unwrap();
    append_from(&mut log, 2, COUNT + 1);
    drop(log);
    fs::remove_dir_all(dir.path().join("journal")).unwrap();
    copy_dir(&other.path().join("journal"), &dir.path().join("journal"));
    assert!(matches!(refused(dir.path()), WitnessError::Differs { .. }));
}

#[test]
fn whoever_saw_more_than_the_journal_has_is_a_witness() {
    let (_dir, log) = filled(5);
    let reader = log.reader();
    let head = reader.head();
    assert_eq!(reader.check_witness(head.position, head.chain).unwrap(), Ok(()));
    assert_eq!(reader.check_witness(0, event_store::genesis("acme")).unwrap(), Ok(()));
    let ahead = WitnessError::Behind { journal: 5, witness: 6 };
    assert_eq!(reader.check_witness(6, head.chain).unwrap(), Err(ahead));
    let differs = reader.check_witness(4, head.chain).unwrap();
    assert!(matches!(differs, Err(WitnessError::Differs { position: 4, .. })));
}
