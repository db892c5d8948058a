//! A telephone number of a voice service: native, or ported from another carrier (F70).
//!
//! What must stay true: a telephone is assigned to one service at a time. Its id is the sender's
//! name for the number, one id for one number for ever: the number itself is personal data and may
//! not be an id, so two ids for the same number are two telephones to every rule.

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
}

/// What prevents a wish about a telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TelephoneRejection {
    /// One service at a time.
    #[error("the telephone is assigned with other data or to another service: release it first")]
    AssignedOtherwise,
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
