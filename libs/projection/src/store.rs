//! One sled directory of one read model: rows, intents and checkpoint, written together.
//!
//! Batches are not synced, because all of it can be rebuilt; `sync` is called now and then and on
//! closing. sled's own flush is no sync, hence the second handle. Readers see a state between
//! batches: a commit waits until they are done, so queries must be short.
//!
//! sled 0.34 takes a flipped byte for the end of its log and silently opens with what lies before
//! it. So the position of the last sync is kept beside it: a directory that holds less is damaged.

use std::fs::File;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use event_store::{CommandId, Hash, Position};
use serde::{Deserialize, Serialize};

use crate::changes::{Change, Changes};
use crate::encoding;
use crate::fault::{Fault, panic_text};
use crate::intents::{Intent, IntentState};
use crate::outbox;
use crate::rows::{DUE, INTENTS, Keys, META, PARKED, Rows};

const CHECKPOINT: &str = "checkpoint";
/// The file that holds the position of the last sync, in decimal digits.
const SYNCED: &str = "synced";
/// sled gives its lock back some time after the last handle is dropped.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(5);
const RELEASED_AT_ONCE: usize = 1000;
const LOCK_POLL: Duration = Duration::from_millis(20);

/// How far a read model has come, and what it saw there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    pub(crate) position: Position,
    /// The end of the last whole block: proof of which log was read.
    pub(crate) witness: Option<Witness>,
    /// Intents that are not closed by their record.
    pub(crate) intents: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Witness {
    pub(crate) position: Position,
    #[serde(with = "encoding::hash")]
    pub(crate) chain: Hash,
}

/// Why a directory does not work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("{} is in use by another process", dir.display())]
    Locked { dir: PathBuf },
    #[error("{} could not be {attempted}", dir.display())]
    Sled {
        dir: PathBuf,
        attempted: &'static str,
        #[source]
        source: sled::Error,
    },
    #[error("{} could not be {attempted}", dir.display())]
    Io {
        dir: PathBuf,
        attempted: &'static str,
        #[source]
        source: std::io::Error,
    },
    #[error("{} holds a row that could not be read or written", dir.display())]
    Row {
        dir: PathBuf,
        #[source]
        source: Fault,
    },
    #[error("{} holds position {position} but {synced} was synced", dir.display())]
    Shortened { dir: PathBuf, position: Position, synced: Position },
    /// sled 0.34 panics on some flipped bytes.
    #[error("{} could not be {attempted}: sled panicked: {panic}", dir.display())]
    Panicked { dir: PathBuf, attempted: &'static str, panic: String },
}

pub(crate) struct Store {
    db: sled::Db,
    file: File,
    dir: PathBuf,
    gate: RwLock<()>,
}

/// Turns a panic of sled into an error.
fn guarded<T>(
    dir: &Path,
    attempted: &'static str,
    work: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let (dir, panic) = (dir.to_owned(), panic_text(&*panic));
        Err(StoreError::Panicked { dir, attempted, panic })
    })
}

impl Store {
    /// Opens or creates the directory. Waits a bounded time for a former owner's lock.
    pub(crate) fn open(dir: &Path, cache_bytes: u64) -> Result<Store, StoreError> {
        let patience = Instant::now() + LOCK_WAIT_MAX;
        loop {
            match guarded(dir, "opened", || Self::open_once(dir, cache_bytes)) {
                Err(StoreError::Locked { .. }) if Instant::now() < patience => {
                    std::thread::sleep(LOCK_POLL);
                }
                opened => return opened,
            }
        }
    }

