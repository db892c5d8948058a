//! Checksums and hashes put right, so that what lies behind them is reached.

use bytes::Bytes;
use event_store::{Block, Hash};

use crate::block::varint;

/// Bytes of a block before its first record, and after its last one.
const BLOCK_HEAD: usize = 28;
const CHAIN: usize = 32;
/// Bytes of a segment before its first block.
pub(crate) const SEGMENT_HEAD: usize = 160;

/// Gives a block the length that it has, and the checksums of what it holds.
pub fn seal_block(block: &mut [u8]) {
    if block.len() < BLOCK_HEAD + CHAIN {
        return;
    }
    let length = u32::try_from(block.len()).unwrap_or(u32::MAX);
    block[..4].copy_from_slice(b"EVB1");
    block[4..8].copy_from_slice(&length.to_le_bytes());
    let end = block.len() - CHAIN;
    let mut at = BLOCK_HEAD;
    while let Some((length, after)) = varint(&block[at..end]) {
        let checksum = end - after.len();
        let record = checksum + 4;
        let Some(next) = usize::try_from(length).ok().and_then(|length| record.checked_add(length))
        else {
            break;
        };
        if next > end {
            break;
        }
        let crc = crc32c::crc32c(&block[record..next]);
        block[checksum..record].copy_from_slice(&crc.to_le_bytes());
        at = next;
    }
    seal_outside(block);
}

fn seal_outside(block: &mut [u8]) {
    let crc = crc32c::crc32c(&block[12..]);
    block[8..12].copy_from_slice(&crc.to_le_bytes());
}

/// Puts the checksums of segments right, and makes each block and segment continue the hash of
/// what comes before. Lengths, counts, positions and everything in the records stay what they are.
pub fn seal_journal(name: &str, segments: &mut [Vec<u8>]) {
    let mut chain = event_store::genesis(name);
    for segment in segments.iter_mut().filter(|segment| segment.len() >= SEGMENT_HEAD) {
        segment[..8].copy_from_slice(b"evstore\n");
        segment[8..12].copy_from_slice(&1_u32.to_le_bytes());
        segment[32..64].copy_from_slice(&chain.0);
        let crc = crc32c::crc32c(&segment[16..SEGMENT_HEAD]);
        segment[12..16].copy_from_slice(&crc.to_le_bytes());
        chain = seal_blocks(&mut segment[SEGMENT_HEAD..], chain);
    }
}

fn seal_blocks(mut bytes: &mut [u8], mut chain: Hash) -> Hash {
    while let Some(length) = length(bytes) {
        let (block, rest) = bytes.split_at_mut(length);
        seal_block(block);
        if let Ok(parsed) = Block::parse(Bytes::copy_from_slice(block)) {
            chain = parsed.chain_from(chain);
            block[length - CHAIN..].copy_from_slice(&chain.0);
            seal_outside(block);
        }
        bytes = rest;
    }
    chain
}

/// The length of the block that begins here, if all of it is here.
fn length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.first_chunk::<8>().filter(|head| head.starts_with(b"EVB1"))?;
    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    let length = usize::try_from(length).ok()?;
    (BLOCK_HEAD + CHAIN..=bytes.len()).contains(&length).then_some(length)
}
