//! One table of one read model: rows, intents and checkpoint, written together.
//!
//! Commits are not synced, because all of it can be rebuilt; `sync` is called now and then and on
//! closing. Readers see a state between commits: a commit waits until they are done, so queries
//! must be short. Many rows are written one by one: what was left half written is finished from
//! what was kept of it before. Rows that are filled from the beginning are not worth that: a table
//! that was left in between is begun again.
//!
//! sled 0.34 takes a flipped byte for the end of its log and silently opens with what lies before
//! it. So the position of the last sync is kept beside it: a directory that holds less is damaged.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use event_store::{CommandId, Position};
use serde::{Deserialize, Serialize};
use storage::{Storage, Table, TableError};
use tokio::sync::Notify;

use crate::changes::{Changes, Closed};
use crate::due::{Due, counts, due_in};
use crate::fault::{Fault, chain_of};
use crate::intents::{Intent, IntentState};
use crate::lane::Lane;
use crate::outbox;
use crate::redo::{self, Unfinished};
use crate::rows::{INTENTS, Keys, META, PARKED, Rows};
use crate::sheet;
use crate::underway::{Origin, Underway};
use crate::witness::Witness;

const CHECKPOINT: &str = "checkpoint";
/// The file that holds the position of the last sync, in decimal digits.
const SYNCED: &str = "synced";
const RELEASED_AT_ONCE: usize = 1000;
/// Most rows that are written in one batch of sled's, during which nobody can read.
pub(crate) const BATCH_ROWS_MAX: usize = 64;
/// Its presence says that many changes were being written: the rows are between two states.
const TORN: &str = "torn";

/// How far a read model has come, and what it saw there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    pub(crate) position: Position,
    /// The end of the last whole block: proof of which log was read.
    pub(crate) witness: Option<Witness>,
    /// Intents that are not closed by their record.
    pub(crate) intents: u64,
}

/// Why a directory does not work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("{} could not be {attempted}", path.display())]
    Io {
        path: PathBuf,
        attempted: &'static str,
        #[source]
        source: io::Error,
    },
    #[error("{} holds a row that could not be read or written", dir.display())]
    Row {
        dir: PathBuf,
        #[source]
        source: Fault,
    },
    #[error("{} holds position {position} but {synced} was synced", dir.display())]
    Shortened { dir: PathBuf, position: Position, synced: Position },
    #[error("{} was left while many rows were being written", dir.display())]
    Torn { dir: PathBuf },
}

/// How a commit is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// Whole or not at all.
    Small,
    /// A crash in between makes the rows worthless: only for rows that are filled from the
    /// beginning, when nobody has worked on their intents yet.
    Large,
}

pub(crate) struct Store {
    storage: Arc<dyn Storage>,
    table: Arc<dyn Table>,
    dir: PathBuf,
    gate: RwLock<()>,
    torn: AtomicBool,
    /// Changed only by whoever has the gate.
    underway: Mutex<Underway>,
    /// What was performed and whose intents are gone. In memory only: whoever starts again does not
    /// know of it.
    late: Mutex<Vec<(CommandId, Intent)>>,
    /// What was written beside something else is written.
    written: Notify,
}

impl Store {
    /// Opens or creates the directory. Waits a bounded time for a former owner's lock.
    pub(crate) fn open(
        storage: &Arc<dyn Storage>,
        dir: &Path,
        cache_bytes: u64,
    ) -> Result<Store, StoreError> {
        let table = storage.table(dir, cache_bytes)?;
        let (storage, dir) = (Arc::clone(storage), dir.to_owned());
        let torn = AtomicBool::new(true);
        let (gate, underway, late) = (RwLock::new(()), Mutex::default(), Mutex::default());
        let written = Notify::new();
        let store = Store { storage, table, dir, gate, torn, underway, late, written };
        store.finish()?;
        let synced = store.synced()?;
        let position = match (store.is_torn(), synced) {
            (true, 0) => return Err(StoreError::Torn { dir: store.dir }),
            // Rows are filled before the first sync: a mark that is there after one is damage.
            (true, _) => 0,
            (false, _) => store.checkpoint()?.position,
        };
        if synced > position {
            return Err(StoreError::Shortened { dir: store.dir, position, synced });
        }
        Ok(store)
    }

