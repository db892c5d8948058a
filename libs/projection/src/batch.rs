//! Blocks staged into one batch: continuity is checked here, and nothing is ever skipped.
//!
//! `position == checkpoint + 1` applies, lower is a duplicate, higher is a gap that the caller
//! refills. Blocks must also continue the hash chain that the checkpoint witnessed.
//!
//! What is still being written when a step ends has been applied, and nobody can ask for it yet.

mod writing;

use std::sync::Arc;

use event_store::{Block, Position, Recorded};

use crate::changes::Changes;
use crate::fault::{Fault, chain_of};
use crate::fold::fold;
use crate::read_model::ReadModel;
use crate::rows::Rows;
use crate::status::{FaultCause, FaultStatus};
use crate::store::{BATCH_ROWS_MAX, Checkpoint, Size, Store, StoreError};
use crate::witness::Witness;
use writing::Writing;

/// Bytes of changes after which a batch that is written whole is written, between two events:
/// nobody can ask meanwhile.
const WHOLE_BYTES_MAX: usize = 2 << 20;

/// What became of some blocks.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) applied: u64,
    pub(crate) duplicates: u64,
    /// What has to be read before the rest is applied.
    pub(crate) gap: Option<Gap>,
}

/// Blocks that wait for what lies before them.
#[derive(Debug)]
pub struct Gap {
    applied: Position,
    beyond: Vec<Block>,
}

impl Gap {
    /// The first position that is missing: the log is read from there.
    #[must_use]
    pub fn from(&self) -> Position {
        self.applied + 1
    }

    /// What comes next, with what was read of the log from [`Gap::from`] on.
    ///
    /// # Errors
    /// When the log does not hold it: it was seen, so the log has lost it.
    pub fn refill(self, mut read: Vec<Block>) -> Result<Vec<Block>, FaultStatus> {
        if read.first().is_none_or(|block| block.first_position() > self.applied + 1) {
            let seen = self.beyond.iter().map(Block::last_position).max().unwrap_or_default();
            return Err(FaultStatus::behind(self.applied, seen));
        }
        read.extend(self.beyond);
        Ok(read)
    }
}

/// What a step came to, and where the batch stands now.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) taken: Result<Taken, Stop>,
    /// The last event applied.
    pub(crate) applied_to: Position,
    /// The last event that queries see.
    pub(crate) written_to: Position,
}

/// Why taking blocks stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    Fault(FaultStatus),
    Store(StoreError),
}

/// When staged changes are written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Commit {
    /// After every step, whole or not at all.
    Now { events_max: u64 },
    /// The same, but what takes a while beside what comes next, and so is what a step ends with:
    /// [`Batch::settle_written`] when it is over.
    Beside { events_max: u64 },
    /// When so much is held in memory, row by row: rows that are filled from the beginning.
    When { bytes: usize },
}

/// A store and what is staged for it.
pub(crate) struct Batch {
    model: Arc<dyn ReadModel>,
    store: Arc<Store>,
    changes: Changes,
    checkpoint: Checkpoint,
    staged: u64,
    size: Size,
    writing: Writing,
    /// The last event that queries see.
    written: Position,
    /// A commit failed, and what is stored could not be read since: nothing may be applied.
    adrift: bool,
}

impl Batch {
    pub(crate) fn new(model: Arc<dyn ReadModel>, store: Arc<Store>) -> Result<Batch, StoreError> {
        let checkpoint = store.checkpoint()?;
        let written = checkpoint.position;
        Ok(Batch {
            model,
            store,
            changes: Changes::default(),
            checkpoint,
            staged: 0,
            size: Size::Small,
            writing: Writing::default(),
            written,
            adrift: false,
        })
    }

    pub(crate) fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    pub(crate) fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Applies blocks, in whatever order they come, as far as they continue. What was applied
    /// before a fault is written.
    pub(crate) fn step(&mut self, blocks: Vec<Block>, commit: Commit) -> Step {
        // What was staged to be written row by row is too much for one batch.
        if self.staged == 0 {
            self.size = match commit {
                Commit::Now { .. } | Commit::Beside { .. } => Size::Small,
                Commit::When { .. } => Size::Large,
            };
        }
        let taken = self.take(blocks, commit);
        self.stands(taken)
    }

