//! Sends what policies want, at least once each, while the gate is open.
//!
//! The gate opens when the read model has caught up, so whatever was done before a restart or a
//! rebuild has been closed by its record. An answer only marks an intent; its record removes it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use event_store::CommandId;
use futures::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::attempt::{self, Attempt, InFlight, Landing};
use crate::fault::{chain_of, panic_text};
use crate::performer::OpenEffect;
use crate::shared::{Gate, Shared};
use crate::store::{Store, StoreError};

/// The longest time between two looks at the clock, which need not run like ours.
const LOOK_MAX: Duration = Duration::from_millis(200);
/// How long intents in flight may still be answered when the read model stops.
const GRACE: Duration = Duration::from_secs(5);

pub(crate) struct Sender {
    shared: Arc<Shared>,
    gate: watch::Receiver<Gate>,
    flying: JoinSet<(CommandId, Landing)>,
    in_flight: InFlight,
}

impl Sender {
    pub(crate) fn new(shared: Arc<Shared>) -> Sender {
        let gate = shared.gate.subscribe();
        let in_flight = InFlight::new(shared.config.limits.in_flight);
        Sender { shared, gate, flying: JoinSet::new(), in_flight }
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
        let Some(limit) = self.in_flight.look_at() else { return LOOK_MAX };
        let now = (self.shared.config.clock)();
        let due = match self.on_live(move |store| attempt::take_due(store, now, limit)).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(reason = chain_of(&error), "intents could not be read");
                return LOOK_MAX;
            }
        };
        for (id, intent) in self.in_flight.admit(due.intents) {
            let config = &self.shared.config;
            let attempt = Attempt::of(&config.biller, &config.actor, id, &intent);
            let flight = fly(Arc::clone(&self.shared), attempt);
            self.flying.spawn(flight.map(move |landing| (id, landing)));
        }
        let wait = due.next.map_or(LOOK_MAX, |next| micros(next.saturating_sub(now)));
        wait.clamp(Duration::from_millis(1), LOOK_MAX)
    }

    /// Writes what came of this attempt, and of the others that have landed meanwhile.
    async fn record(&mut self, first: Result<(CommandId, Landing), tokio::task::JoinError>) {
        let mut landed = Vec::new();
        let mut next = Some(first);
        while let Some(attempt) = next {
            // Attempts catch panics and are never aborted: only a dying runtime cancels them.
            landed.extend(attempt.ok());
            next = self.flying.try_join_next();
        }
        let ids: Vec<_> = landed.iter().map(|(id, _)| *id).collect();
        let now = (self.shared.config.clock)();
        let limits = self.shared.config.limits.clone();
        let written = self.on_live(move |store| attempt::record(store, landed, now, &limits));
        if let Err(error) = written.await {
            tracing::error!(reason = chain_of(&error), "outcomes of intents could not be written");
        }
        for id in ids {
            self.in_flight.landed(id);
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

fn micros(count: i64) -> Duration {
    Duration::from_micros(count.max(0).cast_unsigned())
}

async fn fly(shared: Arc<Shared>, attempt: Attempt) -> Landing {
    let config = &shared.config;
    match attempt {
        Attempt::Effect(effect) => perform(&shared, &effect).await,
        Attempt::Command { subject, message } => {
            match config.bus.request(&subject, message, config.limits.request_timeout).await {
                Ok(reply) => Landing::of_reply(&reply),
                Err(error) => Landing::Failed(chain_of(&error)),
            }
        }
    }
}

async fn perform(shared: &Shared, effect: &OpenEffect) -> Landing {
    let Some(performer) = &shared.config.performer else {
        return Landing::Parked("the service has no performer".to_owned());
    };
    let performing = AssertUnwindSafe(async { performer.perform(effect).await }).catch_unwind();
    let limit = shared.config.limits.perform_timeout;
    match tokio::time::timeout(limit, performing).await {
        Ok(Ok(Ok(report))) => Landing::Performed(report),
        Ok(Ok(Err(error))) => Landing::Failed(chain_of(&error)),
        Ok(Err(panic)) => Landing::Failed(format!("panicked: {}", panic_text(&*panic))),
        Err(_elapsed) => Landing::Failed(format!("not performed within {limit:?}")),
    }
}
