//! A payment processor's reference: the name that it has for a payment. There is no verb: whoever
//! records a payment takes its reference in the same record.
//!
//! What must stay true: one reference, one payment, whichever account it is recorded for.

use crate::{Aggregate, Event, Fact, Id, Noun, account::Account, text::Code};

/// Names a reference.
pub type ReferenceId = Id<Reference>;

/// Facts about one reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceEvent {
    /// A payment has it.
    Taken {
        /// Whose payment.
        account_id: Id<Account>,
        /// Which.
        payment_id: Code,
    },
}

/// Whether a reference is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// No payment has it.
    Free,
    /// A payment has it.
    Taken,
}

impl ReferenceEvent {
    /// This fact, about that reference.
    #[must_use]
    pub fn on(self, reference_id: &ReferenceId) -> Fact {
        Fact::new(reference_id, Event::Reference(self))
    }
}

impl Aggregate for Reference {
    const CATEGORY: &'static str = "reference";
    const UNKNOWN: &'static Self = &Self::Free;
    type Event = ReferenceEvent;

    fn evolve(self, event: &ReferenceEvent) -> Self {
        match event {
            ReferenceEvent::Taken { .. } => Self::Taken,
        }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Reference(reference) = noun { Some(reference) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Reference(reference) = noun { Some(reference) } else { None }
    }
}
