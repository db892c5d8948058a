//! Reading what is synced: by position, by stream, by command, by time.

use std::ops::Range;
use std::sync::Arc;

use crate::shared::Shared;
use crate::sparse;
use crate::{
    Block, CommandId, Hash, Head, IndexError, Position, ReadError, Record, Recorded, WitnessError,
};

/// Reads a log. Cheap to clone, may be used from many threads, and never waits for the writer's
/// disk. It keeps the index open, so drop readers before the log is opened again.
#[derive(Clone)]
pub struct Reader {
    shared: Arc<Shared>,
}

impl Reader {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// The log's name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Where the log stands.
    pub fn head(&self) -> Head {
        self.shared.tip().head
    }

    /// The blocks that hold positions from `from` on, at most about `max_bytes` but at least one
    /// if there is one. The first block may start before `from`.
    pub fn read_blocks(&self, from: Position, max_bytes: usize) -> Result<Vec<Block>, ReadError> {
        let tip = self.shared.tip();
        let mut blocks = Vec::new();
        if from > tip.head.position {
            return Ok(blocks);
        }
        let mut address = self.address_of(from, tip.end)?;
        let mut left = max_bytes as u64;
        while address < tip.end && (left > 0 || blocks.is_empty()) {
            let due = blocks.last().map_or(from.max(1), |block: &Block| block.last_position() + 1);
            let (run, after) = self.shared.segments.blocks(address, tip.end, left, due)?;
            left = left.saturating_sub(after - address);
            address = after;
            blocks.extend(run);
        }
        Ok(blocks)
    }

    /// At most `max` events of the stream, from `from_version` on, oldest first.
    pub fn read_stream(
        &self,
        stream: &str,
        from_version: u64,
        max: usize,
    ) -> Result<Vec<Recorded>, ReadError> {
        let from = from_version.max(1);
        let versions = from..from.saturating_add(max as u64);
        let key = self.shared.index.keys.stream(stream);
        let (oldest, in_memory) = self.shared.generations().stream(key, from, max);
        let indexed = from..oldest.unwrap_or(u64::MAX).min(versions.end);
        let mut found = Vec::new();
        if !indexed.is_empty() {
            found = self.shared.indexed(|index| Ok(index.stream(key, &indexed)?))?;
        }
        let events = self.events(stream, &versions, &found, &in_memory)?;
        let wanted = versions.clone().take(found.len() + in_memory.len());
        if events.iter().map(|it| it.event.version).eq(wanted) {
            return Ok(events);
        }
        // Another stream looks alike in the index: ask of every event whose it is.
        let mut own = Vec::with_capacity(found.len());
        for (version, address) in found {
            if self.shared.has_event(address, stream, version)? {
                own.push((version, address));
            }
        }
        own.sort_unstable();
        own.dedup();
        self.events(stream, &versions, &own, &in_memory)
    }

    /// The stream's events of `versions`, out of the records where they are found.
    fn events(
        &self,
        stream: &str,
        versions: &Range<u64>,
        found: &[(u64, u64)],
        in_memory: &[u64],
    ) -> Result<Vec<Recorded>, ReadError> {
        let addresses = found.iter().map(|(_, address)| address).chain(in_memory);
        let mut addresses: Vec<u64> = addresses.copied().collect();
        addresses.dedup();
        let mut events = Vec::with_capacity(found.len() + in_memory.len());
        for address in addresses {
            let recorded = self.shared.record(address)?.into_recorded();
            events.extend(recorded.filter(|Recorded { event, .. }| {
                event.stream.as_ref() == stream && versions.contains(&event.version)
            }));
        }
        Ok(events)
    }

    /// The version of the stream: the number of its events. 0 if it does not exist.
    pub fn stream_version(&self, stream: &str) -> Result<u64, ReadError> {
        let key = self.shared.index.keys.stream(stream);
        if let Some((version, _)) = self.shared.generations().newest(key) {
            return Ok(version);
        }
        self.shared.stream_version(key, stream)
    }