    /// Queries see what was written beside something else, if that is over.
    pub(crate) fn settle_written(&mut self) -> Step {
        let settled = if self.writing.is_over() { self.end_writing() } else { Ok(()) };
        self.stands(settled.map(|()| Taken::default()).map_err(Stop::Store))
    }

    fn stands(&self, taken: Result<Taken, Stop>) -> Step {
        Step { taken, applied_to: self.checkpoint.position, written_to: self.written }
    }

    fn take(&mut self, blocks: Vec<Block>, commit: Commit) -> Result<Taken, Stop> {
        if self.adrift {
            self.return_to_stored().map_err(Stop::Store)?;
        }
        let taken = self.stage(blocks, commit);
        let settled = match (&taken, commit) {
            (Err(_), _) | (Ok(_), Commit::Now { .. }) => self.commit(),
            (Ok(_), Commit::Beside { .. }) => self.begin_to_write(),
            (Ok(_), Commit::When { .. }) => Ok(()),
        };
        let taken = taken?;
        settled.map_err(Stop::Store)?;
        Ok(taken)
    }

    fn stage(&mut self, mut blocks: Vec<Block>, commit: Commit) -> Result<Taken, Stop> {
        let mut taken = Taken::default();
        blocks.sort_by_key(Block::first_position);
        let mut blocks = blocks.into_iter();
        while let Some(block) = blocks.next() {
            let applied = self.checkpoint.position;
            if block.first_position() > applied + 1 {
                let beyond = std::iter::once(block).chain(blocks).collect();
                taken.gap = Some(Gap { applied, beyond });
                break;
            }
            if block.last_position() <= self.checkpoint.position {
                self.check_duplicate(&block)?;
                taken.duplicates += block.last_position() - block.first_position() + 1;
                continue;
            }
            taken.applied += self.apply(&block, commit)?;
            if self.is_full(self.changes.bytes(), commit) {
                self.make_room(commit).map_err(Stop::Store)?;
            }
        }
        Ok(taken)
    }

    fn is_full(&self, held: usize, commit: Commit) -> bool {
        match commit {
            Commit::Now { events_max } | Commit::Beside { events_max } => {
                self.staged >= events_max || held >= WHOLE_BYTES_MAX
            }
            Commit::When { bytes } => held >= bytes,
        }
    }

    /// Writes what is staged, in the midst of a step.
    fn make_room(&mut self, commit: Commit) -> Result<(), StoreError> {
        match commit {
            Commit::Now { .. } | Commit::When { .. } => self.commit(),
            Commit::Beside { .. } => self.begin_to_write(),
        }
    }

