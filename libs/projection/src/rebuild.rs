//! Blue and green: a new directory fills beside the live one and then takes its place.
//!
//! Until the pointer is moved a crash leaves the live directory as it was; afterwards the new one
//! is whole and synced. Nothing is sent on behalf of the new one before it takes over, and what
//! the sender knows about open intents moves with it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use event_store::{CommandId, Position};

use crate::batch::{Batch, Commit, Stop};
use crate::config::RunnerConfig;
use crate::directory::{Directory, DirectoryError};
use crate::fault::chain_of;
use crate::intents::Intent;
use crate::runner::{Halt, READ_BYTES, Runner, on_batch};
use crate::status::{Rate, RebuildStatus};
use crate::store::{Store, StoreError};

/// What the live directory reads between two steps of a rebuild: less than the rebuild, so that
/// the rebuild arrives.
const KEEP_UP_BYTES: usize = READ_BYTES / 4;
const UNREACHABLE_PAUSE: Duration = Duration::from_secs(1);

/// A directory that is being filled.
pub(crate) struct Rebuild {
    batch: Arc<Mutex<Batch>>,
    position: Position,
    target: Position,
    rate: Rate,
}

/// Why a rebuild was given up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RebuildError {
    #[error("rebuild was not begun")]
    Begin(#[source] DirectoryError),
    #[error("rebuilt directory did not take over")]
    Directory(#[from] DirectoryError),
    #[error("rebuilt directory did not take over")]
    Store(#[from] StoreError),
}

impl Runner {
    /// Begins a rebuild, unless one is running.
    pub(crate) async fn begin_rebuild(&mut self) {
        if self.rebuild.is_some() {
            return;
        }
        let (directory, shared) = (self.directory.clone(), Arc::clone(&self.shared));
        let beginning = tokio::task::spawn_blocking(move || begin(&shared.config, &directory));
        let begun = beginning.await;
        match begun.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic())) {
            Ok(batch) => {
                let batch = Arc::new(Mutex::new(batch));
                let target = self.shared.meter().head.max(self.position);
                self.shared.meter().rebuild_fault = None;
                self.rebuild = Some(Rebuild { batch, position: 0, target, rate: Rate::default() });
                self.show_rebuild();
            }
            Err(error) => self.give_up(chain_of(&error)).await,
        }
    }

    /// One step of the rebuild, then what the live rows have missed meanwhile.
    pub(crate) async fn follow_while_rebuilding(&mut self) -> Result<(), Halt> {
        self.step_rebuild().await?;
        let news = self.source.read(self.position + 1, KEEP_UP_BYTES).await?;
        self.absorb(news, self.now()).await
    }

    /// One step of the rebuild of a read model that has stopped; `true` when it took over.
    pub(crate) async fn rebuild_alone(&mut self) -> bool {
        let stepped = self.step_rebuild().await;
        if let Err(Halt::Unreachable(_)) = stepped {
            self.pause(UNREACHABLE_PAUSE).await;
        }
        matches!(stepped, Ok(true))
    }

    /// Fills some more; `true` when the rebuilt rows have taken over.
    async fn step_rebuild(&mut self) -> Result<bool, Halt> {
        let Some(rebuild) = &mut self.rebuild else { return Ok(false) };
        let blocks = self.source.read(rebuild.position + 1, READ_BYTES).await?;
        let end_of_log = blocks.is_empty();
        let commit = Commit::When { bytes: self.shared.config.limits.fill_bytes };
        let step = on_batch(&rebuild.batch, move |batch| batch.step(blocks, commit)).await;
        rebuild.position = step.applied_to;
        match step.taken {
            Ok(taken) => rebuild.rate.count(Instant::now(), taken.applied),
            Err(Stop::Fault(fault)) => {
                let reason = format!("faulted at position {}: {}", fault.position, fault.reason);
                self.give_up(reason).await;
                return Ok(false);
            }
            Err(Stop::Store(error)) => {
                self.give_up(chain_of(&error)).await;
                return Ok(false);
            }
        }
        rebuild.target = rebuild.target.max(self.position);
        // A log that ends before the target has lost events; the rebuild is the way to accept it.
        let arrived = end_of_log || rebuild.position >= rebuild.target;
        self.show_rebuild();
        if !arrived {
            return Ok(false);
        }
        match self.take_over().await {
            Ok(()) => Ok(true),
            Err(error) => {
                self.give_up(chain_of(&error)).await;
                Ok(false)
            }
        }
    }

    /// The rebuilt directory answers from now on, and the other one is removed.
    async fn take_over(&mut self) -> Result<(), RebuildError> {
        let Some(rebuild) = self.rebuild.take() else { return Ok(()) };
        let store = on_batch(&rebuild.batch, finish).await?;
        let shared = Arc::clone(&self.shared);
        let directory = self.directory.clone();
        let swapping = tokio::task::spawn_blocking(move || {
            let mut live = shared.replace_live();
            hand_over(live.as_deref(), &store, &directory)?;
            *live = Some(store);
            Ok::<_, RebuildError>(())
        });
        let swapped = swapping.await;
        swapped.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))?;
        let old = std::mem::replace(&mut self.batch, rebuild.batch);
        self.shared.meter().rebuild = None;
        self.publish(rebuild.position, rebuild.position);
        self.remove_unfinished(old).await;
        tracing::info!(
            service = self.shared.config.model.name(),
            biller = self.shared.config.biller,
            position = self.position,
            "rebuilt read model has taken over"
        );
        Ok(())
    }

    async fn give_up(&mut self, reason: String) {
        let service = self.shared.config.model.name();
        tracing::error!(service, biller = self.shared.config.biller, reason, "rebuild given up");
        {
            let mut meter = self.shared.meter();
            meter.rebuild = None;
            meter.rebuild_fault = Some(reason);
        }
        if let Some(rebuild) = self.rebuild.take() {
            self.remove_unfinished(rebuild.batch).await;
        }
    }

    /// Closes a directory that does not answer (any more), and removes it.
    async fn remove_unfinished(&self, batch: Arc<Mutex<Batch>>) {
        let directory = self.directory.clone();
        let removing = tokio::task::spawn_blocking(move || {
            drop(batch);
            directory.remove_unfinished()
        });
        if let Ok(Err(error)) = removing.await {
            tracing::warn!(reason = chain_of(&error), "unused read model was not removed");
        }
    }

    fn show_rebuild(&mut self) {
        let Some(rebuild) = &mut self.rebuild else { return };
        self.shared.meter().rebuild = Some(RebuildStatus {
            position: rebuild.position,
            target: rebuild.target,
            rate: rebuild.rate.per_second(Instant::now()),
        });
    }
}

