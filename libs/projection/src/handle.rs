//! How a service uses its read model: it asks, waits, looks at its state, rebuilds and stops it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use bus::{FeedError, FollowError};
use event_store::{Block, BlockError, Position, Recorded};

use crate::fault::{Fault, panic_text};
use crate::fold::InMemory;
use crate::rows::Rows;
use crate::shared::{Shared, Wish};
use crate::status::{PARKED_LISTED_MAX, ParkedIntent, State, Status};

/// How much of the log a view of the past reads at once.
const AS_OF_BYTES: usize = 4 << 20;

/// A running read model. Its clones are the same one; it runs until `shutdown`.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The read model was shut down.
    #[error("read model of {service} has stopped")]
    Stopped {
        /// The service.
        service: &'static str,
    },
    /// Many rows are being written, as when it is filled from the beginning.
    #[error("read model of {service} is being filled from the log: ask again in a moment")]
    Filling {
        /// The service.
        service: &'static str,
    },
    /// The query itself failed.
    #[error("read model of {service} has no answer")]
    Failed {
        /// The service.
        service: &'static str,
        /// Why.
        #[source]
        source: Fault,
    },
}

/// Why there is no view of the past.
#[derive(Debug, thiserror::Error)]
pub enum AsOfError {
    /// The biller's name cannot be followed.
    #[error("log is not read for a view of the past")]
    Follow(#[source] FollowError),
    /// The log is out of reach.
    #[error("log is not read up to position {position} for a view of the past")]
    Read {
        /// The position asked for.
        position: Position,
        /// Why.
        #[source]
        source: Box<FeedError>,
    },
    /// That moment has not come.
    #[error("there is no position {position}: the log ends at {head}")]
    Future {
        /// The position asked for.
        position: Position,
        /// Where the log ends.
        head: Position,
    },
    /// A block of the log is not decoded.
    #[error("log is not decoded up to position {position} for a view of the past")]
    Decode {
        /// The position asked for.
        position: Position,
        /// Why.
        #[source]
        source: BlockError,
    },
    /// An event on the way cannot be applied, or the question failed.
    #[error("there is no view of position {position}")]
    Failed {
        /// The position asked for.
        position: Position,
        /// Why.
        #[source]
        source: Fault,
    },
    /// The rows take more memory than `Limits::as_of_bytes`.
    #[error("a view of position {position} takes more than {bytes_max} bytes")]
    TooLarge {
        /// The position asked for.
        position: Position,
        /// The limit.
        bytes_max: usize,
    },
}

/// A read model will not get where it was awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read model is {state:?} at position {position}")]
pub struct NotCaughtUp {
    /// Where it stands.
    pub position: Position,
    /// `State::Faulted` or `State::Stopped`.
    pub state: State,
}

impl Handle {
    pub(crate) fn new(shared: Arc<Shared>) -> Handle {
        Handle { shared }
    }

    /// Asks a question. All its reads see one state, between two batches.
    ///
    /// No batch is written meanwhile: keep it short and every scan bounded.
    pub fn query<T>(
        &self,
        ask: impl FnOnce(&Rows<'_>) -> Result<T, Fault>,
    ) -> Result<T, QueryError> {
        let service = self.shared.config.model.name();
        let live = self.shared.live();
        let store = live.as_ref().ok_or(QueryError::Stopped { service })?;
        if store.is_torn() {
            return Err(QueryError::Filling { service });
        }
        let answer = std::panic::catch_unwind(AssertUnwindSafe(|| store.query(ask)));
        answer
            .unwrap_or_else(|panic| Err(Fault::new(format!("panicked: {}", panic_text(&*panic)))))
            .map_err(|source| QueryError::Failed { service, source })
    }

    /// Asks a question about the past: the rows as they were after `position`.
    ///
    /// Costs a read of the whole log up to there, and memory for all rows, at most
    /// `Limits::as_of_bytes`. At most two are answered at a time.
    pub async fn as_of<T>(
        &self,
        position: Position,
        ask: impl FnOnce(&Rows<'_>) -> Result<T, Fault>,
    ) -> Result<T, AsOfError> {
        let permit = self.shared.views_of_the_past.acquire().await;
        let _permit = permit.expect("the semaphore is never closed");
        let past = self.fold_until(position).await?;
        ask(past.rows()).map_err(|source| AsOfError::Failed { position, source })
    }

    async fn fold_until(&self, position: Position) -> Result<InMemory, AsOfError> {
        let config = &self.shared.config;
        let durable = format!("{}-as-of", config.model.name());
        let feed = config.bus.follow(&config.biller, &durable).await.map_err(AsOfError::Follow)?;
        let read = |error| AsOfError::Read { position, source: Box::new(error) };
        let head = feed.head().await.map_err(read)?.position;
        if head < position {
            return Err(AsOfError::Future { position, head });
        }
        let mut past = InMemory::new(Arc::clone(&config.model));
        let mut applied = 0;
        while applied < position {
            let blocks = feed.read(applied + 1, AS_OF_BYTES).await.map_err(read)?;
            let end = blocks.last().ok_or(AsOfError::Future { position, head: applied })?;
            let end = end.last_position().min(position);
            past = self.fold_blocks(past, blocks, applied + 1..=end).await?;
            applied = end;
        }
        Ok(past)
    }

    async fn fold_blocks(
        &self,
        mut past: InMemory,
        blocks: Vec<Block>,
        wanted: std::ops::RangeInclusive<Position>,
    ) -> Result<InMemory, AsOfError> {
        let bytes_max = self.shared.config.limits.as_of_bytes;
        let position = *wanted.end();
        let folding = tokio::task::spawn_blocking(move || {
            let outside = |event: &Recorded| !wanted.contains(&event.position);
            let events = blocks.iter().flat_map(Block::events);
            for event in events.filter(|event| !event.as_ref().is_ok_and(outside)) {
                let event = event.map_err(|source| AsOfError::Decode { position, source })?;
                past.apply(&event).map_err(|source| AsOfError::Failed { position, source })?;
            }
            match past.bytes() > bytes_max {
                true => Err(AsOfError::TooLarge { position, bytes_max }),
                false => Ok(past),
            }
        });
        folding.await.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))
    }