    /// Writes what is staged.
    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        self.end_writing()?;
        if self.staged == 0 && self.changes.is_empty() {
            return Ok(());
        }
        let sealed = self.seal()?;
        let written = self.store.commit(&sealed, self.size);
        self.settle(written.map(|()| self.checkpoint.position))
    }

    /// Writes what is staged beside what comes next; a few rows at once, which costs less.
    fn begin_to_write(&mut self) -> Result<(), StoreError> {
        if self.changes.len() < BATCH_ROWS_MAX {
            return self.commit();
        }
        self.end_writing()?;
        if self.staged == 0 && self.changes.is_empty() {
            return Ok(());
        }
        let sealed = Arc::new(self.seal()?);
        let (store, size, position) = (&self.store, self.size, self.checkpoint.position);
        self.writing.begin(store, sealed, size, position);
        Ok(())
    }

    fn end_writing(&mut self) -> Result<(), StoreError> {
        let written = self.writing.end();
        self.settle(written.map(|position| position.unwrap_or(self.written)))
    }

    fn seal(&mut self) -> Result<Changes, StoreError> {
        self.staged = 0;
        self.store.sealed(std::mem::take(&mut self.changes), &self.checkpoint)
    }

    /// Queries see up to the position. Where that failed, what was staged since is gone as well.
    fn settle(&mut self, written: Result<Position, StoreError>) -> Result<(), StoreError> {
        match written {
            Ok(position) => self.written = position,
            Err(error) => {
                self.changes = Changes::default();
                self.staged = 0;
                // If this fails as well, the next step tries it again.
                let _adrift = self.return_to_stored();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Goes on from what is stored, as after a restart. Until that is known, nothing is claimed
    /// beyond what was written.
    fn return_to_stored(&mut self) -> Result<(), StoreError> {
        self.adrift = true;
        self.checkpoint.position = self.written;
        self.store.finish()?;
        self.checkpoint = self.store.checkpoint()?;
        self.written = self.checkpoint.position;
        self.adrift = false;
        Ok(())
    }

    /// What is staged over what is on its way over what is stored.
    fn rows<'a>(&mut self, store: &'a Store) -> Rows<'a> {
        let changes = std::mem::take(&mut self.changes);
        store.rows(changes).with_unwritten(self.writing.changes())
    }

    fn apply(&mut self, block: &Block, commit: Commit) -> Result<u64, Stop> {
        self.check_chain(block)?;
        let store = Arc::clone(&self.store);
        let mut rows = self.rows(&store);
        let mut applied = 0;
        let mut fault = None;
        for event in block.events() {
            let event = match event {
                Ok(event) if event.position <= self.checkpoint.position => continue,
                Ok(event) => event,
                Err(error) => {
                    let at = self.checkpoint.position + 1;
                    let cause = chain_of(&error);
                    fault = Some(FaultStatus::new(at, FaultCause::Undecodable, cause));
                    break;
                }
            };
            match fold(&*self.model, &event, self.checkpoint.intents, &mut rows) {
                Ok(growth) => {
                    let checkpoint = &mut self.checkpoint;
                    checkpoint.position = event.position;
                    checkpoint.intents = checkpoint.intents.saturating_add_signed(growth);
                    applied += 1;
                    self.staged += 1;
                }
                Err(error) => {
                    fault = Some(refused(&event, &error));
                    break;
                }
            }
            // One event can want thousands of things: their rows are not held for a whole block.
            if event.position < block.last_position()
                && self.is_full(rows.changes().bytes(), commit)
            {
                self.changes = rows.into_changes();
                self.make_room(commit).map_err(Stop::Store)?;
                rows = self.rows(&store);
            }
        }
        self.changes = rows.into_changes();
        if let Some(fault) = fault {
            return Err(Stop::Fault(fault));
        }
        let witness = Witness { position: block.last_position(), chain: block.chain() };
        self.checkpoint.witness = Some(witness);
        Ok(applied)
    }

    /// A block that follows the witness must continue its hash.
    fn check_chain(&self, block: &Block) -> Result<(), Stop> {
        let Some(witness) = self.checkpoint.witness else { return Ok(()) };
        let follows = block.first_position() == witness.position + 1;
        if follows && block.chain_from(witness.chain) != block.chain() {
            return Err(Stop::Fault(FaultStatus::rewritten(witness.position)));
        }
        Ok(())
    }

    /// The block the witness stands for must still be the same.
    fn check_duplicate(&self, block: &Block) -> Result<(), Stop> {
        let Some(witness) = self.checkpoint.witness else { return Ok(()) };
        if block.last_position() == witness.position && block.chain() != witness.chain {
            return Err(Stop::Fault(FaultStatus::rewritten(witness.position)));
        }
        Ok(())
    }
}

fn refused(event: &Recorded, fault: &Fault) -> FaultStatus {
    let cause = match fault.is_of_the_directory() {
        true => FaultCause::Directory,
        false => FaultCause::Refused { kind: event.event.kind.as_ref().to_owned() },
    };
    FaultStatus::new(event.position, cause, chain_of(fault))
}
