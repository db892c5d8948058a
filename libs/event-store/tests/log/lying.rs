//! Disks that lie, each about one thing that the log relies on or takes care of: what is lost on
//! them shows that a test would notice.

use std::io;
use std::path::Path;
use std::sync::Arc;

use storage::{File, Flaw, Storage};

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
    /// Names are synced.
    NamesSynced,
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
            Lie::FailedWrite | Lie::WrittenAgain | Lie::NamesSynced => self.file.sync_data(),
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
            Lie::Synced | Lie::FailedSync | Lie::WrittenAgain | Lie::NamesSynced => {
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

impl Flaw for Lie {
    fn file(&self, file: Arc<dyn File>) -> Arc<dyn File> {
        Arc::new(LyingFile { file, lie: *self })
    }

    fn sync_dir(&self, disk: &dyn Storage, dir: &Path) -> io::Result<()> {
        if *self == Self::NamesSynced { Ok(()) } else { disk.sync_dir(dir) }
    }
}