    fn open_once(dir: &Path, cache_bytes: u64) -> Result<Store, StoreError> {
        let config = sled::Config::new().path(dir).cache_capacity(cache_bytes).flush_every_ms(None);
        let db =
            config.open().map_err(|source| match source.to_string().contains("acquire lock") {
                true => StoreError::Locked { dir: dir.to_owned() },
                false => StoreError::Sled { dir: dir.to_owned(), attempted: "opened", source },
            })?;
        let file = File::open(dir.join("db")).map_err(|source| StoreError::Io {
            dir: dir.to_owned(),
            attempted: "opened",
            source,
        })?;
        let store = Store { db, file, dir: dir.to_owned(), gate: RwLock::new(()) };
        let position = store.checkpoint()?.position;
        let synced = std::fs::read_to_string(dir.join(SYNCED)).unwrap_or_default();
        // A file that a power cut left empty says nothing.
        match synced.parse().unwrap_or(0) {
            synced if synced > position => {
                Err(StoreError::Shortened { dir: dir.to_owned(), position, synced })
            }
            _ => Ok(store),
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn checkpoint(&self) -> Result<Checkpoint, StoreError> {
        let stored = self.read("read", |rows| rows.get(META, CHECKPOINT))?;
        Ok(stored.unwrap_or_default())
    }

    /// The stored rows under the staged changes of a batch.
    pub(crate) fn rows(&self, changes: Changes) -> Rows<'_> {
        Rows::over(&self.db, changes)
    }

    /// Reads a state between batches.
    pub(crate) fn query<T>(&self, ask: impl FnOnce(&Rows<'_>) -> T) -> T {
        let _between_batches = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        ask(&self.rows(Changes::default()))
    }

    fn read<T>(
        &self,
        attempted: &'static str,
        ask: impl FnOnce(&Rows<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        guarded(&self.dir, attempted, || self.query(ask).map_err(|fault| self.row(fault)))
    }

    fn row(&self, source: Fault) -> StoreError {
        StoreError::Row { dir: self.dir.clone(), source }
    }

    /// Writes a batch and where it leads, whole or not at all.
    pub(crate) fn commit(
        &self,
        changes: Changes,
        checkpoint: &Checkpoint,
    ) -> Result<(), StoreError> {
        guarded(&self.dir, "written", || {
            let mut rows = self.rows(changes);
            rows.put(META, CHECKPOINT, checkpoint).map_err(|fault| self.row(fault))?;
            let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
            self.write(rows)
        })
    }

    /// One sled batch. Inserting in key order instead was no faster, and is not atomic.
    fn write(&self, rows: Rows<'_>) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for (key, change) in rows.into_changes().into_rows() {
            put(&mut batch, key, change);
        }
        self.db.apply_batch(batch).map_err(|source| StoreError::Sled {
            dir: self.dir.clone(),
            attempted: "written",
            source,
        })
    }

    /// Changes intents in place; those that were closed in the meantime are left out.
    pub(crate) fn amend<C: FnOnce(&mut Intent)>(
        &self,
        amendments: Vec<(CommandId, C)>,
    ) -> Result<(), StoreError> {
        guarded(&self.dir, "written", || {
            let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
            let mut rows = self.rows(Changes::default());
            for (id, change) in amendments {
                outbox::amend(id, &mut rows, change).map_err(|fault| self.row(fault))?;
            }
            self.write(rows)
        })
    }

    /// Intents that are due at `now`, at most `limit`, and when the next one is due.
    pub(crate) fn due(&self, now: i64, limit: usize) -> Result<Due, StoreError> {
        self.read("read", |rows| due_in(rows, now, limit))
    }

    /// Removes entries of `DUE` whose intent is gone or due at another time.
    pub(crate) fn forget_due(&self, keys: &[Vec<u8>]) -> Result<(), StoreError> {
        guarded(&self.dir, "written", || {
            let _alone = self.gate.write().unwrap_or_else(PoisonError::into_inner);
            let mut rows = self.rows(Changes::default());
            keys.iter().for_each(|key| rows.remove(DUE, key));
            self.write(rows)
        })
    }

    /// The ids of parked intents, at most `limit`, each with its intent.
    pub(crate) fn parked(&self, limit: usize) -> Result<Vec<(CommandId, Intent)>, StoreError> {
        self.read("read", |rows| {
            let keys = rows.keys(PARKED, Keys::all(), limit)?;
            let ids =
                keys.iter().filter_map(|key| Some(CommandId(key.as_slice().try_into().ok()?)));
            ids.map(|id| Ok(rows.get(INTENTS, id.0)?.map(|intent| (id, intent))))
                .filter_map(Result::transpose)
                .collect()
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
        self.read("read", |rows| {
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
        guarded(&self.dir, "synced", || {
            let dir = || self.dir.clone();
            let io = |source| StoreError::Io { dir: dir(), attempted: "synced", source };
            let position = self.checkpoint()?.position;
            let sled = |source| StoreError::Sled { dir: dir(), attempted: "synced", source };
            self.db.flush().map_err(sled)?;
            self.file.sync_data().map_err(io)?;
            let draft = self.dir.join(format!("{SYNCED}.draft"));
            std::fs::write(&draft, position.to_string()).map_err(io)?;
            std::fs::rename(&draft, self.dir.join(SYNCED)).map_err(io)
        })
    }
}

/// What the sender does next.
#[derive(Default)]
pub(crate) struct Due {
    pub(crate) intents: Vec<(CommandId, Intent)>,
    pub(crate) next: Option<i64>,
    pub(crate) stale: Vec<Vec<u8>>,
}

fn due_in(rows: &Rows<'_>, now: i64, limit: usize) -> Result<Due, Fault> {
    let mut due = Due::default();
    for key in rows.keys(DUE, Keys::all(), limit)? {
        let (at, id) = outbox::read_due_key(&key)?;
        if at > now {
            due.next = Some(at);
            break;
        }
        match rows.get::<Intent>(INTENTS, id.0)?.filter(|intent| intent.is_due_at(at)) {
            Some(intent) => due.intents.push((id, intent)),
            None => due.stale.push(key),
        }
    }
    Ok(due)
}

fn put(batch: &mut sled::Batch, key: Vec<u8>, change: Change) {
    match change {
        Some(value) => batch.insert(key, value),
        None => batch.remove(key),
    }
}
