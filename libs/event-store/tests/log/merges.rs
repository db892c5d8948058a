//! Runs of the index are merged while the log is written: the log always holds the same, and a
//! power cut in the middle does not make the index worthless.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use event_store::{Log, Options};
use storage::{Change, Fault, Flaw, Flawed, Scan, Simulated, Storage, Table, TableError, Value};

use crate::support::{append_from, assert_holds_with, small, try_append};

const DIR: &str = "/log";
/// Seven runs of three events each: the next one makes them due to be merged.
const ALMOST_DUE: u64 = 21;

fn options(storage: &Arc<dyn Storage>) -> Options {
    Options { background: false, storage: Arc::clone(storage), ..small() }
}

fn open(storage: &Arc<dyn Storage>) -> Log {
    Log::open(Path::new(DIR), "acme", options(storage)).unwrap()
}

/// How many of the runs in the index there are rows of.
fn runs(storage: &Arc<dyn Storage>) -> usize {
    let table = storage.table(&Path::new(DIR).join("index"), 0).unwrap();
    let rows = table.scan(Bound::Included(b"c"), Bound::Excluded(b"d"));
    rows.map(|row| row.unwrap().0[1..9].to_vec()).collect::<BTreeSet<_>>().len()
}

#[test]
fn a_log_of_many_generations_is_merged_again_and_again_and_holds() {
    let storage: Arc<dyn Storage> = Arc::new(Simulated::new(1));
    let mut log = open(&storage);
    for last in (ALMOST_DUE..=30 * ALMOST_DUE).step_by(21) {
        append_from(&mut log, last + 1 - ALMOST_DUE, last);
        drop(log);
        log = assert_holds_with(Path::new(DIR), last, options(&storage));
        assert!(log.reader().head().position == last);
    }
    drop(log);
    // 210 generations: three runs of 64, two of 8, and two that are not merged yet.
    assert_eq!(runs(&storage), 7);
}

/// Cuts the power with the n-th change or sync from the last one on before the merge. Gives
/// whether it was cut, and whether the index had to be built again.
fn cut(storage: &Arc<dyn Storage>, disk: &Simulated, n: u64) -> (bool, bool) {
    let mut log = open(storage);
    append_from(&mut log, 1, ALMOST_DUE);
    disk.fail_at(Fault::Power, n);
    let mut last = ALMOST_DUE;
    let three = last + 1..=last + 3;
    for next in three {
        if try_append(&mut log, next).is_err() {
            break;
        }
        last = next;
    }
    drop(log);
    disk.crash();
    let was_cut = disk.heal();
    // What was on its way when the power was cut may have arrived.
    let found = open(storage).reader().head().position;
    assert!(found == last || found == last + 1, "{found} of {last}, call {n}");
    let mut log = assert_holds_with(Path::new(DIR), found, options(storage));
    append_from(&mut log, found + 1, 3 * ALMOST_DUE);
    drop(log);
    drop(assert_holds_with(Path::new(DIR), 3 * ALMOST_DUE, options(storage)));
    let files = storage.list(Path::new(DIR)).unwrap();
    let aside = |path: &PathBuf| path.to_str().is_some_and(|path| path.contains("damaged"));
    (was_cut, files.iter().any(aside))
}

#[test]
fn a_power_cut_anywhere_in_a_merge_leaves_an_index_that_serves() {
    for n in 1.. {
        let disk = Simulated::new(n);
        let storage: Arc<dyn Storage> = Arc::new(disk.clone());
        let (was_cut, rebuilt) = cut(&storage, &disk, n);
        assert!(!rebuilt, "call {n}");
        if !was_cut {
            assert!(n > 40, "the merge took {n} calls only");
            return;
        }
    }
}

#[test]
fn control_an_index_that_removes_runs_before_it_says_so_does_not_serve() {
    let rebuilt = (1..60).filter(|n| {
        let disk = Simulated::new(*n);
        let storage: Arc<dyn Storage> = Arc::new(Flawed::new(disk.clone(), Hasty));
        cut(&storage, &disk, *n).1
    });
    assert!(rebuilt.count() > 5);
}

/// A disk on whose tables the row that names the runs is written one change late.
#[derive(Debug)]
struct Hasty;

#[derive(Debug)]
struct HastyTable {
    table: Arc<dyn Table>,
    manifest: Mutex<Option<Vec<u8>>>,
}

impl Table for HastyTable {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, TableError> {
        let late = self.manifest.lock().unwrap().clone().filter(|_| key == b"k");
        late.map_or_else(|| self.table.get(key), |late| Ok(Some(late.into())))
    }

    fn scan(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Scan<'_> {
        self.table.scan(from, to)
    }

    fn put(&self, key: &[u8], value: &[u8]) -> Result<(), TableError> {
        if key != b"k" {
            return self.table.put(key, value);
        }
        let late = self.manifest.lock().unwrap().replace(value.to_vec());
        late.map_or(Ok(()), |late| self.table.put(key, &late))
    }

    fn remove(&self, key: &[u8]) -> Result<(), TableError> {
        self.table.remove(key)
    }

    fn apply(&self, batch: &mut dyn Iterator<Item = Change>) -> Result<(), TableError> {
        self.table.apply(batch)
    }

    fn sync(&self) -> Result<(), TableError> {
        self.table.sync()
    }
}

impl Flaw for Hasty {
    fn table(&self, table: Arc<dyn Table>) -> Arc<dyn Table> {
        Arc::new(HastyTable { table, manifest: Mutex::new(None) })
    }
}
