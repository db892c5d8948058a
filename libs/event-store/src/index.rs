//! The index on disk: a table of runs that are never changed.
//!
//! ```text
//! i        format u8, secret of the keys (16 bytes), the log's name
//! k        the manifest, see `manifest`
//! w        a tip, written before any row of the blocks up to it
//! c s      chunks of runs, see `chunk`
//! f run(8) piece(4)     lines of the run's filter
//! p t      blocks by position and by time, see `sparse`
//! ```
//!
//! Every generation becomes a run, and runs are merged in tiers. Rows are single inserts, not
//! batches: a sled batch shuts out every reader of the process until it is done. The manifest is
//! replaced only after what it names is synced, and what it no longer names is removed only after
//! the manifest is synced. What no manifest names is removed when the index is opened.

use std::ops::Bound::{Excluded, Included};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use storage::{Storage, Table};

use crate::chunk::Space;
use crate::filter::Filter;
use crate::generation::Generation;
use crate::key::Keys;
use crate::manifest::{self, Manifest};
use crate::merge::{self, Between};
use crate::run::{self, Run, RunWriter};
use crate::shared::Tip;
use crate::{IndexError, Options, sparse};

const FORMAT: u8 = 2;
const IDENTITY: &[u8] = b"i";
const MANIFEST: &[u8] = b"k";
const WITNESS: &[u8] = b"w";
/// Its presence says that the index failed when it was last in use.
const DAMAGED: &str = "DAMAGED";
/// Rows that are removed between two looks at what else there is to do.
const TURN_ROWS: usize = 16;

/// A run that is in use.
#[derive(Clone, Debug)]
pub(crate) struct LiveRun {
    pub(crate) run: Run,
    /// None if there is no memory for it.
    pub(crate) filter: Option<Arc<Filter>>,
}

/// An open index.
pub(crate) struct Index {
    pub(crate) table: Arc<dyn Table>,
    /// Makes the keys of this index.
    pub(crate) keys: Keys,
    storage: Arc<dyn Storage>,
    dir: PathBuf,
    filter_bytes: u64,
    next_id: AtomicU64,
    /// Oldest first. Whoever looks something up holds it, so that no chunk goes away meanwhile.
    live: RwLock<Vec<LiveRun>>,
}

impl Index {
    /// Opens the index of the log `name` in `dir`, or makes an empty one. None if it belongs to
    /// something else.
    pub(crate) fn open(
        dir: &Path,
        name: &str,
        options: &Options,
    ) -> Result<Option<Self>, IndexError> {
        let storage = Arc::clone(&options.storage);
        let table = storage.table(dir, options.index_cache_bytes)?;
        let Some(secret) = identify(table.as_ref(), name, options.index_secret)? else {
            return Ok(None);
        };
        let manifest = table.get(MANIFEST)?.map(|bytes| Manifest::decode(&bytes)).transpose()?;
        let runs = manifest.map_or_else(Vec::new, |manifest| manifest.runs);
        remove_unnamed(table.as_ref(), &runs)?;
        let next_id = AtomicU64::new(runs.iter().map(|run| run.id + 1).max().unwrap_or(0));
        let filter_bytes = options.filter_bytes;
        let without = without_filter(runs.iter(), filter_bytes);
        let mut live = Vec::with_capacity(runs.len());
        for (nth, run) in runs.into_iter().enumerate() {
            let load = nth >= without;
            let filter = load.then(|| run::load_filter(table.as_ref(), &run)).transpose()?;
            live.push(LiveRun { run, filter: filter.map(Arc::new) });
        }
        let (dir, keys, live) = (dir.to_owned(), Keys::new(&secret), RwLock::new(live));
        Ok(Some(Self { table, keys, storage, dir, filter_bytes, next_id, live }))
    }

    /// Where everything before is in the table.
    pub(crate) fn checkpoint(&self) -> Result<Option<Tip>, IndexError> {
        let manifest = self.table.get(MANIFEST)?;
        manifest.map(|bytes| Ok(Manifest::decode(&bytes)?.tip)).transpose()
    }

    /// The last block that any row may speak of: the journal must have it.
    pub(crate) fn witness(&self) -> Result<Option<Tip>, IndexError> {
        self.table.get(WITNESS)?.map(|bytes| manifest::decode_tip(&bytes)).transpose()
    }

    /// The runs, to look something up in them.
    pub(crate) fn live(&self) -> RwLockReadGuard<'_, Vec<LiveRun>> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// Takes in a generation as a run. It is on the disk when this returns.
    pub(crate) fn write(&self, generation: &Generation) -> Result<(), IndexError> {
        let table = self.table.as_ref();
        table.put(WITNESS, &manifest::encode_tip(&generation.tip))?;
        sparse::write(table, &generation.sparse)?;
        let (run, filter) = run::write_generation(table, self.next_id(), generation)?;
        let mut live = self.live().clone();
        live.push(LiveRun { run, filter: Some(Arc::new(filter)) });
        self.commit(generation.tip, live)
    }