    /// The position of the last sync; 0 before the first.
    fn synced(&self) -> Result<Position, StoreError> {
        let path = self.dir.join(SYNCED);
        if !self.storage.exists(&path) {
            return Ok(0);
        }
        let read = storage::read(&*self.storage, &path);
        let text = read.map_err(|source| StoreError::Io { path, attempted: "read", source })?;
        String::from_utf8_lossy(&text).parse().map_err(|error| {
            let source = io::Error::new(io::ErrorKind::InvalidData, error);
            StoreError::Io { path: self.dir.join(SYNCED), attempted: "read", source }
        })
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn checkpoint(&self) -> Result<Checkpoint, StoreError> {
        let stored = self.read(|rows| rows.get(META, CHECKPOINT))?;
        Ok(stored.unwrap_or_default())
    }

    /// Whether the rows are between two states: a large commit is being written, or was left.
    pub(crate) fn is_torn(&self) -> bool {
        self.torn.load(Ordering::Acquire)
    }

    /// Rows that were left between two states are of no use to anybody.
    fn demand_whole(&self) -> Result<(), StoreError> {
        match self.is_torn() {
            true => Err(StoreError::Torn { dir: self.dir.clone() }),
            false => Ok(()),
        }
    }

    /// The stored rows under the staged changes of a batch.
    pub(crate) fn rows(&self, changes: Changes) -> Rows<'_> {
        Rows::over(&*self.table, changes)
    }

