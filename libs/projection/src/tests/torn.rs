//! Large commits: written in several batches, and whole or worthless whatever stops them.

use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

use storage::{Fault, Simulated, Storage};

use super::library::BOOKS;
use super::world::{World, dump, fold};
use crate::changes::Changes;
use crate::rows::{Keys, META};
use crate::store::{Checkpoint, Size, Store, StoreError};

const DIR: &str = "/rows";
const ROWS: u32 = 3000;

/// Commits many rows on a disk whose power fails with its `n`-th change; `false`: it did not. What
/// is left of what was not synced follows from `seed`.
fn cut_at(n: u64, seed: u64) -> (Arc<dyn Storage>, bool) {
    let disk = Simulated::new(seed);
    let storage: Arc<dyn Storage> = Arc::new(disk.clone());
    let store = Store::open(&storage, Path::new(DIR), 1 << 20).unwrap();
    disk.fail_at(Fault::Power, n);
    let mut rows = store.rows(Changes::default());
    (0..ROWS).for_each(|n| rows.put(BOOKS, n.to_be_bytes(), &n).unwrap());
    let checkpoint = Checkpoint { position: 1, ..Checkpoint::default() };
    let written =
        store.commit(rows.into_changes(), &checkpoint, Size::Large).and_then(|()| store.sync());
    drop(store);
    disk.crash();
    disk.heal();
    (storage, written.is_err())
}

/// Every change of a commit and of the sync after it, each with some outcomes.
fn cuts() -> impl Iterator<Item = (u64, u64)> {
    let changes = (1..).take_while(|n| cut_at(*n, 1).1);
    changes.flat_map(|n| (1..=10).map(move |seed| (n, seed)))
}

/// How many rows are there, and where they claim to stand.
fn look(storage: &Arc<dyn Storage>) -> Result<(usize, u64), StoreError> {
    let store = Store::open(storage, Path::new(DIR), 1 << 20)?;
    let keys = store.query(|rows| rows.keys(BOOKS, Keys::all(), usize::MAX)).unwrap();
    Ok((keys.len(), store.checkpoint()?.position))
}

#[test]
fn a_power_cut_within_a_large_commit_leaves_all_rows_or_none_or_worthless_ones() {
    let mut torn = 0;
    for (n, seed) in cuts() {
        match look(&cut_at(n, seed).0) {
            Ok(found) => assert!(found == (0, 0) || found == (ROWS as usize, 1), "{n}: {found:?}"),
            Err(StoreError::Torn { .. }) => torn += 1,
            Err(error) => panic!("{n}: {error}"),
        }
    }
    assert!(torn > 0);
}

#[test]
fn control_without_the_mark_rows_between_two_states_are_taken_for_whole() {
    let between = cuts().any(|(n, seed)| {
        let (storage, _) = cut_at(n, seed);
        let table = storage.table(Path::new(DIR), 1 << 20).unwrap();
        table.remove(&META.key(b"torn")).unwrap();
        drop(table);
        look(&storage).is_ok_and(|found| found != (0, 0) && found != (ROWS as usize, 1))
    });
    assert!(between);
}

#[test]
fn a_large_commit_leaves_no_mark() {
    let (storage, was_cut) = cut_at(u64::MAX, 1);
    assert!(!was_cut);
    let table = storage.table(Path::new(DIR), 1 << 20).unwrap();
    let meta = META.key(b"");
    assert_eq!(table.scan(Bound::Included(&meta), Bound::Unbounded).count(), 1);
}

#[tokio::test]
async fn a_directory_that_was_left_within_a_large_commit_is_begun_again() {
    let world = World::new().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "read", "a"), ("book-2", "read", "b")]);
    handle.caught_up(2).await.unwrap();
    handle.shutdown().await;
    let table = storage::Os.table(&world.dir().join("v1-000001"), 1 << 20).unwrap();
    table.put(&META.key(b"torn"), b"true").unwrap();
    drop(table);

    let handle = world.start().await;

    handle.caught_up(2).await.unwrap();
    assert_eq!(dump(&handle), fold(&world));
    assert!(!world.dir().join("v1-000001").exists());
}
