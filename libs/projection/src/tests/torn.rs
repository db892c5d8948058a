//! Large commits: written row by row, and whole or worthless whatever stops them.

use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use event_store::Block;
use storage::{Fault, Flawed, Os, Simulated, Storage};

use super::library::BOOKS;
use super::watched::Watched;
use super::world::{World, dump, fold, lines};
use crate::InMemory;
use crate::batch::{Batch, Commit};
use crate::changes::Changes;
use crate::rows::{Keys, META};
use crate::store::{Checkpoint, Size, Store, StoreError};

const DIR: &str = "/rows";
const ROWS: u32 = 50;

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
    let keys = store.query(|rows| Ok(rows.keys(BOOKS, Keys::all()).count())).unwrap();
    Ok((keys, store.checkpoint()?.position))
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

/// What lies beside the new directory after one was left with a mark, before or after it was
/// synced for the first time.
async fn beside(was_synced: bool) -> Vec<String> {
    let world = World::new().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "read", "a"), ("book-2", "read", "b")]);
    handle.caught_up(2).await.unwrap();
    handle.shutdown().await;
    let dir = world.dir().join("v1-000001");
    let table = Os.table(&dir, 1 << 20).unwrap();
    table.put(&META.key(b"torn"), b"true").unwrap();
    drop(table);
    if !was_synced {
        std::fs::remove_file(dir.join("synced")).unwrap();
    }

    let handle = world.start().await;

    handle.caught_up(2).await.unwrap();
    assert_eq!(dump(&handle), fold(&world));
    let names = std::fs::read_dir(world.dir()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.starts_with("v1-")).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_directory_that_was_left_within_a_large_commit_is_begun_again() {
    assert_eq!(beside(false).await, ["v1-000002"]);
}

/// No row is filled after a sync.
#[tokio::test]
async fn a_mark_that_is_there_after_a_sync_is_damage() {
    let aside = "v1-000001.damaged-1-holds-position-0-but-2-was-synced";
    assert_eq!(beside(true).await, [aside, "v1-000002"]);
}

/// A batch over a table that is watched, and the blocks of forty books that are read.
async fn forty_books() -> (World, Watched, Batch, Vec<Block>) {
    let world = World::new().await;
    let books: Vec<_> = (0..40).map(|n| format!("book-{n}")).collect();
    for books in books.chunks(20) {
        let read: Vec<_> = books.iter().map(|book| (book.as_str(), "read", "a")).collect();
        world.log.append(&read);
    }
    let (watched, batch, blocks) = batch_over(&world);
    (world, watched, batch, blocks)
}

/// A batch over a table that is watched, and all blocks of the log.
fn batch_over(world: &World) -> (Watched, Batch, Vec<Block>) {
    let blocks = world.log.source().reader.read_blocks(1, 1 << 24).unwrap();
    let watched = Watched::default();
    let storage: Arc<dyn Storage> = Arc::new(Flawed::new(Os, watched.clone()));
    let store = Store::open(&storage, &world.dir().join("v1"), 1 << 20).unwrap();
    let batch = Batch::new(world.model.clone(), Arc::new(store)).unwrap();
    (watched, batch, blocks)
}

/// The largest batch that is written where forty books are read after `before`, and then the
/// runner has caught up.
async fn widest(before: Commit) -> usize {
    let (_world, watched, mut batch, blocks) = forty_books().await;
    batch.step(blocks, before).taken.unwrap();
    let caught_up = batch.step(Vec::new(), Commit::Now { events_max: 0 });
    assert_eq!((caught_up.applied_to, caught_up.written_to), (40, 40));
    watched.widest.load(Ordering::Relaxed)
}

/// sled keeps every version of every page until a batch ends: what is filled from the beginning
/// took gigabytes when all that was left of it was written at once in the end.
#[tokio::test]
async fn what_is_filled_from_the_beginning_is_never_written_in_one_batch() {
    assert_eq!(widest(Commit::When { bytes: 1 << 20 }).await, 0);
    assert!(widest(Commit::Now { events_max: 1_000 }).await > 40);
}

/// One event can want thousands of things: a block of such events is too much for one batch.
#[tokio::test]
async fn a_block_of_events_that_want_much_is_written_in_parts() {
    let world = World::new().await;
    let long = "x".repeat(600_000);
    let names = ["book-1", "book-2", "book-3", "book-4", "book-5", "book-6"];
    world.log.append(&names.map(|name| (name, "ask", long.as_str())));
    let (watched, mut batch, blocks) = batch_over(&world);

    let step = batch.step(blocks, Commit::Now { events_max: 1_000 });

    assert_eq!((step.taken.unwrap().applied, step.written_to), (6, 6));
    // A book, an intent and when it is due for each event; the count and the checkpoint.
    let widest = watched.widest.load(Ordering::Relaxed);
    assert!((1..=2 + 3 * 2).contains(&widest), "{widest} of 20 rows");
    assert_eq!(batch.store().query(lines).unwrap(), fold(&world));
}

#[tokio::test]
async fn a_disk_that_neither_writes_nor_reads_makes_nobody_apply_an_event_twice() {
    let (world, watched, mut batch, blocks) = forty_books().await;
    let [first, second] = blocks.as_slice() else { panic!("{} blocks", blocks.len()) };
    let now = Commit::Now { events_max: 1_000 };
    batch.step(vec![first.clone()], now).taken.unwrap();

    watched.is_brittle.store(true, Ordering::Relaxed);
    for block in [second, first] {
        let failed = batch.step(vec![block.clone()], now);
        failed.taken.unwrap_err();
        assert_eq!((failed.applied_to, failed.written_to), (20, 20));
    }
    watched.is_broken.store(false, Ordering::Relaxed);

    let again = batch.step(blocks.clone(), now);
    assert_eq!((again.taken.unwrap().applied, again.written_to), (20, 40));
    let dumped = batch.store().query(|rows| rows.dump()).unwrap();
    let mut whole = InMemory::new(world.model.clone());
    for event in blocks.iter().flat_map(Block::events) {
        whole.apply(&event.unwrap()).unwrap();
    }
    assert_eq!(dumped, whole.rows().dump().unwrap());
}
