//! What the runner, the sender and the handles of one read model share.
//!
//! The live store is behind one lock: whoever holds it for reading works on a store that is not
//! replaced meanwhile. Never held across an await.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use event_store::Position;
use tokio::sync::{Notify, Semaphore, watch};

use crate::config::RunnerConfig;
use crate::status::{FaultStatus, Rate, RebuildStatus, State};
use crate::store::Store;

/// Views of the past that are folded at the same time; the others wait.
const AS_OF_CONCURRENT_MAX: usize = 2;

/// How far queries see, and in which state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    pub(crate) position: Position,
    pub(crate) state: State,
}

/// Whether intents may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    Closed,
    Open,
    /// For good: what is in flight is finished.
    Stopping,
}

/// What is counted for the status.
#[derive(Default)]
pub(crate) struct Meter {
    pub(crate) head: Position,
    pub(crate) rate: Rate,
    pub(crate) duplicates: u64,
    pub(crate) refilled_gaps: u64,
    pub(crate) fault: Option<FaultStatus>,
    pub(crate) unreachable: Option<String>,
    pub(crate) rebuild: Option<RebuildStatus>,
    pub(crate) rebuild_fault: Option<String>,
}

pub(crate) struct Shared {
    pub(crate) config: RunnerConfig,
    pub(crate) progress: watch::Sender<Progress>,
    pub(crate) gate: watch::Sender<Gate>,
    /// Intents may be due.
    pub(crate) intents: Notify,
    pub(crate) views_of_the_past: Semaphore,
    wishes: Wishes,
    live: RwLock<Option<Arc<Store>>>,
    meter: Mutex<Meter>,
}

/// What handles want from the runner. Flags, so that asking twice is asking once.
#[derive(Default)]
struct Wishes {
    any: Notify,
    stopping: Notify,
    stop: AtomicBool,
    rebuild: AtomicBool,
    retry: AtomicBool,
}

/// One thing a handle can want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Stop,
    Rebuild,
    Retry,
}

impl Shared {
    pub(crate) fn new(config: RunnerConfig, live: Arc<Store>, position: Position) -> Shared {
        Shared {
            config,
            progress: watch::Sender::new(Progress { position, state: State::Waiting }),
            gate: watch::Sender::new(Gate::Closed),
            intents: Notify::new(),
            views_of_the_past: Semaphore::new(AS_OF_CONCURRENT_MAX),
            wishes: Wishes::default(),
            live: RwLock::new(Some(live)),
            meter: Mutex::default(),
        }
    }

    fn flag(&self, wish: Wish) -> &AtomicBool {
        match wish {
            Wish::Stop => &self.wishes.stop,
            Wish::Rebuild => &self.wishes.rebuild,
            Wish::Retry => &self.wishes.retry,
        }
    }

    pub(crate) fn want(&self, wish: Wish) {
        self.flag(wish).store(true, Ordering::Release);
        self.wishes.any.notify_one();
        if wish == Wish::Stop {
            self.wishes.stopping.notify_waiters();
        }
    }

    /// Waits until the read model is to stop, whoever else waits for it.
    pub(crate) async fn stop_wanted(&self) {
        let stopping = self.wishes.stopping.notified();
        if !self.is_wanted(Wish::Stop) {
            stopping.await;
        }
    }

    pub(crate) fn is_wanted(&self, wish: Wish) -> bool {
        self.flag(wish).load(Ordering::Acquire)
    }

    /// Whether it is wanted; from now on it is not.
    pub(crate) fn take_wish(&self, wish: Wish) -> bool {
        self.flag(wish).swap(false, Ordering::AcqRel)
    }

    pub(crate) async fn wishes(&self) {
        self.wishes.any.notified().await;
    }

    /// The store that answers; `None` after the end.
    pub(crate) fn live(&self) -> RwLockReadGuard<'_, Option<Arc<Store>>> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same, to replace it.
    pub(crate) fn replace_live(&self) -> RwLockWriteGuard<'_, Option<Arc<Store>>> {
        self.live.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now_in(&self, state: State) {
        self.progress.send_modify(|progress| progress.state = state);
    }

    pub(crate) fn now_at(&self, position: Position) {
        self.progress.send_modify(|progress| progress.position = position);
    }

    pub(crate) fn count(&self, applied: u64, duplicates: u64) {
        let mut meter = self.meter();
        meter.rate.count(Instant::now(), applied);
        meter.duplicates += duplicates;
    }
}
