//! What the writer, the readers and the spiller look at together.

use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::generation::Generations;
use crate::index::Index;
use crate::segments::Segments;
use crate::{Block, BlockError, Hash, IndexError, Position};

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
    /// A log whose index ends at `tip`.
    pub(crate) fn new(name: &str, segments: Segments, index: Index, tip: Tip) -> Self {
        Self {
            name: name.to_owned(),
            segments,
            index,
            generations: RwLock::new(Generations::after(tip)),
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

    /// Takes in a block that was synced at `address`; gives the end after it. Whoever finds the
    /// block in the index finds it before the end, too.
    pub(crate) fn index_block(&self, block: &Block, address: u64) -> Result<Tip, BlockError> {
        let mut generations = self.generations_mut();
        generations.active.add(block, address)?;
        let tip = generations.active.tip;
        self.set_tip(tip);
        Ok(tip)
    }

    /// The index in memory, to look things up.
    pub(crate) fn generations(&self) -> RwLockReadGuard<'_, Generations> {
        self.generations.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The index in memory, to change it.
    pub(crate) fn generations_mut(&self) -> RwLockWriteGuard<'_, Generations> {
        self.generations.write().unwrap_or_else(PoisonError::into_inner)
    }
}
