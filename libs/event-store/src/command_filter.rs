//! Answers "never seen" for most command ids without a look at the disk: a blocked Bloom filter,
//! one cache line per id. It may say "maybe" of an id that was never seen, never the reverse.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::CommandId;

/// Words of 64 bits in a cache line.
const LINE_WORDS: usize = 8;
/// Bits set per id.
const PROBES: u32 = 5;

/// The ids of all commands in the index.
pub(crate) struct CommandFilter {
    words: Vec<AtomicU64>,
}

impl CommandFilter {
    /// An empty filter of about `bytes`.
    pub(crate) fn new(bytes: u64) -> Self {
        let lines = usize::try_from(bytes / 64).unwrap_or(usize::MAX / 64).max(1);
        let words = (0..lines * LINE_WORDS).map(|_| AtomicU64::new(0)).collect();
        Self { words }
    }

    /// Remembers `id`.
    pub(crate) fn insert(&self, id: CommandId) {
        for (word, bit) in self.probes(id) {
            word.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// Whether `id` may have been inserted.
    pub(crate) fn may_contain(&self, id: CommandId) -> bool {
        self.probes(id).all(|(word, bit)| word.load(Ordering::Relaxed) & bit != 0)
    }

    fn probes(&self, id: CommandId) -> impl Iterator<Item = (&AtomicU64, u64)> {
        let (high, low) = id.0.split_at(8);
        let [high, low] = [high, low]
            .map(|half| half.iter().fold(0, |number: u64, &byte| number << 8 | u64::from(byte)));
        let place = mix(high ^ low.rotate_left(32));
        let mut bits = mix(place ^ low);
        let lines = self.words.len() / LINE_WORDS;
        let line = usize::try_from(place).unwrap_or(0) % lines * LINE_WORDS;
        (0..PROBES).map(move |_| {
            let (word, bit) = ((bits >> 6) as usize % LINE_WORDS, bits & 63);
            bits >>= 9;
            (&self.words[line + word], 1 << bit)
        })
    }
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
        (0..10_000).for_each(|n| filter.insert(id(n)));
        assert!((0..10_000).all(|n| filter.may_contain(id(n))));
        let mistaken = (10_000..20_000).filter(|&n| filter.may_contain(id(n))).count();
        assert!(mistaken < 300, "{mistaken} of 10000 with 13 bits per id");
    }
}
