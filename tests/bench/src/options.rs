//! What is measured, and how long.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

/// How long one append is measured.
const USUAL: Duration = Duration::from_secs(10);
const QUICK: Duration = Duration::from_millis(500);

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
    /// What policies want, until it is done, beside core.
    Intents,
    /// A bill run and a day of dunning, beside core.
    Billing,
    /// The relay and a consumer beside bare ones.
    Bus,
    /// Commands over HTTP and NATS beside a handler that does nothing.
    Http,
    /// Commands beside event stores that are servers.
    Servers,
    /// Start-up after `kill -9`, and memory.
    Start,
    /// An operator with many accounts: made up, searched and looked at beside commands.
    Operator,
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
    /// Seconds of one append (default: 10, quick half a second); of a server half of it
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// Streams that the events are in
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(crate) streams: u64,
    /// Accounts of the operator (default: 100,000, quick 2,000)
    #[arg(long, value_name = "N")]
    accounts: Option<u64>,
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

    /// How long an append is measured.
    pub(crate) fn time(&self) -> Duration {
        let usual = if self.quick { QUICK } else { USUAL };
        self.seconds.map_or(usual, |seconds| Duration::from_secs(seconds.max(1)))
    }

    /// How long a server is measured.
    pub(crate) fn server_time(&self) -> Duration {
        if self.quick { self.time() } else { self.time() / 2 }
    }

    /// Accounts of the operator.
    pub(crate) fn accounts(&self) -> u64 {
        self.accounts.unwrap_or_else(|| self.events(100_000, 2_000)).max(1)
    }

    /// Expected seconds: of everything, or where it must be quick.
    pub(crate) fn expected(&self, all: u64, quick: u64) -> Duration {
        Duration::from_secs(self.events(all, quick))
    }

    /// A number of events: all of them, or fewer where it must be quick.
    pub(crate) fn events(&self, all: u64, quick: u64) -> u64 {
        if self.quick { quick } else { all }
    }
}
