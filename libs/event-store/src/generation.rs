//! The part of the index that is still in memory: the active generation collects what is
//! appended, frozen ones wait for the spiller. A generation leaves memory only when sled has all
//! of it, so memory first and sled second misses nothing.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::codec::RecordView;
use crate::shared::Tip;
use crate::{Block, BlockError, CommandId, Position};

/// One block in so many bytes gets an entry by position and by time.
const SPARSE_BYTES: u64 = 64 << 10;

/// Consecutive versions of one stream.
#[derive(Debug)]
pub(crate) struct Run {
    /// The version of the first event.
    pub(crate) first: u64,
    /// The address of each event's record.
    pub(crate) addresses: Vec<u64>,
}

impl Run {
    /// The version of the last event.
    pub(crate) fn last(&self) -> u64 {
        self.first + self.addresses.len() as u64 - 1
    }
}

/// A block that can be found by position and by time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sparse {
    pub(crate) position: Position,
    pub(crate) committed_at: i64,
    pub(crate) address: u64,
}

/// Index entries of consecutive blocks.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) streams: FxHashMap<Box<str>, Run>,
    /// The address of each command's record.
    pub(crate) commands: FxHashMap<CommandId, u64>,
    pub(crate) sparse: Vec<Sparse>,
    pub(crate) events: usize,
    /// The position of its first event.
    pub(crate) first_position: Position,
    /// Where its last block leaves the log.
    pub(crate) tip: Tip,
}

impl Generation {
    /// An empty one that starts after `tip`.
    pub(crate) fn after(tip: Tip) -> Self {
        let (streams, commands) = (FxHashMap::default(), FxHashMap::default());
        let first_position = tip.head.position + 1;
        Self { streams, commands, sparse: Vec::new(), events: 0, first_position, tip }
    }

    /// Takes in a block that was synced at `address`.
    pub(crate) fn add(&mut self, block: &Block, address: u64) -> Result<(), BlockError> {
        let mut committed_at = self.tip.head.committed_at;
        for (nth, view) in block.views().enumerate() {
            let (offset, view) = view?;
            let due = self.sparse.last().is_none_or(|last| address >= last.address + SPARSE_BYTES);
            if nth == 0 && due {
                let position = block.first_position();
                self.sparse.push(Sparse { position, committed_at: view.committed_at, address });
            }
            committed_at = view.committed_at;
            let record = address + offset as u64;
            self.commands.insert(view.command_id, record);
            self.add_events(&view, record)?;
        }
        self.tip = self.tip.after(block, address, committed_at);
        Ok(())
    }

    fn add_events(&mut self, view: &RecordView<'_>, address: u64) -> Result<(), BlockError> {
        for event in view.events() {
            let event = event?;
            self.events += 1;
            if let Some(run) = self.streams.get_mut(event.stream) {
                run.addresses.push(address);
            } else {
                let run = Run { first: event.version, addresses: vec![address] };
                self.streams.insert(event.stream.into(), run);
            }
        }
        Ok(())
    }
}

/// The generations in memory.
#[derive(Debug)]
pub(crate) struct Generations {
    pub(crate) active: Generation,
    pub(crate) frozen: VecDeque<Arc<Generation>>,
}

impl Generations {
    /// Nothing in memory: sled knows everything up to `tip`.
    pub(crate) fn after(tip: Tip) -> Self {
        Self { active: Generation::after(tip), frozen: VecDeque::new() }
    }

    /// Closes the active generation.
    pub(crate) fn freeze(&mut self) -> Arc<Generation> {
        let next = Generation::after(self.active.tip);
        let frozen = Arc::new(std::mem::replace(&mut self.active, next));
        self.frozen.push_back(Arc::clone(&frozen));
        frozen
    }

    fn newest_first(&self) -> impl Iterator<Item = &Generation> {
        std::iter::once(&self.active).chain(self.frozen.iter().rev().map(Arc::as_ref))
    }

    /// The address of the command's record.
    pub(crate) fn command(&self, id: CommandId) -> Option<u64> {
        self.newest_first().find_map(|generation| generation.commands.get(&id).copied())
    }

    /// The version of the stream.
    pub(crate) fn stream_version(&self, stream: &str) -> Option<u64> {
        self.newest_first().find_map(|generation| generation.streams.get(stream)).map(Run::last)
    }

    /// The oldest version of the stream in memory, and the addresses of the events from `from`.
    pub(crate) fn stream(&self, stream: &str, from: u64, max: usize) -> (Option<u64>, Vec<u64>) {
        let mut oldest = None;
        let mut addresses = Vec::new();
        let oldest_first = self.frozen.iter().map(Arc::as_ref).chain([&self.active]);
        for run in oldest_first.filter_map(|generation| generation.streams.get(stream)) {
            oldest = oldest.or(Some(run.first));
            let skip = usize::try_from(from.saturating_sub(run.first)).unwrap_or(usize::MAX);
            let room = max - addresses.len();
            addresses.extend(run.addresses.iter().skip(skip).take(room));
        }
        (oldest, addresses)
    }

    /// The last sparse entry that is not after what `key` and `value` say.
    pub(crate) fn sparse<K: Ord>(&self, key: impl Fn(&Sparse) -> K, value: &K) -> Option<u64> {
        self.newest_first().find_map(|generation| {
            let after = generation.sparse.partition_point(|entry| key(entry) <= *value);
            Some(generation.sparse[after.checked_sub(1)?].address)
        })
    }
}
