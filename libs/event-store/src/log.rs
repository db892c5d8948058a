//! The writer: writes what was decided of a group as one block, then indexes it.

use std::path::Path;
use std::sync::Arc;

use storage::Held;

use crate::draft::{Draft, Known, Notes};
use crate::generation::Additions;
use crate::index_dir;
use crate::journal::Journal;
use crate::segments::Segments;
use crate::shared::{Shared, Tip};
use crate::spill::Spiller;
use crate::stream_versions::StreamVersions;
use crate::{
    AppendError, Block, CommandId, IndexError, NewRecord, OpenError, Options, Position, ReadError,
    Reader, recovery, segment,
};

/// The only writer of a log. Dropping it closes the log; nothing needs to be saved then.
pub struct Log {
    shared: Arc<Shared>,
    journal: Journal,
    spiller: Spiller,
    versions: StreamVersions,
    notes: Notes,
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
        let index = index_dir::open(&index_path, name, &options)?;
        let indexed = |found: Result<Option<Tip>, IndexError>| {
            found.map_err(|error| OpenError::Index {
                path: index_path.clone(),
                source: Arc::new(error),
            })
        };
        if let Some(tip) = &indexed(index.witness())?
            && let Some(source) = recovery::check_witness(&segments, tip)?
        {
            return Err(OpenError::JournalBehindWitness { index: index_path, source });
        }
        let tip = indexed(index.checkpoint())?.unwrap_or_else(|| Tip::genesis(name));
        let shared = Arc::new(Shared::new(name, segments, index, tip, options.spill_events));
        let spiller = Spiller::start(&shared, &options)
            .map_err(|source| OpenError::Io { path: index_path.clone(), source })?;
        let tip = recovery::replay(&shared.segments, tip, |block, address| {
            let additions = Additions::of(block, &shared.index.keys).map_err(ReadError::from)?;
            let tip = shared.index_block(block, address, &additions);
            spiller
                .offer()
                .map_err(|source| OpenError::Index { path: index_path.clone(), source })?;
            Ok(tip)
        })?;
        let journal = Journal::open(&journal, name, &options, &shared.segments, &tip)?;
        shared.set_tip(tip);
        tracing::info!(log = name, position = tip.head.position, "log opened");
        let versions = StreamVersions::new(options.cached_streams);
        let notes = Notes::default();
        Ok(Self { shared, journal, spiller, versions, notes, poison: None, _lock: lock })
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
        let generations = self.shared.generations();
        let known =
            Known { shared: &self.shared, generations: &generations, versions: &self.versions };
        let mut draft = Draft::new(&tip.head, group, known, &mut self.notes);
        for record in group {
            draft.decide(record)?;
        }
        let (block, outcomes) = draft.finish();
        // Nobody waits for the disk.
        drop(generations);
        if let Some(block) = &block {
            let address = self.journal.append(block, &tip, &self.shared.segments)?;
            self.shared.index_block(block, address, &self.notes.additions);
            for (stream, version, _) in &self.notes.additions.events {
                self.versions.set(*stream, *version);
            }
            self.spiller.offer()?;
            self.notes.before = block.is_small().then(|| block.clone());
        }
        Ok(Appended { block, outcomes })
    }
}
