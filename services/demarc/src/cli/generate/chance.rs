//! Chance that can be repeated: SplitMix64, begun anew for each account.

/// The numbers that follow from a seed and an account.
#[derive(Debug)]
pub(in crate::cli) struct Chance(u64);

impl Chance {
    pub(in crate::cli) fn of(seed: u64, nth: u64) -> Self {
        let mut begin = Self(seed);
        let mixed = begin.number();
        Self(mixed ^ nth.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(in crate::cli) fn below(&mut self, end: u64) -> u64 {
        self.number() % end
    }

    /// True so many times out of a hundred.
    pub(in crate::cli) fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    /// One of several, of which there is at least one.
    pub(in crate::cli) fn one_of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        let count = u64::try_from(things.len()).expect("a count fits into 64 bits");
        let chosen = usize::try_from(self.below(count)).expect("it is below a count");
        &things[chosen]
    }
}
