//! A payment processor's reference: the name that it has for a payment. There is no verb: whoever
//! records a payment takes its reference in the same record.
//!
//! What must stay true: one reference, one payment, whichever account it is recorded for.

use crate::{
    Aggregate, Event, Fact, Id, Noun,
    account::Account,
    text::{Code, Text},
};

/// Names a reference.
pub type ReferenceId = Id<Reference>;

/// What a processor calls a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessorName {
    /// The name as the processor writes it: whoever has money given back names it so.
    pub name: Text,
    /// The reference that it stands for; one name has one.
    pub id: ReferenceId,
}

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// No payment has it.
    Free,
    /// A payment has it.
    Taken {
        /// Whose payment.
        account_id: Id<Account>,
        /// Which.
        payment_id: Code,
    },
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
            ReferenceEvent::Taken { account_id, payment_id } => {
                Self::Taken { account_id: account_id.clone(), payment_id: payment_id.clone() }
            }
        }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Reference(reference) = noun { Some(reference) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Reference(reference) = noun { Some(reference) } else { None }
    }
}
