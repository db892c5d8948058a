//! Given facts, when a wish, then facts or a rejection: how every rule is tested.
//!
//! What must stay true: an accepted wish is decided a second time on the resulting state and must
//! add nothing, so every test of a rule is also a test that redelivery is harmless. What is not
//! fulfilled by what comes of it says how it is refused then.

pub mod fixtures;

use std::collections::HashMap;

use crate::{Aggregate, Decide, Desk, Event, Fact, Id, Noun, States, actor::Actor, biller::Biller};

/// States of nouns kept in memory, by stream.
#[derive(Clone, Debug, Default)]
pub struct Memory(HashMap<String, Noun>);

impl Memory {
    /// Takes one more fact in.
    pub fn apply(&mut self, stream: &str, event: &Event) {
        let before = self.0.remove(stream);
        self.0.insert(stream.to_owned(), Noun::evolve(before, event));
    }
}

impl States for Memory {
    fn find(&self, stream: &str) -> Option<&Noun> {
        self.0.get(stream)
    }
}

/// What has happened, who asks, under which biller's rules.
#[derive(Clone, Debug)]
pub struct Given {
    biller: Biller,
    actor: Actor,
    states: Memory,
}

type Decided = Result<Vec<Fact>, crate::Rejection>;

/// What the rule said.
#[derive(Debug)]
pub struct Outcome {
    decided: Decided,
}

/// Starts a test with facts, an agent as actor and the test biller.
pub fn given(facts: impl IntoIterator<Item = Fact>) -> Given {
    let actor = Actor::parse("jane; roles=agent").expect("the test's actor is well formed");
    Given { biller: crate::biller::testing(), actor, states: Memory::default() }.and(facts)
}

impl Given {
    /// More facts.
    #[must_use]
    pub fn and(mut self, facts: impl IntoIterator<Item = Fact>) -> Self {
        for fact in facts {
            self.states.apply(&fact.stream, &fact.event);
        }
        self
    }

    /// Another actor, as in `sam; roles=manager`.
    #[must_use]
    pub fn by(mut self, actor: &str) -> Self {
        self.actor = Actor::parse(actor).expect("the test's actor is well formed");
        self
    }

    /// Under rules that differ from the test biller's.
    #[must_use]
    pub fn under(mut self, change: impl FnOnce(&mut Biller)) -> Self {
        change(&mut self.biller);
        self
    }

    /// The facts that come of a wish.
    ///
    /// # Panics
    /// When it is refused.
    #[track_caller]
    #[must_use]
    pub fn after(self, wish: impl Decide) -> Self {
        let decided = wish.decide(&Desk::new(&self.biller, &self.actor, &self.states));
        self.and(decided.expect("a wish that leads to the test's situation is accepted"))
    }

    /// What has become of a noun.
    #[must_use]
    pub fn state<A: Aggregate>(&self, id: &Id<A>) -> &A {
        Desk::new(&self.biller, &self.actor, &self.states).get(id)
    }

    /// Decides a wish.
    ///
    /// # Panics
    /// When a second decision on the resulting state is refused or adds something.
    #[track_caller]
    #[must_use]
    pub fn when(self, wish: impl Decide) -> Outcome {
        self.decide_twice(&wish, &Ok(vec![]))
    }

    /// Decides a wish that is not fulfilled by what comes of it.
    ///
    /// # Panics
    /// When a second decision on the resulting state is not refused with this rejection.
    #[track_caller]
    #[must_use]
    pub fn when_in_vain(
        self,
        wish: impl Decide,
        rejection: impl Into<crate::Rejection>,
    ) -> Outcome {
        self.decide_twice(&wish, &Err(rejection.into()))
    }

    #[track_caller]
    fn decide_twice(self, wish: &dyn Decide, expected: &Decided) -> Outcome {
        let decided = wish.decide(&Desk::new(&self.biller, &self.actor, &self.states));
        if let Ok(facts) = &decided {
            let after = self.and(facts.clone());
            let again = wish.decide(&Desk::new(&after.biller, &after.actor, &after.states));
            assert_eq!(again, *expected, "not idempotent: {wish:?}");
        }
        Outcome { decided }
    }
}

impl Outcome {
    /// Exactly these facts, in this order.
    ///
    /// # Panics
    /// When it was refused or other facts came of it.
    #[track_caller]
    pub fn then(self, facts: impl IntoIterator<Item = Fact>) {
        assert_eq!(self.decided, Ok(facts.into_iter().collect()));
    }

    /// Refused with this rejection.
    ///
    /// # Panics
    /// When it was accepted or refused otherwise.
    #[track_caller]
    pub fn then_rejected(self, rejection: impl Into<crate::Rejection>) {
        assert_eq!(self.decided, Err(rejection.into()));
    }
}