    /// The newest event of the stream; `None` if it does not exist. However many there are before
    /// it, none of them is read.
    pub fn read_newest(&self, stream: &str) -> Result<Option<Recorded>, ReadError> {
        let key = self.shared.index.keys.stream(stream);
        let known = self.shared.generations().newest(key);
        let newest = match known {
            Some(newest) => Some(newest),
            None => self.shared.newest(key, stream)?,
        };
        let Some((version, address)) = newest else { return Ok(None) };
        Ok(self.events(stream, &(version..version + 1), &[], &[address])?.pop())
    }

    /// The record of a command, if the command was accepted.
    pub fn find_command(&self, id: CommandId) -> Result<Option<Record>, ReadError> {
        let key = self.shared.index.keys.command(id);
        let known = self.shared.generations().command(key);
        match known {
            Some(address) => self.shared.record(address).map(Some),
            None => self.shared.command(key, id),
        }
    }

    /// The last position that was committed at or before `committed_at`; 0 if none was.
    pub fn position_at(&self, committed_at: i64) -> Result<Position, ReadError> {
        let tip = self.shared.tip();
        if committed_at >= tip.head.committed_at {
            return Ok(tip.head.position);
        }
        let known = self.shared.generations().sparse(|entry| entry.committed_at, &committed_at);
        let start = match known {
            Some(address) => Some(address),
            None => self
                .shared
                .indexed(|index| Ok(sparse::at_time(index.table.as_ref(), committed_at)?))?,
        };
        let Some(mut address) = start else { return Ok(0) };
        let (mut position, mut due) = (0, 0);
        while address < tip.end {
            let (blocks, after) = self.shared.segments.blocks(address, tip.end, 64 << 10, due)?;
            let (last, complete) = last_until(&blocks, committed_at)?;
            due = blocks.last().map_or(due, |block| block.last_position() + 1);
            position = last.unwrap_or(position);
            if !complete {
                break;
            }
            address = after;
        }
        Ok(position)
    }

    /// Lets somebody who saw the log at `position` with `chain` bear witness: an error says that
    /// the journal has lost what was seen, or has another history. `position` is the last one of
    /// a block, or 0: there is no hash in between.
    pub fn check_witness(
        &self,
        position: Position,
        chain: Hash,
    ) -> Result<Result<(), WitnessError>, ReadError> {
        let journal = self.head().position;
        if position > journal {
            return Ok(Err(WitnessError::Behind { journal, witness: position }));
        }
        let found = if position == 0 {
            Some(crate::genesis(&self.shared.name))
        } else {
            let blocks = self.read_blocks(position, 1)?;
            let block = blocks.first().filter(|block| block.last_position() == position);
            block.map(Block::chain)
        };
        let differs = WitnessError::Differs { position, journal: found, witness: chain };
        Ok(if found == Some(chain) { Ok(()) } else { Err(differs) })
    }

    fn address_of(&self, position: Position, end: u64) -> Result<u64, ReadError> {
        let position = position.max(1);
        let known = self.shared.generations().sparse(|entry| entry.position, &position);
        let start = match known {
            Some(address) => address,
            None => self.shared.indexed(|index| {
                let address = sparse::at_position(index.table.as_ref(), position)?;
                Ok(address.ok_or(IndexError::Entry)?)
            })?,
        };
        self.shared.segments.skip_to(start, end, position)
    }
}

/// The last position in `blocks` committed until `committed_at`, and whether that is all of them.
fn last_until(blocks: &[Block], committed_at: i64) -> Result<(Option<Position>, bool), ReadError> {
    let mut last = None;
    for record in blocks.iter().flat_map(Block::records) {
        let record = record?;
        if record.meta.committed_at > committed_at {
            return Ok((last, false));
        }
        last = Some(record.last_position());
    }
    Ok((last, true))
}
