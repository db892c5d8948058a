//! What a read model remembers of the log: where it stood, and the chain's hash there.
//!
//! A log that ends before, or has another hash, has lost or rewritten what was acknowledged.

use event_store::{Block, Hash, Head, Position};
use serde::{Deserialize, Serialize};

use crate::encoding;
use crate::status::FaultStatus;

/// The end of the last whole block that was applied: proof of which log was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Witness {
    pub(crate) position: Position,
    #[serde(with = "encoding::hash")]
    pub(crate) chain: Hash,
}

impl Witness {
    /// Whether a log with this head is the one that was read; `None`: its end does not tell.
    pub(crate) fn kept_by(self, head: Head) -> Option<Result<(), FaultStatus>> {
        (head.position == self.position).then(|| self.compare(Some(head.chain)))
    }

    /// Whether a log that has these blocks at the witness's position is the one that was read.
    pub(crate) fn kept_in(self, blocks: &[Block]) -> Result<(), FaultStatus> {
        let block = blocks.first().filter(|block| block.last_position() == self.position);
        self.compare(block.map(Block::chain))
    }

    fn compare(self, chain: Option<Hash>) -> Result<(), FaultStatus> {
        match chain == Some(self.chain) {
            true => Ok(()),
            false => Err(FaultStatus::rewritten(self.position)),
        }
    }
}

/// A log must not end before what was applied.
pub(crate) fn check_end(applied: Position, head: Head) -> Result<(), FaultStatus> {
    match head.position < applied {
        true => Err(FaultStatus::behind(head.position, applied)),
        false => Ok(()),
    }
}
