//! Reading what is synced: by position, by stream, by command, by time.

use std::sync::Arc;

use crate::WitnessError;
use crate::shared::Shared;
use crate::{Block, CommandId, Hash, Head, IndexError, Position, ReadError, Record, Recorded};

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
            let (run, after) = self.shared.segments.blocks(address, tip.end, left)?;
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
        let (oldest, in_memory) = self.shared.generations().stream(stream, from, max);
        let before = oldest.unwrap_or(u64::MAX);
        let mut addresses = Vec::new();
        if from < before {
            addresses = self.indexed(|shared| shared.index.stream(stream, from, before, max))?;
        }
        let room = max - addresses.len();
        addresses.extend(in_memory.into_iter().take(room));
        let wanted = addresses.len();
        addresses.dedup();
        let end = self.shared.tip().end;
        let mut events = Vec::with_capacity(wanted);
        for address in addresses {
            let record = self.shared.segments.record(address, end)?;
            events.extend(record.into_recorded().filter(|recorded| {
                recorded.event.stream.as_ref() == stream && recorded.event.version >= from
            }));
        }
        events.truncate(wanted);
        Ok(events)
    }

    /// The version of the stream: the number of its events. 0 if it does not exist.
    pub fn stream_version(&self, stream: &str) -> Result<u64, ReadError> {
        if let Some(version) = self.shared.generations().stream_version(stream) {
            return Ok(version);
        }
        self.indexed(|shared| shared.index.stream_version(stream))
    }

    /// The record of a command, if the command was accepted.
    pub fn find_command(&self, id: CommandId) -> Result<Option<Record>, ReadError> {
        let known = self.shared.generations().command(id);
        let address = match known {
            Some(address) => Some(address),
            None => self.indexed(|shared| shared.index.command(id))?,
        };
        let Some(address) = address else { return Ok(None) };
        self.shared.segments.record(address, self.shared.tip().end).map(Some)
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
            None => self.indexed(|shared| shared.index.at_time(committed_at))?,
        };
        let Some(mut address) = start else { return Ok(0) };
        let mut position = 0;
        while address < tip.end {
            let (blocks, after) = self.shared.segments.blocks(address, tip.end, 64 << 10)?;
            let (last, complete) = last_until(&blocks, committed_at)?;
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
            None => self
                .indexed(|shared| shared.index.at_position(position))?
                .ok_or(ReadError::Index(IndexError::Entry))?,
        };
        self.shared.segments.skip_to(start, end, position)
    }

    /// An index that fails once is not trusted again: the next opening rebuilds it.
    fn indexed<T>(
        &self,
        look: impl FnOnce(&Shared) -> Result<T, IndexError>,
    ) -> Result<T, ReadError> {
        look(&self.shared).map_err(|error| {
            self.shared.index.mark_damaged(&error);
            ReadError::Index(error)
        })
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
