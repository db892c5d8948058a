//! Disks that lie, each about one thing that the log relies on or takes care of: what is lost on
//! them shows that a test would notice.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use storage::{Access, File, Held, LockError, Simulated, Storage, Table, TableError};

/// What the disk says that is not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    /// Everything is synced.
    Synced,
    /// A sync that failed did not.
    FailedSync,
    /// A write that failed did not.
    FailedWrite,
    /// What is written once more is written.
    WrittenAgain,
}

#[derive(Debug)]
pub(crate) struct Lying {
    pub(crate) disk: Simulated,
    pub(crate) lie: Lie,
}

#[derive(Debug)]
struct LyingFile {
    file: Arc<dyn File>,
    lie: Lie,
}

impl LyingFile {
    fn sync(&self) -> io::Result<()> {
        match self.lie {
            Lie::Synced => Ok(()),
            Lie::FailedSync => self.file.sync_data().or(Ok(())),
            Lie::FailedWrite | Lie::WrittenAgain => self.file.sync_data(),
        }
    }

    fn holds(&self, bytes: &[u8], offset: u64) -> bool {
        let mut found = vec![0; bytes.len()];
        self.file.read_exact_at(&mut found, offset).is_ok() && found == bytes
    }
}

impl File for LyingFile {
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(bytes, offset)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        match self.lie {
            Lie::FailedWrite => self.file.write_all_at(bytes, offset).or(Ok(())),
            Lie::WrittenAgain if self.holds(bytes, offset) => Ok(()),
            Lie::Synced | Lie::FailedSync | Lie::WrittenAgain => {
                self.file.write_all_at(bytes, offset)
            }
        }
    }

    fn sync_data(&self) -> io::Result<()> {
        self.sync()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.sync()
    }

    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }
}

impl Storage for Lying {
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn File>> {
        let file = self.disk.open(path, access)?;
        Ok(Arc::new(LyingFile { file, lie: self.lie }))
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
        self.disk.sync_dir(dir)
    }

    fn lock(&self, path: &Path) -> Result<Held, LockError> {
        self.disk.lock(path)
    }

    fn table(&self, dir: &Path, cache_bytes: u64) -> Result<Arc<dyn Table>, TableError> {
        self.disk.table(dir, cache_bytes)
    }
}
