//! A provisioning transaction: what the network answered, attempt by attempt (F29 to F35).

mod record_attempt;

pub use record_attempt::RecordProvisioningAttempt;

use std::fmt;

use crate::{Aggregate, Event, Fact, Id, Noun, Rejection, service::Service, site::Site};

/// Names a transaction.
pub type ProvisioningId = Id<Provisioning>;

/// Facts about one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProvisioningEvent {
    /// An attempt that did not succeed and will be repeated.
    Attempted(Attempt),
    /// The network did it.
    Completed(Attempt),
    /// The last attempt failed too; a person has to look (F33 to F35).
    Failed(Attempt),
}

/// One try at a transaction, and what the network answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What was tried, where and for whom.
    pub subject: Subject,
    /// 1, 2, 3, ...
    pub number: u32,
    /// What the network answered.
    pub resp_code: RespCode,
}

/// What the network is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisioningAction {
    /// Bring a new service up.
    Activate,
    /// Reset and reprovision with another package (F29).
    Reprovision,
    /// Move the line out of the service VLAN.
    Suspend,
    /// Move the line back into the service VLAN (F89).
    Reinstate,
    /// Take a service off the line (F67).
    Deactivate,
}

/// What the network answers: three digits (F33).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RespCode([u8; 3]);

/// Why a text is not a response code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be three digits")]
pub struct RespCodeError;

/// Where a transaction stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provisioning {
    /// Nothing was tried.
    NotStarted,
    /// Something was tried.
    Started {
        /// What, where and for whom.
        subject: Subject,
        /// What the network answered to attempt 1, 2, 3, ...
        answers: Vec<RespCode>,
        /// Whether it completed or failed.
        finished: bool,
    },
}

/// What a transaction is about; the same in all of its attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What is tried.
    pub action: ProvisioningAction,
    /// Where.
    pub site_id: Id<Site>,
    /// Absent where the action is about the whole site.
    pub service_id: Option<Id<Service>>,
    /// The NOC request that asked for it; absent where an order did.
    pub noc_request: Option<u32>,
}

/// What prevents a wish about a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProvisioningRejection {
    /// Only who talks to the network knows.
    #[error("only the NOC or a service can say what the network answered")]
    NotTheNetwork,
    /// One transaction, two purposes.
    #[error("the transaction is about another action, site, service or request")]
    AboutSomethingElse,
    /// Attempts are counted without gaps.
    #[error("the next attempt of the transaction is number {next}")]
    AttemptOutOfOrder {
        /// The number that is expected.
        next: u32,
    },
    /// One attempt, two answers.
    #[error("another response code is recorded for this attempt")]
    AnsweredOtherwise,
    /// It completed or failed.
    #[error("the transaction is finished: start another one")]
    Finished,
}

impl RespCode {
    /// Success (F33).
    pub const SUCCESS: Self = Self(*b"000");

    /// Reads a response code from outside.
    ///
    /// # Errors
    /// When it is not three digits.
    pub fn parse(text: &str) -> Result<Self, RespCodeError> {
        let digits: [u8; 3] = text.as_bytes().try_into().map_err(|_| RespCodeError)?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits)).ok_or(RespCodeError)
    }

    /// The three digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a response code is three ASCII digits")
    }
}

impl fmt::Debug for RespCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for RespCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl ProvisioningRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotTheNetwork => "provisioning.not_the_network",
            Self::AboutSomethingElse => "provisioning.about_something_else",
            Self::AttemptOutOfOrder { .. } => "provisioning.attempt_out_of_order",
            Self::AnsweredOtherwise => "provisioning.answered_otherwise",
            Self::Finished => "provisioning.finished",
        }
    }
}

impl From<ProvisioningRejection> for Rejection {
    fn from(rejection: ProvisioningRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl ProvisioningEvent {
    /// This fact, about that transaction.
    #[must_use]
    pub fn on(self, transaction_id: &ProvisioningId) -> Fact {
        Fact::new(transaction_id, Event::Provisioning(self))
    }
}

impl Aggregate for Provisioning {
    const CATEGORY: &'static str = "provisioning";
    const UNKNOWN: &'static Self = &Self::NotStarted;
    type Event = ProvisioningEvent;

    fn evolve(self, event: &ProvisioningEvent) -> Self {
        let (attempt, finished) = match event {
            ProvisioningEvent::Attempted(attempt) => (attempt, false),
            ProvisioningEvent::Completed(attempt) | ProvisioningEvent::Failed(attempt) => {
                (attempt, true)
            }
        };
        let mut answers = match self {
            Self::NotStarted => Vec::new(),
            Self::Started { answers, .. } => answers,
        };
        answers.push(attempt.resp_code);
        Self::Started { subject: attempt.subject.clone(), answers, finished }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Provisioning(provisioning) = noun { Some(provisioning) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Provisioning(provisioning) = noun { Some(provisioning) } else { None }
    }
}
