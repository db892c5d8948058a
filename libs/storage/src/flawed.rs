//! A disk with a flaw: another disk, but for what a test takes out of it. What is lost on it shows
//! that the test would notice.

use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{Access, File, Held, LockError, Storage, Table, TableError};

/// What is different about a disk; by default nothing is.
pub trait Flaw: Debug + Send + Sync {
    /// A file that was opened.
    fn file(&self, file: Arc<dyn File>) -> Arc<dyn File> {
        file
    }

    /// A table that was opened.
    fn table(&self, table: Arc<dyn Table>) -> Arc<dyn Table> {
        table
    }

    /// What syncing a directory of `disk` does; one that is made is synced all the same.
    fn sync_dir(&self, disk: &dyn Storage, dir: &Path) -> io::Result<()> {
        disk.sync_dir(dir)
    }
}

/// A disk, and what is different about it.
#[derive(Debug)]
pub struct Flawed<F> {
    disk: Arc<dyn Storage>,
    flaw: F,
}

impl<F: Flaw> Flawed<F> {
    /// `disk`, but for `flaw`.
    pub fn new(disk: impl Storage + 'static, flaw: F) -> Self {
        Self { disk: Arc::new(disk), flaw }
    }
}

impl<F: Flaw> Storage for Flawed<F> {
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn File>> {
        Ok(self.flaw.file(self.disk.open(path, access)?))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        self.disk.list(dir)
    }

    fn exists(&self, path: &Path) -> bool {
        self.disk.exists(path)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.disk.create_dir(dir)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.disk.remove(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.flaw.sync_dir(&*self.disk, dir)
    }

    fn lock(&self, path: &Path) -> Result<Held, LockError> {
        self.disk.lock(path)
    }

    fn table(&self, dir: &Path, cache_bytes: u64) -> Result<Arc<dyn Table>, TableError> {
        Ok(self.flaw.table(self.disk.table(dir, cache_bytes)?))
    }
}
