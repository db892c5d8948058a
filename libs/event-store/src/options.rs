//! How much memory and disk a log may take. Nothing here changes what is stored.

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
    /// Bytes of the filter that tells unseen command ids. 13 bits per command let one lookup in
    /// fifty reach the disk for nothing. Default 16 MiB, good for 10 million commands.
    pub command_filter_bytes: u64,
    /// Streams whose versions the writer remembers, at about 100 bytes each. Default 262,144.
    pub cached_streams: usize,
    /// Events that the in-memory index collects before they are moved into sled. It holds at most
    /// five times as many, at about 170 bytes each; opening replays at most as many.
    /// Default 131,072.
    pub spill_events: usize,
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
            command_filter_bytes: 16 << 20,
            cached_streams: 262_144,
            spill_events: 131_072,
            background: true,
            storage: Arc::new(Os),
        }
    }
}
