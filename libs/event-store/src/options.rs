//! How much memory and disk a log may take. Nothing here changes what is stored.

/// The limits of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Bytes of a full-grown segment. A log starts with segments of 1 MiB and doubles, so that a
    /// small log stays small. Default 64 MiB.
    pub segment_bytes: u64,
    /// Bytes of sled's page cache. Default 64 MiB.
    pub index_cache_bytes: u64,
    /// Events that the in-memory index collects before they are moved into sled. It holds at most
    /// six times as many, at about 150 bytes each; opening replays at most as many.
    /// Default 65,536.
    pub spill_events: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20, index_cache_bytes: 64 << 20, spill_events: 65_536 }
    }
}
