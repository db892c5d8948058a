//! One attempt at an intent: what is sent or performed, and what came of it.
//!
//! All that the sender decides is decided here, without a bus, a clock or a task. An answer removes
//! nothing: the record in the log does.

use std::collections::HashMap;
use std::time::Duration;

use bus::Message;
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
                let wait = wait(intent.attempts, limits).as_micros();
                intent.due = now.saturating_add(i64::try_from(wait).unwrap_or(i64::MAX));
                intent.last_error = Some(reason);
            }
        }
    }
}

/// How long to wait after so many attempts.
pub(crate) fn wait(attempts: u32, limits: &Limits) -> Duration {
    let doubled = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
    limits.retry_min.saturating_mul(doubled).min(limits.retry_max)
}

/// An attempt that is over.
pub(crate) struct Landed {
    pub(crate) id: CommandId,
    pub(crate) landing: Landing,
    /// As it was taken, if it is one to perform or to report.
    pub(crate) effect: Option<Intent>,
}

impl Landed {
    /// What is to be reported although its intent may be gone.
    fn performed(&self) -> Option<(CommandId, Intent)> {
        let effect = self.effect.as_ref()?;
        let report = match &self.landing {
            Landing::Performed(report) => Some(report.clone()),
            Landing::Failed(_) => effect.report.clone(),
            Landing::Answered | Landing::Parked(_) => None,
        };
        report.map(|report| (self.id, Intent { report: Some(report), ..effect.clone() }))
    }
}

/// Writes what came of attempts. An intent that is answered stays underway until its record closes
/// it, and nothing has to be written. What was performed of one that is gone is kept to be
/// reported.
pub(crate) fn record(
    store: &Store,
    mut landed: Vec<Landed>,
    now: i64,
    limits: &Limits,
) -> Result<(), StoreError> {
    landed.retain(|landed| landed.landing.is_to_be_written());
    if landed.is_empty() {
        return Ok(());
    }
    let mut performed = landed.iter().filter_map(Landed::performed).collect::<HashMap<_, _>>();
    let amendments = landed.into_iter().map(|Landed { id, landing, .. }| {
        (id, move |intent: &mut Intent| landing.mark(intent, now, limits))
    });
    let gone = store.amend(amendments.collect())?;
    store.keep_late(gone.into_iter().filter_map(|id| performed.remove_entry(&id)));
    Ok(())
}
