//! What happens when a log is opened: the index's checkpoint is compared with the journal, the
//! journal's end beyond it is indexed again, and what is torn there is cut.

use std::path::Path;

use storage::{Access, Storage};

use crate::block::Block;
use crate::segment::{HEADER, SegmentBlock, SegmentFile};
use crate::segments::Segments;
use crate::shared::{Head, Tip};
use crate::tail::is_torn;
use crate::{BlockError, Damage, Fault, OpenError, ReadError, WitnessError};

/// Checks that the block the checkpoint ends with is in the journal.
pub(crate) fn check_witness(
    segments: &Segments,
    tip: &Tip,
) -> Result<Option<WitnessError>, ReadError> {
    let Head { position, chain: witness, .. } = tip.head;
    let paths = segments.paths_from(tip.block);
    let found = paths.first().map(|path| SegmentFile::open_on(segments.storage(), path));
    let found = found.transpose()?;
    let Some(segment) = found else {
        return Ok(Some(WitnessError::Behind { journal: 0, witness: position }));
    };
    let offset = tip.block.saturating_sub(segment.header().base);
    if let SegmentBlock::Whole(block) = segment.block_at(offset)?
        && block.last_position() == position
    {
        let journal = Some(block.chain());
        let differs = WitnessError::Differs { position, journal, witness };
        return Ok((block.chain() != witness).then_some(differs));
    }
    let journal = last_position(segments)?;
    if journal < position {
        return Ok(Some(WitnessError::Behind { journal, witness: position }));
    }
    Ok(Some(WitnessError::Differs { position, journal: None, witness }))
}

/// The last position of the journal, found without the index.
fn last_position(segments: &Segments) -> Result<u64, ReadError> {
    let Some(path) = segments.last().map(|(path, _)| path) else { return Ok(0) };
    SegmentFile::open_on(segments.storage(), &path)?.last_position()
}

/// Gives every whole block after `tip` to `take`, in order, and cuts what is torn at the end.
pub(crate) fn replay(
    segments: &Segments,
    mut tip: Tip,
    mut take: impl FnMut(&Block, u64) -> Result<Tip, OpenError>,
) -> Result<Tip, OpenError> {
    let storage = segments.storage();
    let paths = segments.paths_from(tip.end);
    // A killed process leaves blocks that are written and not yet synced: nobody may hear of them
    // before a power cut can no longer take them back.
    for path in &paths {
        let io = |source| OpenError::Io { path: path.clone(), source };
        storage.open(path, Access::Read).and_then(|file| file.sync_data()).map_err(io)?;
    }
    if let Some(last) = paths.last() {
        write_last_again(storage, last, tip.end)?;
    }
    for (nth, path) in paths.iter().enumerate() {
        let segment = SegmentFile::open_on(storage, path)?;
        let base = segment.header().base;
        if tip.end <= base {
            check_start(&segment, &tip)?;
            tip.end = base + HEADER;
        }
        let next = paths.get(nth + 1).map(|path| SegmentFile::open_on(storage, path));
        let stop = next.transpose()?.map(|next| next.header().base);
        while stop != Some(tip.end)
            && let Some(block) = block_or_end(storage, &segment, &tip, stop.is_none())?
        {
            tip = take(&block, tip.end)?;
        }
    }
    Ok(tip)
}

/// The block that follows `tip`, or none at the end of the last segment, which is cut if torn.
fn block_or_end(
    storage: &dyn Storage,
    segment: &SegmentFile,
    tip: &Tip,
    is_last: bool,
) -> Result<Option<Block>, OpenError> {
    let offset = tip.end - segment.header().base;
    let error = match segment.block_at(offset)? {
        SegmentBlock::Whole(block) => {
            check_block(segment, offset, &tip.head, &block)?;
            return Ok(Some(block));
        }
        SegmentBlock::End if is_last => {
            check_length(segment, &tip.head)?;
            return Ok(None);
        }
        SegmentBlock::End => BlockError::Magic,
        SegmentBlock::Broken(error) => error,
    };
    check_length(segment, &tip.head)?;
    let damage = segment.damage(offset, tip.head.position + 1, Fault::Block(error));
    if !is_last || !is_torn(segment, offset, &tip.head)? {
        return Err(damage.into());
    }
    cut(storage, segment, offset, &damage)?;
    Ok(None)
}

/// Checks that a segment begins where the one before ended.
pub(crate) fn check_start(segment: &SegmentFile, tip: &Tip) -> Result<(), Damage> {
    let header = segment.header();
    let due = tip.head.position + 1;
    if header.first_position != due {
        let fault = Fault::Position { found: header.first_position };
        return Err(segment.damage(0, due, fault));
    }
    if header.chain != tip.head.chain {
        let fault = Fault::Chain { expected: tip.head.chain, found: header.chain };
        return Err(segment.damage(0, due, fault));
    }
    Ok(())
}

/// Checks that `block` follows `head`.
pub(crate) fn check_block(
    segment: &SegmentFile,
    offset: u64,
    head: &Head,
    block: &Block,
) -> Result<(), Damage> {
    let due = head.position + 1;
    if block.first_position() != due {
        let fault = Fault::Position { found: block.first_position() };
        return Err(segment.damage(offset, due, fault));
    }
    let expected = block.chain_from(head.chain);
    if expected != block.chain() {
        let fault = Fault::Chain { expected, found: block.chain() };
        return Err(segment.damage(offset, due, fault));
    }
    Ok(())
}

/// Checks that the file was not cut: whole blocks may be gone, and zeros tell nothing of them.
pub(crate) fn check_length(segment: &SegmentFile, head: &Head) -> Result<(), Damage> {
    let (found, needed) = (segment.length(), segment.header().length);
    let short = segment.damage(found, head.position + 1, Fault::Short { found, needed });
    if found < needed { Err(short) } else { Ok(()) }
}

/// Writes the last whole block from `address` on once more. If it could not be synced, it may be
/// seen without being on the disk, and only what is written again is synced again.
fn write_last_again(storage: &dyn Storage, path: &Path, address: u64) -> Result<(), OpenError> {
    let failed = |source| OpenError::Io { path: path.to_owned(), source };
    let segment = SegmentFile::open_on(storage, path)?;
    let mut offset = address.saturating_sub(segment.header().base).max(HEADER);
    let mut last = None;
    while let SegmentBlock::Whole(block) = segment.block_at(offset)? {
        let length = block.bytes().len() as u64;
        last = Some((offset, block));
        offset += length;
    }
    let Some((offset, block)) = last else { return Ok(()) };
    let file = storage.open(path, Access::Write).map_err(failed)?;
    file.write_all_at(block.bytes(), offset).map_err(failed)?;
    file.sync_data().map_err(failed)
}

/// Zeroes everything from `offset` on: it was never acknowledged.
fn cut(
    storage: &dyn Storage,
    segment: &SegmentFile,
    offset: u64,
    damage: &Damage,
) -> Result<(), OpenError> {
    let path: &Path = segment.path();
    let failed = |source| OpenError::Io { path: path.to_owned(), source };
    tracing::warn!(segment = %path.display(), offset, position = damage.position,
        fault = &damage.fault as &dyn std::error::Error, "torn tail cut");
    let file = storage.open(path, Access::Write).map_err(failed)?;
    let zeros = vec![0; 1 << 20];
    let mut at = offset;
    while at < segment.length() {
        let piece =
            usize::try_from(segment.length() - at).map_or(zeros.len(), |n| n.min(zeros.len()));
        file.write_all_at(&zeros[..piece], at).map_err(failed)?;
        at += piece as u64;
    }
    file.sync_all().map_err(failed)
}
