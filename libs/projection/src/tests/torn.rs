//! Commits of many rows, which are written one by one: whole or not at all whatever stops them, and
//! those that fill a directory from the beginning whole or worthless.

use std::ops::{Bound, Range};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use event_store::{Block, Position};
use storage::{Fault, Flawed, Os, Simulated, Storage};

use super::library::BOOKS;
use super::watched::Watched;
use super::world::{World, dump, fold, lines, until};
use crate::batch::{Batch, Commit};
use crate::changes::Changes;
use crate::directory::Directory;
use crate::rebuild::hand_over;
use crate::rows::{Keys, META};
use crate::store::{Checkpoint, Size, Store, StoreError};
use crate::{InMemory, State};

const DIR: &str = "/rows";
/// More than one batch of sled's holds, and more than one part to do again.
const ROWS: u32 = 70;
const ROW: &str = "ROW";

/// Commits many rows on a disk whose power fails with its `n`-th change; `false`: it did not. What
/// is left of what was not synced follows from `seed`.
fn cut_at(n: u64, seed: u64, size: Size) -> (Arc<dyn Storage>, bool) {
    let disk = Simulated::new(seed);
    let storage: Arc<dyn Storage> = Arc::new(disk.clone());
    let store = Store::open(&storage, Path::new(DIR), 1 << 20).unwrap();
    disk.fail_at(Fault::Power, n);
    let mut rows = store.rows(Changes::default());
    let row = ROW.repeat(200);
    (0..ROWS).for_each(|n| rows.put(BOOKS, n.to_be_bytes(), &row).unwrap());
    let checkpoint = Checkpoint { position: 1, ..Checkpoint::default() };
    let sealed = store.sealed(rows.into_changes(), &checkpoint).unwrap();
    let written = store.commit(&sealed, size).and_then(|()| store.sync());
    drop(store);
    disk.crash();
    disk.heal();
    (storage, written.is_err())
}

/// Every change of a commit and of the sync after it, each with some outcomes.
fn cuts(size: Size) -> impl Iterator<Item = (u64, u64)> {
    let changes = (1..).take_while(move |n| cut_at(*n, 1, size).1);
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
    for (n, seed) in cuts(Size::Large) {
        match look(&cut_at(n, seed, Size::Large).0) {
            Ok(found) => assert!(found == (0, 0) || found == (ROWS as usize, 1), "{n}: {found:?}"),
            Err(StoreError::Torn { .. }) => torn += 1,
            Err(error) => panic!("{n}: {error}"),
        }
    }
    assert!(torn > 0);
}

#[test]
fn a_rebuild_takes_the_place_of_rows_that_say_nothing_any_more() {
    let disk = Simulated::new(1);
    let storage: Arc<dyn Storage> = Arc::new(disk.clone());
    let root = Path::new(DIR);
    let directory = Directory::new(&storage, root, 1).unwrap();
    let open = |name: &str| Store::open(&storage, &root.join(name), 1 << 20).unwrap();
    let (old, new) = (open("v1-000001"), open("v1-000002"));
    disk.fail_at(Fault::Write, 3);
    let mut rows = old.rows(Changes::default());
    (0..ROWS).for_each(|n| rows.put(BOOKS, n.to_be_bytes(), &ROW).unwrap());
    let sealed = old.sealed(rows.into_changes(), &Checkpoint::default()).unwrap();
    old.commit(&sealed, Size::Large).unwrap_err();
    disk.heal();
    hand_over(Some(&old), &new, &directory).unwrap();
    assert_eq!(directory.live().unwrap().as_deref(), Some(new.dir()));
}

#[test]
fn a_power_cut_within_a_small_commit_leaves_all_rows_or_none() {
    let mut finished = 0;
    for (n, seed) in cuts(Size::Small) {
        let (storage, was_cut) = cut_at(n, seed, Size::Small);
        let found = look(&storage).unwrap();
        assert!(found == (0, 0) || found == (ROWS as usize, 1), "{n}: {found:?}");
        finished += usize::from(was_cut && found.1 == 1);
        assert_eq!(look(&storage).unwrap(), found, "finishing it changes nothing any more");
    }
    assert!(finished > 0);
}

#[test]
fn control_without_what_is_kept_rows_between_two_states_are_taken_for_whole() {
    let between = cuts(Size::Small).any(|(n, seed)| {
        let (storage, _) = cut_at(n, seed, Size::Small);
        let table = storage.table(Path::new(DIR), 1 << 20).unwrap();
        table.remove(&META.key(b"redo")).unwrap();
        drop(table);
        look(&storage).is_ok_and(|found| found != (0, 0) && found != (ROWS as usize, 1))
    });
    assert!(between);
}

#[test]
fn control_without_the_mark_rows_between_two_states_are_taken_for_whole() {
    let between = cuts(Size::Large).any(|(n, seed)| {
        let (storage, _) = cut_at(n, seed, Size::Large);
        let table = storage.table(Path::new(DIR), 1 << 20).unwrap();
        table.remove(&META.key(b"torn")).unwrap();
        drop(table);
        look(&storage).is_ok_and(|found| found != (0, 0) && found != (ROWS as usize, 1))
    });
    assert!(between);
}

