//! What is measured, and how long.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// A group of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    /// The event store as a library beside a plain file, fjall and SQLite.
    Append,
    /// Ten million events beside the plain file; bytes on disk, memory, opening after `kill -9`.
    Sustained,
    /// Scans and streams, from a cold and a warm cache.
    Read,
    /// A read model that is rebuilt, and one that follows.
    Project,
    /// The relay and a consumer beside bare ones.
    Bus,
    /// Commands over HTTP and NATS beside a handler that does nothing.
    Http,
    /// Commands beside event stores that are servers.
    Servers,
    /// Start-up after `kill -9`, and memory.
    Start,
}

/// Options of the table.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Everything once and briefly: under two minutes
    #[arg(long)]
    pub(crate) quick: bool,
    /// One JSON document in place of the table
    #[arg(long)]
    pub(crate) json: bool,
    /// Only this group; can be given more than once
    #[arg(long, value_name = "GROUP")]
    pub(crate) only: Vec<Group>,
    /// Where to write: the disk that is measured (default: target/bench)
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// Alternating rounds, of which the median counts (default: 3, quick 1)
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
    /// Seconds of one measurement of an append (default: 10, quick 1); of a server half of it
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// Streams that the events are in
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(crate) streams: u64,
}

impl Options {
    /// Whether a group is wanted.
    pub(crate) fn wants(&self, group: Group) -> bool {
        self.only.is_empty() || self.only.contains(&group)
    }

    /// Alternating rounds.
    pub(crate) fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 1 } else { 3 }).max(1)
    }

    /// Seconds of one measurement of an append.
    pub(crate) fn seconds(&self) -> u64 {
        self.seconds.unwrap_or(if self.quick { 1 } else { 10 }).max(1)
    }

    /// Seconds of one measurement of a server.
    pub(crate) fn server_seconds(&self) -> u64 {
        self.seconds().div_ceil(2)
    }

    /// A number of events: all of them, or fewer where it must be quick.
    pub(crate) fn events(&self, all: u64, quick: u64) -> u64 {
        if self.quick { quick } else { all }
    }
}
