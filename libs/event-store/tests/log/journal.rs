//! A torn tail is cut; any other damage of the journal is named, never skipped.

use std::fs;
use std::path::{Path, PathBuf};

use event_store::{
    Damage, Fault, Log, OpenError, Options, SegmentBlock, SegmentFile, VerifyError, verify,
};

use crate::support::{append_from, assert_holds, filled, segments, small};

/// A log that has not spilled yet, so that opening reads all of its journal.
fn unspilled(count: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path(), "acme", Options { spill_events: 1000, ..small() }).unwrap();
    append_from(&mut log, 1, count);
    dir
}

/// The offsets of the blocks in a segment, and the offset after the last one.
fn offsets(path: &Path) -> Vec<u64> {
    let segment = SegmentFile::open(path).unwrap();
    let mut offsets = vec![segment.first_offset()];
    while let SegmentBlock::Whole(block) = segment.block_at(*offsets.last().unwrap()).unwrap() {
        offsets.push(offsets.last().unwrap() + block.bytes().len() as u64);
    }
    offsets
}

fn flip(path: &Path, offset: u64) {
    let mut bytes = fs::read(path).unwrap();
    bytes[usize::try_from(offset).unwrap()] ^= 0x04;
    fs::write(path, bytes).unwrap();
}

fn damage(dir: &Path) -> Damage {
    match Log::open(dir, "acme", small()) {
        Err(OpenError::Damaged(damage)) => damage,
        Err(other) => panic!("refused for another reason: {other:?}"),
        Ok(_) => panic!("opened"),
    }
}

fn last_with_blocks(dir: &Path) -> PathBuf {
    segments(dir).pop().filter(|last| offsets(last).len() > 3).unwrap()
}

#[test]
fn a_journal_cut_at_any_byte_of_its_last_blocks_opens_with_the_whole_ones() {
    let dir = unspilled(4);
    let path = last_with_blocks(dir.path());
    let whole = fs::read(&path).unwrap();
    let offsets = offsets(&path);
    for cut in (offsets[2]..offsets[4]).step_by(3) {
        let left = offsets.iter().filter(|offset| **offset <= cut).count() as u64 - 1;
        let mut torn = whole.clone();
        torn[usize::try_from(cut).unwrap()..].fill(0);
        fs::write(&path, torn).unwrap();
        let _ = fs::remove_dir_all(dir.path().join("index"));
        assert_holds(dir.path(), left);
    }
}

#[test]
fn after_a_cut_the_log_goes_on_where_the_last_whole_block_ends() {
    let dir = unspilled(4);
    let path = last_with_blocks(dir.path());
    let offsets = offsets(&path);
    let mut torn = fs::read(&path).unwrap();
    torn[usize::try_from(offsets[3]).unwrap() + 40..].fill(0);
    fs::write(&path, torn).unwrap();
    let mut log = assert_holds(dir.path(), 3);
    append_from(&mut log, 4, 9);
    drop(log);
    assert_holds(dir.path(), 9);
    assert!(!verify(dir.path(), |_| ()).unwrap().torn);
}

#[test]
fn a_flipped_bit_before_the_tail_is_named_with_segment_offset_and_position() {
    let dir = unspilled(4);
    let path = last_with_blocks(dir.path());
    let offsets = offsets(&path);
    for offset in (offsets[1]..offsets[2]).step_by(7) {
        flip(&path, offset);
        let found = damage(dir.path());
        assert_eq!((&found.segment, found.offset, found.position), (&path, offsets[1], 2));
        flip(&path, offset);
    }
    assert_holds(dir.path(), 4);
}

#[test]
fn a_flipped_bit_in_a_sealed_segment_is_named_by_verify_and_by_a_rebuild() {
    let (dir, log) = filled(30);
    drop(log);
    let path = segments(dir.path()).remove(1);
    let offset = offsets(&path)[1];
    flip(&path, offset + 30);
    let Err(VerifyError::Damaged(found)) = verify(dir.path(), |_| ()) else { panic!("verified") };
    assert_eq!((&found.segment, found.offset), (&path, offset));
    assert!(matches!(found.fault, Fault::Block(_)));
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    assert_eq!(damage(dir.path()), found);
}

#[test]
fn a_segment_of_another_log_is_named() {
    let (dir, log) = filled(10);
    drop(log);
    let found = match Log::open(dir.path(), "other", small()) {
        Err(OpenError::Damaged(found)) => found,
        _ => panic!("another name must not open it"),
    };
    assert_eq!(found.fault, Fault::Foreign { found: "acme".to_owned() });
}

#[test]
fn a_segment_of_another_past_breaks_the_chain() {
    let (dir, log) = filled(40);
    drop(log);
    let other = tempfile::tempdir().unwrap();
    let mut log = Log::open(other.path(), "acme", small()).unwrap();
    append_from(&mut log, 2, 41);
    drop(log);
    let (ours, theirs) = (segments(dir.path()).remove(1), segments(other.path()).remove(1));
    assert_eq!(ours.file_name(), theirs.file_name());
    fs::copy(&theirs, &ours).unwrap();
    let Err(VerifyError::Damaged(found)) = verify(dir.path(), |_| ()) else { panic!("verified") };
    assert_eq!((&found.segment, found.offset), (&ours, 0));
    assert!(matches!(found.fault, Fault::Chain { .. }));
}

#[test]
fn verify_counts_what_a_whole_journal_holds() {
    let (dir, log) = filled(40);
    let mut seen = Vec::new();
    let report = verify(dir.path(), |progress| seen.push(progress.events)).unwrap();
    assert_eq!((report.name.as_str(), report.head), ("acme", log.reader().head()));
    assert_eq!((report.blocks, report.records, report.streams, report.torn), (40, 40, 3, false));
    assert_eq!((seen.len(), seen.last()), (report.segments, Some(&40)));
    assert!(report.segments > 3);
}

fn verified_damage(dir: &Path) -> Damage {
    match verify(dir, |_| {}) {
        Err(VerifyError::Damaged(damage)) => damage,
        Err(other) => panic!("refused for another reason: {other:?}"),
        Ok(report) => panic!("found nothing: {report:?}"),
    }
}

#[test]
fn a_wiped_block_before_whole_ones_is_damage_and_not_the_end() {
    let dir = unspilled(4);
    let path = last_with_blocks(dir.path());
    let offsets = offsets(&path);
    let mut bytes = fs::read(&path).unwrap();
    let wiped = usize::try_from(offsets[1]).unwrap()..usize::try_from(offsets[2]).unwrap();
    bytes[wiped].fill(0);
    fs::write(&path, bytes).unwrap();
    let found = verified_damage(dir.path());
    assert_eq!((found.offset, &found.fault), (offsets[1], &damage(dir.path()).fault));
}

#[test]
fn verification_names_a_flipped_bit_in_the_last_segment() {
    let dir = unspilled(4);
    let path = last_with_blocks(dir.path());
    let offsets = offsets(&path);
    flip(&path, offsets[1] + 40);
    assert_eq!(verified_damage(dir.path()).offset, offsets[1]);
}
