//! The only source of chance in a world: SplitMix64, so that a seed is a whole story.

/// The same seed gives the same numbers.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a usize fits into 64 bits");
        usize::try_from(self.next() % end).expect("it is below a usize")
    }

    /// Yes, once in so many times.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of them.
    pub(crate) fn pick<'a, T>(&mut self, some: &'a [T]) -> &'a T {
        &some[self.below(some.len())]
    }

    /// Takes one of them out, wherever it is.
    pub(crate) fn draw<T>(&mut self, some: &mut Vec<T>) -> Option<T> {
        if some.is_empty() {
            return None;
        }
        let place = self.below(some.len());
        Some(some.swap_remove(place))
    }

    /// An id or a seed that nobody else has.
    pub(crate) fn fresh(&mut self) -> (u64, u64) {
        (self.next(), self.next())
    }
}
