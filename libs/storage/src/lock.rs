//! The lock that makes its holder the only one.

use std::any::Any;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Keeps others out until it is dropped, or the process ends.
pub struct Held {
    _guard: Box<dyn Any + Send + Sync>,
}

impl Held {
    /// A lock that ends when `guard` is dropped.
    pub(crate) fn new(guard: impl Any + Send + Sync) -> Self {
        Self { _guard: Box::new(guard) }
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held")
    }
}

/// Why the lock was not had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else has it.
    #[error("{} is held by {owner}", path.display())]
    Held {
        /// The lock.
        path: PathBuf,
        /// Who holds it, as the holder wrote it down: `process 4711`.
        owner: String,
    },
    /// The file cannot be opened, locked or written.
    #[error("{} could not be locked", path.display())]
    Io {
        /// The lock.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}