    /// Reads a state between commits.
    pub(crate) fn query<T>(
        &self,
        ask: impl FnOnce(&Rows<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let _between_commits = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        self.demand_whole().map_err(|torn| Fault::new(chain_of(&torn)))?;
        ask(&self.rows(Changes::default()))
    }

    fn read<T>(&self, ask: impl FnOnce(&Rows<'_>) -> Result<T, Fault>) -> Result<T, StoreError> {
        self.query(ask).map_err(|fault| self.row(fault))
    }

    /// What the sender has taken. Held for a moment only.
    pub(crate) fn underway(&self) -> MutexGuard<'_, Underway> {
        self.underway.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn row(&self, source: Fault) -> StoreError {
        StoreError::Row { dir: self.dir.clone(), source }
    }

    /// Changes together with where they lead.
    pub(crate) fn sealed(
        &self,
        changes: Changes,
        checkpoint: &Checkpoint,
    ) -> Result<Changes, StoreError> {
        let mut rows = self.rows(changes);
        rows.put(META, CHECKPOINT, checkpoint).map_err(|fault| self.row(fault))?;
        Ok(rows.into_changes())
    }

    /// Writes [sealed](Store::sealed) changes. If they are not all written, no row answers until
    /// [`Store::finish`] has seen to it.
    pub(crate) fn commit(&self, changes: &Changes, size: Size) -> Result<(), StoreError> {
        self.demand_whole()?;
        if size == Size::Large {
            // Whoever asks from here on is told so, and does not wait for the end of it.
            self.torn.store(true, Ordering::Release);
        }
        let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        let closed = self.underway().notice(changes);
        match size {
            Size::Small => {
                for closed in closed {
                    self.keep_performed(closed)?;
                    self.forget_put_aside(closed)?;
                }
                self.write(changes)
            }
            Size::Large => self.write_for_the_first_time(changes),
        }
    }

    /// What was performed since it was staged that nobody wants it any more.
    fn keep_performed(&self, closed: Closed) -> Result<(), StoreError> {
        if !closed.is_cancelled {
            return Ok(());
        }
        let rows = self.rows(Changes::default());
        let intent = rows.get::<Intent>(INTENTS, closed.id.0).map_err(|fault| self.row(fault))?;
        self.keep_late(intent.filter(|it| it.report.is_some()).map(|it| (closed.id, it)));
        Ok(())
    }

    /// Reports whose intents are gone are to be sent all the same.
    pub(crate) fn keep_late(&self, late: impl IntoIterator<Item = (CommandId, Intent)>) {
        self.late.lock().unwrap_or_else(PoisonError::into_inner).extend(late);
    }

    /// Takes them.
    pub(crate) fn take_late(&self) -> Vec<(CommandId, Intent)> {
        std::mem::take(&mut *self.late.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the sender may have put aside since the record of it was staged.
    fn forget_put_aside(&self, closed: Closed) -> Result<(), TableError> {
        self.table.remove(&PARKED.key(&closed.id.0))?;
        match closed.on_sheet {
            true => self.table.remove(&INTENTS.key(&closed.id.0)),
            false => Ok(()),
        }
    }

    /// A commit that was written beside something else is over.
    pub(crate) fn tell_written(&self) {
        self.written.notify_one();
    }

    /// Waits until one is. It may be one from before: whoever is told looks.
    pub(crate) async fn written(&self) {
        self.written.notified().await;
    }

    fn write(&self, changes: &Changes) -> Result<(), StoreError> {
        self.demand_whole()?;
        if changes.len() <= BATCH_ROWS_MAX {
            let owned = changes.iter().map(|(key, change)| (key.clone(), change.clone()));
            return Ok(self.table.apply(&mut { owned })?);
        }
        let written = redo::keep(&*self.table, changes)
            .and_then(|()| self.write_row_by_row(changes))
            .and_then(|()| redo::forget(&*self.table));
        // Whoever waits for the end of it is told.
        self.torn.store(written.is_err(), Ordering::Release);
        Ok(written?)
    }

    fn write_for_the_first_time(&self, changes: &Changes) -> Result<(), StoreError> {
        let torn = META.key(TORN.as_bytes());
        self.table.put(&torn, b"true")?;
        self.write_row_by_row(changes)?;
        self.table.remove(&torn)?;
        self.torn.store(false, Ordering::Release);
        Ok(())
    }

    fn write_row_by_row(&self, changes: &Changes) -> Result<(), TableError> {
        changes.iter().try_for_each(|(key, change)| match change {
            Some(value) => self.table.put(key, value),
            None => self.table.remove(key),
        })
    }

    /// The rows are in a state between commits, once what was left half written is finished.
    pub(crate) fn settled(&self) -> Result<(), StoreError> {
        if self.is_torn() {
            self.finish()?;
        }
        self.demand_whole()
    }

    /// Finishes a commit that was left half written, if there is one: by a crash, or by an error
    /// since.
    pub(crate) fn finish(&self) -> Result<(), StoreError> {
        let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        let finished = redo::finish(&*self.table).map_err(|error| match error {
            Unfinished::Table(error) => StoreError::Table(error),
            Unfinished::Damaged(fault) => self.row(fault),
        })?;
        // What was to be filled from the beginning leaves another mark.
        let is_begun = self.table.get(&META.key(TORN.as_bytes()))?.is_some();
        self.torn.store(is_begun, Ordering::Release);
        if finished {
            self.underway().look_again();
        }
        Ok(())
    }

    /// Changes intents in place; those that were closed in the meantime are left out and returned.
    /// None of them is underway any more.
    pub(crate) fn amend<C: FnOnce(&mut Intent)>(
        &self,
        amendments: Vec<(CommandId, C)>,
    ) -> Result<Vec<CommandId>, StoreError> {
        let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        let mut rows = self.rows(Changes::default());
        let mut ids = Vec::with_capacity(amendments.len());
        let (mut gone, mut amended) = (Vec::new(), Ok(()));
        for (id, change) in amendments {
            ids.push(id);
            if amended.is_ok() {
                let is_open = outbox::amend(id, &mut rows, change);
                amended = is_open.map(|is_open| gone.extend((!is_open).then_some(id)));
            }
        }
        self.underway().notice(rows.changes());
        let written = amended
            .map_err(|fault| self.row(fault))
            .and_then(|()| self.write(&rows.into_changes()));
        self.give_back(ids, written.is_ok());
        written.map(|()| gone)
    }

    /// Nobody has these any more; where that `is_written`, it was noticed when they are due.
    fn give_back(&self, ids: impl IntoIterator<Item = CommandId>, is_written: bool) {
        let mut underway = self.underway();
        ids.into_iter().for_each(|id| underway.give_back(id));
        if !is_written {
            underway.look_again();
        }
    }

    /// Takes intents of a lane that are due at `now`, at most `limit`, which are underway from now
    /// on, and says when the next one is due. Entries that are left over are removed.
    pub(crate) fn take_due(&self, lane: Lane, now: i64, limit: usize) -> Result<Due, StoreError> {
        let look = |rows: &Rows<'_>| due_in(rows, &mut self.underway(), lane, (now, limit));
        let (due, stale) = self.read(look)?;
        if !stale.is_empty()
            && let Err(error) = self.forget_due(lane, &stale)
        {
            self.give_back(due.intents.into_iter().map(|(id, _)| id), false);
            return Err(error);
        }
        Ok(due)
    }

    /// These rows take the place of others: what is underway there, and open here, is underway.
    pub(crate) fn take_over(&self, old: &Store) -> Result<(), StoreError> {
        let stands = |rows: &Rows<'_>, id: CommandId| {
            Ok(match rows.with_bytes(INTENTS, id.0, |row| row.is_some())? {
                true => Some(Origin::Row),
                false => sheet::open(id, rows)?.map(|_| Origin::Sheet),
            })
        };
        let taken = self.read(|rows| old.underway().hand_over(|id| stands(rows, id)))?;
        *self.underway() = taken;
        Ok(())
    }

    /// Removes entries of a lane whose intent is gone or due at another time.
    fn forget_due(&self, lane: Lane, keys: &[Vec<u8>]) -> Result<(), StoreError> {
        let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        let mut rows = self.rows(Changes::default());
        for key in keys {
            // It may have come to count in the meantime.
            let counts = counts(&rows, key).map_err(|fault| self.row(fault))?;
            if counts.is_none() {
                rows.remove(lane.table(), key);
            }
        }
        self.write(&rows.into_changes())
    }

    /// The ids of parked intents, at most `limit`, each with its intent.
    pub(crate) fn parked(&self, limit: usize) -> Result<Vec<(CommandId, Intent)>, StoreError> {
        self.read(|rows| {
            let ids = rows.keys(PARKED, Keys::all()).take(limit);
            let ids = ids.filter_map(|key| match key {
                Ok(key) => Some(Ok(CommandId(key.try_into().ok()?))),
                Err(fault) => Some(Err(fault)),
            });
            let parked = |id: CommandId| Ok(rows.get(INTENTS, id.0)?.map(|intent| (id, intent)));
            ids.map(|id| parked(id?)).filter_map(Result::transpose).collect()
        })
    }

    /// Every parked intent is due at once.
    pub(crate) fn release_parked(&self) -> Result<(), StoreError> {
        let release = |intent: &mut Intent| {
            intent.state = IntentState::Open;
            intent.due = i64::MIN;
        };
        loop {
            let parked = self.parked(RELEASED_AT_ONCE)?;
            if parked.is_empty() {
                return Ok(());
            }
            self.amend(parked.into_iter().map(|(id, _)| (id, release)).collect())?;
        }
    }

    /// Intents somebody has worked on: what a rebuilt directory must know about them.
    pub(crate) fn touched(&self) -> Result<Vec<(CommandId, Intent)>, StoreError> {
        self.read(|rows| {
            let all = rows.scan::<Intent>(INTENTS, Keys::all(), usize::MAX);
            let touched =
                all.filter(|row| !row.as_ref().is_ok_and(|(_, intent)| intent.is_fresh()));
            let ids = touched.map(|row| {
                let (key, intent) = row?;
                let id = key.try_into().map_err(|_| Fault::new("an intent's key is not an id"))?;
                Ok((CommandId(id), intent))
            });
            ids.collect()
        })
    }

    /// Makes everything written so far survive a power cut.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        let position = self.checkpoint()?.position;
        self.table.sync()?;
        let path = self.dir.join(SYNCED);
        storage::replace(&*self.storage, &path, position.to_string().as_bytes())
            .map_err(|source| StoreError::Io { path, attempted: "replaced", source })
    }
}
