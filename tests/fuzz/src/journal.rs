//! The files of a log: whatever is in them is read, or refused with the place that is wrong.
//!
//! The disk is in memory and has no faults, so nothing but the bytes can be to blame.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use event_store::{Log, OpenError, Options, SegmentBlock, SegmentFile, VerifyError, verify_on};
use storage::{Access, Simulated, Storage};

use crate::block::check;
use crate::chosen;
use crate::seal::{SEGMENT_HEAD, seal_journal};

const LOG: &str = "acme";
const DIR: &str = "log";

/// Reads one segment from its first block to its last.
pub fn segment(data: &[u8]) {
    let Some((seal, bytes)) = chosen(data) else { return };
    let files = if seal % 2 == 1 { sealed(vec![bytes.to_vec()]) } else { vec![bytes.to_vec()] };
    let dir = Path::new(DIR);
    let disk = disk(dir, &files);
    let path = path(dir, 0, &files[0]);
    let Ok(segment) = SegmentFile::open_on(&disk, &path) else { return };
    assert_eq!(segment.length(), files[0].len() as u64);
    let mut offset = segment.first_offset();
    loop {
        match segment.block_at(offset).expect("the disk has no faults") {
            SegmentBlock::Whole(block) => {
                check(&block);
                offset += block.bytes().len() as u64;
                assert!(offset <= segment.length(), "a block reaches beyond its segment");
            }
            SegmentBlock::End | SegmentBlock::Broken(_) => return,
        }
    }
}

/// Verifies a whole journal.
pub fn journal(data: &[u8]) {
    let (dir, files) = (Path::new(DIR), files(data));
    verified(dir, &disk(dir, &files), &files);
}

/// Opens a log whose journal these bytes are: what opens is whole afterwards, goes on, and opens
/// again.
pub fn opened_log(data: &[u8]) {
    let files = files(data);
    let dir = Path::new(DIR);
    let disk = disk(dir, &files);
    let before = verified(dir, &disk, &files);
    let mut log = match open(dir, &disk) {
        Ok(log) => log,
        Err(error) => {
            assert!(is_about_bytes(&error), "the disk has no faults: {error:?}");
            assert!(before.is_none_or(|name| name != LOG), "it was whole, but does not open");
            return;
        }
    };
    let head = log.reader().head();
    let appended = log.append(vec![next_record()]).expect("the disk has no faults");
    let wrote = u64::from(appended.block.is_some());
    assert_eq!(log.reader().head().position, head.position + wrote);
    let end = log.reader().head();
    drop(log);
    let again = open(dir, &disk).expect("it opened before");
    assert_eq!(again.reader().head(), end, "it does not open where it was closed");
}

fn open(dir: &Path, disk: &Simulated) -> Result<Log, OpenError> {
    let options = Options {
        segment_bytes: 4096,
        index_cache_bytes: 1 << 16,
        filter_bytes: 1 << 16,
        cached_streams: 16,
        spill_events: 4,
        index_secret: [7; 16],
        background: false,
        storage: Arc::new(disk.clone()),
    };
    Log::open(dir, LOG, options)
}

fn next_record() -> event_store::NewRecord {
    event_store::NewRecord {
        command_id: event_store::CommandId([0xf0; 16]),
        committed_at: 1_700_000_000_000_000,
        actor: "fuzzer".into(),
        causation: None,
        correlation: None,
        traceparent: None,
        events: vec![event_store::NewEvent {
            stream: "site_new".into(),
            expected: event_store::Expected::Any,
            kind: "went on".into(),
            schema: 1,
            data: "x".into(),
        }],
    }
}

/// Whether an error names what is wrong with the bytes.
fn is_about_bytes(error: &OpenError) -> bool {
    matches!(error, OpenError::Damaged(_) | OpenError::Read(_))
}

/// Verifies what is on a disk; its name if it is whole. What is damaged has a place.
fn verified(dir: &Path, disk: &Simulated, files: &[Vec<u8>]) -> Option<String> {
    match verify_on(disk, dir, |_| ()) {
        Ok(report) => {
            let bytes: usize = files.iter().map(Vec::len).sum();
            let read = if report.segments == 0 { 0 } else { report.bytes };
            assert!(read <= bytes as u64, "{report:?} of {bytes} bytes");
            assert!(report.streams as u64 <= report.head.position);
            assert!(report.records <= report.head.position);
            (!report.torn && report.segments > 0).then_some(report.name)
        }
        Err(VerifyError::Damaged(damage)) => {
            let nth = (0..files.len()).find(|nth| path(dir, *nth, &files[*nth]) == damage.segment);
            let length = files[nth.expect("a segment of this journal is named")].len();
            assert!(damage.offset <= length as u64, "{damage:?} is beyond {length} bytes");
            None
        }
        Err(VerifyError::Read(error)) => panic!("the disk has no faults: {error:?}"),
    }
}

/// A choice, then segments, each after its length as 4 bytes.
fn files(data: &[u8]) -> Vec<Vec<u8>> {
    let Some((seal, mut rest)) = chosen(data) else { return Vec::new() };
    let mut files = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (file, after) = after.split_at(length.min(after.len()));
        files.push(file.to_vec());
        rest = after;
    }
    if seal % 2 == 1 { sealed(files) } else { files }
}

fn sealed(mut files: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let name = files.first().and_then(|first| name_in(first)).unwrap_or(LOG.to_owned());
    seal_journal(&name, &mut files);
    files
}

fn name_in(segment: &[u8]) -> Option<String> {
    let length = usize::from(*segment.get(64)?);
    String::from_utf8(segment.get(65..65 + length)?.to_vec()).ok()
}

fn disk(dir: &Path, files: &[Vec<u8>]) -> Simulated {
    let disk = Simulated::new(0);
    disk.create_dir(&dir.join("journal")).expect("the disk is empty");
    for (nth, bytes) in files.iter().enumerate() {
        let file = disk.open(&path(dir, nth, bytes), Access::Create).expect("the disk is empty");
        file.write_all_at(bytes, 0).expect("the disk has room");
    }
    disk
}

/// A segment is called after its first position; what has none, after its place.
fn path(dir: &Path, nth: usize, bytes: &[u8]) -> PathBuf {
    let first = bytes.get(16..SEGMENT_HEAD).and_then(|head| head.first_chunk::<8>());
    let first = first.map_or(nth as u64 + 1, |first| u64::from_le_bytes(*first));
    dir.join("journal").join(format!("{first:012}.seg"))
}
