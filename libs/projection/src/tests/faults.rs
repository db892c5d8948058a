//! Faults: visible, isolated, and nothing of the event that caused them is left.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bus::{Bus, Describe};

use super::library::{BOOKS, Book, Library};
use super::world::{BILLER, Ledger, World, dump, fold, until};
use crate::{FaultCause, Handle, RunnerConfig, State};

fn book(handle: &Handle, name: &str) -> Option<Book> {
    handle.query(|rows| rows.get(BOOKS, name)).unwrap()
}

#[tokio::test]
async fn an_event_that_cannot_be_applied_stops_only_this_read_model() {
    let world = World::new().await;
    let handle = world.start().await;
    let other = RunnerConfig {
        dir: world.temp.path().join("other"),
        model: Arc::new(Library { healed: true.into(), ..Library::default() }),
        ..world.config()
    };
    let other = crate::start(other).await.unwrap();
    let events = [("book-1", "read", "a"), ("book-1", "poison", "b"), ("book-1", "read", "c")];
    world.log.append(&events);

    let status = until(&handle, |status| status.state == State::Faulted).await;

    let fault = status.fault.unwrap();
    assert_eq!((fault.position, status.checkpoint), (2, 1));
    assert_eq!(fault.cause, FaultCause::Refused { kind: "poison".into() });
    assert_eq!(fault.reason, "poison was not digested");
    let seen = Book { events: 1, last_position: 1, last_data: "a".into() };
    assert_eq!(book(&handle, "book-1"), Some(seen));
    assert!(handle.caught_up(3).await.is_err());
    other.caught_up(3).await.unwrap();
}

#[tokio::test]
async fn a_panic_is_a_fault_and_a_retry_goes_on_after_the_fix() {
    let world = World::new().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "panic", "a"), ("book-1", "read", "b")]);
    let status = until(&handle, |status| status.state == State::Faulted).await;
    assert_eq!(status.fault.unwrap().reason, "panicked: the book is on fire");

    world.model.healed.store(true, Ordering::Relaxed);
    handle.retry();

    let status = until(&handle, |status| status.state == State::Live).await;
    assert_eq!((status.checkpoint, status.fault), (2, None));
    assert_eq!(dump(&handle), fold(&world));
}

#[tokio::test]
async fn a_retry_without_a_fix_stops_again() {
    let world = World::new().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "poison", "a")]);
    until(&handle, |status| status.state == State::Faulted).await;

    handle.retry();
    until(&handle, |status| status.state == State::Faulted && status.fault.is_some()).await;
    assert_eq!(handle.status().checkpoint, 0);
    handle.shutdown().await;
    assert_eq!(handle.status().state, State::Stopped);
    assert!(handle.query(|_| Ok(())).is_err());
}

#[tokio::test]
async fn nothing_is_sent_while_a_read_model_stands_still() {
    let world = World::new().await;
    world.open_core().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "remind", "5000000"), ("book-1", "poison", "")]);
    until(&handle, |status| status.state == State::Faulted).await;

    world.advance(60_000_000);
    handle.retry();
    until(&handle, |status| status.state == State::Faulted).await;

    assert_eq!(world.core.counts(), (0, 0));
}

#[tokio::test]
async fn a_log_that_ends_before_what_was_seen_is_a_fault_by_name() {
    let world = World::new().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "read", "a"), ("book-1", "read", "b")]);
    handle.caught_up(2).await.unwrap();
    handle.shutdown().await;

    let bus = Bus::in_process();
    let shorter = Ledger::open(&world.temp.path().join("shorter"));
    shorter.append(&[("book-1", "read", "a")]);
    bus.offer_log(BILLER, shorter.source(), Describe::default()).await.unwrap();
    let handle = crate::start(RunnerConfig { bus, ..world.config() }).await.unwrap();

    let status = until(&handle, |status| status.state == State::Faulted).await;
    assert_eq!(status.fault.unwrap().cause, FaultCause::LogBehind { head: 1 });

    handle.rebuild();
    let status = until(&handle, |status| status.state == State::Live).await;
    assert_eq!(status.checkpoint, 1);
}

#[tokio::test]
async fn a_rewritten_log_is_a_fault_by_name() {
    let world = World::new().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "read", "a")]);
    handle.caught_up(1).await.unwrap();
    handle.shutdown().await;

    let bus = Bus::in_process();
    let rewritten = Ledger::open(&world.temp.path().join("rewritten"));
    rewritten.append(&[("book-1", "read", "forged")]);
    rewritten.append(&[("book-1", "read", "b")]);
    bus.offer_log(BILLER, rewritten.source(), Describe::default()).await.unwrap();
    let handle = crate::start(RunnerConfig { bus, ..world.config() }).await.unwrap();

    let status = until(&handle, |status| status.state == State::Faulted).await;
    assert_eq!(status.fault.unwrap().cause, FaultCause::LogRewritten);
    assert_eq!(book(&handle, "book-1").unwrap().last_data, "a");
    stops(&handle).await;
}

#[tokio::test]
async fn a_read_model_whose_log_is_out_of_reach_can_be_stopped() {
    let world = World::new().await;
    let nobody = Bus::in_process();
    let config = RunnerConfig { bus: nobody, ..world.config() };
    let handle = crate::start(config).await.unwrap();
    until(&handle, |status| status.state == State::Waiting).await;
    stops(&handle).await;
}

/// Stops, and does not stand in the way of the process that wants to end.
async fn stops(handle: &Handle) {
    let limit = Duration::from_secs(10);
    tokio::time::timeout(limit, handle.shutdown()).await.expect("it stops");
    assert_eq!(handle.status().state, State::Stopped);
}

#[tokio::test]
async fn a_log_that_is_replaced_while_it_is_followed_is_noticed() {
    let world = World::new().await;
    let handle = world.start().await;
    world.log.append(&[("book-1", "read", "a")]);
    handle.caught_up(1).await.unwrap();

    let rewritten = Ledger::open(&world.temp.path().join("rewritten"));
    rewritten.append(&[("book-1", "read", "forged")]);
    rewritten.append(&[("book-1", "read", "b")]);
    world.bus.offer_log(BILLER, rewritten.source(), Describe::default()).await.unwrap();

    let status = until(&handle, |status| status.state == State::Faulted).await;
    assert_eq!(status.fault.unwrap().cause, FaultCause::LogRewritten);
}

#[tokio::test]
async fn a_log_out_of_reach_is_waited_for() {
    let world = World::new().await;
    let bus = Bus::in_process();
    let config = RunnerConfig { bus: bus.clone(), ..world.config() };
    let handle = crate::start(config).await.unwrap();
    world.log.append(&[("book-1", "read", "a")]);
    let status = until(&handle, |status| status.unreachable.is_some()).await;
    assert_eq!(status.state, State::Waiting);

    bus.offer_log(BILLER, world.log.source(), Describe::default()).await.unwrap();

    handle.caught_up(1).await.unwrap();
    let status = until(&handle, |status| status.state == State::Live).await;
    assert_eq!(status.unreachable, None);
}