/// An empty directory beside the live one.
pub(crate) fn begin(config: &RunnerConfig, directory: &Directory) -> Result<Batch, RebuildError> {
    let dir = directory.unused().map_err(RebuildError::Begin)?;
    let store = Store::open(&config.storage, &dir, config.limits.cache_bytes)?;
    Ok(Batch::new(Arc::clone(&config.model), Arc::new(store))?)
}

/// The last rows are written and everything is synced.
pub(crate) fn finish(batch: &mut Batch) -> Result<Arc<Store>, StoreError> {
    batch.commit()?;
    batch.store().sync()?;
    Ok(Arc::clone(batch.store()))
}

/// From now on `new` answers, with what was known about the intents of `old`. A directory that
/// does not say it any more is what one rebuilds for: what was tried is then tried again.
pub(crate) fn hand_over(
    old: Option<&Store>,
    new: &Store,
    directory: &Directory,
) -> Result<(), RebuildError> {
    if let Some(old) = old {
        let touched = old.settled().and_then(|()| old.touched());
        let touched = touched.unwrap_or_else(|error| {
            let (dir, reason) = (old.dir().display(), chain_of(&error));
            tracing::warn!(%dir, reason, "what was tried of intents is not known any more");
            Vec::new()
        });
        let performed = touched.iter().filter(|(_, intent)| intent.report.is_some());
        let mut performed = performed.cloned().collect::<HashMap<_, _>>();
        let gone = new.amend(carry_over(touched))?;
        new.keep_late(gone.into_iter().filter_map(|id| performed.remove_entry(&id)));
        new.keep_late(old.take_late());
        new.take_over(old)?;
    }
    Ok(directory.point_to(new.dir())?)
}

/// Attempts and reports are the sender's knowledge: the log does not have them.
pub(crate) fn carry_over(
    touched: Vec<(CommandId, Intent)>,
) -> Vec<(CommandId, impl FnOnce(&mut Intent) + 'static)> {
    let known = |from: Intent| {
        move |to: &mut Intent| {
            to.attempts = from.attempts;
            to.last_error = from.last_error;
            to.report = from.report;
            to.state = from.state;
            to.due = from.due;
        }
    };
    touched.into_iter().map(|(id, from)| (id, known(from))).collect()
}
