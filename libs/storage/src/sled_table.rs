//! A table in a directory of sled 0.34.
//!
//! sled's own flush is no sync of the file, hence the second handle. Its lock is let go some time
//! after the last handle is dropped, hence the patience when it is opened.

use std::any::Any;
use std::fs;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::table::{Change, Row, Scan, Table, TableError, Value};

/// How often a lock is looked at that somebody is letting go, and how long to pause in between.
/// Five seconds in all.
const LOCK_LOOKS_MAX: u32 = 500;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// One sled directory.
#[derive(Debug)]
pub(crate) struct SledTable {
    db: sled::Db,
    file: fs::File,
    dir: PathBuf,
}

impl SledTable {
    /// Opens or makes it.
    pub(crate) fn open(dir: &Path, cache_bytes: u64) -> Result<Self, TableError> {
        let mut looks = 1;
        loop {
            match guarded(dir, "opened", || Self::open_once(dir, cache_bytes)) {
                Err(TableError::Busy { .. }) if looks < LOCK_LOOKS_MAX => {
                    looks += 1;
                    thread::sleep(LOCK_PAUSE);
                }
                opened => return opened,
            }
        }
    }

    fn open_once(dir: &Path, cache_bytes: u64) -> Result<Self, TableError> {
        let config = sled::Config::new()
            .path(dir)
            .cache_capacity(cache_bytes)
            .flush_every_ms(None)
            .print_profile_on_drop(false);
        // sled says only in words that the lock is held.
        let db = config.open().map_err(|source| match source.to_string() {
            text if text.contains("could not acquire lock") => {
                TableError::Busy { dir: dir.to_owned() }
            }
            _ => TableError::Sled { dir: dir.to_owned(), attempted: "opened", source },
        })?;
        let file = fs::File::open(dir.join("db")).map_err(|source| TableError::Io {
            dir: dir.to_owned(),
            attempted: "opened",
            source,
        })?;
        Ok(Self { db, file, dir: dir.to_owned() })
    }

    fn attempt<T>(
        &self,
        attempted: &'static str,
        work: impl FnOnce(&sled::Db) -> sled::Result<T>,
    ) -> Result<T, TableError> {
        guarded(&self.dir, attempted, || {
            work(&self.db).map_err(|source| TableError::Sled {
                dir: self.dir.clone(),
                attempted,
                source,
            })
        })
    }
}

impl Table for SledTable {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, TableError> {
        self.attempt("read", |db| db.get(key))
    }

    fn scan(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Scan<'_> {
        let range = (from.map(<[u8]>::to_vec), to.map(<[u8]>::to_vec));
        Box::new(SledScan { rows: self.db.range::<Vec<u8>, _>(range), table: self })
    }

    fn put(&self, key: &[u8], value: &[u8]) -> Result<(), TableError> {
        self.attempt("written", |db| db.insert(key, value)).map(|_| ())
    }

    fn remove(&self, key: &[u8]) -> Result<(), TableError> {
        self.attempt("written", |db| db.remove(key)).map(|_| ())
    }

    fn apply(&self, changes: &mut dyn Iterator<Item = Change>) -> Result<(), TableError> {
        let mut batch = sled::Batch::default();
        for (key, change) in changes {
            match change {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.attempt("written", |db| db.apply_batch(batch))
    }

    fn sync(&self) -> Result<(), TableError> {
        self.attempt("synced", |db| db.flush())?;
        self.file.sync_data().map_err(|source| TableError::Io {
            dir: self.dir.clone(),
            attempted: "synced",
            source,
        })
    }
}

/// Rows as sled gives them.
struct SledScan<'a> {
    rows: sled::Iter,
    table: &'a SledTable,
}

impl Iterator for SledScan<'_> {
    type Item = Result<Row, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = &mut self.rows;
        self.table.attempt("read", |_| rows.next().transpose()).transpose()
    }
}

impl DoubleEndedIterator for SledScan<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let rows = &mut self.rows;
        self.table.attempt("read", |_| rows.next_back().transpose()).transpose()
    }
}

/// Turns a panic of sled into an error.
fn guarded<T>(
    dir: &Path,
    attempted: &'static str,
    work: impl FnOnce() -> Result<T, TableError>,
) -> Result<T, TableError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let panic = text(&*panic);
        Err(TableError::Panicked { dir: dir.to_owned(), attempted, panic })
    })
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("without words").to_owned()
}
