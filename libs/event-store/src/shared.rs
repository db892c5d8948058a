//! What the writer, the readers and the spiller look at together.

use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::codec::EventView;
use crate::generation::{Additions, Generations};
use crate::index::Index;
use crate::key::Key;
use crate::segments::Segments;
use crate::{Block, CommandId, Hash, IndexError, Position, ReadError, Record};

/// Where a log stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The position of the last event; 0 before the first.
    pub position: Position,
    /// The hash of the chain after it.
    pub chain: Hash,
    /// When it was committed, in microseconds since 1970; 0 before the first.
    pub committed_at: i64,
}

/// A head with its place in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tip {
    pub(crate) head: Head,
    /// The address of the last block.
    pub(crate) block: u64,
    /// The address after it.
    pub(crate) end: u64,
}

impl Tip {
    /// Before the first block of the log `name`.
    pub(crate) fn genesis(name: &str) -> Self {
        let head = Head { position: 0, chain: crate::genesis(name), committed_at: 0 };
        Self { head, block: 0, end: crate::segment::HEADER }
    }

    /// After `block`, which lies at `address`.
    pub(crate) fn after(&self, block: &Block, address: u64, committed_at: i64) -> Self {
        let head = Head { position: block.last_position(), chain: block.chain(), committed_at };
        Self { head, block: address, end: address + block.bytes().len() as u64 }
    }
}

/// One log's state in memory and on disk.
pub(crate) struct Shared {
    pub(crate) name: String,
    pub(crate) segments: Segments,
    pub(crate) index: Index,
    generations: RwLock<Generations>,
    tip: RwLock<Tip>,
    /// Why the spiller stopped, if it did.
    pub(crate) spill_failure: OnceLock<Arc<IndexError>>,
}

impl Shared {
    /// A log whose index ends at `tip`. A generation in memory has room for `spill_events`.
    pub(crate) fn new(
        name: &str,
        segments: Segments,
        index: Index,
        tip: Tip,
        spill_events: usize,
    ) -> Self {
        Self {
            name: name.to_owned(),
            segments,
            index,
            generations: RwLock::new(Generations::after(tip, spill_events)),
            tip: RwLock::new(tip),
            spill_failure: OnceLock::new(),
        }
    }

    /// The end of what is synced.
    pub(crate) fn tip(&self) -> Tip {
        *self.tip.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts at `tip`, before anybody reads.
    pub(crate) fn set_tip(&self, tip: Tip) {
        *self.tip.write().unwrap_or_else(PoisonError::into_inner) = tip;
    }

    /// Takes in what a block adds that was synced at `address`; gives the end after it. Whoever
    /// finds the block in the index finds it before the end, too.
    pub(crate) fn index_block(&self, block: &Block, address: u64, additions: &Additions) -> Tip {
        let mut generations = self.generations_mut();
        generations.active.add(block, address, additions);
        let tip = generations.active.tip;
        self.set_tip(tip);
        tip
    }

    /// The index in memory, to look things up.
    pub(crate) fn generations(&self) -> RwLockReadGuard<'_, Generations> {
        self.generations.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The index in memory, to change it.
    pub(crate) fn generations_mut(&self) -> RwLockWriteGuard<'_, Generations> {
        self.generations.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The record at `address`.
    pub(crate) fn record(&self, address: u64) -> Result<Record, ReadError> {
        self.segments.record(address, self.tip().end)
    }

    /// The record of a command that is not in memory.
    pub(crate) fn command(&self, key: Key, id: CommandId) -> Result<Option<Record>, ReadError> {
        self.indexed(|index| {
            index.command(key, |address| {
                let record = self.record(address)?;
                Ok((record.meta.command_id == id).then_some(record))
            })
        })
    }

    /// The version of a stream that is not in memory; 0 if it does not exist.
    pub(crate) fn stream_version(&self, key: Key, stream: &str) -> Result<u64, ReadError> {
        Ok(self.newest(key, stream)?.map_or(0, |(version, _)| version))
    }

    /// The version of the newest event of a stream that is not in memory, and the address of its
    /// record.
    pub(crate) fn newest(&self, key: Key, stream: &str) -> Result<Option<(u64, u64)>, ReadError> {
        let mut is_its = |version, address| self.has_event(address, stream, version);
        self.indexed(|index| index.newest(key, &mut is_its))
    }

    /// Whether the record at `address` has the stream's event of a version.
    pub(crate) fn has_event(
        &self,
        address: u64,
        stream: &str,
        version: u64,
    ) -> Result<bool, ReadError> {
        self.segments.view(address, self.tip().end, |record| {
            let is_it = |event: &EventView<'_>| event.version == version && event.stream == stream;
            record.events().try_fold(false, |found, event| Ok(found || is_it(&event?)))
        })
    }

    /// What the index says. If it fails once it is not trusted again: the next opening rebuilds it.
    pub(crate) fn indexed<T>(
        &self,
        look: impl FnOnce(&Index) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let looked = look(&self.index);
        if let Err(ReadError::Index(error)) = &looked {
            self.index.mark_damaged(error);
        }
        looked
    }
}
