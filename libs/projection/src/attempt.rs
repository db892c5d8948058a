//! One attempt at an intent: what is sent or performed, and what came of it.
//!
//! All that the sender decides is decided here, without a bus, a clock or a task. An answer removes
//! nothing: the record in the log does.

use std::time::Duration;

use bus::Message;
use bytes::Bytes;
use event_store::CommandId;

use crate::config::Limits;
use crate::intents::{Action, Intent, IntentState, Report};
use crate::performer::OpenEffect;
use crate::store::{Store, StoreError};

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
                });
            }
        };
        let message = message(actor, id, body, (intent.causation, intent.correlation));
        let message = match &intent.traceparent {
            Some(traceparent) => message.with_header("traceparent", traceparent),
            None => message,
        };
        Attempt::Command { subject: bus::subject::command(biller, noun, verb), message }
    }

    /// What tells core in the name of `actor` how an effect went that nobody waits for any more.
    pub(crate) fn late(biller: &str, actor: &str, effect: &OpenEffect, report: &Report) -> Attempt {
        let Report { noun, verb, body } = report;
        let message = message(actor, effect.id, body, (effect.causation, effect.correlation));
        Attempt::Command { subject: bus::subject::command(biller, noun, verb), message }
    }
}

fn message(
    actor: &str,
    id: CommandId,
    body: &Bytes,
    (causation, correlation): (CommandId, CommandId),
) -> Message {
    Message::new(body.clone())
        .with_header("demarc-command-id", &id.to_string())
        .with_header("demarc-actor", actor)
        .with_header("demarc-causation", &causation.to_string())
        .with_header("demarc-correlation", &correlation.to_string())
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

    /// Whether the intent's rows must know of it: of an answer they learn by its record.
    pub(crate) fn is_to_be_written(&self) -> bool {
        *self != Landing::Answered
    }

    fn mark(self, intent: &mut Intent, now: i64, limits: &Limits) {
        intent.attempts += 1;
        intent.last_error = None;
        match self {
            Landing::Answered => {}
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

/// Writes what came of attempts, and says whose intent is gone. An intent that is answered stays
/// underway until its record closes it, and nothing has to be written.
pub(crate) fn record(
    store: &Store,
    mut landed: Vec<(CommandId, Landing)>,
    now: i64,
    limits: &Limits,
) -> Result<Vec<CommandId>, StoreError> {
    landed.retain(|(_, landing)| landing.is_to_be_written());
    if landed.is_empty() {
        return Ok(Vec::new());
    }
    let amendments = landed
        .into_iter()
        .map(|(id, landing)| (id, move |intent: &mut Intent| landing.mark(intent, now, limits)));
    store.amend(amendments.collect())
}
