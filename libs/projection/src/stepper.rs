//! A read model without tasks: whoever drives it brings the blocks and carries the intents.
//!
//! It shares with [`start`](crate::start) how blocks become rows, what is sent and what an answer
//! means; the tasks around that, which wait and retry, are not in here. For simulated worlds.
//! The same blocks and answers at the same times give the same rows, intents and attempts.

use std::collections::HashMap;

use event_store::{Block, CommandId, Head, Position};

use crate::attempt::{self, Attempt, Landed, Landing};
use crate::batch::{Batch, Commit, Gap, Stop};
use crate::config::RunnerConfig;
use crate::directory::Directory;
use crate::fault::{Fault, chain_of};
use crate::intents::{Intent, OpenIntent};
use crate::lane::Lane;
use crate::rebuild::{self, RebuildError};
use crate::rows::Rows;
use crate::start::{self, StartError};
use crate::status::{FaultCause, FaultStatus};
use crate::store::StoreError;
use crate::witness;

/// A read model that is driven from outside.
pub struct Stepper {
    config: RunnerConfig,
    directory: Directory,
    batch: Batch,
    rebuild: Option<Batch>,
    /// How many attempts are on their way.
    in_flight: usize,
    /// Those of them that are performed or reported.
    effects: HashMap<CommandId, Intent>,
    /// Nothing is sent before this position is applied; `None`: the log was not found yet.
    gate: Option<Position>,
}

impl Stepper {
    /// Opens the directory, or begins it. The config's bus and performer are left alone.
    ///
    /// # Errors
    /// When the directory is in use, or can be neither used nor begun again.
    pub fn open(config: RunnerConfig) -> Result<Stepper, StartError> {
        let (directory, batch) = start::open(&config)?;
        let (rebuild, in_flight, effects, gate) = (None, 0, HashMap::new(), None);
        Ok(Stepper { config, directory, batch, rebuild, in_flight, effects, gate })
    }

    /// The last event that was applied.
    #[must_use]
    pub fn position(&self) -> Position {
        self.batch.checkpoint().position
    }

    /// The log was found, and ends there: it must be the one that was read before. Until its end
    /// is applied, nothing is sent. `read` reads the block that holds a position.
    ///
    /// # Errors
    /// When the log has lost or rewritten what was seen.
    pub fn meet(
        &mut self,
        head: Head,
        read: impl FnOnce(Position) -> Vec<Block>,
    ) -> Result<(), FaultStatus> {
        witness::check_end(self.position(), head)?;
        if let Some(seen) = self.batch.checkpoint().witness {
            seen.kept_by(head).unwrap_or_else(|| seen.kept_in(&read(seen.position)))?;
        }
        self.gate = Some(head.position);
        Ok(())
    }

    /// Applies blocks, in whatever order they come, as far as they continue. A gap is read from
    /// the log, and what comes of [`Gap::refill`] is absorbed next.
    ///
    /// # Errors
    /// Why this read model stands still.
    pub fn absorb(&mut self, blocks: Vec<Block>) -> Result<Option<Gap>, FaultStatus> {
        let commit = Commit::Now { events_max: self.config.limits.batch_events };
        let step = self.batch.step(blocks, commit);
        step.taken.map(|taken| taken.gap).map_err(|stop| self.stopped(stop))
    }

    /// What is to be sent or performed now. Each is on its way until it has [landed](Self::land).
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn take_off(&mut self) -> Result<Vec<(CommandId, Attempt)>, FaultStatus> {
        let is_open = self.gate.is_some_and(|gate| self.position() >= gate);
        let room = self.config.limits.in_flight.saturating_sub(self.in_flight);
        if !is_open || room == 0 {
            return Ok(Vec::new());
        }
        let now = (self.config.clock)();
        let mut due = self.batch.store().take_late();
        for lane in Lane::ALL {
            let taken = self.batch.store().take_due(lane, now, room.saturating_sub(due.len()));
            due.extend(taken.map_err(|error| self.broken(&error))?.intents);
        }
        let (biller, actor) = (&self.config.biller, &self.config.actor);
        self.in_flight += due.len();
        self.effects.extend(due.iter().filter(|(_, intent)| intent.is_effect()).cloned());
        let attempt = |id, intent| Attempt::of(biller, actor, id, &intent);
        Ok(due.into_iter().map(|(id, intent)| (id, attempt(id, intent))).collect())
    }

    /// Writes what came of an attempt.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn land(&mut self, id: CommandId, landing: Landing) -> Result<(), FaultStatus> {
        let (now, limits) = ((self.config.clock)(), &self.config.limits);
        let landed = vec![Landed { id, landing, effect: self.effects.remove(&id) }];
        let recorded = attempt::record(self.batch.store(), landed, now, limits);
        self.in_flight = self.in_flight.saturating_sub(1);
        recorded.map_err(|error| self.broken(&error))
    }

    /// Makes everything so far survive a power cut.
    ///
    /// # Errors
    /// When the directory cannot be synced.
    pub fn sync(&self) -> Result<(), FaultStatus> {
        self.batch.store().sync().map_err(|error| self.broken(&error))
    }

    /// Fills a new directory beside the live one, a step at a time: these are the next blocks of
    /// the log, from [`Stepper::rebuilt`] on. It takes over when it has got as far as the live one.
    ///
    /// # Errors
    /// Why the rebuild was given up; the live rows are as they were.
    pub fn rebuild(&mut self, blocks: Vec<Block>) -> Result<(), FaultStatus> {
        let mut batch = match self.rebuild.take() {
            Some(batch) => batch,
            None => rebuild::begin(&self.config, &self.directory)
                .map_err(|error| self.given_up(&error))?,
        };
        let commit = Commit::When { bytes: self.config.limits.fill_bytes };
        let step = batch.step(blocks, commit);
        step.taken.map_err(|stop| self.stopped(stop))?;
        if step.applied_to < self.position() {
            self.rebuild = Some(batch);
            return Ok(());
        }
        self.take_over(batch).map_err(|error| self.given_up(&error))
    }

    /// The last event that a rebuild has applied; `None`: there is no rebuild.
    #[must_use]
    pub fn rebuilt(&self) -> Option<Position> {
        self.rebuild.as_ref().map(|batch| batch.checkpoint().position)
    }

    fn take_over(&mut self, mut batch: Batch) -> Result<(), RebuildError> {
        let new = rebuild::finish(&mut batch)?;
        rebuild::hand_over(Some(self.batch.store()), &new, &self.directory)?;
        drop(std::mem::replace(&mut self.batch, batch));
        Ok(self.directory.remove_unfinished()?)
    }

    /// Asks a question.
    ///
    /// # Errors
    /// When the question itself fails.
    pub fn query<T>(&self, ask: impl FnOnce(&Rows<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        self.batch.store().query(ask)
    }

    /// What is open, at most `limit`, in the order of their ids.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn intents(&self, limit: usize) -> Result<Vec<OpenIntent>, Fault> {
        self.query(|rows| OpenIntent::all(rows, limit))
    }

    fn stopped(&self, stop: Stop) -> FaultStatus {
        match stop {
            Stop::Fault(fault) => fault,
            Stop::Store(error) => self.broken(&error),
        }
    }

    fn broken(&self, error: &StoreError) -> FaultStatus {
        FaultStatus::broken(self.position(), error)
    }

    fn given_up(&self, error: &RebuildError) -> FaultStatus {
        FaultStatus::new(self.position() + 1, FaultCause::Directory, chain_of(error))
    }
}
