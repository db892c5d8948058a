//! Answers "not in this run" for most commands and streams without a look at the disk: a blocked
//! Bloom filter, one cache line per fingerprint. It may say "maybe" of one that was never
//! inserted, once in about 200 times, never the reverse.

use crate::IndexError;
use crate::chunk::Space;
use crate::key::Fingerprint;

/// Words of 64 bits in a cache line.
const LINE_WORDS: usize = 8;
/// Bytes of it.
const LINE_BYTES: usize = 64;
/// Fingerprints for each line: 12 bits each.
const LINE_FINGERPRINTS: u64 = 42;
/// Bits set per fingerprint.
const PROBES: u32 = 7;

/// Where a fingerprint is looked for, in filters of any size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probe {
    line: u64,
    bits: u64,
}

impl Probe {
    /// The places of a fingerprint in `space`.
    pub(crate) fn new(space: Space, fingerprint: Fingerprint) -> Self {
        let line = mix(fingerprint | u64::from(space.byte()) << 56);
        Self { line, bits: mix(line) }
    }

    /// The words of the line and the bits in them.
    fn places(self) -> impl Iterator<Item = (usize, u64)> {
        (0..PROBES).map(move |nth| {
            let bit = (self.bits >> (9 * nth)) & 511;
            (usize::try_from(bit >> 6).expect("less than 8"), 1 << (bit & 63))
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
struct Line([u64; LINE_WORDS]);

/// The fingerprints of one run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    lines: Vec<Line>,
}

impl Filter {
    /// An empty one, with room for so many fingerprints.
    pub(crate) fn with_room_for(fingerprints: u64) -> Self {
        let lines = lines_for(fingerprints);
        let lines = usize::try_from(lines).expect("memory is addressed by usize");
        Self { lines: vec![Line([0; LINE_WORDS]); lines] }
    }

    /// Bytes that a filter takes with room for so many fingerprints, in memory and on disk.
    pub(crate) fn size_for(fingerprints: u64) -> u64 {
        lines_for(fingerprints) * LINE_BYTES as u64
    }

    /// Reads back what [`Filter::bytes`] gave.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, IndexError> {
        let (lines, rest) = bytes.as_chunks::<LINE_BYTES>();
        if lines.is_empty() || !rest.is_empty() {
            return Err(IndexError::Entry);
        }
        let line = |bytes: &[u8; LINE_BYTES]| {
            let (words, _) = bytes.as_chunks::<8>();
            let mut line = Line([0; LINE_WORDS]);
            line.0
                .iter_mut()
                .zip(words)
                .for_each(|(word, bytes)| *word = u64::from_le_bytes(*bytes));
            line
        };
        Ok(Self { lines: lines.iter().map(line).collect() })
    }

    /// Its lines as they are stored, `lines` at a time.
    pub(crate) fn pieces(&self, lines: usize) -> impl Iterator<Item = Vec<u8>> {
        self.lines
            .chunks(lines)
            .map(|lines| lines.iter().flat_map(|line| line.0).flat_map(u64::to_le_bytes).collect())
    }

    /// Remembers a fingerprint.
    pub(crate) fn insert(&mut self, probe: Probe) {
        let line = self.line(probe);
        probe.places().for_each(|(word, bit)| self.lines[line].0[word] |= bit);
    }

    /// Whether a fingerprint may have been inserted.
    pub(crate) fn may_contain(&self, probe: Probe) -> bool {
        let line = &self.lines[self.line(probe)];
        probe.places().all(|(word, bit)| line.0[word] & bit != 0)
    }

    fn line(&self, probe: Probe) -> usize {
        let line = (u128::from(probe.line) * self.lines.len() as u128) >> 64;
        usize::try_from(line).expect("less than the number of lines")
    }
}

fn lines_for(fingerprints: u64) -> u64 {
    fingerprints.div_ceil(LINE_FINGERPRINTS).max(1)
}

/// Spreads what is near over all 64 bits.
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number ^ (number >> 32)
}

#[cfg(test)]
mod tests {
    use super::{Filter, Probe};
    use crate::chunk::Space;

    #[test]
    fn what_was_inserted_is_never_denied_and_little_else_is_taken_for_seen() {
        let mut filter = Filter::with_room_for(10_000);
        let probe = |space, n: u64| Probe::new(space, n.wrapping_mul(0x9e37_79b9_7f4a) >> 8);
        (0..10_000).for_each(|n| filter.insert(probe(Space::Commands, n)));
        assert!((0..10_000).all(|n| filter.may_contain(probe(Space::Commands, n))));
        let others = (10_000..20_000).map(|n| probe(Space::Commands, n));
        let others = others.chain((0..10_000).map(|n| probe(Space::Streams, n)));
        let mistaken = others.filter(|&other| filter.may_contain(other)).count();
        assert!(mistaken < 250, "{mistaken} of 20000 with 12 bits each");
    }

    #[test]
    fn a_filter_reads_back_from_its_own_pieces() {
        let mut filter = Filter::with_room_for(1000);
        (0..1000).for_each(|n| filter.insert(Probe::new(Space::Streams, n * n * 77)));
        let pieces: Vec<_> = filter.pieces(7).collect();
        assert_eq!(pieces.len(), 4);
        assert_eq!(Filter::from_bytes(&pieces.concat()).unwrap(), filter);
        assert!(Filter::from_bytes(&pieces.concat()[1..]).is_err());
    }
}
