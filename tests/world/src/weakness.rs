//! Worlds that lack a protection: each must be found out, or the checks prove nothing.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use storage::{Access, File, Held, LockError, Simulated, Storage, Table, TableError};

/// A protection that is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Core's disk says that it has synced, and has not.
    ForgetfulDisk,
    /// Core answers, and syncs before the next write.
    EarlyAnswer,
    /// Services send every attempt under an id of its own.
    RandomIds,
    /// A service applies blocks as they come and looks at no position.
    CarelessConsumer,
}

/// Core's disk, with or without its protection.
pub(crate) fn disk(disk: &Simulated, weakness: Option<Weakness>) -> Arc<dyn Storage> {
    match weakness {
        Some(Weakness::ForgetfulDisk) => Arc::new(LazyDisk { disk: disk.clone(), ever: false }),
        Some(Weakness::EarlyAnswer) => Arc::new(LazyDisk { disk: disk.clone(), ever: true }),
        Some(Weakness::RandomIds | Weakness::CarelessConsumer) | None => Arc::new(disk.clone()),
    }
}

/// A disk whose files are synced before they are written again, or never.
#[derive(Debug)]
struct LazyDisk {
    disk: Simulated,
    ever: bool,
}

#[derive(Debug)]
struct LazyFile {
    file: Arc<dyn File>,
    ever: bool,
    owed: AtomicBool,
}

impl LazyFile {
    fn owe(&self) -> io::Result<()> {
        self.owed.store(true, Ordering::Relaxed);
        Ok(())
    }
}

impl File for LazyFile {
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(bytes, offset)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        if self.ever && self.owed.swap(false, Ordering::Relaxed) {
            self.file.sync_data()?;
        }
        self.file.write_all_at(bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.owe()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.owe()
    }

    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }
}

impl Storage for LazyDisk {
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn File>> {
        let file = self.disk.open(path, access)?;
        Ok(Arc::new(LazyFile { file, ever: self.ever, owed: AtomicBool::new(false) }))
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
