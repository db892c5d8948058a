//! Chance that can be repeated: SplitMix64.

/// The same seed gives the same numbers.
#[derive(Debug)]
pub struct Chance(u64);

impl Chance {
    /// The numbers that follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number() % end
    }

    /// Heads or tails.
    pub(crate) fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    /// How many of `count` first things survive: none, all, or anything between.
    pub(crate) fn prefix(&mut self, count: usize) -> usize {
        let upto = u64::try_from(count).expect("a count fits") + 1;
        usize::try_from(self.below(upto)).expect("it is at most the count")
    }
}
