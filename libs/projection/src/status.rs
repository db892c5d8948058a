//! What an operator sees of a read model.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use event_store::Position;
use serde::Serialize;

use crate::fault::chain_of;
use crate::store::StoreError;

/// How long a rate looks back.
const RATE_WINDOW: Duration = Duration::from_secs(5);
/// How many parked intents a status lists.
pub(crate) const PARKED_LISTED_MAX: usize = 100;

/// The state of one read model, as of now.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The service it belongs to.
    pub service: String,
    /// Whose log it reads.
    pub biller: String,
    /// The version of its rows.
    pub version: u32,
    /// What it is doing.
    pub state: State,
    /// The last event its rows contain.
    pub checkpoint: Position,
    /// The last event of the log, as last heard.
    pub head: Position,
    /// How many events it is behind.
    pub lag: u64,
    /// Events applied per second, over the last seconds.
    pub rate: u64,
    /// Events that were delivered again, since the start.
    pub duplicates: u64,
    /// Gaps that were refilled from the log, since the start.
    pub refilled_gaps: u64,
    /// Why it has stopped.
    pub fault: Option<FaultStatus>,
    /// Why the log is out of reach, while it is.
    pub unreachable: Option<String>,
    /// The directory that fills beside the live one.
    pub rebuild: Option<RebuildStatus>,
    /// Why the last rebuild was given up.
    pub rebuild_fault: Option<String>,
    /// Intents that no record has closed yet, parked ones included.
    pub pending_intents: u64,
    /// Intents that wait for an operator; the first hundred.
    pub parked: Vec<ParkedIntent>,
}

/// What a read model is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The log is out of reach.
    Waiting,
    /// Its rows are filled from the beginning of the log; queries see what is there so far.
    Rebuilding,
    /// It reads what happened while it was away; nothing is sent.
    CatchingUp,
    /// It follows the log.
    Live,
    /// It has stopped before an event; it still answers queries.
    Faulted,
    /// It was shut down.
    Stopped,
}

/// Where and why a read model has stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultStatus {
    /// The event it stopped before.
    pub position: Position,
    /// What kind of trouble it is.
    pub cause: FaultCause,
    /// The exact reason, outermost first.
    pub reason: String,
}

/// What kind of trouble stopped a read model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCause {
    /// The read model refused the event, or panicked over it.
    Refused {
        /// The type of the event.
        kind: String,
    },
    /// The block that holds the event cannot be decoded.
    Undecodable,
    /// The log ends before what this read model has seen: acknowledged events are lost.
    LogBehind {
        /// Where the log ends.
        head: Position,
    },
    /// The log's hash chain is not the one this read model has seen: the past was rewritten.
    LogRewritten,
    /// The directory of the read model cannot be read or written; a rebuild replaces it.
    Directory,
}

impl FaultStatus {
    pub(crate) fn new(position: Position, cause: FaultCause, reason: String) -> FaultStatus {
        FaultStatus { position, cause, reason }
    }

    pub(crate) fn broken(position: Position, error: &StoreError) -> FaultStatus {
        FaultStatus::new(position + 1, FaultCause::Directory, chain_of(error))
    }

    pub(crate) fn rewritten(witness: Position) -> FaultStatus {
        let reason = format!("the log's hash at position {witness} is not the one seen before");
        FaultStatus::new(witness + 1, FaultCause::LogRewritten, reason)
    }

    pub(crate) fn behind(head: Position, checkpoint: Position) -> FaultStatus {
        let reason = format!("position {checkpoint} was seen, but the log ends at {head}");
        FaultStatus::new(checkpoint + 1, FaultCause::LogBehind { head }, reason)
    }
}

/// How far a rebuild has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RebuildStatus {
    /// The last event it has applied.
    pub position: Position,
    /// The event at which it takes over, as far as is known.
    pub target: Position,
    /// Events applied per second, over the last seconds.
    pub rate: u64,
}

/// An intent that core did not understand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParkedIntent {
    /// The command id of what it would cause.
    pub id: String,
    /// Which policy wants it.
    pub policy: String,
    /// Which of the policy's wishes it is.
    pub step: String,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it is parked.
    pub last_error: Option<String>,
}

/// Counts events over a sliding window.
#[derive(Default)]
pub(crate) struct Rate {
    samples: VecDeque<(Instant, u64)>,
}

impl Rate {
    pub(crate) fn count(&mut self, now: Instant, events: u64) {
        match self.samples.back_mut() {
            Some((at, counted)) if now.duration_since(*at) < RATE_WINDOW / 50 => *counted += events,
            Some(_) | None => self.samples.push_back((now, events)),
        }
        self.forget(now);
    }

    pub(crate) fn per_second(&mut self, now: Instant) -> u64 {
        self.forget(now);
        let Some((oldest, _)) = self.samples.front() else { return 0 };
        let events: u64 = self.samples.iter().map(|(_, events)| events).sum();
        let window = now.duration_since(*oldest).as_millis().max(1000);
        u64::try_from(u128::from(events) * 1000 / window).unwrap_or(u64::MAX)
    }

    fn forget(&mut self, now: Instant) {
        let old = |at: &Instant| now.duration_since(*at) > RATE_WINDOW;
        while self.samples.pop_front_if(|(at, _)| old(at)).is_some() {}
    }
}
