//! The writer: decides what of a group is written, writes it as one block, then indexes it.

use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use storage::Held;

use crate::block::BlockBuilder;
use crate::index_dir::{self, Opened};
use crate::journal::Journal;
use crate::segments::Segments;
use crate::shared::{Shared, Tip};
use crate::spill::Spiller;
use crate::stream_versions::StreamVersions;
use crate::{
    AppendError, Block, CommandId, Expected, NewEvent, NewRecord, OpenError, Options, Position,
    ReadError, Reader, Record, recovery, segment,
};

/// Bytes of a stream's name, a kind, an actor or a traceparent.
const TEXT_MAX: usize = 255;
/// Bytes of one event's data.
const DATA_MAX: usize = 64 << 20;

/// The only writer of a log. Dropping it closes the log; nothing needs to be saved then.
pub struct Log {
    shared: Arc<Shared>,
    journal: Journal,
    spiller: Spiller,
    spill_events: usize,
    versions: StreamVersions,
    poison: Option<AppendError>,
    _lock: Held,
}

/// What became of a group.
#[derive(Clone, Debug)]
pub struct Appended {
    /// What was written and synced; none if every record was refused or seen before.
    pub block: Option<Block>,
    /// For each record of the group, in order.
    pub outcomes: Vec<Result<Outcome, Refused>>,
}

/// Where a record's events are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The position of the first event.
    pub first_position: Position,
    /// The position of the last event.
    pub last_position: Position,
    /// The version of each event in its stream.
    pub versions: Vec<u64>,
    /// Whether the command was seen before: this is its first outcome, and nothing was written.
    pub duplicate: bool,
}

/// Why a record was not written. The others of its group are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The stream is not where the caller thinks it is.
    #[error("stream {stream} is at version {actual}, not {expected}")]
    WrongVersion {
        /// The stream.
        stream: String,
        /// The version the caller named.
        expected: u64,
        /// The version it has.
        actual: u64,
    },
    /// A record needs at least one event.
    #[error("command {command_id} has no events")]
    NoEvents {
        /// The command.
        command_id: CommandId,
    },
    /// A stream is 1 to 255 bytes without a zero byte.
    #[error("{stream:?} cannot name a stream: 1 to 255 bytes, none of them zero, are needed")]
    StreamName {
        /// What was given.
        stream: String,
    },
    /// A kind is 1 to 255 bytes; an actor and a traceparent are at most 255 bytes.
    #[error("the {field} of command {command_id} has {bytes} bytes, 255 are allowed")]
    TextLength {
        /// The command.
        command_id: CommandId,
        /// What is too long, or empty.
        field: &'static str,
        /// How long it is.
        bytes: usize,
    },
    /// The group is full, or the record's events are too large: 64 MiB each, 1 GiB together.
    #[error("command {command_id} does not fit into the block")]
    TooLarge {
        /// The command.
        command_id: CommandId,
    },
}

/// What a group has decided so far.
struct Draft<'a> {
    block: BlockBuilder,
    committed_at: i64,
    outcomes: Vec<Result<Outcome, Refused>>,
    /// Which outcome is the command's first.
    commands: FxHashMap<CommandId, usize>,
    streams: FxHashMap<&'a str, u64>,
}

impl Log {
    /// Opens the log `name` in `dir`, or makes it. Indexes what the index has not seen, and
    /// waits up to five seconds for a handle on the index that was dropped just before.
    pub fn open(dir: &Path, name: &str, options: Options) -> Result<Self, OpenError> {
        if name.is_empty() || name.len() > segment::NAME_MAX {
            return Err(OpenError::Name { name: name.to_owned() });
        }
        let journal = dir.join("journal");
        let storage = &options.storage;
        let made = storage.create_dir(&journal);
        made.map_err(|source| OpenError::Io { path: journal.clone(), source })?;
        let lock = storage.lock(&dir.join("lock"))?;
        let segments = Segments::load(storage, &journal, name)?;
        let index_path = dir.join("index");
        let Opened { index, checkpoint, witness } = index_dir::open(&index_path, name, &options)?;
        if let Some(tip) = &witness
            && let Some(source) = recovery::check_witness(&segments, tip)?
        {
            return Err(OpenError::JournalBehindWitness { index: index_path, source });
        }
        let tip = checkpoint.unwrap_or_else(|| Tip::genesis(name));
        let shared = Arc::new(Shared::new(name, segments, index, tip));
        let spiller = Spiller::start(&shared)
            .map_err(|source| OpenError::Io { path: index_path.clone(), source })?;
        let spill_events = options.spill_events;
        let tip = recovery::replay(&shared.segments, tip, |block, address| {
            let tip = shared.index_block(block, address).map_err(ReadError::from)?;
            spiller
                .offer(&shared, spill_events)
                .map_err(|source| OpenError::Index { path: index_path.clone(), source })?;
            Ok(tip)
        })?;
        let journal = Journal::open(&journal, name, &options, &shared.segments, &tip)?;
        shared.set_tip(tip);
        tracing::info!(log = name, position = tip.head.position, "log opened");
        let versions = StreamVersions::new(options.cached_streams);
        Ok(Self { shared, journal, spiller, spill_events, versions, poison: None, _lock: lock })
    }