    /// What an operator should know.
    pub fn status(&self) -> Status {
        let config = &self.shared.config;
        let progress = *self.shared.progress.borrow();
        let (pending_intents, parked) = self.intents();
        let mut meter = self.shared.meter();
        let head = meter.head.max(progress.position);
        Status {
            service: config.model.name().to_owned(),
            biller: config.biller.clone(),
            version: config.model.version(),
            state: progress.state,
            checkpoint: progress.position,
            head,
            lag: head - progress.position,
            rate: meter.rate.per_second(Instant::now()),
            duplicates: meter.duplicates,
            refilled_gaps: meter.refilled_gaps,
            fault: meter.fault.clone(),
            unreachable: meter.unreachable.clone(),
            rebuild: meter.rebuild.clone(),
            rebuild_fault: meter.rebuild_fault.clone(),
            pending_intents,
            parked,
        }
    }

    /// A damaged directory shows in the state, not here.
    fn intents(&self) -> (u64, Vec<ParkedIntent>) {
        let live = self.shared.live();
        let whole = live.as_ref().filter(|store| !store.is_torn());
        let Some(store) = whole else { return (0, Vec::new()) };
        let pending = store.checkpoint().map_or(0, |checkpoint| checkpoint.intents);
        let parked = store.parked(PARKED_LISTED_MAX).unwrap_or_default();
        let parked = parked.into_iter().map(|(id, intent)| ParkedIntent {
            id: id.to_string(),
            policy: intent.policy,
            step: intent.step,
            attempts: intent.attempts,
            last_error: intent.last_error,
        });
        (pending, parked.collect())
    }

    /// Fills a new directory from the log, which takes over when it has caught up.
    ///
    /// Returns at once; progress is in the status. Asking while one is running changes nothing.
    pub fn rebuild(&self) {
        self.shared.want(Wish::Rebuild);
    }

    /// Tries again what has stopped: the event it is faulted at, and all parked intents.
    pub fn retry(&self) {
        self.shared.want(Wish::Retry);
    }

    /// Waits until queries see `position`. How long to wait is up to the caller.
    pub async fn caught_up(&self, position: Position) -> Result<(), NotCaughtUp> {
        let mut progress = self.shared.progress.subscribe();
        let reached = progress.wait_for(|now| {
            now.position >= position || matches!(now.state, State::Faulted | State::Stopped)
        });
        let reached = reached.await.map(|now| *now);
        let now = reached.expect("the sender lives as long as this handle");
        match now.position >= position {
            true => Ok(()),
            false => Err(NotCaughtUp { position: now.position, state: now.state }),
        }
    }

    /// Stops, writes and syncs what was read, and closes the directory. Returns when that is done.
    pub async fn shutdown(&self) {
        self.shared.want(Wish::Stop);
        let mut progress = self.shared.progress.subscribe();
        let stopped = progress.wait_for(|now| now.state == State::Stopped).await;
        stopped.expect("the sender lives as long as this handle");
    }
}