    /// Merges runs that are due, if there are any; gives whether to try again. Looks between its
    /// steps at what else there is to do, which may be to write generations.
    pub(crate) fn merge(&self, between: &mut Between<'_>) -> Result<bool, IndexError> {
        let runs: Vec<_> = self.live().iter().map(|live| live.run).collect();
        let due = manifest::due(&runs);
        let (Some(first), Some(last)) = (due.first(), due.last()) else { return Ok(false) };
        let (id, level) = (self.next_id(), first.level + 1);
        let entries = due.iter().map(|run| run.entries).sum();
        let run = Run { id, level, base: first.base, end: last.end, entries };
        let table = self.table.as_ref();
        let mut writer = RunWriter::new(table, run);
        if merge::copy(table, due, &mut writer, between)?.is_break() {
            return Ok(false);
        }
        let filter = Some(Arc::new(writer.finish()?));
        // Meanwhile generations may have been added, but nothing else has changed.
        let is_due = |live: &LiveRun| due.iter().any(|run| run.id == live.run.id);
        let mut live = self.live().clone();
        let place = live.iter().position(is_due).ok_or(IndexError::Entry)?;
        live.retain(|live| !is_due(live));
        live.insert(place, LiveRun { run, filter });
        self.commit(self.checkpoint()?.ok_or(IndexError::Entry)?, live)?;
        for run in due {
            if remove(table, run.id, between)?.is_break() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Makes `live` the runs of the index, and `tip` its checkpoint.
    fn commit(&self, tip: Tip, mut live: Vec<LiveRun>) -> Result<(), IndexError> {
        let runs: Vec<_> = live.iter().map(|live| live.run).collect();
        let without = without_filter(runs.iter(), self.filter_bytes);
        live[..without].iter_mut().for_each(|live| live.filter = None);
        self.table.sync()?;
        self.table.put(MANIFEST, &Manifest { tip, runs }.encode())?;
        self.table.sync()?;
        std::mem::swap(&mut *self.live.write().unwrap_or_else(PoisonError::into_inner), &mut live);
        // What was live until now is freed here, where nobody waits.
        Ok(())
    }

    /// Leaves word that this index must not be trusted when the log is opened the next time.
    pub(crate) fn mark_damaged(&self, error: &IndexError) {
        tracing::error!(index = %self.dir.display(), error = error as &dyn std::error::Error,
            "index failed, it will be rebuilt when the log is opened again");
        if let Err(error) = storage::replace(self.storage.as_ref(), &self.dir.join(DAMAGED), &[]) {
            tracing::error!(index = %self.dir.display(), error = &error as &dyn std::error::Error,
                "index could not be marked as damaged");
        }
    }
}

/// Whether the index in `dir` failed when it was last in use.
pub(crate) fn is_marked_damaged(storage: &dyn Storage, dir: &Path) -> bool {
    storage.exists(&dir.join(DAMAGED))
}

/// The secret of the index of the log `name`, which is `fresh` in an empty table; none if the
/// table holds something else.
fn identify(
    table: &dyn Table,
    name: &str,
    fresh: [u8; 16],
) -> Result<Option<[u8; 16]>, IndexError> {
    let Some(identity) = table.get(IDENTITY)? else {
        let (first, last) = ([0].as_slice(), [0xff].as_slice());
        if table.scan(Included(first), Included(last)).next().transpose()?.is_some() {
            return Ok(None);
        }
        table.put(IDENTITY, &[&[FORMAT], &fresh[..], name.as_bytes()].concat())?;
        table.sync()?;
        return Ok(Some(fresh));
    };
    let secret = identity.strip_prefix(&[FORMAT]).and_then(<[u8]>::split_first_chunk);
    Ok(secret.filter(|(_, found)| *found == name.as_bytes()).map(|(secret, _)| *secret))
}

/// How many runs, the oldest ones, must do without their filters.
fn without_filter<'a>(
    runs: impl DoubleEndedIterator<Item = &'a Run> + ExactSizeIterator,
    filter_bytes: u64,
) -> usize {
    let mut room = filter_bytes;
    let count = runs.len();
    let fit = runs.rev().map_while(|run| {
        room = room.checked_sub(Filter::size_for(run.entries))?;
        Some(())
    });
    count - fit.count()
}

/// What the keys of the rows of a run begin with.
fn spaces() -> [u8; 3] {
    // A run without its filter is noticed when the index is opened: the filter goes first.
    [run::FILTER, Space::Commands.byte(), Space::Streams.byte()]
}

/// Removes the rows of a run that no manifest names.
fn remove(
    table: &dyn Table,
    run: u64,
    between: &mut Between<'_>,
) -> Result<ControlFlow<()>, IndexError> {
    for space in spaces() {
        let [from, to] = [run, run + 1].map(|run| [&[space][..], &run.to_be_bytes()].concat());
        for (nth, row) in table.scan(Included(&from), Excluded(&to)).enumerate() {
            table.remove(&row?.0)?;
            if nth % TURN_ROWS == 0 && between()?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Removes all rows of runs that are not among `runs`, without reading those that are.
fn remove_unnamed(table: &dyn Table, runs: &[Run]) -> Result<(), IndexError> {
    for space in spaces() {
        let (mut from, end) = (vec![space], [space + 1]);
        while let Some(row) = table.scan(Included(&from), Excluded(&end)).next() {
            let (key, _) = row?;
            let found = key.get(1..).and_then(<[u8]>::first_chunk).ok_or(IndexError::Entry)?;
            let found = u64::from_be_bytes(*found);
            if !runs.iter().any(|run| run.id == found) {
                let never = &mut || Ok(ControlFlow::Continue(()));
                remove(table, found, never)?.is_continue();
            }
            from = [&[space][..], &(found + 1).to_be_bytes()].concat();
        }
    }
    Ok(())
}
