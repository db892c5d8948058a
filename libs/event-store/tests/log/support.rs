//! The words the tests are written in.

use std::fs;
use std::path::{Path, PathBuf};

use event_store::{AppendError, Block, CommandId, Expected, Log, NewEvent, NewRecord, Options};
use tempfile::TempDir;

/// Segments and generations so small that a handful of events rolls and spills.
pub(crate) fn small() -> Options {
    Options {
        segment_bytes: 1500,
        index_cache_bytes: 1 << 20,
        filter_bytes: 2000,
        cached_streams: 0,
        spill_events: 3,
        index_secret: [7; 16],
        ..Options::default()
    }
}

/// The id of the n-th command.
pub(crate) fn id(n: u64) -> CommandId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    CommandId(bytes)
}

/// An event for a stream at `version`.
pub(crate) fn event(stream: &str, version: u64, data: &str) -> NewEvent {
    NewEvent {
        stream: stream.to_owned(),
        expected: Expected::Version(version),
        kind: "thing.happened".to_owned(),
        schema: 1,
        data: data.to_owned().into(),
    }
}

/// The record of the n-th command.
pub(crate) fn record(n: u64, committed_at: i64, events: Vec<NewEvent>) -> NewRecord {
    NewRecord {
        command_id: id(n),
        committed_at,
        actor: "agent/alice".to_owned(),
        causation: None,
        correlation: None,
        traceparent: None,
        events,
    }
}

/// A log in a directory that vanishes, holding `count` records of one event each, one per block.
pub(crate) fn filled(count: u64) -> (TempDir, Log) {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path(), "acme", small()).unwrap();
    append_from(&mut log, 1, count);
    (dir, log)
}

/// Appends the records `first` to `last`: the n-th goes to one of three streams, at time 10 n.
pub(crate) fn append_from(log: &mut Log, first: u64, last: u64) {
    (first..=last).for_each(|n| try_append(log, n).unwrap());
}

/// Appends the n-th record.
pub(crate) fn try_append(log: &mut Log, n: u64) -> Result<(), AppendError> {
    let at = i64::try_from(n * 10).unwrap();
    let event = event(STREAMS[usize::try_from(n % 3).unwrap()], (n - 1) / 3, "data");
    let event = NewEvent { expected: Expected::Any, ..event };
    assert!(log.append(vec![record(n, at, vec![event])])?.outcomes[0].is_ok());
    Ok(())
}

/// The streams that `append_from` writes to.
pub(crate) const STREAMS: [&str; 3] = ["a", "b", "c"];

/// Opens the log, which must work, and checks that it holds exactly the records 1 to `last`.
pub(crate) fn assert_holds(dir: &Path, last: u64) -> Log {
    assert_holds_with(dir, last, small())
}

/// The same, with other options.
pub(crate) fn assert_holds_with(dir: &Path, last: u64, options: Options) -> Log {
    let log = Log::open(dir, "acme", options).unwrap();
    let reader = log.reader();
    assert_eq!(reader.head().position, last);
    let blocks = reader.read_blocks(1, usize::MAX).unwrap();
    let events: Vec<_> = blocks.iter().flat_map(Block::events).map(Result::unwrap).collect();
    let read: Vec<_> = events.iter().map(|it| (it.position, it.meta.command_id)).collect();
    assert_eq!(read, (1..=last).map(|n| (n, id(n))).collect::<Vec<_>>());
    let versions = STREAMS.map(|stream| reader.stream_version(stream).unwrap());
    assert_eq!(versions, [last / 3, last.div_ceil(3), (last + 1) / 3]);
    for (stream, version) in STREAMS.into_iter().zip(versions) {
        let read = reader.read_stream(stream, 1, usize::MAX).unwrap();
        let newest = reader.read_newest(stream).unwrap();
        assert_eq!(newest.as_ref(), read.last());
        let read: Vec<_> = read.iter().map(|it| it.event.version).collect();
        assert_eq!(read, (1..=version).collect::<Vec<_>>());
    }
    for n in 1..=last + 1 {
        let found = reader.find_command(id(n)).unwrap().map(|record| record.first_position);
        assert_eq!(found, (n <= last).then_some(n));
    }
    log
}

/// The segments of the log in `dir`, in order.
pub(crate) fn segments(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir.join("journal")).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some());
    paths.sort();
    paths
}

/// The names in `dir` that begin with `prefix`.
pub(crate) fn names(dir: &Path, prefix: &str) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(prefix)).collect()
}

/// Copies a directory with all that is in it.
pub(crate) fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_dir(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}
