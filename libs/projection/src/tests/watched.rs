//! A table that tells how it is written, and that can be broken for a while.

use std::io;
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use storage::{Change, Flaw, Scan, Table, TableError, Value};

#[derive(Clone, Debug, Default)]
pub(super) struct Watched {
    /// Rows of the largest batch.
    pub(super) widest: Arc<AtomicUsize>,
    /// Whether no row is read by its key or written.
    pub(super) is_broken: Arc<AtomicBool>,
    /// Whether the next write breaks it.
    pub(super) is_brittle: Arc<AtomicBool>,
}

#[derive(Debug)]
struct WatchedTable {
    table: Arc<dyn Table>,
    watched: Watched,
}

impl Flaw for Watched {
    fn table(&self, table: Arc<dyn Table>) -> Arc<dyn Table> {
        Arc::new(WatchedTable { table, watched: self.clone() })
    }
}

impl WatchedTable {
    /// The table, to write to it.
    fn written(&self) -> Result<&dyn Table, TableError> {
        if self.watched.is_brittle.swap(false, Ordering::Relaxed) {
            self.watched.is_broken.store(true, Ordering::Relaxed);
        }
        self.table()
    }

    fn table(&self) -> Result<&dyn Table, TableError> {
        if self.watched.is_broken.load(Ordering::Relaxed) {
            let source = io::Error::other("broken by the test");
            return Err(TableError::Io { dir: PathBuf::new(), attempted: "used", source });
        }
        Ok(self.table.as_ref())
    }
}

impl Table for WatchedTable {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, TableError> {
        self.table()?.get(key)
    }

    fn scan(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Scan<'_> {
        self.table.scan(from, to)
    }

    fn put(&self, key: &[u8], value: &[u8]) -> Result<(), TableError> {
        self.written()?.put(key, value)
    }

    fn remove(&self, key: &[u8]) -> Result<(), TableError> {
        self.written()?.remove(key)
    }

    fn apply(&self, changes: &mut dyn Iterator<Item = Change>) -> Result<(), TableError> {
        let changes: Vec<_> = changes.collect();
        self.watched.widest.fetch_max(changes.len(), Ordering::Relaxed);
        self.written()?.apply(&mut changes.into_iter())
    }

    fn sync(&self) -> Result<(), TableError> {
        self.written()?.sync()
    }
}
