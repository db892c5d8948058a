//! The only source of chance in a world, so that a seed is a whole story.

/// The same seed gives the same numbers.
pub(crate) struct Chance(storage::Chance);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(storage::Chance::new(seed))
    }

    fn next(&mut self) -> u64 {
        self.0.number()
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
