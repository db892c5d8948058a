//! A log on a disk that may fail: a story that is told until something goes wrong, and what must
//! be there afterwards, whatever went wrong.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use event_store::{AppendError, Block, Expected, Log, NewEvent, NewRecord, Options, verify_on};
use storage::Storage;

use crate::support::{STREAMS, event, id, record, small};

pub(crate) const DIR: &str = "/log";
/// The log is opened so many times, and so many groups are appended each time.
const CHAPTERS: usize = 2;
const GROUPS: usize = 8;

/// How far a story came. The records are numbered 1, 2, 3, ... and have one event each.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The last record that was acknowledged.
    pub(crate) acknowledged: u64,
    /// The last record that was given to the log.
    pub(crate) attempted: u64,
    /// What went wrong.
    pub(crate) failure: Option<String>,
}

/// No threads, and limits so small that the story rolls and spills all the time.
pub(crate) fn options(storage: &Arc<dyn Storage>) -> Options {
    Options { background: false, storage: Arc::clone(storage), ..small() }
}

pub(crate) fn open(storage: &Arc<dyn Storage>) -> Result<Log, String> {
    Log::open(Path::new(DIR), "acme", options(storage)).map_err(|error| text(&error))
}

/// An error with all its causes.
pub(crate) fn text(error: &dyn Error) -> String {
    let cause = error.source().map(|cause| format!(": {}", text(cause)));
    format!("{error}{}", cause.unwrap_or_default())
}

/// The n-th record: some fit into a sector, some take several, one in thirty a segment of its own.
pub(crate) fn nth(n: u64) -> NewRecord {
    let bytes = if n % 30 == 17 { 2000 } else { n * 131 % 700 };
    let data = "x".repeat(usize::try_from(bytes).unwrap());
    let event = event(STREAMS[usize::try_from(n % 3).unwrap()], 0, &data);
    let at = i64::try_from(n * 10).unwrap();
    record(n, at, vec![NewEvent { expected: Expected::Any, ..event }])
}

fn append(log: &mut Log, told: &mut Told, count: u64) -> Result<(), AppendError> {
    let first = told.attempted + 1;
    told.attempted += count;
    let appended = log.append((first..=told.attempted).map(nth).collect())?;
    let positions: Vec<_> =
        appended.outcomes.into_iter().map(|outcome| outcome.unwrap().first_position).collect();
    assert_eq!(positions, (first..=told.attempted).collect::<Vec<_>>());
    told.acknowledged = told.attempted;
    Ok(())
}

/// Tells the story to its end, or until something goes wrong. A log that failed once must fail
/// alike for ever, and take nothing.
pub(crate) fn tell(storage: &Arc<dyn Storage>) -> Told {
    let mut told = Told::default();
    for _ in 0..CHAPTERS {
        if let Err(failure) = tell_chapter(storage, &mut told) {
            told.failure = Some(failure);
            break;
        }
    }
    told
}

fn tell_chapter(storage: &Arc<dyn Storage>, told: &mut Told) -> Result<(), String> {
    let mut log = open(storage)?;
    for group in 0..GROUPS {
        let Err(error) = append(&mut log, told, [1, 2, 5][group % 3]) else { continue };
        let failure = text(&error);
        for late in 0..2 {
            let refused = log.append(vec![nth(told.attempted + 1 + late)]).unwrap_err();
            assert_eq!(text(&refused), failure);
        }
        return Err(failure);
    }
    Ok(())
}

/// Opens the log and looks for everything that was acknowledged, once and in order, and beyond it
/// for nothing or the one whole group that was on its way. Gives the position where it ends.
pub(crate) fn check(storage: &Arc<dyn Storage>, told: &Told) -> Result<u64, String> {
    let log = open(storage)?;
    let head = log.reader().head();
    let (last, Told { acknowledged, attempted, .. }) = (head.position, told);
    if last != *acknowledged && last != *attempted {
        return Err(format!("{acknowledged} of {attempted} were acknowledged, {last} are there"));
    }
    check_content(&log, last)?;
    let verified = verify_on(storage.as_ref(), Path::new(DIR), |_| ()).map_err(|it| text(&it))?;
    if verified.torn || verified.head != head {
        return Err(format!("verified differs: {verified:?}, {head:?}"));
    }
    Ok(last)
}

/// The records 1 to `last`, found in every way.
fn check_content(log: &Log, last: u64) -> Result<(), String> {
    let reader = log.reader();
    let unread = |error| text(&error);
    let blocks = reader.read_blocks(1, usize::MAX).map_err(unread)?;
    let events: Vec<_> = blocks.iter().flat_map(Block::events).map(Result::unwrap).collect();
    let read: Vec<_> = events.iter().map(|it| (it.position, it.meta.command_id)).collect();
    let mut wrong = read != (1..=last).map(|n| (n, id(n))).collect::<Vec<_>>();
    let versions = [last / 3, last.div_ceil(3), (last + 1) / 3];
    for (stream, version) in STREAMS.into_iter().zip(versions) {
        wrong |= reader.stream_version(stream).map_err(unread)? != version;
        let read = reader.read_stream(stream, 1, usize::MAX).map_err(unread)?;
        wrong |= !read.iter().map(|it| it.event.version).eq(1..=version);
    }
    for n in 1..=last + 1 {
        let found = reader.find_command(id(n)).map_err(unread)?;
        wrong |= found.map(|record| record.first_position) != (n <= last).then_some(n);
    }
    if wrong { Err(format!("the log of {last} does not hold what was appended")) } else { Ok(()) }
}

/// Goes on after the fault is gone: the log takes more and keeps it.
pub(crate) fn go_on(storage: &Arc<dyn Storage>, last: u64) -> Result<(), String> {
    let mut told = Told { acknowledged: last, attempted: last, failure: None };
    let mut log = open(storage)?;
    for _ in 0..4 {
        append(&mut log, &mut told, 3).map_err(|error| text(&error))?;
    }
    drop(log);
    check(storage, &told).map(|_| ())
}
