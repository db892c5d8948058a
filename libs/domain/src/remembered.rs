//! What a noun keeps of things that pile up: enough to tell a wish that is repeated from a new one,
//! within a bound.
//!
//! What must stay true: nothing of this is ever stored, and a state is rebuilt from facts by one
//! process, so how a fingerprint is made may change from release to release.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::text::Code;

/// Stands for something that is only compared, in 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u64);

/// The newest things of one kind that a noun was told, each under an id that its sender chose.
///
/// An id that is older than the bound is a new one again: under another command id it would be
/// taken a second time. A command that is delivered again has its own id and keeps its first
/// answer, so only a sender who says the same thing anew, long after, is not recognised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered(VecDeque<Told>);

/// An id and what was said under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    id: Fingerprint,
    what: Fingerprint,
}

/// Whether something was told before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recall {
    /// The id is new.
    New,
    /// The same was said under this id.
    Same,
    /// Something else was said under this id.
    Otherwise,
}

impl Fingerprint {
    /// The fingerprint of a thing. Two things that differ have the same one once in 2^64.
    #[must_use]
    pub fn of(thing: &impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        thing.hash(&mut hasher);
        Self(hasher.finish())
    }
}

impl Remembered {
    /// Of which nothing was told yet.
    pub(crate) const NONE: Self = Self(VecDeque::new());

    /// Whether this was told before, as far as it is remembered.
    #[must_use]
    pub fn recall(&self, id: &Code, what: Fingerprint) -> Recall {
        let id = Fingerprint::of(id);
        match self.0.iter().find(|told| told.id == id) {
            None => Recall::New,
            Some(told) if told.what == what => Recall::Same,
            Some(_) => Recall::Otherwise,
        }
    }

    /// Whether anything was told under this id, as far as it is remembered.
    #[must_use]
    pub fn knows(&self, id: &Code) -> bool {
        let id = Fingerprint::of(id);
        self.0.iter().any(|told| told.id == id)
    }

    /// Takes one more in; beyond `max` the oldest are forgotten.
    pub(crate) fn note(&mut self, id: &Code, what: Fingerprint, max: usize) {
        self.0.push_back(Told { id: Fingerprint::of(id), what });
        while self.0.len() > max {
            self.0.pop_front();
        }
    }

    /// How many are remembered.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, Recall, Remembered};
    use crate::testing::fixtures::{code, text};

    #[test]
    fn what_was_told_is_told_apart_by_its_id_and_words() {
        let mut told = Remembered::default();
        let said = |words: &str| Fingerprint::of(&text(words));
        told.note(&code("c-1"), said("Called."), 3);
        assert_eq!(told.recall(&code("c-1"), said("Called.")), Recall::Same);
        assert_eq!(told.recall(&code("c-1"), said("Called again.")), Recall::Otherwise);
        assert_eq!(told.recall(&code("c-2"), said("Called.")), Recall::New);
        assert!(told.knows(&code("c-1")) && !told.knows(&code("c-2")));
    }

    #[test]
    fn only_the_newest_are_remembered() {
        let mut told = Remembered::default();
        let said = Fingerprint::of(&text("Called."));
        for number in 1..=1_000 {
            told.note(&code(&format!("c-{number}")), said, 3);
        }
        assert_eq!(told.count(), 3);
        assert_eq!(told.recall(&code("c-997"), said), Recall::New);
        assert_eq!(told.recall(&code("c-998"), said), Recall::Same);
    }
}
