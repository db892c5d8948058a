//! Sends what policies want, at least once each, while the gate is open.
//!
//! The gate opens when the read model has caught up, so whatever was done before a restart or a
//! rebuild has been closed by its record. An answer makes room for the next one and writes nothing;
//! its record removes the intent.
//!
//! What is due is taken from the rows ahead of its flight and in one look for many: while a batch
//! is written nobody can look, and core would have nothing to do. What is closed or cancelled
//! meanwhile does not take off.

use std::collections::VecDeque;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use event_store::CommandId;
use futures::FutureExt;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::attempt::{self, Attempt, Landing};
use crate::due::Due;
use crate::fault::{chain_of, panic_text};
use crate::intents::Intent;
use crate::performer::OpenEffect;
use crate::shared::{Gate, Shared};
use crate::store::{Store, StoreError};

/// The longest time between two looks at the clock, which need not run like ours.
const LOOK_MAX: Duration = Duration::from_millis(200);
const LOOK_MIN: Duration = Duration::from_millis(1);
/// How long intents in flight may still be answered when the read model stops.
const GRACE: Duration = Duration::from_secs(5);
/// Intents that are taken ahead, for each one that may be in flight.
const AHEAD: usize = 8;

pub(crate) struct Sender {
    shared: Arc<Shared>,
    gate: watch::Receiver<Gate>,
    /// Taken, and in the order they were found in.
    ready: VecDeque<(CommandId, Intent)>,
    flying: JoinSet<(CommandId, Landing)>,
    look: Look,
}

/// When the rows are looked at for what is due.
enum Look {
    At(Instant),
    /// Somebody looks; whether there was news since.
    Now(JoinHandle<Result<Due, StoreError>>, bool),
}

impl Sender {
    pub(crate) fn new(shared: Arc<Shared>) -> Sender {
        let gate = shared.gate.subscribe();
        let look = Look::At(Instant::now());
        Sender { shared, gate, ready: VecDeque::new(), flying: JoinSet::new(), look }
    }

    pub(crate) async fn run(mut self) {
        loop {
            let gate = *self.gate.borrow_and_update();
            match gate {
                Gate::Open => {
                    self.launch();
                    self.look_if_due();
                }
                Gate::Closed => {}
                Gate::Stopping => break,
            }
            let is_wanted = gate == Gate::Open && self.wants_more();
            tokio::select! {
                _ = self.gate.changed() => {}
                () = self.shared.intents.notified() => self.look.has_news(),
                Some(landed) = self.flying.join_next() => self.record(landed).await,
                due = self.look.due(is_wanted) => self.take_in(due),
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

    fn in_flight_max(&self) -> usize {
        self.shared.config.limits.in_flight
    }

    /// Whether so little is left of what was taken that more is taken.
    fn wants_more(&self) -> bool {
        self.ready.len() <= self.in_flight_max() * AHEAD / 2
    }

    /// Starts what was taken and is still open, as far as there is room.
    fn launch(&mut self) {
        let room = self.in_flight_max().saturating_sub(self.flying.len());
        if room == 0 || self.ready.is_empty() {
            return;
        }
        for (id, attempt) in self.attempts(room) {
            let flight = fly(Arc::clone(&self.shared), attempt);
            self.flying.spawn(flight.map(move |landing| (id, landing)));
        }
    }

    fn attempts(&mut self, room: usize) -> Vec<(CommandId, Attempt)> {
        let (live, config) = (self.shared.live(), &self.shared.config);
        let Some(store) = live.as_deref() else { return Vec::new() };
        let underway = store.underway();
        let taken = std::iter::from_fn(|| self.ready.pop_front());
        let open = taken.filter(|(id, _)| underway.has(*id)).take(room);
        let attempt = |id, intent| Attempt::of(&config.biller, &config.actor, id, &intent);
        open.map(|(id, intent)| (id, attempt(id, intent))).collect()
    }

    /// Has the rows looked at, if it is time to and there is need.
    fn look_if_due(&mut self) {
        let is_due = matches!(&self.look, Look::At(time) if *time <= Instant::now());
        if !is_due || !self.wants_more() {
            return;
        }
        let now = (self.shared.config.clock)();
        let limit = (self.in_flight_max() * AHEAD).saturating_sub(self.ready.len());
        let looking = on_live(&self.shared, move |store| store.take_due(now, limit));
        self.look = Look::Now(looking, false);
    }

    /// What a look has found; `None`: it is time for one.
    fn take_in(&mut self, due: Option<Result<Due, StoreError>>) {
        let Some(due) = due else { return };
        let wait = match due {
            Ok(due) => {
                self.ready.extend(due.intents);
                let now = (self.shared.config.clock)();
                due.next.map_or(LOOK_MAX, |next| micros(next.saturating_sub(now)))
            }
            Err(error) => {
                tracing::error!(reason = chain_of(&error), "intents could not be read");
                LOOK_MAX
            }
        };
        let has_news = matches!(self.look, Look::Now(_, true));
        let wait = if has_news { Duration::ZERO } else { wait.clamp(LOOK_MIN, LOOK_MAX) };
        self.look = Look::At(Instant::now() + wait);
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
        landed.retain(|(_, landing)| landing.is_to_be_written());
        if landed.is_empty() {
            return;
        }
        let now = (self.shared.config.clock)();
        let limits = self.shared.config.limits.clone();
        let written =
            on_live(&self.shared, move |store| attempt::record(store, landed, now, &limits)).await;
        let written =
            written.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()));
        if let Err(error) = written {
            tracing::error!(reason = chain_of(&error), "outcomes of intents could not be written");
        }
        self.look.has_news();
    }
}

impl Look {
    /// Something may be due that a look has not seen.
    fn has_news(&mut self) {
        match self {
            Look::At(time) => *time = Instant::now(),
            Look::Now(_, has_news) => *has_news = true,
        }
    }

    /// What a look has found, or `None` when it is time for one that is wanted.
    async fn due(&mut self, is_wanted: bool) -> Option<Result<Due, StoreError>> {
        match self {
            Look::Now(looking, _) => {
                let looked = looking.await;
                Some(looked.unwrap_or_else(|it| std::panic::resume_unwind(it.into_panic())))
            }
            Look::At(time) if is_wanted => {
                tokio::time::sleep_until(*time).await;
                None
            }
            Look::At(_) => pending().await,
        }
    }
}

/// Works on the live store, off the runtime's threads; without one there is nothing to do.
fn on_live<T: Default + Send + 'static>(
    shared: &Arc<Shared>,
    work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
) -> JoinHandle<Result<T, StoreError>> {
    let shared = Arc::clone(shared);
    tokio::task::spawn_blocking(move || match shared.live().as_ref() {
        Some(store) => work(store),
        None => Ok(T::default()),
    })
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
    let turn = shared.performing.acquire().await;
    let _turn = turn.expect("the semaphore is never closed");
    let performing = AssertUnwindSafe(async { performer.perform(effect).await }).catch_unwind();
    let limit = shared.config.limits.perform_timeout;
    match tokio::time::timeout(limit, performing).await {
        Ok(Ok(Ok(report))) => Landing::Performed(report),
        Ok(Ok(Err(error))) => Landing::Failed(chain_of(&error)),
        Ok(Err(panic)) => Landing::Failed(format!("panicked: {}", panic_text(&*panic))),
        Err(_elapsed) => Landing::Failed(format!("not performed within {limit:?}")),
    }
}