#[test]
fn a_large_commit_leaves_no_mark() {
    let (storage, was_cut) = cut_at(u64::MAX, 1, Size::Large);
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

/// A batch over a table that is watched, and two blocks, each of so many books that are read.
async fn two_blocks_of(books: usize) -> (World, Watched, Batch, Vec<Block>) {
    let world = World::new().await;
    for first in [0, books] {
        read_books(&world, first..first + books);
    }
    let (watched, batch, blocks) = batch_over(&world);
    (world, watched, batch, blocks)
}

/// One block.
fn read_books(world: &World, numbers: Range<usize>) -> Position {
    let books: Vec<_> = numbers.map(|n| format!("book-{n}")).collect();
    let read: Vec<_> = books.iter().map(|book| (book.as_str(), "read", "a")).collect();
    world.log.append(&read)
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
    let (_world, watched, mut batch, blocks) = two_blocks_of(20).await;
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
    // Nothing in it is said twice.
    let mut number = 1_u32;
    let letters = std::iter::repeat_with(|| {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'!' + (number >> 26) as u8)
    });
    let long: String = letters.take(600_000).collect();
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
    breaks_and_goes_on(NOW).await;
}

#[tokio::test]
async fn what_is_written_beside_what_comes_next_fails_with_it() {
    breaks_and_goes_on(Commit::Beside { events_max: 70 }).await;
}

#[tokio::test]
async fn what_a_step_leaves_to_be_written_is_written_when_the_next_one_ends() {
    let (_world, _watched, mut batch, blocks) = two_blocks_of(MANY).await;
    let beside = Commit::Beside { events_max: 1_000 };
    let step = batch.step(blocks[..1].to_vec(), beside);
    assert_eq!((step.applied_to, step.written_to), (100, 0));
    let step = batch.step(blocks[1..].to_vec(), beside);
    assert_eq!((step.applied_to, step.written_to), (200, 100));
    let step = batch.step(Vec::new(), NOW);
    assert_eq!((step.applied_to, step.written_to), (200, 200));
}

#[tokio::test]
async fn whoever_waits_for_what_is_written_beside_is_told_and_sees_it() {
    let (_world, _watched, mut batch, blocks) = two_blocks_of(MANY).await;
    let step = batch.step(blocks, Commit::Beside { events_max: 1_000 });
    assert_eq!((step.applied_to, step.written_to), (200, 0));
    let store = Arc::clone(batch.store());
    let told = tokio::time::timeout(Duration::from_secs(60), store.written()).await;
    told.expect("nobody waits that long");
    assert_eq!(batch.settle_written().written_to, 200);
}

#[tokio::test]
async fn a_few_rows_are_written_before_the_step_ends() {
    let (_world, _watched, mut batch, blocks) = two_blocks_of(20).await;
    let step = batch.step(blocks, Commit::Beside { events_max: 30 });
    assert_eq!((step.applied_to, step.written_to), (40, 40));
}

#[tokio::test]
async fn many_rows_are_seen_as_soon_as_they_are_written_though_nothing_follows() {
    let world = World::new().await;
    let handle = world.start().await;
    until(&handle, |status| status.state == State::Live).await;
    let head = read_books(&world, 0..MANY);
    let seen = tokio::time::timeout(Duration::from_secs(60), handle.caught_up(head)).await;
    seen.expect("nobody waits that long").unwrap();
    assert_eq!(handle.status().checkpoint, head);
}

/// More than are written at once.
const MANY: usize = 100;
const NOW: Commit = Commit::Now { events_max: 1_000 };

async fn breaks_and_goes_on(commit: Commit) {
    let (world, watched, mut batch, blocks) = two_blocks_of(MANY).await;
    let [first, second] = blocks.as_slice() else { panic!("{} blocks", blocks.len()) };
    batch.step(vec![first.clone()], NOW).taken.unwrap();

    watched.is_brittle.store(true, Ordering::Relaxed);
    for block in [second, first] {
        let mut failed = batch.step(vec![block.clone()], commit);
        if failed.taken.is_ok() {
            failed = batch.step(Vec::new(), NOW);
        }
        failed.taken.unwrap_err();
        assert_eq!((failed.applied_to, failed.written_to), (100, 100));
    }
    watched.is_broken.store(false, Ordering::Relaxed);

    assert_eq!(batch.step(blocks.clone(), commit).taken.unwrap().applied, 100);
    assert_eq!(batch.step(Vec::new(), NOW).written_to, 200);
    let dumped = batch.store().query(|rows| rows.dump()).unwrap();
    let mut whole = InMemory::new(world.model.clone());
    for event in blocks.iter().flat_map(Block::events) {
        whole.apply(&event.unwrap()).unwrap();
    }
    assert_eq!(dumped, whole.rows().dump().unwrap());
}
