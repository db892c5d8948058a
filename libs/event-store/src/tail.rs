//! What stands behind the last whole block: a write that was cut short, or damage.
//!
//! A segment is zero where nothing was written, only one block is ever in flight, and a disk
//! writes a sector whole or not at all. So a write that was cut short leaves a sector of zeros, or
//! ends with zeros where only a part was copied; nothing whole follows it, and not all of it is
//! there. Anything else was whole once, and somebody was told of it.
//!
//! What cannot be told apart: damage elsewhere in a last block that has a whole sector of zeros. It
//! passes for a write that was cut short. So does a last block of which a whole sector was wiped.

use bytes::Bytes;

use crate::ReadError;
use crate::block::{self, Block, Ending, ZEROS_MIN};
use crate::segment::{HEADER, SegmentFile};
use crate::shared::Head;

const SECTOR: usize = 512;

/// Whether what stands at `offset`, behind `head`, is a write that was cut short.
pub(crate) fn is_torn(segment: &SegmentFile, offset: u64, head: &Head) -> Result<bool, ReadError> {
    let bytes = segment.read(offset, segment.length().saturating_sub(offset))?;
    // A sector may begin within the block's header: the records can all be there without it.
    let begun = !is_unwritten(&bytes[..until_sector(offset).min(bytes.len())]);
    let ending = block::ending(&bytes, head.chain);
    if begun && ending == Ending::Whole || block_follows(&bytes, head) {
        return Ok(false);
    }
    Ok(ending == Ending::CutShort || is_cut_short(&bytes, offset))
}

/// Bytes from `offset` to where the next sector begins.
fn until_sector(offset: u64) -> usize {
    SECTOR - usize::try_from(offset % SECTOR as u64).unwrap_or(0)
}

fn is_unwritten(sector: &[u8]) -> bool {
    sector.iter().all(|byte| *byte == 0)
}

/// Whether the block that begins here has a sector that was not written, or ends too early.
fn is_cut_short(bytes: &[u8], offset: u64) -> bool {
    let length = block::length(bytes).unwrap_or(block::BYTES_MIN);
    let Some(block) = bytes.get(..length) else {
        // Only the first block of a segment may be longer than the file was.
        return offset == HEADER;
    };
    let (first, others) = block.split_at(until_sector(offset).min(length));
    block.starts_with(&[0; block::MAGIC.len()])
        || block.ends_with(&[0; ZEROS_MIN])
        || is_unwritten(first)
        || others.chunks(SECTOR).any(is_unwritten)
}

/// Whether a whole block of a later position follows.
fn block_follows(bytes: &Bytes, head: &Head) -> bool {
    let is_later = |at: usize| {
        let length = block::length(&bytes[at..]).ok();
        let whole = length.and_then(|length| bytes.get(at..at + length));
        whole.is_some_and(|whole| {
            block::position(whole) > head.position && Block::parse(bytes.slice_ref(whole)).is_ok()
        })
    };
    // Not even the length of a broken block can be believed: every byte may begin another.
    let mut at = 1.min(bytes.len());
    while let Some(found) = bytes[at..].windows(4).position(|window| window == block::MAGIC) {
        at += found;
        if is_later(at) {
            return true;
        }
        at += 1;
    }
    false
}
