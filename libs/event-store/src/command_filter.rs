//! Answers "never seen" for most command ids without a look at the disk: a blocked Bloom filter,
//! one cache line per id. It may say "maybe" of an id that was never seen, never the reverse.

use std::sync::{PoisonError, RwLock};

use crate::CommandId;

/// Words of 64 bits in a cache line.
const LINE_WORDS: usize = 8;
/// Bits set per id.
const PROBES: u32 = 5;

/// The ids of all commands in the index. Memory is taken from the system only where bits are set.
pub(crate) struct CommandFilter {
    words: RwLock<Vec<u64>>,
}

impl CommandFilter {
    /// An empty filter of about `bytes`.
    pub(crate) fn new(bytes: u64) -> Self {
        let lines = usize::try_from(bytes / 64).unwrap_or(usize::MAX / 64).max(1);
        Self { words: RwLock::new(vec![0; lines * LINE_WORDS]) }
    }

    /// Remembers the ids.
    pub(crate) fn insert(&self, ids: impl Iterator<Item = CommandId>) {
        let mut words = self.words.write().unwrap_or_else(PoisonError::into_inner);
        for id in ids {
            let (line, bits) = place(id, words.len() / LINE_WORDS);
            bits.for_each(|(word, bit)| words[line + word] |= bit);
        }
    }

    /// Whether `id` may have been inserted.
    pub(crate) fn may_contain(&self, id: CommandId) -> bool {
        let words = self.words.read().unwrap_or_else(PoisonError::into_inner);
        let (line, mut bits) = place(id, words.len() / LINE_WORDS);
        bits.all(|(word, bit)| words[line + word] & bit != 0)
    }
}

/// The first word of the id's line, and the words and bits in the line.
fn place(id: CommandId, lines: usize) -> (usize, impl Iterator<Item = (usize, u64)>) {
    let (high, low) = id.0.split_at(8);
    let [high, low] = [high, low]
        .map(|half| half.iter().fold(0, |number: u64, &byte| number << 8 | u64::from(byte)));
    let hash = mix(high ^ low.rotate_left(32));
    let line = usize::try_from(hash % lines as u64).expect("there are at most usize::MAX lines");
    let mut bits = mix(hash ^ low);
    let probes = (0..PROBES).map(move |_| {
        let probe = bits & 511;
        bits >>= 9;
        (usize::try_from(probe >> 6).expect("less than 8"), 1 << (probe & 63))
    });
    (line * LINE_WORDS, probes)
}

/// Spreads ids that count up as well as random ones.
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number ^ (number >> 32)
}

#[cfg(test)]
mod tests {
    use super::CommandFilter;
    use crate::CommandId;

    fn id(n: u64) -> CommandId {
        let mut id = [0; 16];
        id[8..].copy_from_slice(&n.to_be_bytes());
        CommandId(id)
    }

    #[test]
    fn an_inserted_id_is_never_denied_and_few_others_are_taken_for_seen() {
        let filter = CommandFilter::new(16 << 10);
        filter.insert((0..10_000).map(id));
        assert!((0..10_000).all(|n| filter.may_contain(id(n))));
        let mistaken = (10_000..20_000).filter(|&n| filter.may_contain(id(n))).count();
        assert!(mistaken < 300, "{mistaken} of 10000 with 13 bits per id");
    }
}
