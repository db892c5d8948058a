//! Damage at every kind of place of a journal, and what verification, opening and reading find:
//! the segment, the offset and the position.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use event_store::{
    Block, Damage, Fault, Log, OpenError, ReadError, SegmentBlock, SegmentFile, VerifyError,
    verify_on,
};
use storage::{Access, Simulated, Storage};

use crate::story::{DIR, check, go_on, nth, open, options, tell};

/// A journal that was told to its end, and the log that is still open.
struct Patient {
    disk: Simulated,
    storage: Arc<dyn Storage>,
    last: u64,
}

/// Where a block lies.
#[derive(Clone, Debug)]
struct Place {
    path: PathBuf,
    start: usize,
    block: Block,
}

impl Place {
    fn end(&self) -> usize {
        self.start + self.block.bytes().len()
    }

    /// What must be found when it is damaged.
    fn named(&self) -> (PathBuf, u64, u64) {
        (self.path.clone(), self.start as u64, self.block.first_position())
    }
}

fn named(damage: Damage) -> (PathBuf, u64, u64) {
    (damage.segment, damage.offset, damage.position)
}

impl Patient {
    fn new() -> Self {
        let disk = Simulated::new(1);
        let storage: Arc<dyn Storage> = Arc::new(disk.clone());
        let mut patient = Self { last: tell(&storage).acknowledged, disk, storage };
        let mut log = open(&patient.storage).unwrap();
        let share_a_segment = |places: &[Place]| match places {
            [.., one, other] => one.path == other.path,
            _ => false,
        };
        while !share_a_segment(&patient.places()) {
            patient.last += 1;
            log.append(vec![nth(patient.last)]).unwrap();
        }
        patient
    }

    fn segments(&self) -> Vec<PathBuf> {
        let journal = self.disk.list(&Path::new(DIR).join("journal")).unwrap();
        journal.into_iter().filter(|path| path.extension().is_some()).collect()
    }

    fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for path in self.segments() {
            let segment = SegmentFile::open_on(&self.disk, &path).unwrap();
            let mut offset = segment.first_offset();
            while let SegmentBlock::Whole(block) = segment.block_at(offset).unwrap() {
                let start = usize::try_from(offset).unwrap();
                offset += block.bytes().len() as u64;
                places.push(Place { path: path.clone(), start, block });
            }
        }
        places
    }

    fn content(&self, path: &Path) -> Vec<u8> {
        storage::read(&self.disk, path).unwrap()
    }

    /// Writes in place, so that whoever has the file open sees it.
    fn write(&self, path: &Path, bytes: &[u8]) {
        let file = self.disk.open(path, Access::Write).unwrap();
        file.write_all_at(bytes, 0).unwrap();
        file.sync_data().unwrap();
    }

    /// Makes the file have exactly these bytes.
    fn replace(&self, path: &Path, bytes: &[u8]) {
        storage::replace(&self.disk, path, bytes).unwrap();
    }

    fn flip(&self, path: &Path, at: usize) {
        let mut bytes = self.content(path);
        bytes[at] ^= 1 << (at % 8);
        self.write(path, &bytes);
    }

    fn verified(&self) -> Result<bool, Damage> {
        match verify_on(&self.disk, Path::new(DIR), |_| ()) {
            Ok(report) => Ok(report.torn),
            Err(VerifyError::Damaged(damage)) => Err(damage),
            Err(VerifyError::Read(error)) => panic!("{error:?}"),
        }
    }

    /// Opens the log without its index, so that all of the journal is read.
    fn rebuilt(&self) -> Result<u64, Damage> {
        let _ = self.disk.remove(&Path::new(DIR).join("index"));
        match Log::open(Path::new(DIR), "acme", options(&self.storage)) {
            Ok(log) => Ok(log.reader().head().position),
            Err(OpenError::Damaged(damage)) => Err(damage),
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Opens the log, then damages it, then reads all of it.
    fn read_after(&self, damage: impl FnOnce()) -> Result<usize, Damage> {
        let log = open(&self.storage).unwrap();
        damage();
        match log.reader().read_blocks(1, usize::MAX) {
            Ok(blocks) => Ok(blocks.len()),
            Err(ReadError::Damaged(damage)) => Err(damage),
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn a_flipped_bit_in_any_block_is_named_by_verification_opening_and_reading() {
    let patient = Patient::new();
    let places = patient.places();
    let whole: Vec<_> = patient.segments();
    assert!(whole.len() > 5 && places.len() > 12, "{} {}", whole.len(), places.len());
    for (nth, place) in places.iter().enumerate() {
        // The header byte by byte, and more of the last two blocks than of the others.
        let step = if nth + 2 < places.len() { 97 } else { 3 };
        let whole = patient.content(&place.path);
        for at in (place.start..place.start + 32).chain((place.start..place.end()).step_by(step)) {
            let read = patient.read_after(|| patient.flip(&place.path, at));
            // A header that leads a reader astray is noticed where it leads to.
            let misleads = (12..28).contains(&(at - place.start)) && read.is_err();
            assert!(misleads || read.map_err(named) == Err(place.named()), "read, {at}");
            assert_eq!(patient.verified().map_err(named), Err(place.named()), "verified, {at}");
            assert_eq!(patient.rebuilt().map_err(named), Err(place.named()), "opened, {at}");
            patient.write(&place.path, &whole);
        }
    }
    assert_eq!(patient.rebuilt(), Ok(patient.last));
}

#[test]
fn a_flipped_bit_in_any_header_of_a_segment_is_named() {
    let patient = Patient::new();
    for path in patient.segments() {
        let segment = SegmentFile::open_on(&patient.disk, &path).unwrap();
        let named_here = (path.clone(), 0, segment.header().first_position);
        for at in (0..160).step_by(3) {
            patient.flip(&path, at);
            assert_eq!(patient.verified().map_err(named), Err(named_here.clone()), "{at}");
            assert_eq!(patient.rebuilt().map_err(named), Err(named_here.clone()), "{at}");
            patient.flip(&path, at);
        }
    }
    assert_eq!(patient.rebuilt(), Ok(patient.last));
}

#[test]
fn a_bit_behind_the_last_block_is_cut_and_behind_a_sealed_segments_blocks_is_named() {
    let patient = Patient::new();
    let [.., sealed, _] = &patient.segments()[..] else { panic!("one segment") };
    let at = patient.content(sealed).len() - 1;
    patient.flip(sealed, at);
    let stray = patient.verified().unwrap_err();
    assert_eq!((&stray.segment, &stray.fault), (sealed, &Fault::Stray));
    patient.flip(sealed, at);
    let last = patient.places().pop().unwrap();
    for behind in [0, 1, 5, 40, 58, 60, 80] {
        patient.flip(&last.path, last.end() + behind);
        assert_eq!(patient.verified(), Ok(true), "{behind}");
        assert_eq!(patient.rebuilt(), Ok(patient.last), "{behind}");
        assert_eq!(patient.verified(), Ok(false), "{behind}");
    }
}

#[test]
fn a_segment_cut_at_any_byte_of_the_last_blocks_is_named() {
    let patient = Patient::new();
    let mut places = patient.places();
    let last = places.split_off(places.len() - 2);
    let path = &last[0].path;
    let whole = patient.content(path);
    for cut in last[0].start..=last[1].end() + 3 {
        patient.replace(path, &whole[..cut]);
        let due = last.iter().find(|place| cut < place.end());
        let due = due.map_or(patient.last + 1, |place| place.block.first_position());
        let short = Fault::Short { found: cut as u64, needed: whole.len() as u64 };
        let found = patient.verified().unwrap_err();
        assert_eq!(patient.rebuilt().as_ref(), Err(&found));
        let Damage { segment, offset, position, fault } = found;
        assert_eq!((&segment, offset, position, fault), (path, cut as u64, due, short));
    }
    patient.replace(path, &whole);
    assert_eq!(patient.rebuilt(), Ok(patient.last));
}

#[test]
fn a_sealed_segment_cut_anywhere_is_named() {
    let patient = Patient::new();
    let places = patient.places();
    let path = &patient.segments()[1];
    let inside: Vec<_> = places.into_iter().filter(|place| place.path == *path).collect();
    let whole = patient.content(path);
    for cut in (0..inside.last().unwrap().end()).step_by(29) {
        let read = patient.read_after(|| patient.replace(path, &whole[..cut]));
        let first = inside.iter().find(|place| cut < place.end()).unwrap();
        assert_eq!(read.map_err(named), Err(first.named()), "{cut}");
        assert_eq!(patient.verified().unwrap_err().segment, *path, "{cut}");
        assert_eq!(patient.rebuilt().unwrap_err().segment, *path, "{cut}");
        patient.replace(path, &whole);
    }
    assert_eq!(patient.rebuilt(), Ok(patient.last));
}

/// What is found when the journal's files are as `change` leaves them; then all is put back.
fn after(patient: &Patient, change: impl FnOnce()) -> Damage {
    let before = patient.disk.files();
    change();
    let found = patient.verified().unwrap_err();
    assert_eq!(patient.rebuilt(), Err(found.clone()));
    patient.segments().iter().for_each(|path| patient.disk.remove(path).unwrap());
    for (path, bytes) in before.iter().filter(|(path, _)| path.extension().is_some()) {
        patient.replace(path, bytes);
    }
    assert_eq!(patient.rebuilt(), Ok(patient.last));
    found
}

#[test]
fn a_segment_that_is_missing_swapped_duplicated_or_of_another_log_is_named() {
    let patient = Patient::new();
    let paths = patient.segments();
    let content: Vec<_> = paths.iter().map(|path| patient.content(path)).collect();
    let first = after(&patient, || patient.disk.remove(&paths[0]).unwrap());
    assert_eq!((&first.segment, first.offset, first.position), (&paths[1], 0, 1));
    let middle = after(&patient, || patient.disk.remove(&paths[2]).unwrap());
    assert_eq!((&middle.segment, middle.offset), (&paths[1], content[1].len() as u64));
    assert!(matches!(middle.fault, Fault::Missing { .. }));
    let swapped = after(&patient, || {
        patient.replace(&paths[1], &content[2]);
        patient.replace(&paths[2], &content[1]);
    });
    assert_eq!((&swapped.segment, swapped.offset), (&paths[1], 0));
    let duplicated = after(&patient, || {
        patient.replace(&paths[0].with_file_name("000000000777.seg"), &content[2]);
    });
    assert_eq!(duplicated.segment, paths[0].with_file_name("000000000777.seg"));
    let others = Simulated::new(2);
    let foreign: Arc<dyn Storage> = Arc::new(others.clone());
    let mut log = Log::open(Path::new(DIR), "other", options(&foreign)).unwrap();
    for n in 1..20 {
        log.append(vec![nth(n)]).unwrap();
    }
    let bytes = storage::read(&others, &paths[0]).unwrap();
    let found = after(&patient, || patient.replace(&paths[1], &bytes));
    assert_eq!((&found.segment, found.offset), (&paths[1], 0));
    assert_eq!(found.fault, Fault::Foreign { found: "other".to_owned() });
}

#[test]
fn the_last_segment_missing_is_named_by_the_witness_of_the_index() {
    let patient = Patient::new();
    patient.disk.remove(patient.segments().last().unwrap()).unwrap();
    let refused = open(&patient.storage).err().unwrap();
    assert!(refused.contains("records are lost"), "{refused}");
}

#[test]
fn a_journal_older_than_its_index_is_refused() {
    let disk = Simulated::new(1);
    let storage: Arc<dyn Storage> = Arc::new(disk.clone());
    let last = tell(&storage).acknowledged;
    let old = disk.files();
    go_on(&storage, last).unwrap();
    let patient = Patient { disk, storage, last };
    patient.segments().iter().for_each(|path| patient.disk.remove(path).unwrap());
    for (path, bytes) in old.iter().filter(|(path, _)| path.extension().is_some()) {
        patient.replace(path, bytes);
    }
    let refused = open(&patient.storage).err().unwrap();
    assert!(refused.contains("records are lost"), "{refused}");
}

#[test]
fn a_block_of_which_only_some_sectors_were_written_is_cut_whichever_they_are() {
    let patient = Patient::new();
    let mut log = open(&patient.storage).unwrap();
    log.append(vec![nth(5000 * 30 + 17)]).unwrap();
    drop(log);
    let last = patient.places().pop().unwrap();
    let whole = patient.content(&last.path);
    let sectors = (last.start / 512..=(last.end() - 1) / 512).collect::<Vec<_>>();
    assert!(sectors.len() >= 4, "{sectors:?}");
    for written in 0_u32..(1 << sectors.len()) - 1 {
        let mut torn = whole.clone();
        let lost = sectors.iter().enumerate().filter(|(nth, _)| written >> nth & 1 == 0);
        for (_, sector) in lost {
            let from = (sector * 512).max(last.start);
            torn[from..((sector + 1) * 512).min(last.end())].fill(0);
        }
        patient.write(&last.path, &torn);
        assert_eq!(patient.rebuilt(), Ok(patient.last), "{written:b}");
    }
}

#[test]
fn a_block_whose_header_alone_was_not_written_is_cut() {
    let mut patient = Patient::new();
    let mut log = open(&patient.storage).unwrap();
    let end = |patient: &Patient| patient.places().pop().unwrap().end();
    while end(&patient) % 512 < 490 {
        patient.last += 1;
        log.append(vec![nth(patient.last)]).unwrap();
    }
    log.append(vec![nth(patient.last + 1)]).unwrap();
    drop(log);
    let start = patient.places().pop().unwrap().start;
    assert!(start % 512 >= 490, "{start}");
    with_last_block(&patient, |block| block[..512 - start % 512].fill(0));
    assert_eq!(patient.rebuilt(), Ok(patient.last));
}

/// The journal with the last block's bytes changed.
fn with_last_block(patient: &Patient, change: impl FnOnce(&mut [u8])) -> Place {
    let last = patient.places().pop().unwrap();
    let mut bytes = patient.content(&last.path);
    change(&mut bytes[last.start..last.end()]);
    patient.write(&last.path, &bytes);
    last
}

#[test]
fn a_flipped_bit_in_a_last_block_that_ends_with_a_zero_byte_is_named() {
    let mut patient = Patient::new();
    let mut log = open(&patient.storage).unwrap();
    while patient.places().pop().unwrap().block.chain().0[31] != 0 {
        patient.last += 1;
        log.append(vec![nth(patient.last)]).unwrap();
    }
    drop(log);
    let last = with_last_block(&patient, |block| block[40] ^= 1);
    let refused = open(&patient.storage).err().unwrap();
    assert!(refused.contains(&last.start.to_string()), "{refused}");
}

#[test]
fn control_damage_beside_a_sector_of_zeros_in_the_last_block_passes_for_a_write_cut_short() {
    let patient = Patient::new();
    let mut record = nth(patient.last + 1);
    record.events[0].data = vec![0; 1100].into();
    let mut log = open(&patient.storage).unwrap();
    log.append(vec![record]).unwrap();
    drop(log);
    with_last_block(&patient, |block| block[40] ^= 1);
    assert_eq!(patient.verified(), Ok(true));
    assert_eq!(patient.rebuilt(), Ok(patient.last));
}

#[test]
fn control_a_segment_that_does_not_know_its_length_is_cut_unnoticed() {
    let patient = Patient::new();
    let last = patient.places().pop().unwrap();
    let mut bytes = patient.content(&last.path);
    bytes.truncate(last.start);
    bytes[64..72].fill(0);
    let crc = crc32c::crc32c(&bytes[16..160]);
    bytes[12..16].copy_from_slice(&crc.to_le_bytes());
    patient.replace(&last.path, &bytes);
    assert_eq!(patient.verified(), Ok(false));
    assert!(patient.rebuilt().unwrap() < patient.last);
}

#[test]
fn control_what_is_written_anew_with_all_its_checksums_is_named_by_a_witness_only() {
    let patient = Patient::new();
    let head = open(&patient.storage).unwrap().reader().head();
    let last = patient.places().pop().unwrap();
    let mut bytes = patient.content(&last.path);
    bytes[last.start..].fill(0);
    patient.write(&last.path, &bytes);
    patient.disk.remove(&Path::new(DIR).join("index")).unwrap();
    let mut log = open(&patient.storage).unwrap();
    let first = last.block.first_position();
    log.append((first..=patient.last).map(|n| nth(n + 7000)).collect()).unwrap();
    assert_eq!(log.reader().head().position, patient.last);
    assert_eq!(patient.verified(), Ok(false));
    assert!(log.reader().check_witness(head.position, head.chain).unwrap().is_err());
}

#[test]
fn an_index_that_is_damaged_while_it_is_open_fails_its_readers_and_is_built_again() {
    let patient = Patient::new();
    let log = open(&patient.storage).unwrap();
    patient.disk.fail_at(storage::Fault::Table, 1);
    let read = log.reader().find_command(nth(1).command_id);
    assert!(matches!(read, Err(ReadError::Index(_))), "{read:?}");
    assert!(log.reader().find_command(nth(1).command_id).is_err(), "damage does not heal");
    drop(log);
    patient.disk.heal();
    let told =
        crate::story::Told { acknowledged: patient.last, attempted: patient.last, failure: None };
    assert_eq!(check(&patient.storage, &told), Ok(patient.last));
    let aside = patient.disk.list(Path::new(DIR)).unwrap();
    let names = aside.iter().filter_map(|path| path.file_name()?.to_str());
    assert_eq!(names.filter(|name| name.starts_with("index.damaged-")).count(), 1);
}
