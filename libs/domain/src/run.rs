//! A run: what a day asks of many accounts, in order of their ids, a piece at a time. A bill run, a
//! dunning run, a payment run, the campaigns that are over.
//!
//! What must stay true: a run holds no list of accounts. Which are due follows from the log, and a
//! run that was interrupted goes on where its last fact says.

mod approve;
mod open;
mod proceed;

pub use approve::ApproveRun;
pub use open::OpenRun;
pub use proceed::{CloseRun, ContinueRun};

use jiff::civil::Date;

use crate::{Aggregate, Event, Fact, Id, Noun, Rejection, text::Code};

/// Names a run, after its kind and day: `run_bill-2026-12-01`.
pub type RunId = Id<Run>;

/// Facts about one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEvent {
    /// Its day has come.
    Opened {
        /// What is done.
        kind: RunKind,
        /// For which day.
        date: Date,
        /// Whether somebody has to approve it first.
        awaits_approval: bool,
    },
    /// It may go on.
    Approved,
    /// The accounts up to here have been asked for; the next ones follow.
    Continued {
        /// What is done.
        kind: RunKind,
        /// For which day.
        date: Date,
        /// The last account that was asked for, as the run's own order names it.
        after: Code,
    },
    /// Every account has been asked for.
    Closed {
        /// What is done.
        kind: RunKind,
        /// For which day.
        date: Date,
    },
}

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunKind {
    /// Bills accounts whose bill day it is (F73).
    Bill,
    /// Notes the campaigns that are over (F69).
    Campaign,
    /// Collects what is due (F48).
    Payment,
    /// Takes the steps of dunning (F76 to F79).
    Dunning,
}

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// Its day has not come.
    NotOpened,
    /// Somebody has to approve it.
    AwaitsApproval,
    /// Accounts are asked for.
    Open {
        /// The last one that was, as the run's own order names it.
        after: Option<Code>,
    },
    /// Every account has been asked for.
    Closed,
}

/// What prevents a wish about a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunRejection {
    /// There is no such run.
    #[error("the run is not opened: its day has not come")]
    NotOpened,
    /// Its day has not come.
    #[error("a run of {date} is not opened on {today}")]
    DayNotReached {
        /// The run's day.
        date: Date,
        /// The last opened day.
        today: Date,
    },
    /// Nobody has approved it.
    #[error("the run awaits approval")]
    NotApproved,
    /// It is over.
    #[error("the run is closed")]
    Closed,
}

impl RunRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotOpened => "run.not_opened",
            Self::DayNotReached { .. } => "run.day_not_reached",
            Self::NotApproved => "run.not_approved",
            Self::Closed => "run.closed",
        }
    }
}

impl From<RunRejection> for Rejection {
    fn from(rejection: RunRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl RunKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Bill, Self::Campaign, Self::Payment, Self::Dunning];

    /// Its name outside, and in the run's id.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bill => "bill",
            Self::Campaign => "campaign",
            Self::Payment => "payment",
            Self::Dunning => "dunning",
        }
    }

    /// The run of this kind and a day.
    #[must_use]
    pub fn on(self, date: Date) -> RunId {
        RunId::parse(&format!("run_{}-{date}", self.name())).expect("a word and a date are safe")
    }
}

impl RunEvent {
    /// This fact, about the run of a kind and a day.
    #[must_use]
    pub fn on(self, kind: RunKind, date: Date) -> Fact {
        Fact::new(&kind.on(date), Event::Run(self))
    }
}

impl Run {
    /// How far a run is whose accounts are being asked for.
    fn demand_open(&self) -> Result<Option<&Code>, RunRejection> {
        match self {
            Self::NotOpened => Err(RunRejection::NotOpened),
            Self::AwaitsApproval => Err(RunRejection::NotApproved),
            Self::Open { after } => Ok(after.as_ref()),
            Self::Closed => Err(RunRejection::Closed),
        }
    }
}

impl Aggregate for Run {
    const CATEGORY: &'static str = "run";
    const UNKNOWN: &'static Self = &Self::NotOpened;
    type Event = RunEvent;

    fn evolve(self, event: &RunEvent) -> Self {
        match event {
            RunEvent::Opened { awaits_approval: true, .. } => Self::AwaitsApproval,
            RunEvent::Opened { .. } | RunEvent::Approved => Self::Open { after: None },
            RunEvent::Continued { after, .. } => Self::Open { after: Some(after.clone()) },
            RunEvent::Closed { .. } => Self::Closed,
        }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Run(run) = noun { Some(run) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Run(run) = noun { Some(run) } else { None }
    }
}
