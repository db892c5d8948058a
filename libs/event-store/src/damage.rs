//! What can be wrong with a journal, and where: segment, offset and position.

use std::path::PathBuf;

use crate::{BlockError, Hash, Position};

/// A place in the journal that does not say what it must.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("segment {} is damaged at offset {offset}, where position {position} was due",
    segment.display())]
pub struct Damage {
    /// The file.
    pub segment: PathBuf,
    /// The byte in it.
    pub offset: u64,
    /// The position that should be found there; 0 if whoever read knew only the place.
    pub position: Position,
    /// What was found.
    #[source]
    pub fault: Fault,
}

/// What was found in place of a whole journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No block can be read.
    #[error("no whole block is here")]
    Block(#[source] BlockError),
    /// A block of another place.
    #[error("the block or segment here starts at position {found}")]
    Position {
        /// Its first position.
        found: Position,
    },
    /// The hashes do not follow from each other.
    #[error("the hash chain is broken: {found} is stored, {expected} follows from the records")]
    Chain {
        /// What follows from the records before.
        expected: Hash,
        /// What is stored.
        found: Hash,
    },
    /// The segment's first bytes are not a header, or its checksum is wrong.
    #[error("the segment's header cannot be read")]
    Header,
    /// A segment of a later format.
    #[error("the segment has the unknown format {0}")]
    Format(u32),
    /// A segment of another log.
    #[error("the segment belongs to the log {found:?}")]
    Foreign {
        /// That log's name.
        found: String,
    },
    /// The file ends before its blocks do, or the segment that follows is not there.
    #[error("the segment ends at byte {found}, but the next one starts after byte {needed}")]
    Missing {
        /// The length of the file.
        found: u64,
        /// The length that the next segment's header asks for.
        needed: u64,
    },
    /// The file was cut.
    #[error("the segment has {found} bytes, but it had at least {needed}")]
    Short {
        /// The length of the file.
        found: u64,
        /// The length it had.
        needed: u64,
    },
    /// Something follows the last block of a sealed segment.
    #[error("bytes other than zero follow the last block")]
    Stray,
    /// A stream's versions have a gap.
    #[error("stream {stream} goes from version {before} to {found}")]
    Version {
        /// The stream.
        stream: String,
        /// Its version before.
        before: u64,
        /// The version found.
        found: u64,
    },
}
