//! Deciding what of a group is written: which records are new, and which version every event gets.

use rustc_hash::FxHashMap;

use crate::block::BlockBuilder;
use crate::generation::{Additions, Generations};
use crate::key::Key;
use crate::shared::{Head, Shared};
use crate::stream_versions::StreamVersions;
use crate::{Block, Expected, NewEvent, NewRecord, Outcome, ReadError, Record, Refused};

/// Bytes of a stream's name, a kind, an actor or a traceparent.
const TEXT_MAX: usize = 255;
/// Bytes of one event's data.
const DATA_MAX: usize = 64 << 20;

/// What is known of the log before the group.
pub(crate) struct Known<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) generations: &'a Generations,
    pub(crate) versions: &'a StreamVersions,
}

/// What was noted about a group. The memory serves one group after another.
#[derive(Default)]
pub(crate) struct Notes {
    /// Which outcome is the command's first.
    commands: FxHashMap<Key, usize>,
    /// The version that the group leaves each stream at.
    streams: FxHashMap<Key, u64>,
    /// The stream of each event of a record, and the version that the event gets.
    events: Vec<(Key, u64)>,
    /// What the block will add to the index.
    pub(crate) additions: Additions,
    /// The block of the group before, whose memory can take the next one: what is fresh from the
    /// system would have to be filled with zeros first.
    pub(crate) before: Option<Block>,
}

/// What a group has decided so far.
pub(crate) struct Draft<'a> {
    known: Known<'a>,
    notes: &'a mut Notes,
    block: BlockBuilder,
    committed_at: i64,
    outcomes: Vec<Result<Outcome, Refused>>,
}

impl<'a> Draft<'a> {
    /// Nothing is decided of `group`, which comes after `head`.
    pub(crate) fn new(
        head: &Head,
        group: &[NewRecord],
        known: Known<'a>,
        notes: &'a mut Notes,
    ) -> Self {
        notes.commands.clear();
        notes.streams.clear();
        notes.additions.clear();
        let capacity = group.iter().map(room_for).sum();
        let memory = notes.before.take().map_or_else(Vec::new, Block::into_memory);
        let block = BlockBuilder::new(head.position + 1, head.chain, memory, capacity);
        let outcomes = Vec::with_capacity(group.len());
        Self { known, notes, block, committed_at: head.committed_at, outcomes }
    }

    /// What is to be written, if anything, and what becomes of each record.
    pub(crate) fn finish(self) -> (Option<Block>, Vec<Result<Outcome, Refused>>) {
        (self.block.finish(), self.outcomes)
    }

    /// Decides the next record of the group.
    pub(crate) fn decide(&mut self, record: &NewRecord) -> Result<(), ReadError> {
        let command = self.known.shared.index.keys.command(record.command_id);
        let outcome = match self.seen(command, record)? {
            Some(outcome) => outcome,
            None => self.write(command, record)?,
        };
        self.outcomes.push(outcome);
        Ok(())
    }

    /// The outcome that the command had before.
    fn seen(
        &self,
        command: Key,
        record: &NewRecord,
    ) -> Result<Option<Result<Outcome, Refused>>, ReadError> {
        if let Some(first) = self.notes.commands.get(&command) {
            let first = self.outcomes[*first].clone();
            return Ok(Some(first.map(|first| Outcome { duplicate: true, ..first })));
        }
        let first = match self.known.generations.command(command) {
            Some(address) => Some(self.known.shared.record(address)?),
            None => self.known.shared.command(command, record.command_id)?,
        };
        Ok(first.map(|first| Ok(first_outcome(&first))))
    }

    fn write(
        &mut self,
        command: Key,
        record: &NewRecord,
    ) -> Result<Result<Outcome, Refused>, ReadError> {
        if let Err(refused) = check_form(record, self.block.room()) {
            return Ok(Err(refused));
        }
        if let Err(refused) = self.take_versions(&record.events)? {
            return Ok(Err(refused));
        }
        let versions: Vec<_> = self.notes.events.iter().map(|(_, version)| *version).collect();
        let first_position = self.block.next_position();
        self.committed_at = self.committed_at.max(record.committed_at);
        let offset = self.block.push(record, self.committed_at, &versions);
        self.notes.commands.insert(command, self.outcomes.len());
        self.notes.additions.record(command, offset, self.committed_at);
        for (stream, version) in &self.notes.events {
            self.notes.streams.insert(*stream, *version);
            self.notes.additions.events.push((*stream, *version, offset));
        }
        let last_position = self.block.next_position() - 1;
        Ok(Ok(Outcome { first_position, last_position, versions, duplicate: false }))
    }

    /// Notes the version that each event gets, if all streams are where they are expected to be.
    fn take_versions(&mut self, events: &[NewEvent]) -> Result<Result<(), Refused>, ReadError> {
        self.notes.events.clear();
        for event in events {
            let stream = self.known.shared.index.keys.stream(&event.stream);
            let earlier = self.notes.events.iter().rfind(|(earlier, _)| *earlier == stream);
            let actual = match earlier {
                Some((_, version)) => *version,
                None => self.version_before(stream, &event.stream)?,
            };
            match event.expected {
                Expected::Version(expected) if expected != actual => {
                    let stream = event.stream.clone();
                    return Ok(Err(Refused::WrongVersion { stream, expected, actual }));
                }
                Expected::Any | Expected::Version(_) => {
                    self.notes.events.push((stream, actual + 1));
                }
            }
        }
        Ok(Ok(()))
    }

    /// The version of a stream before the record.
    fn version_before(&self, stream: Key, name: &str) -> Result<u64, ReadError> {
        let known = self.notes.streams.get(&stream).copied();
        let known = known.or_else(|| self.known.versions.get(stream));
        let newest = || self.known.generations.newest(stream);
        let known = known.or_else(|| newest().map(|(version, _)| version));
        known.map_or_else(|| self.known.shared.stream_version(stream, name), Ok)
    }
}

/// Bytes that a record takes in a block, and perhaps some more.
fn room_for(record: &NewRecord) -> usize {
    let event = |event: &NewEvent| event.stream.len() + event.kind.len() + event.data.len() + 32;
    let texts = record.actor.len() + record.traceparent.as_ref().map_or(0, String::len);
    texts + record.events.iter().map(event).sum::<usize>() + 112
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
