//! A table: keys in order, values, and batches that are written whole or not at all.

use std::fmt;
use std::io;
use std::ops::Bound;
use std::path::PathBuf;

/// A value, or a key, as it is stored. Cheap to clone.
pub type Value = sled::IVec;

/// A key and its value.
pub type Row = (Value, Value);

/// What a batch does with a key: another value, or none.
pub type Change = (Vec<u8>, Option<Vec<u8>>);

/// The rows of a range, from either end. Not a snapshot: rows that come or go meanwhile may show.
pub type Scan<'a> = Box<dyn DoubleEndedIterator<Item = Result<Row, TableError>> + 'a>;

/// An open table. Everything up to the last [`Table::sync`] survives a power cut and the end of the
/// process; of what came later any number of first changes may survive, because sled keeps the
/// last ones in a buffer of its own.
pub trait Table: fmt::Debug + Send + Sync {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> Result<Option<Value>, TableError>;

    /// The rows between two keys.
    fn scan(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Scan<'_>;

    /// Sets one key.
    fn put(&self, key: &[u8], value: &[u8]) -> Result<(), TableError>;

    /// Removes one key, if it is there.
    fn remove(&self, key: &[u8]) -> Result<(), TableError>;

    /// Makes all changes at once. Shuts out every reader of the table meanwhile.
    fn apply(&self, batch: &mut dyn Iterator<Item = Change>) -> Result<(), TableError>;

    /// Makes everything so far survive a power cut.
    fn sync(&self) -> Result<(), TableError>;
}

/// Why a table does not work.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Another process, or another handle of this one, has it.
    #[error("{} is in use by another process", dir.display())]
    Busy {
        /// The table's directory.
        dir: PathBuf,
    },
    /// sled says no.
    #[error("{} could not be {attempted}", dir.display())]
    Sled {
        /// The table's directory.
        dir: PathBuf,
        /// What was attempted, like `opened`.
        attempted: &'static str,
        /// Why.
        #[source]
        source: sled::Error,
    },
    /// The disk says no.
    #[error("{} could not be {attempted}", dir.display())]
    Io {
        /// The table's directory.
        dir: PathBuf,
        /// What was attempted, like `synced`.
        attempted: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// sled panicked, as it does on damaged pages.
    #[error("{} could not be {attempted}: sled panicked: {panic}", dir.display())]
    Panicked {
        /// The table's directory.
        dir: PathBuf,
        /// What was attempted, like `read`.
        attempted: &'static str,
        /// What it said.
        panic: String,
    },
}
