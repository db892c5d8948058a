//! The loop of one read model: catch up, follow, keep the witness, stop visibly, and go on.
//!
//! One task does everything that changes the rows, also while a rebuild runs, so nothing races.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bus::FeedError;
use event_store::{Block, Head, Position};
use tokio::task::JoinHandle;

use crate::batch::{Batch, Commit, Step, Stop, Taken};
use crate::directory::Directory;
use crate::fault::chain_of;
use crate::rebuild::Rebuild;
use crate::shared::{Gate, Shared, Wish};
use crate::source::Source;
use crate::status::{FaultStatus, State};
use crate::store::{Store, StoreError};
use crate::witness;

/// How much is read from the log at once.
pub(crate) const READ_BYTES: usize = 4 << 20;
/// How often the end of the log is looked at, and how often the directory is synced.
const HEAD_EVERY: Duration = Duration::from_secs(1);
const SYNC_EVERY: Duration = Duration::from_secs(5);
/// Waits between attempts to reach the log; each is twice the one before.
const REACH_MIN: Duration = Duration::from_millis(50);
const REACH_MAX: Duration = Duration::from_secs(5);

pub(crate) struct Runner {
    pub(crate) shared: Arc<Shared>,
    pub(crate) directory: Directory,
    pub(crate) source: Box<dyn Source>,
    pub(crate) batch: Arc<Mutex<Batch>>,
    /// The last event applied, written or not.
    pub(crate) position: Position,
    /// Something that was applied is being written beside what comes next.
    is_writing: bool,
    pub(crate) rebuild: Option<Rebuild>,
    looked: Instant,
    synced: Instant,
}

/// Why following the log ended.
#[derive(Debug)]
pub(crate) enum Halt {
    Stopped,
    Unreachable(Box<FeedError>),
    Fault(FaultStatus),
}

/// What a handle wanted.
enum Obeyed {
    Nothing,
    Retry,
}

impl From<FeedError> for Halt {
    fn from(error: FeedError) -> Halt {
        Halt::Unreachable(Box::new(error))
    }
}

/// Works on a batch, off the runtime's threads.
pub(crate) async fn on_batch<T: Send + 'static>(
    batch: &Arc<Mutex<Batch>>,
    work: impl FnOnce(&mut Batch) -> T + Send + 'static,
) -> T {
    let batch = Arc::clone(batch);
    let working = tokio::task::spawn_blocking(move || {
        work(&mut batch.lock().unwrap_or_else(PoisonError::into_inner))
    });
    working.await.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))
}

/// Waits until a commit of the store is over; for ever if there is none.
async fn written(store: Option<Arc<Store>>) {
    match store {
        Some(store) => store.written().await,
        None => std::future::pending().await,
    }
}

impl Runner {
    pub(crate) fn new(
        shared: Arc<Shared>,
        directory: Directory,
        source: Box<dyn Source>,
        batch: Batch,
    ) -> Runner {
        let position = batch.checkpoint().position;
        let batch = Arc::new(Mutex::new(batch));
        let now = Instant::now();
        let (looked, synced) = (now, now);
        Runner {
            shared,
            directory,
            source,
            batch,
            position,
            is_writing: false,
            rebuild: None,
            looked,
            synced,
        }
    }

    pub(crate) async fn run(mut self, sender: JoinHandle<()>) {
        let mut reach = REACH_MIN;
        while !self.shared.is_wanted(Wish::Stop) {
            let Err(halt) = self.session().await;
            self.shared.gate.send_replace(Gate::Closed);
            match halt {
                Halt::Stopped => break,
                Halt::Unreachable(error) => {
                    // What was read is seen, whether or not more can be.
                    let now = self.now();
                    let step =
                        on_batch(&self.batch, move |batch| batch.step(Vec::new(), now)).await;
                    self.publish(step.applied_to, step.written_to);
                    reach = self.lost_sight(&error, reach);
                    self.pause(reach).await;
                }
                Halt::Fault(fault) => self.stand_still(fault).await,
            }
        }
        self.close(sender).await;
    }

    /// From finding the log to losing it.
    async fn session(&mut self) -> Result<Infallible, Halt> {
        let head = self.look_at_head().await?;
        self.check_witness(head).await?;
        self.shared.meter().unreachable = None;
        let state = if self.position == 0 { State::Rebuilding } else { State::CatchingUp };
        self.shared.now_in(state);
        self.catch_up(head.position).await?;
        // Whatever was closed meanwhile is not sent again.
        self.absorb(Vec::new(), self.now()).await?;
        self.remove_other_versions().await;
        self.shared.now_in(State::Live);
        self.shared.gate.send_replace(Gate::Open);
        loop {
            self.obey().await?;
            match self.rebuild {
                Some(_) => self.follow_while_rebuilding().await?,
                None => self.follow().await?,
            }
            self.sync_now_and_then().await?;
        }
    }

