//! Names that look alike in the index: the record in the journal tells them apart.

use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options};

use crate::support::{event, record, small};

/// With the secret of `small`, the two have the same fingerprint.
pub(crate) const STREAMS: [&str; 2] = ["twin-42586", "twin-3934583"];
/// And so do these two.
pub(crate) const COMMANDS: [u128; 2] = [58_517, 3_157_271];

/// Appends a command with an event for each of `streams`; gives their versions, and whether the
/// command was seen before.
fn append(log: &mut Log, command: u128, streams: &[&str]) -> (Vec<u64>, bool) {
    let events = streams.iter().map(|stream| NewEvent {
        expected: Expected::Any,
        ..event(stream, 0, &format!("{command}"))
    });
    let command_id = CommandId(command.to_be_bytes());
    let record = NewRecord { command_id, ..record(0, 0, events.collect()) };
    let outcome = log.append(vec![record]).unwrap().outcomes.remove(0).unwrap();
    (outcome.versions, outcome.duplicate)
}

#[test]
fn a_command_that_looks_like_another_is_written_and_each_has_its_own_outcome() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path(), "acme", small()).unwrap();
    let [one, other] = COMMANDS;
    assert_eq!(append(&mut log, one, &["a"]), (vec![1], false));
    (1..100).for_each(|n| assert!(!append(&mut log, n, &["b"]).1));
    assert_eq!(append(&mut log, other, &["a"]), (vec![2], false));
    (100..200).for_each(|n| assert!(!append(&mut log, n, &["b"]).1));
    assert_eq!(append(&mut log, one, &["a"]), (vec![1], true));
    assert_eq!(append(&mut log, other, &["a"]), (vec![2], true));
}

#[test]
fn streams_that_look_alike_are_read_apart_page_by_page() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path(), "acme", Options { spill_events: 50, ..small() }).unwrap();
    let [one, other] = STREAMS;
    // Long runs of one, short ones of the other, and events of both in one record.
    for n in 0..400_u32 {
        let streams = [&[one, other, one][..], &[one], &[one, one, one], &[other]];
        append(&mut log, 1000 + u128::from(n), streams[(n as usize / 40) % 4]);
    }
    let reader = log.reader();
    let versions = [one, other].map(|stream| reader.stream_version(stream).unwrap());
    assert_eq!(versions, [120 * 2 + 120 + 80 * 3, 120 + 80]);
    for (stream, last) in [one, other].into_iter().zip(versions) {
        let newest = reader.read_newest(stream).unwrap().unwrap().event;
        assert_eq!((newest.stream.as_ref(), newest.version), (stream, last));
        for max in [1, 7, 64, 1000] {
            let mut read = Vec::new();
            while let page = reader.read_stream(stream, read.len() as u64 + 1, max).unwrap()
                && !page.is_empty()
            {
                assert!(page.iter().all(|it| it.event.stream.as_ref() == stream));
                assert!(
                    page.len() == max || read.len() + page.len() == usize::try_from(last).unwrap()
                );
                read.extend(page.into_iter().map(|it| it.event.version));
            }
            assert_eq!(read, (1..=last).collect::<Vec<_>>());
        }
    }
}
