//! Rebuilds and views of the past: equal to a fold of the log, while life goes on.

use super::library::{BOOKS, Book, Library};
use super::world::{World, dump, fold, lines, until};
use crate::{AsOfError, Keys, RunnerConfig, State};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_takes_over_while_events_keep_coming() {
    let world = World::new().await;
    world.open_core().await;
    let handle = world.start().await;
    let names: Vec<String> = (0..500).map(|number| format!("book-{}", number % 50)).collect();
    let events: Vec<_> = names.iter().map(|name| (name.as_str(), "read", "x")).collect();
    world.log.append(&events);
    handle.caught_up(500).await.unwrap();

    handle.rebuild();
    events.chunks(25).for_each(|some| {
        world.log.append(some);
    });
    world.log.append(&[("book-1", "ask", "anna"), ("book-1", "mail", "anna")]);

    let new_dir = world.dir().join("v1-000002");
    handle.caught_up(1004).await.unwrap();
    until(&handle, |status| status.rebuild.is_none() && new_dir.is_dir()).await;
    assert_eq!(dump(&handle), fold(&world));
    assert_eq!((world.head(), world.core.counts()), (1004, (2, 0)));
    assert!(!world.dir().join("v1-000001").exists());
}

#[tokio::test]
async fn the_rebuilt_directory_is_the_one_that_opens_next_time() {
    let world = World::new().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "read", "a")]);
    handle.caught_up(1).await.unwrap();
    handle.rebuild();
    let new_dir = world.dir().join("v1-000002");
    until(&handle, |status| status.rebuild.is_none() && new_dir.is_dir()).await;
    handle.shutdown().await;

    let handle = world.start().await;

    assert_eq!(handle.status().checkpoint, 1);
    assert_eq!(dump(&handle), fold(&world));
}

#[tokio::test]
async fn a_rebuild_that_faults_leaves_the_live_rows_alone() {
    let world = World::new().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "read", "a"), ("book-1", "poison", "b")]);
    until(&handle, |status| status.state == State::Faulted).await;

    handle.rebuild();

    let status = until(&handle, |status| status.rebuild_fault.is_some()).await;
    assert_eq!((status.state, status.checkpoint), (State::Faulted, 1));
    let reason = status.rebuild_fault.unwrap();
    assert_eq!(reason, "faulted at position 2: poison was not digested");
    until(&handle, |_| !world.dir().join("v1-000002").exists()).await;
}

#[tokio::test]
async fn a_parked_intent_stays_parked_through_a_rebuild() {
    let world = World::new().await;
    *world.core.outcome.lock().unwrap() = "invalid";
    world.open_core().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "ask", "anna")]);
    let before = until(&handle, |status| !status.parked.is_empty()).await;

    handle.rebuild();

    let new_dir = world.dir().join("v1-000002");
    let after = until(&handle, |status| status.rebuild.is_none() && new_dir.is_dir()).await;
    assert_eq!((after.parked, after.pending_intents), (before.parked, 1));
    assert_eq!(world.core.counts(), (1, 0));
}

#[tokio::test]
async fn a_new_version_is_filled_from_the_log_and_the_old_one_removed() {
    let world = World::new().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "read", "a"), ("book-2", "read", "b")]);
    handle.caught_up(2).await.unwrap();
    handle.shutdown().await;

    let config = RunnerConfig { model: Library::of_version(2), ..world.config() };
    let handle = crate::start(config).await.unwrap();

    until(&handle, |status| status.state == State::Live).await;
    assert_eq!(dump(&handle), fold(&world));
    let mut left: Vec<_> = std::fs::read_dir(world.dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["v2-000001", "v2.live"]);
}

#[tokio::test]
async fn a_view_of_the_past_is_the_fold_up_to_there() {
    let world = World::new().await;
    let handle = world.start().await;
    let events = [("book-1", "read", "a"), ("book-2", "read", "b"), ("book-1", "read", "c")];
    world.log.append(&events);

    let count = |rows: &crate::Rows<'_>| Ok(rows.scan::<Book>(BOOKS, Keys::all(), 9).count());
    assert_eq!(handle.as_of(1, count).await.unwrap(), 1);
    assert_eq!(handle.as_of(2, count).await.unwrap(), 2);
    let book = handle.as_of(2, |rows| rows.get::<Book>(BOOKS, "book-1")).await.unwrap();
    assert_eq!(book.unwrap().last_data, "a");
    assert_eq!(handle.as_of(0, count).await.unwrap(), 0);
    assert_eq!(handle.as_of(3, lines).await.unwrap(), fold(&world));
    let future = handle.as_of(4, count).await.unwrap_err();
    assert!(matches!(future, AsOfError::Future { position: 4, head: 3 }));
}
