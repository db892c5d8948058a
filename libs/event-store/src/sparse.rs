//! Where blocks are, one in 64 KiB: what leads from a position or a time to the journal.
//!
//! ```text
//! p first-position(8)   up to 128 blocks of one generation, each as three varints: position,
//!                       time and address, minus those of the block before it
//! t first-time(8, sign flipped) first-position(8)   leads from the first time to the row above
//! ```
//!
//! Numbers in keys are big endian. Positions, times and addresses all grow together. Rows may be
//! left by a process that died before the checkpoint: what they say is true all the same.

use std::ops::Bound::Included;

use storage::Table;

use crate::codec::{Input, put_varint};
use crate::{CodecError, IndexError, Position};

const ROW_BLOCKS: usize = 128;

/// A block that can be found by position and by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sparse {
    pub(crate) position: Position,
    pub(crate) committed_at: i64,
    pub(crate) address: u64,
}

/// Writes down the blocks of a generation, in order.
pub(crate) fn write(table: &dyn Table, blocks: &[Sparse]) -> Result<(), IndexError> {
    for blocks in blocks.chunks(ROW_BLOCKS) {
        let Sparse { position, committed_at, .. } = blocks[0];
        table.put(&position_key(position), &encode(blocks))?;
        table.put(&time_key(committed_at, position), &[])?;
    }
    Ok(())
}

/// The address of a block that starts at or before `position`.
pub(crate) fn at_position(
    table: &dyn Table,
    position: Position,
) -> Result<Option<u64>, IndexError> {
    let (from, to) = (position_key(0), position_key(position));
    let row = table.scan(Included(&from), Included(&to)).next_back().transpose()?;
    let Some((_, value)) = row else { return Ok(None) };
    last_until(&value, |block| block.position <= position)
}

/// The address of a block that starts at or before `committed_at`.
pub(crate) fn at_time(table: &dyn Table, committed_at: i64) -> Result<Option<u64>, IndexError> {
    let (from, to) = (time_key(i64::MIN, 0), time_key(committed_at, u64::MAX));
    let row = table.scan(Included(&from), Included(&to)).next_back().transpose()?;
    let Some((key, _)) = row else { return Ok(None) };
    let position = key.last_chunk().ok_or(IndexError::Entry)?;
    let value = table.get(&position_key(Position::from_be_bytes(*position)))?;
    last_until(&value.ok_or(IndexError::Entry)?, |block| block.committed_at <= committed_at)
}

fn last_until(value: &[u8], fits: impl Fn(&Sparse) -> bool) -> Result<Option<u64>, IndexError> {
    let blocks = decode(value).map_err(|_| IndexError::Entry)?;
    Ok(blocks.iter().rfind(|block| fits(block)).map(|block| block.address))
}

fn encode(blocks: &[Sparse]) -> Vec<u8> {
    let mut value = Vec::new();
    let mut before = Sparse { position: 0, committed_at: 0, address: 0 };
    for block in blocks {
        put_varint(&mut value, block.position - before.position);
        // Wraps where time is negative; the way back wraps, too.
        let time = block.committed_at.wrapping_sub(before.committed_at);
        put_varint(&mut value, time.cast_unsigned());
        put_varint(&mut value, block.address - before.address);
        before = *block;
    }
    value
}

fn decode(value: &[u8]) -> Result<Vec<Sparse>, CodecError> {
    let mut input = Input(value);
    let mut block = Sparse { position: 0, committed_at: 0, address: 0 };
    let mut blocks = Vec::with_capacity(ROW_BLOCKS);
    while !input.0.is_empty() {
        let grown = |before: u64, step: u64| {
            before.checked_add(step).ok_or(CodecError::Range("a block's place"))
        };
        block.position = grown(block.position, input.varint("position")?)?;
        let time = input.varint("time")?.cast_signed();
        block.committed_at = block.committed_at.wrapping_add(time);
        block.address = grown(block.address, input.varint("address")?)?;
        blocks.push(block);
    }
    Ok(blocks)
}

fn position_key(position: Position) -> Vec<u8> {
    [&b"p"[..], &position.to_be_bytes()].concat()
}

fn time_key(committed_at: i64, position: Position) -> Vec<u8> {
    let ordered = committed_at.cast_unsigned() ^ (1 << 63);
    [&b"t"[..], &ordered.to_be_bytes(), &position.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::{Sparse, decode, encode};

    #[test]
    fn blocks_read_back_from_their_row() {
        let times = [i64::MIN, -5, -5, 0, 7, i64::MAX];
        let blocks: Vec<_> = (1..)
            .zip(times)
            .map(|(n, committed_at)| Sparse { position: n * 7, committed_at, address: n << 33 })
            .collect();
        let row = encode(&blocks);
        assert_eq!(decode(&row), Ok(blocks));
        assert!(decode(&row[..row.len() - 1]).is_err());
    }
}
