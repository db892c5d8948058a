//! The part of the index that is still in memory: the active generation collects what is
//! appended, frozen ones wait for the spiller. A generation leaves memory only when the table has
//! all of it, so memory first and table second misses nothing.
//!
//! A generation consists of a few large pieces of memory, reserved when it begins: nothing has to
//! be moved while it grows, and it is gone at once when it is dropped.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::key::{Key, Keys};
use crate::shared::Tip;
use crate::sparse::Sparse;
use crate::{Block, BlockError};

/// No generation reserves room for more events, whatever the options say; beyond that it grows.
const ROOM_MAX: usize = 1 << 20;
/// One block in so many bytes gets an entry by position and by time.
const SPARSE_BYTES: u64 = 64 << 10;

/// What one block adds to the index.
#[derive(Debug, Default)]
pub(crate) struct Additions {
    /// Each command, and the offset of its record in the block.
    pub(crate) commands: Vec<(Key, usize)>,
    /// Each event's stream and version, and the offset of its record.
    pub(crate) events: Vec<(Key, u64, usize)>,
    /// When the first record was committed.
    pub(crate) first_at: i64,
    /// When the last one was.
    pub(crate) last_at: i64,
}

impl Additions {
    /// Reads what a stored block adds.
    pub(crate) fn of(block: &Block, keys: &Keys) -> Result<Self, BlockError> {
        let mut additions = Self::default();
        for view in block.views() {
            let (offset, view) = view?;
            additions.record(keys.command(view.command_id), offset, view.committed_at);
            for event in view.events() {
                let event = event?;
                additions.events.push((keys.stream(event.stream), event.version, offset));
            }
        }
        Ok(additions)
    }

    /// Adds a record without its events.
    pub(crate) fn record(&mut self, command: Key, offset: usize, committed_at: i64) {
        if self.commands.is_empty() {
            self.first_at = committed_at;
        }
        self.last_at = committed_at;
        self.commands.push((command, offset));
    }

    /// Forgets everything, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.commands.clear();
        self.events.clear();
    }
}

/// Consecutive versions of one stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Versions {
    /// The version of the first event.
    pub(crate) first: u64,
    count: u32,
    /// The first link and the last one.
    head: u32,
    tail: u32,
}

impl Versions {
    /// How many events there are.
    pub(crate) fn count(&self) -> usize {
        self.count as usize
    }

    /// The version of the last event.
    pub(crate) fn last(&self) -> u64 {
        self.first + u64::from(self.count) - 1
    }
}

/// The address of an event's record, and the link of the stream's next event.
#[derive(Clone, Copy, Debug)]
struct Link {
    address: u64,
    next: u32,
}

/// Index entries of consecutive blocks.
#[derive(Debug)]
pub(crate) struct Generation {
    /// The address of each command's record.
    pub(crate) commands: FxHashMap<Key, u64>,
    pub(crate) streams: FxHashMap<Key, Versions>,
    links: Vec<Link>,
    pub(crate) sparse: Vec<Sparse>,
    /// The address from which on it covers the blocks.
    pub(crate) base: u64,
    /// Where its last block leaves the log.
    pub(crate) tip: Tip,
}

impl Generation {
    /// An empty one that starts after `tip`, with room for so many events, and for some more that
    /// its last block brings: to grow takes a tenth of a second, while everybody waits.
    pub(crate) fn after(tip: Tip, room: usize) -> Self {
        let room = room + room / 64;
        Self {
            commands: FxHashMap::with_capacity_and_hasher(room, FxBuildHasher),
            streams: FxHashMap::with_capacity_and_hasher(room, FxBuildHasher),
            links: Vec::with_capacity(room),
            sparse: Vec::new(),
            base: tip.end,
            tip,
        }
    }

