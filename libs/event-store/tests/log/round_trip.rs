//! What is appended is read back, by every way of finding it.

use crate::support::{event, id, record, small};
use event_store::{Expected, Log, Options, Refused};

#[test]
fn events_are_read_back_by_position_stream_command_and_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path(), "acme", Options::default()).unwrap();
    let first = record(1, 10, vec![event("a", 0, "one"), event("b", 0, "two")]);
    let second = record(2, 20, vec![event("a", 1, "three")]);
    let appended = log.append(vec![first, second]).unwrap();
    let reader = log.reader();

    let block = &reader.read_blocks(1, 1).unwrap()[0];
    assert_eq!(Some(block), appended.block.as_ref());
    let positions: Vec<_> = block.events().map(|event| event.unwrap().position).collect();
    assert_eq!(positions, [1, 2, 3]);
    let stream = reader.read_stream("a", 1, 10).unwrap();
    let read: Vec<_> = stream.iter().map(|it| (it.position, it.event.version)).collect();
    assert_eq!(read, [(1, 1), (3, 2)]);
    assert_eq!(stream[1].event.data, "three");
    assert_eq!(reader.find_command(id(2)).unwrap().unwrap().first_position, 3);
    assert_eq!(reader.find_command(id(3)).unwrap(), None);
    assert_eq!([9, 10, 19, 20].map(|at| reader.position_at(at).unwrap()), [0, 2, 2, 3]);
    assert_eq!(reader.read_blocks(4, 1).unwrap(), []);
}

#[test]
fn a_refused_record_writes_nothing_and_the_others_of_its_group_are_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path(), "acme", small()).unwrap();
    let group = vec![
        record(1, 1, vec![event("a", 0, "1")]),
        record(2, 1, vec![event("b", 0, "2"), event("a", 0, "3")]),
        record(3, 1, vec![event("a", 1, "4"), event("a", 2, "5")]),
    ];
    let outcomes = log.append(group).unwrap().outcomes;
    let stream = "a".to_owned();
    assert_eq!(outcomes[1], Err(Refused::WrongVersion { stream, expected: 0, actual: 1 }));
    assert_eq!(outcomes[2].as_ref().unwrap().versions, [2, 3]);
    assert_eq!(outcomes[2].as_ref().unwrap().first_position, 2);
    assert_eq!(log.reader().stream_version("b").unwrap(), 0);
}

#[test]
fn a_command_seen_before_gives_its_first_outcome_even_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path(), "acme", small()).unwrap();
    let group = vec![record(1, 1, vec![event("a", 0, "1")]); 2];
    let outcomes = log.append(group.clone()).unwrap().outcomes;
    let [first, second] = [0, 1].map(|nth| outcomes[nth].clone().unwrap());
    assert!(!first.duplicate && second.duplicate);
    drop(log);

    let mut log = Log::open(dir.path(), "acme", small()).unwrap();
    let again = log.append(group).unwrap();
    assert_eq!(again.block, None);
    assert_eq!(again.outcomes[0].clone().unwrap(), second);
    assert_eq!(log.reader().head().position, 1);
}

#[test]
fn time_never_runs_backwards() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path(), "acme", small()).unwrap();
    log.append(vec![record(1, 500, vec![event("a", 0, "1")])]).unwrap();
    log.append(vec![record(2, 400, vec![event("a", 1, "2")])]).unwrap();
    assert_eq!(log.reader().find_command(id(2)).unwrap().unwrap().meta.committed_at, 500);
}

#[test]
fn what_has_no_form_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path(), "acme", small()).unwrap();
    let mut nameless = event("a", 0, "1");
    nameless.kind = String::new();
    let mut any = event("a\0b", 0, "1");
    any.expected = Expected::Any;
    let group = vec![record(1, 1, vec![]), record(2, 1, vec![nameless]), record(3, 1, vec![any])];
    let outcomes = log.append(group).unwrap().outcomes;
    assert_eq!(outcomes[0], Err(Refused::NoEvents { command_id: id(1) }));
    let (command_id, field) = (id(2), "kind");
    assert_eq!(outcomes[1], Err(Refused::TextLength { command_id, field, bytes: 0 }));
    assert_eq!(outcomes[2], Err(Refused::StreamName { stream: "a\0b".into() }));
    assert_eq!(log.reader().head().position, 0);
}

#[test]
fn every_position_and_time_is_found_in_a_log_of_many_chunks() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { segment_bytes: 300 << 10, spill_events: 700, ..small() };
    let mut log = Log::open(dir.path(), "acme", options).unwrap();
    let data = "x".repeat(500);
    for n in 1..=2000 {
        let at = i64::try_from(n).unwrap();
        log.append(vec![record(n, at, vec![event(&format!("stream-{n}"), 0, &data)])]).unwrap();
    }
    let reader = log.reader();
    for n in (1..=2000_u64).step_by(37) {
        assert_eq!(reader.read_blocks(n, 1).unwrap()[0].first_position(), n);
        assert_eq!(reader.position_at(i64::try_from(n).unwrap()).unwrap(), n);
        assert_eq!(reader.read_stream(&format!("stream-{n}"), 1, 9).unwrap()[0].position, n);
    }
    let blocks = reader.read_blocks(1, 100_000).unwrap();
    assert!((100..200).contains(&blocks.len()), "{}", blocks.len());
}

#[test]
fn a_block_larger_than_a_segment_gets_one_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path(), "acme", small()).unwrap();
    let large = "x".repeat(5000);
    for n in 0..4 {
        log.append(vec![record(n, 1, vec![event("a", n, &large)])]).unwrap();
    }
    drop(log);
    let log = Log::open(dir.path(), "acme", small()).unwrap();
    let read = log.reader().read_stream("a", 1, 9).unwrap();
    assert_eq!(read.iter().map(|it| it.event.data.len()).collect::<Vec<_>>(), [5000; 4]);
    assert_eq!(event_store::verify(dir.path(), |_| ()).unwrap().head.position, 4);
}

#[test]
fn a_reader_in_another_thread_sees_a_gapless_log_while_it_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path(), "acme", small()).unwrap();
    let reader = log.reader();
    let follower = std::thread::spawn(move || {
        let mut seen = 0;
        while seen < 600 {
            let blocks = reader.read_blocks(seen + 1, 4000).unwrap();
            let events = blocks.iter().flat_map(event_store::Block::events).map(Result::unwrap);
            seen = events.fold(seen, |before, event| {
                assert_eq!(event.position, before + 1);
                let stream = &event.event.stream;
                assert!(reader.stream_version(stream).unwrap() >= event.event.version);
                let versions = reader.read_stream(stream, 1, usize::MAX).unwrap();
                assert!(versions.iter().zip(1..).all(|(it, version)| it.event.version == version));
                assert!(reader.find_command(event.meta.command_id).unwrap().is_some());
                event.position
            });
        }
        seen
    });
    crate::support::append_from(&mut log, 1, 600);
    assert_eq!(follower.join().unwrap(), 600);
}
