//! What the two ends are told, and what they tell: one line for each thing that must survive.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Parser, ValueEnum};
use storage::{Flawed, Os};

use crate::{check, control, write};

/// What is to be done.
#[derive(Parser)]
#[command(name = "powercut")]
pub(crate) enum Errand {
    /// Write for ever, telling what is acknowledged.
    Write(Place),
    /// Look at what is left, which must hold what was acknowledged.
    Check {
        #[command(flatten)]
        place: Place,
        /// The last position of the log that was acknowledged.
        #[arg(long)]
        acked: u64,
        /// The last position that the rows were said to have on the disk.
        #[arg(long)]
        synced: u64,
    },
}

/// Who writes, and where.
#[derive(Args)]
pub(crate) struct Place {
    /// The directory.
    dir: PathBuf,
    /// Who writes there.
    #[arg(long, value_enum, default_value_t = Writer::Product)]
    writer: Writer,
}

/// Who writes: the product, or somebody who leaves one thing out.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Writer {
    /// The log and a read model of it.
    Product,
    /// The same, and the log's files are never synced.
    ControlUnsynced,
    /// Rows in a table of the storage, synced before they are acknowledged.
    SyncedRows,
    /// The same rows, acknowledged after sled's own flush.
    ControlFlushedRows,
}

/// Something that was acknowledged is not there.
#[derive(Debug, thiserror::Error)]
#[error("{what} {acknowledged} was acknowledged, but {found} is left")]
pub(crate) struct Lost {
    /// What was acknowledged.
    pub(crate) what: &'static str,
    /// How far.
    pub(crate) acknowledged: u64,
    /// How far it is there.
    pub(crate) found: u64,
}

impl Lost {
    /// Demands that at least what was acknowledged is found.
    pub(crate) fn unless_found(
        what: &'static str,
        acknowledged: u64,
        found: u64,
    ) -> Result<(), Lost> {
        if found >= acknowledged { Ok(()) } else { Err(Lost { what, acknowledged, found }) }
    }
}

impl Errand {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Errand::Write(Place { dir, writer }) => match writer {
                Writer::Product => write::product(&dir, Arc::new(Os)),
                Writer::ControlUnsynced => {
                    write::product(&dir, Arc::new(Flawed::new(Os, control::Unsynced)))
                }
                Writer::SyncedRows => control::write_synced_rows(&dir),
                Writer::ControlFlushedRows => control::write_flushed_rows(&dir),
            },
            Errand::Check { place: Place { dir, writer }, acked, synced } => match writer {
                Writer::Product | Writer::ControlUnsynced => check::product(&dir, acked, synced),
                Writer::SyncedRows | Writer::ControlFlushedRows => {
                    control::check_rows(&dir, synced)
                }
            },
        }
    }
}

/// Tells one thing that holds from now on, whatever happens to the power.
pub(crate) fn tell(what: &str, position: u64) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{what} {position}")?;
    out.flush()
}
