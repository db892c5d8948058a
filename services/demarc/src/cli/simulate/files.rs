//! The machine's own files, less the waiting for the disk: nobody is told of a simulated command
//! before the end, so everything is synced once, when the year is over.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use storage::{Access, File, Held, LockError, Os, Storage, Table, TableError};

/// Files that are synced when everything is done.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SyncedLast;

/// A file that says that it is synced.
#[derive(Debug)]
struct Unsynced(Arc<dyn File>);

impl SyncedLast {
    /// Makes everything under a directory survive a power cut.
    pub(super) fn sync(self, dir: &Path) -> io::Result<()> {
        for path in Os.list(dir)? {
            match path.is_dir() {
                true => self.sync(&path)?,
                false => Os.open(&path, Access::Read)?.sync_all()?,
            }
        }
        Os.sync_dir(dir)
    }
}

impl Storage for SyncedLast {
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn File>> {
        Ok(Arc::new(Unsynced(Os.open(path, access)?)))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        Os.list(dir)
    }

    fn exists(&self, path: &Path) -> bool {
        Os.exists(path)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        std::fs::create_dir_all(dir)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Os.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Os.remove(path)
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn lock(&self, path: &Path) -> Result<Held, LockError> {
        Os.lock(path)
    }

    fn table(&self, dir: &Path, cache_bytes: u64) -> Result<Arc<dyn Table>, TableError> {
        Os.table(dir, cache_bytes)
    }
}

impl File for Unsynced {
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(bytes, offset)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn sync_all(&self) -> io::Result<()> {
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        self.0.length()
    }
}
