//! Why opening, appending or reading did not succeed. Each names the operation and its subject.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use storage::{LockError, TableError};

use crate::{BlockError, Damage, Hash, Position};

/// Why a log did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another writer has it.
    #[error("the log is already open for writing: {owner} holds {}", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who holds it.
        owner: String,
    },
    /// A log's name is 1 to 87 bytes.
    #[error("a log cannot be called {name:?}: a name has 1 to 87 bytes")]
    Name {
        /// What was given.
        name: String,
    },
    /// A file could not be read or written.
    #[error("{} could not be opened or written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The journal does not say what it must.
    #[error("the journal is damaged")]
    Damaged(#[from] Damage),
    /// Acknowledged records are gone, or others stand in their place.
    #[error("the journal contradicts the checkpoint of its index in {}", index.display())]
    JournalBehindWitness {
        /// The index's directory.
        index: PathBuf,
        /// What the index knows and what the journal has.
        #[source]
        source: WitnessError,
    },
    /// The index could be neither used nor rebuilt.
    #[error("the index in {} could be neither used nor rebuilt", path.display())]
    Index {
        /// Its directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: Arc<IndexError>,
    },
    /// A journal could not be read.
    #[error("the journal could not be read")]
    Read(#[source] ReadError),
}

impl From<LockError> for OpenError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Held { path, owner } => Self::Locked { path, owner },
            LockError::Io { path, source } => Self::Io { path, source },
        }
    }
}

impl From<ReadError> for OpenError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged(damage) => Self::Damaged(damage),
            ReadError::Io { path, source } => Self::Io { path, source },
            ReadError::Block(_) | ReadError::Index(_) => Self::Read(error),
        }
    }
}

/// Somebody saw more of the log than the journal has, or something else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// The journal ends before what was seen: acknowledged records are lost.
    #[error("position {witness} was seen, but the journal ends at {journal}: records are lost")]
    Behind {
        /// The last position of the journal.
        journal: Position,
        /// The position that was seen.
        witness: Position,
    },
    /// Another history was seen.
    #[error("after position {position} the chain was {witness}, but the journal has {journal:?}")]
    Differs {
        /// Where they differ.
        position: Position,
        /// The hash that the journal has after it; none if no block ends there.
        journal: Option<Hash>,
        /// The hash that was seen.
        witness: Hash,
    },
}

/// Why a group was not written. The log is of no use afterwards: every later append gives the
/// same error, and the caller stops the process.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AppendError {
    /// The block could not be written.
    #[error("a block could not be written to {}", path.display())]
    Write {
        /// The segment.
        path: PathBuf,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
    /// The block was written, but may not be on the disk.
    #[error("{} could not be synced", path.display())]
    Sync {
        /// The segment or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
    /// The next segment could not be made.
    #[error("the segment {} could not be made", path.display())]
    Roll {
        /// The segment.
        path: PathBuf,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
    /// What was written before could not be looked up.
    #[error("what was written before could not be looked up")]
    Lookup(#[source] Arc<ReadError>),
    /// The index could not be moved to disk.
    #[error("the index could not be moved to disk")]
    Index(#[source] Arc<IndexError>),
}

impl From<ReadError> for AppendError {
    fn from(error: ReadError) -> Self {
        Self::Lookup(Arc::new(error))
    }
}

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file could not be read.
    #[error("{} could not be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The journal does not say what it must.
    #[error("the journal is damaged")]
    Damaged(#[from] Damage),
    /// A block's records cannot be read although its checksum is right.
    #[error("a block cannot be read")]
    Block(#[from] BlockError),
    /// The index cannot be read.
    #[error("the index cannot be read")]
    Index(#[from] IndexError),
}

/// Why the index failed. It is set aside and rebuilt when the log is opened the next time.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Its table does not work.
    #[error("the index's table does not work")]
    Table(#[from] TableError),
    /// An entry is not what the index writes.
    #[error("an entry of the index is not what was written")]
    Entry,
    /// The thread that writes it is gone.
    #[error("the thread that writes the index is gone")]
    Thread,
}
