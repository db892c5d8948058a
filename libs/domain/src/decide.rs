//! How a wish becomes facts: the state of nouns, rebuilt from facts alone, and the rule of a verb.

use std::fmt;

use crate::{Fact, Id, Noun, actor::Actor, biller::Biller};

/// A noun whose state is rebuilt from facts alone.
pub trait Aggregate: Clone + Sized + 'static {
    /// First part of every id, for example `site`.
    const CATEGORY: &'static str;
    /// The state before the first fact.
    const UNKNOWN: &'static Self;
    /// Whether its newest fact says everything, whatever was before it. Then nobody reads more of
    /// its stream than that: [`Aggregate::evolve`] must not look at the state before.
    const NEWEST_FACT_SUFFICES: bool = false;
    /// Longest id in characters, prefix included. What is named after a noun of a shorter category
    /// has longer ones.
    const ID_CHARS_MAX: usize = crate::id::ID_CHARS_MAX;
    /// Its facts.
    type Event;

    /// The state after one more fact. Total: a fact can no longer be refused.
    #[must_use]
    fn evolve(self, event: &Self::Event) -> Self;

    /// The state of this noun, if that is what is kept there.
    fn of(noun: &Noun) -> Option<&Self>;

    /// The same, taken out.
    fn from(noun: Noun) -> Option<Self>;
}

/// A wish to change something: one file per verb.
pub trait Decide: fmt::Debug + Send + Sync {
    /// The rule. `Ok(vec![])` means that the wish is already fulfilled, so redelivery is harmless.
    ///
    /// # Errors
    /// The fact that prevents it.
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection>;
}

/// What a rule may look at: the state of any noun, the biller's data, and who asks.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The biller whose log this is.
    pub biller: &'a Biller,
    /// Who asks.
    pub actor: &'a Actor,
    states: &'a dyn States,
}

/// Where states are found. Pure for the rule: whoever implements it loads nothing while it decides.
pub trait States {
    /// The state kept under a stream's name; `None` when nothing has happened there.
    fn find(&self, stream: &str) -> Option<&Noun>;
}

/// The domain says no. Code and sentence are the API's, the code is stable for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// `noun.fact_that_prevents_it`.
    pub code: &'static str,
    /// The fact, and what to do about it. Holds no personal data.
    pub reason: String,
}

impl<'a> Desk<'a> {
    /// A desk for one decision.
    #[must_use]
    pub fn new(biller: &'a Biller, actor: &'a Actor, states: &'a dyn States) -> Self {
        Self { biller, actor, states }
    }

    /// The state of a noun; [`Aggregate::UNKNOWN`] when nothing has happened to it.
    #[must_use]
    pub fn get<A: Aggregate>(&self, id: &Id<A>) -> &'a A {
        self.states.find(id.as_str()).and_then(A::of).unwrap_or(A::UNKNOWN)
    }
}
