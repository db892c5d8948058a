//! Whatever is appended in whatever order, with duplicates, wrong versions, restarts and lost
//! indexes: the log answers like a list in memory.

use std::collections::BTreeMap;
use std::fs;

use event_store::{
    CommandId, Expected, Log, NewEvent, NewRecord, Options, Outcome, Refused, verify,
};
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};

use crate::support::{event, id, record, small};
use crate::twins;

#[derive(Clone, Debug)]
enum Step {
    /// A group of commands, each with the streams of its events.
    Append(Vec<(u64, Vec<(u8, Hope)>)>),
    Reopen,
    LoseIndex,
}

#[derive(Clone, Copy, Debug)]
enum Hope {
    Any,
    Right,
    Wrong,
}

/// The log as a list.
#[derive(Default)]
struct Model {
    commands: BTreeMap<u64, Outcome>,
    streams: BTreeMap<String, Vec<u64>>,
    times: Vec<i64>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let hope = prop_oneof![3 => Just(Hope::Any), 5 => Just(Hope::Right), 1 => Just(Hope::Wrong)];
    let events = proptest::collection::vec((0..5_u8, hope), 1..4);
    let group = proptest::collection::vec((0..60_u64, events), 1..6);
    let step = prop_oneof![
        12 => group.prop_map(Step::Append),
        1 => Just(Step::Reopen),
        1 => Just(Step::LoseIndex),
    ];
    proptest::collection::vec(step, 1..40)
}

/// With and without a thread, with filters for all runs of the index, for the youngest, for none.
fn limits() -> impl Strategy<Value = Options> {
    let filters = prop_oneof![Just(2000_u64), Just(128), Just(0)];
    (filters, proptest::bool::ANY, 1..5_usize).prop_map(
        |(filter_bytes, background, spill_events)| Options {
            filter_bytes,
            background,
            spill_events,
            ..small()
        },
    )
}

/// The first two look alike in the index.
fn stream_name(n: u8) -> String {
    let twin = twins::STREAMS.get(usize::from(n));
    twin.map_or_else(|| format!("stream-{n}"), |twin| (*twin).to_owned())
}

/// So do these two.
fn command_id(n: u64) -> CommandId {
    let twin = usize::try_from(n).ok().and_then(|n| twins::COMMANDS.get(n));
    twin.map_or_else(|| id(n), |twin| CommandId(twin.to_be_bytes()))
}

impl Model {
    fn version(&self, stream: &str) -> u64 {
        self.streams.get(stream).map_or(0, |positions| positions.len() as u64)
    }

    /// The record of a command as it is sent, given what the model knows before it.
    fn request(&self, command: u64, events: &[(u8, Hope)], at: i64) -> NewRecord {
        let mut ahead: BTreeMap<String, u64> = BTreeMap::new();
        let events = events.iter().map(|(stream, hope)| {
            let stream = stream_name(*stream);
            let seen = ahead.entry(stream.clone()).or_default();
            let version = self.version(&stream) + *seen;
            *seen += 1;
            let expected = match hope {
                Hope::Any => Expected::Any,
                Hope::Right => Expected::Version(version),
                Hope::Wrong => Expected::Version(version + 7),
            };
            NewEvent { expected, ..event(&stream, 0, &format!("{command}")) }
        });
        NewRecord { command_id: command_id(command), ..record(command, at, events.collect()) }
    }

    fn apply(&mut self, command: u64, record: &NewRecord) -> Result<Outcome, Refused> {
        if let Some(first) = self.commands.get(&command) {
            return Ok(Outcome { duplicate: true, ..first.clone() });
        }
        let mut streams = self.streams.clone();
        let first_position = self.times.len() as u64 + 1;
        let mut versions = Vec::new();
        for (position, event) in (first_position..).zip(&record.events) {
            let positions = streams.entry(event.stream.clone()).or_default();
            let actual = positions.len() as u64;
            if let Expected::Version(expected) = event.expected
                && expected != actual
            {
                let stream = event.stream.clone();
                return Err(Refused::WrongVersion { stream, expected, actual });
            }
            positions.push(position);
            versions.push(actual + 1);
        }
        self.streams = streams;
        self.times.extend(record.events.iter().map(|_| record.committed_at));
        let last_position = self.times.len() as u64;
        let outcome = Outcome { first_position, last_position, versions, duplicate: false };
        self.commands.insert(command, outcome.clone());
        Ok(outcome)
    }

    fn append(&mut self, log: &mut Log, group: &[(u64, Vec<(u8, Hope)>)], at: i64) {
        let mut records = Vec::new();
        let mut expected = Vec::new();
        for (command, events) in group {
            let record = self.request(*command, events, at);
            expected.push(self.apply(*command, &record));
            records.push(record);
        }
        assert_eq!(log.append(records).unwrap().outcomes, expected);
    }

    fn check(&self, log: &Log) {
        let reader = log.reader();
        let head = self.times.len() as u64;
        assert_eq!(reader.head().position, head);
        for from in 1..=head {
            let blocks = reader.read_blocks(from, 700).unwrap();
            assert!((blocks[0].first_position()..=blocks[0].last_position()).contains(&from));
            assert!(blocks.is_sorted_by(|a, b| a.last_position() + 1 == b.first_position()));
        }
        for (stream, positions) in &self.streams {
            assert_eq!(reader.stream_version(stream).unwrap(), positions.len() as u64);
            let newest = reader.read_newest(stream).unwrap().map(|it| it.position);
            assert_eq!(newest.as_ref(), positions.last());
            for from in 1..=positions.len() {
                let read = reader.read_stream(stream, from as u64, 4).unwrap();
                let read: Vec<_> = read.iter().map(|it| it.position).collect();
                let wanted: Vec<_> = positions.iter().skip(from - 1).take(4).copied().collect();
                assert_eq!(read, wanted);
            }
        }
        for command in 0..60 {
            let found = reader.find_command(command_id(command)).unwrap();
            let found = found.map(|record| (record.first_position, record.last_position()));
            let known = self.commands.get(&command);
            assert_eq!(found, known.map(|known| (known.first_position, known.last_position)));
        }
        for at in -1..30 {
            let position = self.times.iter().filter(|time| **time <= at).count() as u64;
            assert_eq!(reader.position_at(at).unwrap(), position);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_log_answers_like_a_list_in_memory(steps in steps(), limits in limits()) {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::open(dir.path(), "acme", limits.clone()).unwrap();
        let mut model = Model::default();
        for (at, step) in (1..).zip(&steps) {
            match step {
                Step::Append(group) => model.append(&mut log, group, at),
                Step::Reopen => {
                    drop(log);
                    log = Log::open(dir.path(), "acme", limits.clone()).unwrap();
                }
                Step::LoseIndex => {
                    drop(log);
                    fs::remove_dir_all(dir.path().join("index")).unwrap();
                    log = Log::open(dir.path(), "acme", limits.clone()).unwrap();
                }
            }
            model.check(&log);
        }
        let report = verify(dir.path(), |_| ()).unwrap();
        assert_eq!(report.head, log.reader().head());
    }
}
