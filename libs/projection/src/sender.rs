//! Sends what policies want, at least once each, while the gate is open.
//!
//! The gate opens when the read model has caught up, so whatever was done before a restart or a
//! rebuild has been closed by its record. An answer only marks an intent; its record removes it.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bus::Message;
use bytes::Bytes;
use event_store::CommandId;
use futures::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::fault::{chain_of, panic_text};
use crate::intents::{Action, Intent, IntentState, Report};
use crate::performer::OpenEffect;
use crate::shared::{Gate, Shared};
use crate::store::{Due, Store, StoreError};

/// The longest time between two looks at the clock, which need not run like ours.
const LOOK_MAX: Duration = Duration::from_millis(200);
/// How long intents in flight may still be answered when the read model stops.
const GRACE: Duration = Duration::from_secs(5);

pub(crate) struct Sender {
    shared: Arc<Shared>,
    gate: watch::Receiver<Gate>,
    flying: JoinSet<(CommandId, Outcome)>,
    in_flight: HashSet<CommandId>,
}

/// What an attempt came to.
enum Outcome {
    Answered,
    Performed(Report),
    Parked(String),
    Failed(String),
}

impl Sender {
    pub(crate) fn new(shared: Arc<Shared>) -> Sender {
        let gate = shared.gate.subscribe();
        Sender { shared, gate, flying: JoinSet::new(), in_flight: HashSet::new() }
    }

    pub(crate) async fn run(mut self) {
        loop {
            let gate = *self.gate.borrow_and_update();
            let pause = match gate {
                Gate::Open => self.launch().await,
                Gate::Closed => LOOK_MAX,
                Gate::Stopping => break,
            };
            tokio::select! {
                _ = self.gate.changed() => {}
                () = self.shared.intents.notified() => {}
                Some(landed) = self.flying.join_next() => {
                    self.record(landed).await;
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
        let landing = async {
            while let Some(landed) = self.flying.join_next().await {
                self.record(landed).await;
            }
        };
        // Whoever is late is sent again, with the same id.
        let _late = tokio::time::timeout(GRACE, landing).await;
    }

    /// Starts what is due as far as there is room, and says when to look again.
    async fn launch(&mut self) -> Duration {
        let room = self.shared.config.limits.in_flight.saturating_sub(self.in_flight.len());
        if room == 0 {
            return LOOK_MAX;
        }
        let now = (self.shared.config.clock)();
        let limit = self.in_flight.len() + room;
        let due = match self.on_live(move |store| take_due(store, now, limit)).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(reason = chain_of(&error), "intents could not be read");
                return LOOK_MAX;
            }
        };
        let in_flight = &mut self.in_flight;
        let fresh = due.intents.into_iter().filter(|(id, _)| in_flight.insert(*id)).take(room);
        for (id, intent) in fresh.collect::<Vec<_>>() {
            let attempt = attempt(Arc::clone(&self.shared), id, intent);
            self.flying.spawn(attempt.map(move |outcome| (id, outcome)));
        }
        let wait = due.next.map_or(LOOK_MAX, |next| micros(next.saturating_sub(now)));
        wait.clamp(Duration::from_millis(1), LOOK_MAX)
    }

    /// Writes what came of this attempt, and of the others that have landed meanwhile.
    async fn record(&mut self, first: Result<(CommandId, Outcome), tokio::task::JoinError>) {
        let mut landed = Vec::new();
        let mut next = Some(first);
        while let Some(attempt) = next {
            // Attempts catch panics and are never aborted: only a dying runtime cancels them.
            landed.extend(attempt.ok());
            next = self.flying.try_join_next();
        }
        let ids: Vec<_> = landed.iter().map(|(id, _)| *id).collect();
        let now = (self.shared.config.clock)();
        let (min, max) = (self.shared.config.limits.retry_min, self.shared.config.limits.retry_max);
        let written = self.on_live(move |store| {
            let amendments = landed.into_iter().map(|(id, outcome)| {
                (id, move |intent: &mut Intent| outcome.mark(intent, now, (min, max)))
            });
            store.amend(amendments.collect())
        });
        if let Err(error) = written.await {
            tracing::error!(reason = chain_of(&error), "outcomes of intents could not be written");
        }
        for id in ids {
            self.in_flight.remove(&id);
        }
    }

    /// Works on the live store, off the runtime's threads; without one there is nothing to do.
    async fn on_live<T: Default + Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.shared);
        let working = tokio::task::spawn_blocking(move || match shared.live().as_ref() {
            Some(store) => work(store),
            None => Ok(T::default()),
        });
        working.await.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))
    }
}

