//! Our own event store.

use std::path::Path;

use anyhow::Context as _;
use event_store::{Log, NewRecord, Options};

use super::Store;

/// The log's name.
const NAME: &str = "bench";

/// Opens or makes a log of the bench.
pub(crate) fn open(dir: &Path) -> anyhow::Result<Log> {
    let opened = Log::open(dir, NAME, Options::default());
    opened.with_context(|| format!("the log in {} did not open", dir.display()))
}

/// The log; closing it ends what it does in the background.
pub(super) struct LogStore(Option<Log>, std::path::PathBuf);

impl LogStore {
    pub(super) fn open(dir: &Path) -> anyhow::Result<Self> {
        Ok(Self(Some(open(dir)?), dir.to_owned()))
    }
}

impl Store for LogStore {
    fn append(&mut self, group: Vec<NewRecord>) -> anyhow::Result<()> {
        let log = self.0.as_mut().context("the log is closed")?;
        for outcome in log.append(group)?.outcomes {
            anyhow::ensure!(!outcome?.duplicate, "a command's id was seen before");
        }
        Ok(())
    }

    fn settle(&mut self) -> anyhow::Result<()> {
        self.0 = None;
        Ok(())
    }

    fn count(&mut self) -> anyhow::Result<u64> {
        Ok(open(&self.1)?.reader().head().position)
    }
}
