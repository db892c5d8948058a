//! Sends what policies want, at least once each, while the gate is open.
//!
//! The gate opens when the read model has caught up, so whatever was done before a restart or a
//! rebuild has been closed by its record. An answer makes room for the next one and writes nothing;
//! its record removes the intent.
//!
//! What is due is taken from the rows ahead of its flight and in one look for many: while a batch
//! is written nobody can look, and core would have nothing to do. What is closed or cancelled
//! meanwhile does not take off. Commands and effects have a [`Queue`] each: what one of them waits
//! for holds the other one up in nothing.
//!
//! What must stay true: what was performed is reported, also where its intent was cancelled
//! meanwhile, as long as the process runs.

use std::collections::VecDeque;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use event_store::CommandId;
use futures::FutureExt;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::attempt::{self, Attempt, Landed, Landing};
use crate::due::Due;
use crate::fault::{chain_of, panic_text};
use crate::intents::Intent;
use crate::lane::Lane;
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
    commands: Queue,
    effects: Queue,
}

/// What waits on a lane, and what has taken off from it.
struct Queue {
    shared: Arc<Shared>,
    lane: Lane,
    /// Most that may be in flight.
    in_flight_max: usize,
    /// Taken, and in the order they were found in.
    ready: VecDeque<(CommandId, Intent)>,
    flying: JoinSet<Landed>,
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
        let commands = Queue::new(&shared, Lane::Commands);
        let effects = Queue::new(&shared, Lane::Effects);
        Sender { shared, gate, commands, effects }
    }

    pub(crate) async fn run(mut self) {
        loop {
            let gate = *self.gate.borrow_and_update();
            if gate == Gate::Stopping {
                break;
            }
            let is_open = gate == Gate::Open;
            if is_open {
                self.launch_late();
                self.commands.advance();
                self.effects.advance();
            }
            let commands_wanted = is_open && self.commands.wants_more();
            let effects_wanted = is_open && self.effects.wants_more();
            tokio::select! {
                _ = self.gate.changed() => {}
                () = self.shared.intents.notified() => self.has_news(),
                Some(landed) = self.commands.flying.join_next() => self.record(landed).await,
                Some(landed) = self.effects.flying.join_next() => self.record(landed).await,
                due = self.commands.look.due(commands_wanted) => self.commands.take_in(due),
                due = self.effects.look.due(effects_wanted) => self.effects.take_in(due),
            }
        }
        let landing = async {
            while let Some(landed) = self.next_landed().await {
                self.record(landed).await;
            }
        };
        // Whoever is late is sent again, with the same id; but for those whose intent is gone.
        let _late = tokio::time::timeout(GRACE, landing).await;
    }

    /// The next one that lands; `None`: nobody is in flight.
    async fn next_landed(&mut self) -> Option<Result<Landed, JoinError>> {
        tokio::select! {
            Some(landed) = self.commands.flying.join_next() => Some(landed),
            Some(landed) = self.effects.flying.join_next() => Some(landed),
            else => None,
        }
    }

    fn has_news(&mut self) {
        self.commands.look.has_news();
        self.effects.look.has_news();
    }

    /// Reports what was performed although its intent is gone.
    fn launch_late(&mut self) {
        let late = self.shared.live().as_deref().map(Store::take_late).unwrap_or_default();
        for (id, intent) in late {
            let flight = fly_until_answered(Arc::clone(&self.shared), id, intent);
            self.commands.flying.spawn(flight);
        }
    }

    /// Writes what came of this attempt, and of the others that have landed meanwhile.
    async fn record(&mut self, first: Result<Landed, JoinError>) {
        // Attempts catch panics and are never aborted: only a dying runtime cancels them.
        let mut landed: Vec<_> = first.into_iter().collect();
        for queue in [&mut self.commands, &mut self.effects] {
            let others = std::iter::from_fn(|| queue.flying.try_join_next());
            landed.extend(others.filter_map(Result::ok));
        }
        landed.retain(|landed| landed.landing.is_to_be_written());
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
        self.has_news();
    }
}

impl Queue {
    fn new(shared: &Arc<Shared>, lane: Lane) -> Queue {
        let limits = &shared.config.limits;
        let in_flight_max = match lane {
            Lane::Commands => limits.in_flight,
            Lane::Effects => limits.performing,
        };
        let (shared, look) = (Arc::clone(shared), Look::At(Instant::now()));
        let (ready, flying) = (VecDeque::new(), JoinSet::new());
        Queue { shared, lane, in_flight_max, ready, flying, look }
    }

    /// Starts what was taken, and looks for more if it is time to.
    fn advance(&mut self) {
        self.launch();
        self.look_if_due();
    }

    /// Whether so little is left of what was taken that more is taken.
    fn wants_more(&self) -> bool {
        self.ready.len() <= self.in_flight_max * AHEAD / 2
    }

    /// Starts what was taken and is still open, as far as there is room.
    fn launch(&mut self) {
        let room = self.in_flight_max.saturating_sub(self.flying.len());
        if room == 0 || self.ready.is_empty() {
            return;
        }
        for (id, intent) in self.open(room) {
            self.flying.spawn(fly(Arc::clone(&self.shared), id, intent));
        }
    }

    /// What was taken first and is still open.
    fn open(&mut self, room: usize) -> Vec<(CommandId, Intent)> {
        let live = self.shared.live();
        let Some(store) = live.as_deref() else { return Vec::new() };
        let underway = store.underway();
        let taken = std::iter::from_fn(|| self.ready.pop_front());
        taken.filter(|(id, _)| underway.has(*id)).take(room).collect()
    }

    /// Has the rows looked at, if it is time to and there is need.
    fn look_if_due(&mut self) {
        let is_due = matches!(&self.look, Look::At(time) if *time <= Instant::now());
        if !is_due || !self.wants_more() {
            return;
        }
        let (lane, now) = (self.lane, (self.shared.config.clock)());
        let limit = (self.in_flight_max * AHEAD).saturating_sub(self.ready.len());
        let looking = on_live(&self.shared, move |store| store.take_due(lane, now, limit));
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

async fn fly(shared: Arc<Shared>, id: CommandId, intent: Intent) -> Landed {
    let config = &shared.config;
    let landing = match Attempt::of(&config.biller, &config.actor, id, &intent) {
        Attempt::Effect(effect) => perform(&shared, &effect).await,
        Attempt::Command { subject, message } => {
            match config.bus.request(&subject, message, config.limits.request_timeout).await {
                Ok(reply) => Landing::of_reply(&reply),
                Err(error) => Landing::Failed(chain_of(&error)),
            }
        }
    };
    Landed { id, landing, effect: intent.is_effect().then_some(intent) }
}

/// Whoever reports what nobody waits for has no row that says when to try again.
async fn fly_until_answered(shared: Arc<Shared>, id: CommandId, intent: Intent) -> Landed {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let landed = fly(Arc::clone(&shared), id, intent.clone()).await;
        match &landed.landing {
            Landing::Answered | Landing::Performed(_) => return landed,
            Landing::Parked(reason) => {
                tracing::error!(%id, reason, "what was performed could not be reported");
                return landed;
            }
            Landing::Failed(_) => {
                tokio::time::sleep(attempt::wait(attempts, &shared.config.limits)).await;
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
