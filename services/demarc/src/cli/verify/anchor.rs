//! What was noted of a log and kept elsewhere: the hash of its chain at a position.
//!
//! What must stay true: a log that still holds the anchor holds everything before it unchanged,
//! for the hash follows from all of it.

use std::{path::PathBuf, str::FromStr};

use event_store::{Hash, SegmentBlock, SegmentFile, VerifyReport};

/// A position and the hash of the chain there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) position: u64,
    pub(super) chain: Hash,
}

/// The text is no anchor.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an anchor is a position, a colon and the 64 hex digits of the hash there")]
pub(super) struct ParseAnchorError;

impl FromStr for Anchor {
    type Err = ParseAnchorError;

    fn from_str(text: &str) -> Result<Self, ParseAnchorError> {
        let (position, chain) = text.split_once(':').ok_or(ParseAnchorError)?;
        let position = position.parse().map_err(|_| ParseAnchorError)?;
        if chain.len() != 64 || !chain.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(ParseAnchorError);
        }
        let mut bytes = [0; 32];
        for (nth, byte) in bytes.iter_mut().enumerate() {
            let digits = &chain[2 * nth..2 * nth + 2];
            *byte = u8::from_str_radix(digits, 16).map_err(|_| ParseAnchorError)?;
        }
        Ok(Self { position, chain: Hash(bytes) })
    }
}

impl Anchor {
    /// Demands that the log, which was found to follow from itself, holds it.
    pub(super) fn demand(&self, report: &VerifyReport, segments: &[PathBuf]) -> anyhow::Result<()> {
        let Self { position, chain } = self;
        let head = &report.head;
        anyhow::ensure!(
            *position <= head.position,
            "the log ends at position {}, before the expected position {position}: its end is gone",
            head.position
        );
        let found = if *position == head.position {
            Some(head.chain)
        } else if *position == 0 {
            Some(event_store::genesis(&report.name))
        } else {
            block_end(segments, *position)?
        };
        let Some(found) = found else {
            anyhow::bail!(
                "position {position} is not the end of a block: no hash was ever noted there, or \
                 the log is another than it was"
            );
        };
        anyhow::ensure!(
            found == *chain,
            "the log is another than it was: at position {position} its chain is {found}, not \
             {chain}"
        );
        Ok(())
    }
}

/// The hash of the chain after the block that ends at `position`, if one does.
fn block_end(segments: &[PathBuf], position: u64) -> anyhow::Result<Option<Hash>> {
    let mut holder = None;
    for path in segments {
        let segment = SegmentFile::open(path)?;
        if segment.header().first_position > position {
            break;
        }
        holder = Some(segment);
    }
    let Some(segment) = holder else { return Ok(None) };
    let mut offset = segment.first_offset();
    while let SegmentBlock::Whole(block) = segment.block_at(offset)? {
        if block.last_position() >= position {
            return Ok((block.last_position() == position).then(|| block.chain()));
        }
        offset += block.bytes().len() as u64;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::{Anchor, ParseAnchorError};

    #[test]
    fn an_anchor_is_a_position_and_a_whole_hash() {
        let text = format!("119:{}", "0aF".repeat(22).split_at(64).0);
        let anchor: Anchor = text.parse().unwrap();
        assert_eq!(anchor.position, 119);
        assert_eq!(format!("119:{}", anchor.chain), text.to_lowercase());
        for wrong in ["", "119", "119:", "119:0a", "x:0a", &text[..67], &text.replace('F', "+")] {
            assert_eq!(wrong.parse::<Anchor>(), Err(ParseAnchorError), "{wrong}");
        }
    }
}