    /// Does what the handles want.
    async fn obey(&mut self) -> Result<Obeyed, Halt> {
        if self.shared.is_wanted(Wish::Stop) {
            return Err(Halt::Stopped);
        }
        if self.shared.take_wish(Wish::Rebuild) {
            self.begin_rebuild().await;
        }
        if !self.shared.take_wish(Wish::Retry) {
            return Ok(Obeyed::Nothing);
        }
        self.release_parked().await?;
        Ok(Obeyed::Retry)
    }

    /// Reads up to `target`. From the beginning it writes when much is held in memory; later a
    /// crash must not cost what the sender knows of its intents, so every commit is small.
    async fn catch_up(&mut self, target: Position) -> Result<(), Halt> {
        let commit = match self.position {
            0 => Commit::When { bytes: self.shared.config.limits.fill_bytes },
            _ => self.beside(),
        };
        let mut next = match self.position < target {
            true => self.source.read(self.position + 1, READ_BYTES).await?,
            false => Vec::new(),
        };
        while self.position < target {
            if self.shared.is_wanted(Wish::Stop) {
                return Err(Halt::Stopped);
            }
            let Some(end) = next.last().map(Block::last_position) else {
                return Err(Halt::Fault(FaultStatus::behind(self.position, target)));
            };
            let blocks = std::mem::take(&mut next);
            let taking = on_batch(&self.batch, move |batch| batch.step(blocks, commit));
            // The next part is read while this one is applied.
            let (taken, read) = tokio::join!(taking, self.source.read(end + 1, READ_BYTES));
            self.settle(taken)?;
            next = read?;
        }
        match commit {
            Commit::When { .. } => self.absorb(Vec::new(), self.now()).await,
            Commit::Now { .. } | Commit::Beside { .. } => Ok(()),
        }
    }

    /// Every step is written before the next one.
    pub(crate) fn now(&self) -> Commit {
        Commit::Now { events_max: self.shared.config.limits.batch_events }
    }

    /// Whoever follows goes on while many rows are written.
    fn beside(&self) -> Commit {
        Commit::Beside { events_max: self.shared.config.limits.batch_events }
    }

    /// Waits for news and applies it, or for the end of what is being written.
    async fn follow(&mut self) -> Result<(), Halt> {
        let writing = if self.is_writing { self.shared.live().clone() } else { None };
        let deliveries = tokio::select! {
            biased;
            () = self.shared.wishes() => return Ok(()),
            deliveries = self.source.next(self.position) => deliveries?,
            () = written(writing) => {
                let step = on_batch(&self.batch, Batch::settle_written).await;
                return self.settle(step).map(drop);
            }
        };
        let before = self.position;
        let blocks = deliveries.iter().map(|delivery| delivery.block.clone()).collect();
        self.absorb(blocks, self.beside()).await?;
        let idle = deliveries.is_empty();
        for delivery in deliveries {
            delivery.ack().await;
        }
        let many = self.shared.config.limits.batch_events;
        let busy = self.position - before >= many / 2;
        if idle || busy || self.looked.elapsed() > HEAD_EVERY {
            let head = self.look_at_head().await?.position;
            // More than a batch has arrived meanwhile: written at once it costs less.
            if head - self.position > many {
                self.catch_up(head).await?;
            }
        }
        Ok(())
    }

    /// Applies blocks in whatever order they came, and refills what is missing.
    pub(crate) async fn absorb(
        &mut self,
        mut blocks: Vec<Block>,
        commit: Commit,
    ) -> Result<(), Halt> {
        loop {
            let step = on_batch(&self.batch, move |batch| batch.step(blocks, commit)).await;
            let Some(gap) = self.settle(step)?.gap else { return Ok(()) };
            self.shared.meter().refilled_gaps += 1;
            let read = self.source.read(gap.from(), READ_BYTES).await?;
            blocks = gap.refill(read).map_err(Halt::Fault)?;
        }
    }

    /// Counts what was taken and tells who waits for it.
    fn settle(&mut self, step: Step) -> Result<Taken, Halt> {
        self.publish(step.applied_to, step.written_to);
        match step.taken {
            Ok(taken) => {
                self.shared.count(taken.applied, taken.duplicates);
                Ok(taken)
            }
            Err(Stop::Fault(fault)) => Err(Halt::Fault(fault)),
            Err(Stop::Store(error)) => Err(self.broken(&error)),
        }
    }

