//! One attempt at an intent: what is sent or performed, and what came of it.
//!
//! All that the sender decides is decided here, without a bus, a clock or a task. An answer only
//! marks an intent; its record in the log removes it.

use std::collections::HashSet;
use std::time::Duration;

use bus::Message;
use event_store::CommandId;

use crate::config::Limits;
use crate::intents::{Action, Intent, IntentState, Report};
use crate::performer::OpenEffect;
use crate::store::{Due, Store, StoreError};

/// What an open intent wants done right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// A command, or the report of an effect that was performed, for core.
    Command {
        /// The subject it is sent to.
        subject: String,
        /// With the intent's id as its command id.
        message: Message,
    },
    /// Something for the performer.
    Effect(OpenEffect),
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landing {
    /// Core has decided.
    Answered,
    /// The effect was performed; its report is sent next.
    Performed(Report),
    /// Core did not understand it, for this reason: an operator must look.
    Parked(String),
    /// It is tried again later, for this reason.
    Failed(String),
}

impl Attempt {
    /// What `intent` wants, in the name of `actor`.
    pub(crate) fn of(biller: &str, actor: &str, id: CommandId, intent: &Intent) -> Attempt {
        let (noun, verb, body) = match (&intent.report, &intent.action) {
            (Some(report), _) => (&report.noun, &report.verb, &report.body),
            (None, Action::Command { noun, verb, body }) => (noun, verb, body),
            (None, Action::Effect { kind, body }) => {
                return Attempt::Effect(OpenEffect {
                    id,
                    policy: intent.policy.clone(),
                    step: intent.step.clone(),
                    kind: kind.clone(),
                    body: body.clone(),
                    causation: intent.causation,
                    correlation: intent.correlation,
                    attempts: intent.attempts,
                });
            }
        };
        let mut message = Message::new(body.clone())
            .with_header("demarc-command-id", &id.to_string())
            .with_header("demarc-actor", actor)
            .with_header("demarc-causation", &intent.causation.to_string())
            .with_header("demarc-correlation", &intent.correlation.to_string());
        if let Some(traceparent) = &intent.traceparent {
            message = message.with_header("traceparent", traceparent);
        }
        Attempt::Command { subject: bus::subject::command(biller, noun, verb), message }
    }
}

impl Landing {
    /// What core's answer means. Whatever it does not say clearly is asked again.
    #[must_use]
    pub fn of_reply(reply: &Message) -> Landing {
        let header = |name| reply.headers.get(name).unwrap_or_default();
        let why = || format!("{} {}", header("demarc-code"), header("demarc-reason"));
        match header("demarc-outcome") {
            "accepted" | "fulfilled" | "rejected" => Landing::Answered,
            "invalid" => Landing::Parked(format!("invalid: {}", why().trim())),
            "unavailable" => Landing::Failed(format!("unavailable: {}", why().trim())),
            other => match reply.as_failure() {
                Some((code, reason)) => Landing::Failed(format!("failed: {code} {reason}")),
                None => Landing::Failed(format!("answered with the unknown outcome {other:?}")),
            },
        }
    }

    fn mark(self, intent: &mut Intent, now: i64, limits: &Limits) {
        intent.attempts += 1;
        intent.last_error = None;
        match self {
            Landing::Answered => intent.state = IntentState::Answered,
            Landing::Performed(report) => intent.report = Some(report),
            Landing::Parked(reason) => {
                intent.state = IntentState::Parked;
                intent.last_error = Some(reason);
            }
            Landing::Failed(reason) => {
                intent.due = now.saturating_add(wait_micros(intent.attempts, limits));
                intent.last_error = Some(reason);
            }
        }
    }
}

/// How long to wait after so many attempts.
fn wait_micros(attempts: u32, limits: &Limits) -> i64 {
    let doubled = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    let wait: Duration = limits.retry_min.saturating_mul(doubled).min(limits.retry_max);
    i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)
}

/// Intents that are due, as many as are asked for; entries that are left over are removed.
pub(crate) fn take_due(store: &Store, now: i64, limit: usize) -> Result<Due, StoreError> {
    let due = store.due(now, limit)?;
    if !due.stale.is_empty() {
        store.forget_due(&due.stale)?;
    }
    Ok(due)
}

/// Writes what came of attempts.
pub(crate) fn record(
    store: &Store,
    landed: Vec<(CommandId, Landing)>,
    now: i64,
    limits: &Limits,
) -> Result<(), StoreError> {
    let amendments = landed
        .into_iter()
        .map(|(id, landing)| (id, move |intent: &mut Intent| landing.mark(intent, now, limits)));
    store.amend(amendments.collect())
}

/// Intents on their way: none is on its way twice.
pub(crate) struct InFlight {
    ids: HashSet<CommandId>,
    max: usize,
}

impl InFlight {
    pub(crate) fn new(max: usize) -> InFlight {
        InFlight { ids: HashSet::new(), max }
    }

    /// How many due intents to look at, so that those that are not on their way fill the room.
    /// `None`: there is no room.
    pub(crate) fn look_at(&self) -> Option<usize> {
        (self.ids.len() < self.max).then_some(self.max)
    }

    /// Those that may take off; they are on their way from now on.
    pub(crate) fn admit(&mut self, due: Vec<(CommandId, Intent)>) -> Vec<(CommandId, Intent)> {
        let room = self.max.saturating_sub(self.ids.len());
        due.into_iter().filter(|(id, _)| self.ids.insert(*id)).take(room).collect()
    }

    pub(crate) fn landed(&mut self, id: CommandId) {
        self.ids.remove(&id);
    }
}