    /// Forgets everything, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.commands.clear();
        self.streams.clear();
        self.links.clear();
        self.sparse.clear();
    }

    /// Takes in what a block adds that was synced at `address`.
    pub(crate) fn add(&mut self, block: &Block, address: u64, additions: &Additions) {
        if self.sparse.last().is_none_or(|last| address >= last.address + SPARSE_BYTES) {
            let (position, committed_at) = (block.first_position(), additions.first_at);
            self.sparse.push(Sparse { position, committed_at, address });
        }
        for (command, offset) in &additions.commands {
            self.commands.insert(*command, address + *offset as u64);
        }
        for (stream, version, offset) in &additions.events {
            self.add_event(*stream, *version, address + *offset as u64);
        }
        self.tip = self.tip.after(block, address, additions.last_at);
    }

    fn add_event(&mut self, stream: Key, version: u64, address: u64) {
        let link = u32::try_from(self.links.len()).expect("a generation is frozen long before");
        self.links.push(Link { address, next: link });
        let fresh = Versions { first: version, count: 0, head: link, tail: link };
        let versions = self.streams.entry(stream).or_insert(fresh);
        self.links[versions.tail as usize].next = link;
        versions.tail = link;
        versions.count += 1;
    }

    /// The addresses of the records of a stream's events, in order.
    pub(crate) fn addresses(&self, versions: &Versions) -> impl Iterator<Item = u64> {
        let mut at = versions.head as usize;
        (0..versions.count).map(move |_| {
            let Link { address, next } = self.links[at];
            at = next as usize;
            address
        })
    }
}

/// The generations in memory.
#[derive(Debug)]
pub(crate) struct Generations {
    pub(crate) active: Generation,
    pub(crate) frozen: VecDeque<Arc<Generation>>,
    /// The memory of one that the table has, for the next one: what is fresh from the system has
    /// to be filled with zeros, megabytes at a time, while everybody waits.
    pub(crate) spare: Option<Generation>,
    room: usize,
}

impl Generations {
    /// Nothing in memory: the table knows everything up to `tip`. Each generation has room for
    /// so many events before it must grow.
    pub(crate) fn after(tip: Tip, room: usize) -> Self {
        let room = room.min(ROOM_MAX);
        let (active, frozen) = (Generation::after(tip, room), VecDeque::new());
        Self { active, frozen, spare: None, room }
    }

    /// Whether the active generation has so many events, or covers so much of the journal.
    pub(crate) fn is_full(&self, events: usize, bytes: u64) -> bool {
        self.active.links.len() >= events || self.active.tip.end - self.active.base >= bytes
    }

    /// Closes the active generation.
    pub(crate) fn freeze(&mut self) -> Arc<Generation> {
        let tip = self.active.tip;
        let next = match self.spare.take() {
            Some(spare) => Generation { base: tip.end, tip, ..spare },
            None => Generation::after(tip, self.room),
        };
        let frozen = Arc::new(std::mem::replace(&mut self.active, next));
        self.frozen.push_back(Arc::clone(&frozen));
        frozen
    }

    fn newest_first(&self) -> impl Iterator<Item = &Generation> {
        std::iter::once(&self.active).chain(self.frozen.iter().rev().map(Arc::as_ref))
    }

    /// The address of the command's record.
    pub(crate) fn command(&self, command: Key) -> Option<u64> {
        self.newest_first().find_map(|generation| generation.commands.get(&command).copied())
    }

    /// The version of the stream's newest event, and the address of its record.
    pub(crate) fn newest(&self, stream: Key) -> Option<(u64, u64)> {
        self.newest_first().find_map(|generation| {
            let versions = generation.streams.get(&stream)?;
            Some((versions.last(), generation.links[versions.tail as usize].address))
        })
    }

    /// The oldest version of the stream in memory, and the addresses of at most `max` events from
    /// the version `from` on.
    pub(crate) fn stream(&self, stream: Key, from: u64, max: usize) -> (Option<u64>, Vec<u64>) {
        let mut oldest = None;
        let mut addresses = Vec::new();
        for generation in self.frozen.iter().map(Arc::as_ref).chain([&self.active]) {
            let Some(versions) = generation.streams.get(&stream) else { continue };
            oldest = oldest.or(Some(versions.first));
            let skip = usize::try_from(from.saturating_sub(versions.first));
            let wanted = generation.addresses(versions).skip(skip.unwrap_or(usize::MAX));
            addresses.extend(wanted.take(max - addresses.len()));
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
