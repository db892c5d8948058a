//! What the index consists of: one row that names every run, and where the log stands after them.
//! Chunks that it does not name are not there. A run is added, and runs are replaced by one that
//! holds the same, by replacing this row.
//!
//! ```text
//! manifest := tip     position, time, address of the last block, address after it: u64 each,
//!                     little endian; hash of the chain, 32 bytes
//!             runs    oldest first, five varints each: id, level, base, bytes, entries
//! ```

use crate::codec::{Input, put_varint};
use crate::run::Run;
use crate::shared::Tip;
use crate::{CodecError, Hash, Head, IndexError};

/// As many runs of one level are merged.
const FAN_IN: usize = 8;
/// No run covers more of the journal if it was merged: no merge takes for ever.
const MERGED_BYTES_MAX: u64 = 4 << 30;

/// Where the log stands after the runs, and the runs, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    pub(crate) tip: Tip,
    pub(crate) runs: Vec<Run>,
}

impl Manifest {
    /// As it is stored.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = encode_tip(&self.tip);
        for Run { id, level, base, end, entries } in &self.runs {
            for number in [*id, *level, *base, end - base, *entries] {
                put_varint(&mut bytes, number);
            }
        }
        bytes
    }

    /// Reads what [`Manifest::encode`] gave.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, IndexError> {
        let (tip, runs) = bytes.split_at_checked(TIP_BYTES).ok_or(IndexError::Entry)?;
        let mut manifest = Self { tip: decode_tip(tip)?, runs: Vec::new() };
        let mut input = Input(runs);
        while !input.0.is_empty() {
            let run = decode_run(&mut input).map_err(|_| IndexError::Entry)?;
            manifest.runs.push(run);
        }
        Ok(manifest)
    }
}

/// The runs that are due to become one, oldest first; fewer than two if none are.
pub(crate) fn due(runs: &[Run]) -> &[Run] {
    // Younger runs are of lower levels: what is of one level lies together.
    for level in runs.chunk_by(|a, b| a.level == b.level) {
        let base = level[0].base;
        let fit = level.partition_point(|run| run.end - base <= MERGED_BYTES_MAX);
        let due = &level[..fit.min(FAN_IN)];
        if level.len() >= FAN_IN && due.len() > 1 {
            return due;
        }
    }
    &[]
}

fn decode_run(input: &mut Input<'_>) -> Result<Run, CodecError> {
    let [id, level, base] = [input.varint("id")?, input.varint("level")?, input.varint("base")?];
    let end = base.checked_add(input.varint("bytes")?).ok_or(CodecError::Range("end"))?;
    Ok(Run { id, level, base, end, entries: input.varint("entries")? })
}

const TIP_BYTES: usize = 64;

/// A tip as it is stored.
pub(crate) fn encode_tip(tip: &Tip) -> Vec<u8> {
    let Tip { head: Head { position, chain, committed_at }, block, end } = tip;
    let numbers = [
        position.to_le_bytes(),
        committed_at.to_le_bytes(),
        block.to_le_bytes(),
        end.to_le_bytes(),
    ];
    [numbers.as_flattened(), &chain.0].concat()
}

/// Reads what [`encode_tip`] gave.
pub(crate) fn decode_tip(bytes: &[u8]) -> Result<Tip, IndexError> {
    let (numbers, chain) = bytes.split_at_checked(32).ok_or(IndexError::Entry)?;
    let (numbers, _) = numbers.as_chunks::<8>();
    let chain = Hash(chain.try_into().map_err(|_| IndexError::Entry)?);
    let [position, committed_at, block, end] = *numbers else { return Err(IndexError::Entry) };
    let committed_at = i64::from_le_bytes(committed_at);
    let head = Head { position: u64::from_le_bytes(position), chain, committed_at };
    Ok(Tip { head, block: u64::from_le_bytes(block), end: u64::from_le_bytes(end) })
}

#[cfg(test)]
mod tests {
    use super::{FAN_IN, MERGED_BYTES_MAX, Manifest, due};
    use crate::run::Run;
    use crate::shared::Tip;

    /// Neighbouring runs of so many bytes each.
    fn runs(level: u64, bytes: u64, count: u64) -> Vec<Run> {
        (0..count)
            .map(|n| Run { id: n, level, base: n * bytes, end: (n + 1) * bytes, entries: 9 })
            .collect()
    }

    #[test]
    fn a_manifest_reads_back_from_its_own_bytes() {
        let manifest = Manifest { tip: Tip::genesis("acme"), runs: runs(3, 1 << 33, 3) };
        let bytes = manifest.encode();
        assert_eq!(Manifest::decode(&bytes).unwrap(), manifest);
        assert!(Manifest::decode(&bytes[..bytes.len() - 1]).is_err());
        assert!(Manifest::decode(&bytes[..63]).is_err());
    }

    #[test]
    fn a_level_is_merged_when_it_is_full() {
        assert_eq!(due(&runs(0, 100, FAN_IN as u64 - 1)), []);
        assert_eq!(due(&runs(0, 100, FAN_IN as u64)).len(), FAN_IN);
        let mixed = [runs(1, 100, 7), runs(0, 100, 7)].concat();
        assert_eq!(due(&mixed), []);
    }

    #[test]
    fn as_many_runs_are_merged_as_do_not_become_too_large_together() {
        assert_eq!(due(&runs(1, MERGED_BYTES_MAX / 4, 8)).len(), 4);
        assert_eq!(due(&runs(2, MERGED_BYTES_MAX, 30)).len(), 0);
    }
}
