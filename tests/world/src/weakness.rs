//! Worlds that lack a protection: each must be found out, or the checks prove nothing.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use storage::{File, Flaw, Flawed, Simulated, Storage};

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
        Some(Weakness::ForgetfulDisk) => Arc::new(Flawed::new(disk.clone(), Lazy { ever: false })),
        Some(Weakness::EarlyAnswer) => Arc::new(Flawed::new(disk.clone(), Lazy { ever: true })),
        Some(Weakness::RandomIds | Weakness::CarelessConsumer) | None => Arc::new(disk.clone()),
    }
}

/// A disk whose files are synced before they are written again, or never.
#[derive(Debug)]
struct Lazy {
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

impl Flaw for Lazy {
    fn file(&self, file: Arc<dyn File>) -> Arc<dyn File> {
        Arc::new(LazyFile { file, ever: self.ever, owed: AtomicBool::new(false) })
    }
}
