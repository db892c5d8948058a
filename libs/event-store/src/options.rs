//! How much memory and disk a log may take. Nothing here changes what is stored.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use storage::{Os, Storage};

/// The limits of one log, and what it is stored on.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes of a full-grown segment. A log starts with segments of 1 MiB and doubles, so that a
    /// small log stays small. Default 64 MiB.
    pub segment_bytes: u64,
    /// Bytes of sled's page cache. Default 64 MiB.
    pub index_cache_bytes: u64,
    /// Bytes of the filters that say which runs of the index cannot have a command or a stream.
    /// Each takes 12 bits, so that an event of a new command takes 3 bytes at most; memory is
    /// taken as it is needed. The oldest runs do without filters when they would take more, and
    /// are looked up on disk. Default 256 MiB, good for 90 million events.
    pub filter_bytes: u64,
    /// Streams whose versions the writer remembers, at 16 bytes each, taken as they are needed.
    /// Default 2,097,152: 32 MiB.
    pub cached_streams: usize,
    /// Events that the index collects in memory before they are moved to disk. At most three
    /// times as many are in memory, at about 120 bytes each if every event is a command's only
    /// one and the first of its stream; opening replays at most as many. Just below 7/8 of a power
    /// of two hash tables are nearly full. Default 225,280: about 80 MiB.
    pub spill_events: usize,
    /// Secret of the hashes in an index that is made anew; an index keeps the one it was made
    /// with. Whoever knows it can choose names that slow the index down. Default random.
    pub index_secret: [u8; 16],
    /// Whether work that can wait is done on threads. Without, the appending thread does it, and
    /// the same calls do the same in the same order. Default yes.
    pub background: bool,
    /// What the log is stored on. Default the machine's file system.
    pub storage: Arc<dyn Storage>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            index_cache_bytes: 64 << 20,
            filter_bytes: 256 << 20,
            cached_streams: 2 << 20,
            spill_events: 225_280,
            index_secret: random(),
            background: true,
            storage: Arc::new(Os),
        }
    }
}

/// As random as the keys of the standard library's hash tables.
fn random() -> [u8; 16] {
    let halves = [0_u8; 2].map(|byte| RandomState::new().hash_one(byte).to_le_bytes());
    let mut secret = [0; 16];
    secret.copy_from_slice(halves.as_flattened());
    secret
}
