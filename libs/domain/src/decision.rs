//! A decision that changed nothing: kept so that a command id has one answer for ever, and so
//! that it can be shown who asked for what and why it was refused. There is no verb: core records
//! it.

use crate::{Aggregate, Event, Fact, Id, Noun};

/// Names a decision, after the command's id.
pub type DecisionId = Id<Decision>;

/// Facts about one decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecisionEvent {
    /// The domain said no.
    Rejected {
        /// Name of the command, for example `SuspendSite`.
        command: String,
        /// Stable for ever, for example `site.address_not_verified`.
        code: String,
        /// The fact that prevents it, in a sentence.
        reason: String,
    },
    /// The wish was already fulfilled.
    Fulfilled {
        /// Name of the command.
        command: String,
    },
}

/// Nothing about a decision matters to a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision;

impl DecisionEvent {
    /// This fact, about that decision.
    #[must_use]
    pub fn on(self, decision_id: &DecisionId) -> Fact {
        Fact::new(decision_id, Event::Decision(self))
    }
}

impl Aggregate for Decision {
    const CATEGORY: &'static str = "decision";
    const UNKNOWN: &'static Self = &Self;
    type Event = DecisionEvent;

    fn evolve(self, _: &DecisionEvent) -> Self {
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Decision(decision) = noun { Some(decision) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Decision(decision) = noun { Some(decision) } else { None }
    }
}