    /// A reader of this log.
    pub fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.shared))
    }

    /// Writes a group as one block, synced once. When this returns, what it says is on the disk.
    ///
    /// Records are taken in order: a later one sees the versions that an earlier one leaves. An
    /// error is final: nothing of the group is acknowledged, and every later append fails alike.
    pub fn append(&mut self, group: Vec<NewRecord>) -> Result<Appended, AppendError> {
        if let Some(poison) = &self.poison {
            return Err(poison.clone());
        }
        let appended = self.try_append(&group);
        if let Err(error) = &appended {
            self.poison = Some(error.clone());
        }
        appended
    }

    fn try_append(&mut self, group: &[NewRecord]) -> Result<Appended, AppendError> {
        let tip = self.shared.tip();
        let data = group.iter().flat_map(|record| &record.events);
        let capacity: usize = data.map(|event| event.data.len() + 128).sum();
        let mut draft = Draft {
            block: BlockBuilder::new(tip.head.position + 1, tip.head.chain, capacity),
            committed_at: tip.head.committed_at,
            outcomes: Vec::with_capacity(group.len()),
            commands: FxHashMap::default(),
            streams: FxHashMap::default(),
        };
        for record in group {
            let outcome = self.decide(record, &mut draft)?;
            draft.outcomes.push(outcome);
        }
        let block = draft.block.finish();
        if let Some(block) = &block {
            let address = self.journal.append(block, &tip, &self.shared.segments)?;
            self.shared.index_block(block, address).map_err(ReadError::from)?;
            for (stream, version) in draft.streams {
                self.versions.set(stream, version);
            }
            self.spiller.offer(&self.shared, self.spill_events)?;
        }
        Ok(Appended { block, outcomes: draft.outcomes })
    }

    fn decide<'a>(
        &self,
        record: &'a NewRecord,
        draft: &mut Draft<'a>,
    ) -> Result<Result<Outcome, Refused>, AppendError> {
        if let Some(first) = draft.commands.get(&record.command_id) {
            let first = draft.outcomes[*first].clone();
            return Ok(first.map(|first| Outcome { duplicate: true, ..first }));
        }
        if let Some(first) =
            Reader::new(Arc::clone(&self.shared)).find_command(record.command_id)?
        {
            return Ok(Ok(first_outcome(&first)));
        }
        if let Err(refused) = check_form(record, draft.block.room()) {
            return Ok(Err(refused));
        }
        let versions = match self.versions(&record.events, draft)? {
            Ok(versions) => versions,
            Err(refused) => return Ok(Err(refused)),
        };
        for (event, version) in record.events.iter().zip(&versions) {
            draft.streams.insert(&event.stream, *version);
        }
        let first_position = draft.block.next_position();
        draft.committed_at = draft.committed_at.max(record.committed_at);
        draft.block.push(record, draft.committed_at, &versions);
        let last_position = draft.block.next_position() - 1;
        let outcome = Outcome { first_position, last_position, versions, duplicate: false };
        draft.commands.insert(record.command_id, draft.outcomes.len());
        Ok(Ok(outcome))
    }

    /// The version each event gets, if all streams are where they are expected to be.
    fn versions(
        &self,
        events: &[NewEvent],
        draft: &Draft<'_>,
    ) -> Result<Result<Vec<u64>, Refused>, AppendError> {
        let mut versions: Vec<u64> = Vec::with_capacity(events.len());
        for (nth, event) in events.iter().enumerate() {
            let earlier = events[..nth].iter().rposition(|before| before.stream == event.stream);
            let actual = match earlier {
                Some(earlier) => versions[earlier],
                None => self.version_before(&event.stream, &draft.streams)?,
            };
            match event.expected {
                Expected::Version(expected) if expected != actual => {
                    let stream = event.stream.clone();
                    return Ok(Err(Refused::WrongVersion { stream, expected, actual }));
                }
                Expected::Any | Expected::Version(_) => versions.push(actual + 1),
            }
        }
        Ok(Ok(versions))
    }

    fn version_before(
        &self,
        stream: &str,
        drafted: &FxHashMap<&str, u64>,
    ) -> Result<u64, AppendError> {
        let known = drafted.get(stream).copied().or_else(|| self.versions.get(stream));
        match known {
            Some(version) => Ok(version),
            None => Ok(self.reader().stream_version(stream)?),
        }
    }
}

fn first_outcome(record: &Record) -> Outcome {
    Outcome {
        first_position: record.first_position,
        last_position: record.last_position(),
        versions: record.events.iter().map(|event| event.version).collect(),
        duplicate: true,
    }
}

fn check_form(record: &NewRecord, room: usize) -> Result<(), Refused> {
    let command_id = record.command_id;
    if record.events.is_empty() {
        return Err(Refused::NoEvents { command_id });
    }
    let check_length = |field, text: &str, min: usize| {
        let bytes = text.len();
        let fits = (min..=TEXT_MAX).contains(&bytes);
        if fits { Ok(()) } else { Err(Refused::TextLength { command_id, field, bytes }) }
    };
    check_length("actor", &record.actor, 0)?;
    check_length("traceparent", record.traceparent.as_deref().unwrap_or_default(), 0)?;
    let mut bytes = 1024;
    for event in &record.events {
        check_length("kind", &event.kind, 1)?;
        let stream = &event.stream;
        if !(1..=TEXT_MAX).contains(&stream.len()) || stream.as_bytes().contains(&0) {
            return Err(Refused::StreamName { stream: stream.clone() });
        }
        if event.data.len() > DATA_MAX {
            return Err(Refused::TooLarge { command_id });
        }
        bytes += event.data.len() + 2 * TEXT_MAX + 32;
    }
    if bytes > room { Err(Refused::TooLarge { command_id }) } else { Ok(()) }
}
