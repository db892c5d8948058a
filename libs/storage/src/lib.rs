//! What the log and the read models are written to: files, and tables in sled.
//!
//! Everything that must survive a crash goes through [`Storage`], so that there is one place that
//! knows what is durable, and one seam at which a disk can be made to fail, to tear and to forget.
//! [`Os`] is the machine's own file system. The feature `simulated` has a disk that fails and one
//! with a flaw, for tests and for nothing else.
//!
//! What holds:
//!
//! - What was written is on the disk when `sync_data`, `sync_all` or [`Table::sync`] has returned,
//!   and not before.
//! - A file that was made, renamed or removed is so after a power cut only once
//!   [`Storage::sync_dir`] has returned.
//! - A table that panics inside, as sled 0.34 does on damaged pages, gives an error.

#[cfg(feature = "simulated")]
mod chance;
#[cfg(feature = "simulated")]
mod flawed;
mod lock;
mod os;
#[cfg(feature = "simulated")]
mod simulated;
mod sled_table;
mod table;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "simulated")]
pub use chance::Chance;
#[cfg(feature = "simulated")]
pub use flawed::{Flaw, Flawed};
pub use lock::{Held, LockError};
pub use os::Os;
#[cfg(feature = "simulated")]
pub use simulated::{Fault, Simulated};
pub use table::{Change, Row, Scan, Table, TableError, Value};

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It is there and is only read.
    Read,
    /// It is there, is read and written.
    Write,
    /// It is made, empty, whether or not it was there.
    Create,
}

/// The files and tables of one machine.
pub trait Storage: fmt::Debug + Send + Sync {
    /// Opens or makes a file.
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn File>>;

    /// The paths in a directory, in the order of their names.
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>>;

    /// Whether there is a file or a directory.
    fn exists(&self, path: &Path) -> bool;

    /// Makes a directory and those above it, and makes sure that they are there after a power cut.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;

    /// Gives a file or a directory another name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file, or a directory with everything in it.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes what was made, renamed and removed in a directory survive a power cut.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Takes the lock at `path`, or names the process that holds it.
    fn lock(&self, path: &Path) -> Result<Held, LockError>;

    /// Opens the table in `dir`, or makes an empty one. `cache_bytes` bounds what of it is held in
    /// memory. Waits a few seconds for a former owner who is just letting go.
    fn table(&self, dir: &Path, cache_bytes: u64) -> Result<Arc<dyn Table>, TableError>;
}

/// An open file. Offsets and lengths are in bytes.
pub trait File: fmt::Debug + Send + Sync {
    /// Fills `bytes` from `offset` on; fails if the file ends before.
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;

    /// Writes all of `bytes` at `offset`.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Makes what was written survive a power cut.
    fn sync_data(&self) -> io::Result<()>;

    /// The same, with everything that is known about the file.
    fn sync_all(&self) -> io::Result<()>;

    /// Bytes in the file.
    fn length(&self) -> io::Result<u64>;
}

/// The whole content of a file.
pub fn read(storage: &dyn Storage, path: &Path) -> io::Result<Vec<u8>> {
    let file = storage.open(path, Access::Read)?;
    let length = usize::try_from(file.length()?).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

/// Gives a file another content, whole or not at all, and for ever once this has returned.
pub fn replace(storage: &dyn Storage, path: &Path, content: &[u8]) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".draft");
    let draft = PathBuf::from(draft);
    let file = storage.open(&draft, Access::Create)?;
    file.write_all_at(content, 0)?;
    file.sync_all()?;
    storage.rename(&draft, path)?;
    storage.sync_dir(path.parent().unwrap_or(Path::new(".")))
}
