//! A telephone number of a voice service: native, or ported from another carrier (F70).
//!
//! What must stay true: a number rings one service at a time, whoever assigns it under whatever id.
//! The number itself is personal data and may not be an id, so it is known by a keyed digest, under
//! which there is a stream that says which telephone has it.

mod assign;
mod release;

pub use assign::AssignTelephone;
pub use release::ReleaseTelephone;

use jiff::civil::Date;

use crate::{
    Aggregate, Event, Fact, Id, Noun, Rejection, account::Account, sealed::Sealed,
    service::Service, text::Code,
};

/// Names a telephone.
pub type TelephoneId = Id<Telephone>;

/// Facts about one telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TelephoneEvent {
    /// A service has the number.
    Assigned(Assignment),
    /// Of a number, under its digest: a telephone has it.
    NumberTaken {
        /// Which.
        telephone_id: TelephoneId,
    },
    /// No service has it any more.
    Released {
        /// Whose it was.
        account_id: Id<Account>,
        /// Which service had it.
        service_id: Id<Service>,
    },
}

/// Who has a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Whose it is.
    pub account_id: Id<Account>,
    /// The voice service that it rings.
    pub service_id: Id<Service>,
    /// Personal data.
    pub number: Sealed,
    /// What the number is known by; absent where it was assigned before there was such a thing.
    pub number_id: Option<TelephoneId>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The operator's own.
    Native,
    /// It came along with the customer.
    Ported {
        /// The carrier that gave it up.
        carrier: Code,
        /// On which day.
        port_date: Date,
    },
}

/// Where a telephone stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Telephone {
    /// No service has it.
    Free,
    /// A service has it.
    Assigned(Assignment),
    /// It is a number, and the last telephone that took it is known.
    Number {
        /// Which.
        taken_by: TelephoneId,
    },
}

/// What prevents a wish about a telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TelephoneRejection {
    /// One service at a time.
    #[error("the telephone is assigned with other data or to another service: release it first")]
    AssignedOtherwise,
    /// One service at a time.
    #[error("the number rings another service: release the telephone that has it first")]
    NumberInUse,
    /// F70.
    #[error("the service is not a voice service")]
    NotAVoiceService,
    /// There is nothing that could ring.
    #[error("the service is disconnected, or nobody added it")]
    NoService,
    /// Somebody else's.
    #[error("the telephone or its service belongs to another account")]
    OfAnotherAccount,
}

impl TelephoneRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AssignedOtherwise => "telephone.assigned_otherwise",
            Self::NumberInUse => "telephone.number_in_use",
            Self::NotAVoiceService => "telephone.not_a_voice_service",
            Self::NoService => "telephone.no_service",
            Self::OfAnotherAccount => "telephone.of_another_account",
        }
    }
}

impl From<TelephoneRejection> for Rejection {
    fn from(rejection: TelephoneRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl TelephoneEvent {
    /// This fact, about that telephone.
    #[must_use]
    pub fn on(self, telephone_id: &TelephoneId) -> Fact {
        Fact::new(telephone_id, Event::Telephone(self))
    }
}

impl Aggregate for Telephone {
    const CATEGORY: &'static str = "telephone";
    const UNKNOWN: &'static Self = &Self::Free;
    type Event = TelephoneEvent;

    fn evolve(self, event: &TelephoneEvent) -> Self {
        match event {
            TelephoneEvent::Assigned(assignment) => Self::Assigned(assignment.clone()),
            TelephoneEvent::NumberTaken { telephone_id } => {
                Self::Number { taken_by: telephone_id.clone() }
            }
            TelephoneEvent::Released { .. } => Self::Free,
        }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Telephone(telephone) = noun { Some(telephone) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Telephone(telephone) = noun { Some(telephone) } else { None }
    }
}
