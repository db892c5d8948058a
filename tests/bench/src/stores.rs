//! The stores that are compared as libraries. Each makes a group durable with one sync, and counts
//! afterwards what it holds.

mod fjall;
mod log;
mod plain_file;
mod sqlite;

use std::path::Path;

use clap::ValueEnum;
use event_store::NewRecord;

pub(crate) use log::open as open_log;

/// Something that makes groups durable.
pub(crate) trait Store {
    /// Writes a group; it is on the disk when this returns.
    fn append(&mut self, group: Vec<NewRecord>) -> anyhow::Result<()>;

    /// Finishes what the store does behind the writer's back: it belongs to the measurement.
    fn settle(&mut self) -> anyhow::Result<()>;

    /// How many events are in it.
    fn count(&mut self) -> anyhow::Result<u64>;
}

/// Which store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// The limit: as many bytes, appended and synced, and nothing else.
    PlainFile,
    /// Our own.
    Log,
    /// fjall, one keyspace.
    Fjall,
    /// SQLite in WAL mode, `synchronous=FULL`.
    Sqlite,
}

impl Kind {
    /// Its name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PlainFile => "plain file, fdatasync",
            Self::Log => "event store",
            Self::Fjall => "fjall",
            Self::Sqlite => "SQLite",
        }
    }

    /// Its name on the command line.
    pub(crate) fn argument(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Opens or makes it.
    pub(crate) fn open(self, dir: &Path) -> anyhow::Result<Box<dyn Store>> {
        std::fs::create_dir_all(dir)?;
        Ok(match self {
            Self::PlainFile => Box::new(plain_file::PlainFile::open(dir)?),
            Self::Log => Box::new(log::LogStore::open(dir)?),
            Self::Fjall => Box::new(fjall::Fjall::open(dir)?),
            Self::Sqlite => Box::new(sqlite::Sqlite::open(dir)?),
        })
    }
}