    /// Queries see what is written; reading goes on after what is applied.
    pub(crate) fn publish(&mut self, applied: Position, written: Position) {
        self.position = applied;
        self.is_writing = written < applied;
        self.shared.now_at(written);
        self.shared.intents.notify_one();
    }

    fn broken(&self, error: &StoreError) -> Halt {
        Halt::Fault(FaultStatus::broken(self.position, error))
    }

    /// The log must not end before what was seen.
    async fn look_at_head(&mut self) -> Result<Head, Halt> {
        // Whoever owns the log may be gone: nobody who wants to stop waits for it.
        let head = tokio::select! {
            biased;
            () = self.shared.stop_wanted() => return Err(Halt::Stopped),
            head = self.source.head() => head?,
        };
        self.looked = Instant::now();
        self.shared.meter().head = head.position;
        witness::check_end(self.position, head).map_err(Halt::Fault)?;
        Ok(head)
    }

    /// The log must still have the hash that was seen.
    async fn check_witness(&mut self, head: Head) -> Result<(), Halt> {
        let witness = on_batch(&self.batch, |batch| batch.checkpoint().witness).await;
        let Some(witness) = witness else { return Ok(()) };
        let kept = match witness.kept_by(head) {
            Some(kept) => kept,
            None => witness.kept_in(&self.source.read(witness.position, 1).await?),
        };
        kept.map_err(Halt::Fault)
    }

    /// How long to wait before the log is looked for again.
    fn lost_sight(&self, error: &FeedError, waited: Duration) -> Duration {
        let reason = chain_of(error);
        let first = self.shared.meter().unreachable.replace(reason.clone()).is_none();
        if first {
            let config = &self.shared.config;
            let (service, biller) = (config.model.name(), &config.biller);
            tracing::warn!(service, biller, reason, "log out of reach");
        }
        self.shared.now_in(State::Waiting);
        if first { REACH_MIN } else { (waited * 2).min(REACH_MAX) }
    }

    /// Faulted: queries are answered, a rebuild may take over, an operator may retry.
    async fn stand_still(&mut self, fault: FaultStatus) {
        let config = &self.shared.config;
        tracing::error!(
            service = config.model.name(),
            biller = config.biller,
            position = fault.position,
            cause = ?fault.cause,
            reason = fault.reason,
            "read model has stopped"
        );
        self.shared.meter().fault = Some(fault);
        self.shared.now_in(State::Faulted);
        let mut stands = true;
        while stands {
            match self.obey().await {
                Ok(Obeyed::Retry) | Err(_) => stands = false,
                Ok(Obeyed::Nothing) if self.rebuild.is_some() => {
                    stands = !self.rebuild_alone().await;
                }
                Ok(Obeyed::Nothing) => self.shared.wishes().await,
            }
        }
        self.shared.meter().fault = None;
    }

    /// Waits, unless a handle wants something.
    pub(crate) async fn pause(&self, time: Duration) {
        let _waited = tokio::time::timeout(time, self.shared.wishes()).await;
    }

    async fn release_parked(&mut self) -> Result<(), Halt> {
        let store = on_batch(&self.batch, |batch| Arc::clone(batch.store())).await;
        let releasing = tokio::task::spawn_blocking(move || store.release_parked()).await;
        let released =
            releasing.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()));
        self.shared.intents.notify_one();
        released.map_err(|error| self.broken(&error))
    }

    async fn sync_now_and_then(&mut self) -> Result<(), Halt> {
        if self.synced.elapsed() < SYNC_EVERY {
            return Ok(());
        }
        self.synced = Instant::now();
        let synced = on_batch(&self.batch, |batch| batch.store().sync()).await;
        synced.map_err(|error| self.broken(&error))
    }

    async fn remove_other_versions(&self) {
        let directory = self.directory.clone();
        let removing = tokio::task::spawn_blocking(move || directory.remove_other_versions());
        if let Ok(Err(error)) = removing.await {
            tracing::warn!(reason = chain_of(&error), "old read models were not removed");
        }
    }

    async fn close(self, sender: JoinHandle<()>) {
        self.shared.gate.send_replace(Gate::Stopping);
        let _finished = sender.await;
        let Runner { shared, batch, rebuild, .. } = self;
        let closing = Arc::clone(&shared);
        let closed = tokio::task::spawn_blocking(move || {
            drop(rebuild);
            let mut batch = batch.lock().unwrap_or_else(PoisonError::into_inner);
            let written = batch.commit().and_then(|()| batch.store().sync());
            closing.replace_live().take();
            written
        });
        if let Ok(Err(error)) = closed.await {
            tracing::error!(reason = chain_of(&error), "read model was not written on closing");
        }
        shared.now_in(State::Stopped);
    }
}