fn take_due(store: &Store, now: i64, limit: usize) -> Result<Due, StoreError> {
    let due = store.due(now, limit)?;
    if !due.stale.is_empty() {
        store.forget_due(&due.stale)?;
    }
    Ok(due)
}

fn micros(count: i64) -> Duration {
    Duration::from_micros(count.max(0).cast_unsigned())
}

impl Outcome {
    fn mark(self, intent: &mut Intent, now: i64, (min, max): (Duration, Duration)) {
        intent.attempts += 1;
        intent.last_error = None;
        match self {
            Outcome::Answered => intent.state = IntentState::Answered,
            Outcome::Performed(report) => intent.report = Some(report),
            Outcome::Parked(reason) => {
                intent.state = IntentState::Parked;
                intent.last_error = Some(reason);
            }
            Outcome::Failed(reason) => {
                let doubled = 1_u32.checked_shl(intent.attempts - 1).unwrap_or(u32::MAX);
                let wait = min.saturating_mul(doubled).min(max);
                let wait = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
                intent.due = now.saturating_add(wait);
                intent.last_error = Some(reason);
            }
        }
    }
}

async fn attempt(shared: Arc<Shared>, id: CommandId, intent: Intent) -> Outcome {
    let shared = &*shared;
    match (&intent.report, &intent.action) {
        (Some(report), _) => {
            let command = (report.noun.as_str(), report.verb.as_str(), report.body.clone());
            send(shared, id, &intent, command).await
        }
        (None, Action::Command { noun, verb, body }) => {
            send(shared, id, &intent, (noun, verb, body.clone())).await
        }
        (None, Action::Effect { kind, body }) => {
            let effect = OpenEffect {
                id,
                policy: intent.policy.clone(),
                step: intent.step.clone(),
                kind: kind.clone(),
                body: body.clone(),
                causation: intent.causation,
                correlation: intent.correlation,
                attempts: intent.attempts,
            };
            perform(shared, &effect).await
        }
    }
}

async fn perform(shared: &Shared, effect: &OpenEffect) -> Outcome {
    let Some(performer) = &shared.config.performer else {
        return Outcome::Parked("the service has no performer".to_owned());
    };
    let performing = AssertUnwindSafe(async { performer.perform(effect).await }).catch_unwind();
    let limit = shared.config.limits.perform_timeout;
    match tokio::time::timeout(limit, performing).await {
        Ok(Ok(Ok(report))) => Outcome::Performed(report),
        Ok(Ok(Err(error))) => Outcome::Failed(chain_of(&error)),
        Ok(Err(panic)) => Outcome::Failed(format!("panicked: {}", panic_text(&*panic))),
        Err(_elapsed) => Outcome::Failed(format!("not performed within {limit:?}")),
    }
}

async fn send(
    shared: &Shared,
    id: CommandId,
    intent: &Intent,
    (noun, verb, body): (&str, &str, Bytes),
) -> Outcome {
    let config = &shared.config;
    let mut message = Message::new(body)
        .with_header("demarc-command-id", &id.to_string())
        .with_header("demarc-actor", &config.actor)
        .with_header("demarc-causation", &intent.causation.to_string())
        .with_header("demarc-correlation", &intent.correlation.to_string());
    if let Some(traceparent) = &intent.traceparent {
        message = message.with_header("traceparent", traceparent);
    }
    let subject = bus::subject::command(&config.biller, noun, verb);
    match config.bus.request(&subject, message, config.limits.request_timeout).await {
        Ok(reply) => judge(&reply),
        Err(error) => Outcome::Failed(chain_of(&error)),
    }
}

/// What core's answer means. Whatever it does not say clearly is asked again.
fn judge(reply: &Message) -> Outcome {
    let header = |name| reply.headers.get(name).unwrap_or_default();
    let why = || format!("{} {}", header("demarc-code"), header("demarc-reason"));
    match header("demarc-outcome") {
        "accepted" | "fulfilled" | "rejected" => Outcome::Answered,
        "invalid" => Outcome::Parked(format!("invalid: {}", why().trim())),
        "unavailable" => Outcome::Failed(format!("unavailable: {}", why().trim())),
        other => match reply.as_failure() {
            Some((code, reason)) => Outcome::Failed(format!("failed: {code} {reason}")),
            None => Outcome::Failed(format!("answered with the unknown outcome {other:?}")),
        },
    }
}
