//! JetStream is disposable: whatever an operator or a crash does to it, everything still arrives.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::{self, AckKind, stream};
use bus::{Bus, Describe, Description, HEADER_POSITION, OfferError};
use event_store::Position;
use futures::StreamExt;
use tokio::time::timeout;

use crate::world::{BILLER, Ledger, PATIENCE, World, positions, told_as, words};

/// The server as an operator or an outsider sees it.
struct Outsider(jetstream::Context);

impl Outsider {
    async fn of(world: &mut World) -> Outsider {
        let client = async_nats::connect(world.server().url()).await.unwrap();
        Outsider(jetstream::new(client))
    }

    /// Waits until the last message of the stream is this far in the log.
    async fn wait_for(&self, stream: &str, subject: &str, position: Position) {
        let reached = async {
            while self.last_position(stream, subject).await != Some(position) {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, reached).await.expect("the relay fills the stream");
    }

    async fn last_position(&self, stream: &str, subject: &str) -> Option<Position> {
        let stream = self.0.get_stream_no_info(stream).await.ok()?;
        let last = stream.get_last_raw_message_by_subject(subject).await.ok()?;
        last.headers.get(HEADER_POSITION)?.as_str().parse().ok()
    }

    /// What a plain durable consumer gets from the stream until it holds this position.
    async fn consume(&self, stream: &str, until: Position) -> Vec<Told> {
        let config = pull::Config { durable_name: Some("outsider".into()), ..Default::default() };
        let consumer = self.0.create_consumer_on_stream(config, stream).await.unwrap();
        let mut messages = consumer.messages().await.unwrap();
        let mut told: Vec<Told> = Vec::new();
        while told.last().map_or(0, |last| last.position) < until {
            let message = timeout(PATIENCE, messages.next()).await.unwrap().unwrap().unwrap();
            told.push(Told::from(&message));
            message.ack_with(AckKind::Ack).await.unwrap();
        }
        told
    }

    /// A stream with the shortest memory for message ids.
    async fn create_forgetful_events(&self) {
        let forgetful = stream::Config {
            name: "EVENTS_acme".to_owned(),
            subjects: vec!["demarc.acme.event.>".to_owned()],
            duplicate_window: Duration::from_millis(100),
            ..Default::default()
        };
        self.0.create_stream(forgetful).await.unwrap();
    }

    /// An event in the form of the relay's own, by somebody else.
    async fn publish_event(&self, position: Position) {
        let (subject, body) = ("demarc.acme.event.site.suspended", format!("event {position}"));
        let mut headers = HeaderMap::new();
        headers.insert(HEADER_POSITION, position.to_string());
        headers.insert("form", "protobuf");
        let publish = self.0.publish_with_headers(subject, headers, body.into());
        publish.await.unwrap().await.unwrap();
    }

    async fn messages_in(&self, stream: &str) -> u64 {
        self.0.get_stream(stream).await.unwrap().cached_info().state.messages
    }
}

/// An event as an outsider gets it.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    position: Position,
    subject: String,
    form: String,
    words: String,
}

impl From<&jetstream::Message> for Told {
    fn from(message: &jetstream::Message) -> Told {
        let headers = message.headers.clone().unwrap();
        let header = |name: &str| headers.get(name).unwrap().as_str().to_owned();
        Told {
            position: header(HEADER_POSITION).parse().unwrap(),
            subject: message.subject.to_string(),
            form: header("form"),
            words: words(&message.payload),
        }
    }
}

fn events_told() -> Describe {
    Describe { protobuf: Some(told_as("protobuf")), json: None }
}

fn told_positions(told: &[Told]) -> Vec<Position> {
    told.iter().map(|event| event.position).collect()
}

#[tokio::test]
async fn every_event_appears_once_and_in_order_for_a_plain_durable_consumer() {
    let mut world = World::over_nats().await;
    world.offer_described(events_told()).await.unwrap();
    (0..50).for_each(|_| drop(world.ledger.append(20)));
    let told = Outsider::of(&mut world).await.consume("EVENTS_acme", 1000).await;
    assert_eq!(told_positions(&told), (1..=1000).collect::<Vec<_>>());
    let subject = "demarc.acme.event.site.suspended".to_owned();
    let (form, words) = ("protobuf".to_owned(), "event 777".to_owned());
    assert_eq!(told[776], Told { position: 777, subject, form, words });
}

#[tokio::test]
async fn the_json_form_has_a_stream_of_its_own() {
    let mut world = World::over_nats().await;
    let describe = Describe { protobuf: None, json: Some(told_as("json")) };
    world.offer_described(describe).await.unwrap();
    world.ledger.append(3);
    let outsider = Outsider::of(&mut world).await;
    let told = outsider.consume("JSON_acme", 3).await;
    assert_eq!(told_positions(&told), [1, 2, 3]);
    assert_eq!(told[0].subject, "demarc.acme.json.site.suspended");
    assert!(outsider.0.get_stream("EVENTS_acme").await.is_err());
}

#[tokio::test]
async fn events_that_outsiders_never_see_leave_no_trace() {
    let mut world = World::over_nats().await;
    let even = told_as("protobuf");
    let describe = Describe {
        protobuf: Some(Arc::new(move |event| match event.position % 2 {
            0 => even(event),
            _ => Ok(None),
        })),
        json: None,
    };
    world.offer_described(describe).await.unwrap();
    world.ledger.append(6);
    let told = Outsider::of(&mut world).await.consume("EVENTS_acme", 6).await;
    assert_eq!(told_positions(&told), [2, 4, 6]);
}

#[tokio::test]
async fn an_event_that_cannot_be_described_stops_its_stream_and_no_other() {
    let mut world = World::over_nats().await;
    let told = told_as("protobuf");
    let describe = Describe {
        protobuf: Some(Arc::new(move |event| match event.position {
            3 => Err("unknown schema".into()),
            _ => told(event),
        })),
        json: None,
    };
    world.offer_described(describe).await.unwrap();
    (0..5).for_each(|_| drop(world.ledger.append(1)));
    let events = world.follower("reader", 0).await.follow_to(5).await;
    assert_eq!(positions(&events), [1, 2, 3, 4, 5]);
    let outsider = Outsider::of(&mut world).await;
    outsider.wait_for("LOG_acme", "demarc.acme.log", 5).await;
    outsider.wait_for("EVENTS_acme", "demarc.acme.event.>", 2).await;
}

#[tokio::test]
async fn after_an_operator_deleted_the_streams_everything_still_arrives() {
    let mut world = World::over_nats().await;
    world.offer_described(events_told()).await.unwrap();
    world.ledger.append(10);
    let mut follower = world.follower("reader", 0).await;
    follower.follow_to(10).await;
    let outsider = Outsider::of(&mut world).await;
    outsider.wait_for("EVENTS_acme", "demarc.acme.event.>", 10).await;
    outsider.0.delete_stream("LOG_acme").await.unwrap();
    outsider.0.delete_stream("EVENTS_acme").await.unwrap();
    world.ledger.append(10);
    assert_eq!(positions(&follower.follow_to(20).await), (11..=20).collect::<Vec<_>>());
    outsider.wait_for("LOG_acme", "demarc.acme.log", 20).await;
    outsider.wait_for("EVENTS_acme", "demarc.acme.event.>", 20).await;
    let told = outsider.consume("EVENTS_acme", 20).await;
    assert_eq!(told_positions(&told), (1..=20).collect::<Vec<_>>());
    world.ledger.append(1);
    assert_eq!(positions(&follower.follow_to(21).await), [21]);
}

#[tokio::test]
async fn a_purged_stream_is_refilled_although_nothing_is_appended() {
    let mut world = World::over_nats().await;
    world.offer().await;
    (0..4).for_each(|_| drop(world.ledger.append(2)));
    let outsider = Outsider::of(&mut world).await;
    outsider.wait_for("LOG_acme", "demarc.acme.log", 8).await;
    outsider.0.get_stream("LOG_acme").await.unwrap().purge().await.unwrap();
    outsider.wait_for("LOG_acme", "demarc.acme.log", 8).await;
    assert_eq!(outsider.messages_in("LOG_acme").await, 4);
}

#[tokio::test]
async fn after_a_server_lost_its_storage_everything_still_arrives_and_the_relay_refills() {
    let mut world = World::over_nats().await;
    world.offer_described(events_told()).await.unwrap();
    world.ledger.append(10);
    let mut follower = world.follower("reader", 0).await;
    follower.follow_to(10).await;
    world.server().kill().await.unwrap();
    world.ledger.append(10);
    world.server().start_again_wiped().await.unwrap();
    assert_eq!(positions(&follower.follow_to(20).await), (11..=20).collect::<Vec<_>>());
    let outsider = Outsider::of(&mut world).await;
    outsider.wait_for("EVENTS_acme", "demarc.acme.event.>", 20).await;
    let told = outsider.consume("EVENTS_acme", 20).await;
    assert_eq!(told_positions(&told), (1..=20).collect::<Vec<_>>());
    world.ledger.append(1);
    assert_eq!(positions(&follower.follow_to(21).await), [21]);
}

#[tokio::test]
async fn after_a_server_was_killed_in_the_middle_every_event_appears_once() {
    let mut world = World::over_nats().await;
    world.offer_described(events_told()).await.unwrap();
    (0..100).for_each(|_| drop(world.ledger.append(50)));
    world.server().kill().await.unwrap();
    (0..100).for_each(|_| drop(world.ledger.append(50)));
    world.server().start_again().await.unwrap();
    let outsider = Outsider::of(&mut world).await;
    outsider.wait_for("EVENTS_acme", "demarc.acme.event.>", 10_000).await;
    let told = outsider.consume("EVENTS_acme", 10_000).await;
    assert_eq!(told_positions(&told), (1..=10_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_message_that_was_lost_without_a_successor_is_read_from_the_log() {
    let mut world = World::over_nats().await;
    world.offer().await;
    world.ledger.append(1);
    let outsider = Outsider::of(&mut world).await;
    outsider.wait_for("LOG_acme", "demarc.acme.log", 1).await;
    let stream = outsider.0.get_stream("LOG_acme").await.unwrap();
    assert!(stream.delete_message(1).await.unwrap());
    assert_eq!(positions(&world.follower("reader", 0).await.follow_to(1).await), [1]);
}

#[tokio::test]
async fn a_block_that_died_with_its_follower_is_read_from_the_log_at_once() {
    let mut world = World::over_nats().await;
    world.offer().await;
    world.ledger.append(2);
    Outsider::of(&mut world).await.wait_for("LOG_acme", "demarc.acme.log", 2).await;
    let mut dies = world.follower("reader", 0).await;
    assert_eq!(dies.feed.next(0).await.unwrap().len(), 1);
    drop(dies);
    // The server delivers what nobody acknowledged again only after half a minute.
    let mut lives = world.follower("reader", 0).await;
    let events = timeout(PATIENCE / 3, lives.follow_to(2)).await.expect("long before that");
    assert_eq!(positions(&events), [1, 2]);
}

#[tokio::test]
async fn blocks_that_are_published_twice_are_harmless() {
    let mut world = World::over_nats().await;
    world.offer().await;
    let block = world.ledger.append(2);
    world.ledger.append(2);
    let outsider = Outsider::of(&mut world).await;
    outsider.wait_for("LOG_acme", "demarc.acme.log", 4).await;
    let mut headers = HeaderMap::new();
    headers.insert(HEADER_POSITION, "2");
    let again = outsider.0.publish_with_headers("demarc.acme.log", headers, block.bytes().clone());
    again.await.unwrap().await.unwrap();
    world.ledger.append(2);
    let events = world.follower("reader", 0).await.follow_to(6).await;
    assert_eq!(positions(&events), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_of_somebody_else_between_the_relays_own_leave_no_gap() {
    let mut world = World::over_nats().await;
    let outsider = Outsider::of(&mut world).await;
    outsider.create_forgetful_events().await;
    world.offer_described(events_told()).await.unwrap();
    world.ledger.append(1);
    outsider.wait_for("EVENTS_acme", "demarc.acme.event.>", 1).await;
    let somebody = Outsider(outsider.0.clone());
    let meddling = tokio::spawn(async move {
        for _ in 0..300 {
            // While the relay's own are in flight, what was published last is published again.
            let last = somebody.last_position("EVENTS_acme", "demarc.acme.event.>").await;
            somebody.publish_event(last.unwrap()).await;
        }
    });
    let mut appended = 1;
    while !meddling.is_finished() {
        appended = world.ledger.append(100).last_position();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    meddling.await.unwrap();
    let told = outsider.consume("EVENTS_acme", appended).await;
    let told: BTreeSet<_> = told_positions(&told).into_iter().collect();
    let missing: Vec<Position> =
        (1..=appended).filter(|position| !told.contains(position)).collect();
    assert!(missing.is_empty(), "{missing:?} are missing");
}

#[tokio::test]
async fn a_foreign_message_in_the_log_is_removed_and_the_relay_goes_on() {
    let mut world = World::over_nats().await;
    world.offer().await;
    world.ledger.append(2);
    let outsider = Outsider::of(&mut world).await;
    outsider.wait_for("LOG_acme", "demarc.acme.log", 2).await;
    outsider.0.publish("demarc.acme.log", "graffiti".into()).await.unwrap().await.unwrap();
    world.ledger.append(2);
    outsider.wait_for("LOG_acme", "demarc.acme.log", 4).await;
    let events = world.follower("reader", 0).await.follow_to(4).await;
    assert_eq!(positions(&events), [1, 2, 3, 4]);
    assert_eq!(outsider.messages_in("LOG_acme").await, 2);
}

#[tokio::test]
async fn a_relay_that_starts_again_in_the_middle_repeats_nothing() {
    let mut world = World::over_nats().await;
    world.offer_described(events_told()).await.unwrap();
    (0..50).for_each(|_| drop(world.ledger.append(50)));
    world.offer_described(events_told()).await.unwrap();
    (0..50).for_each(|_| drop(world.ledger.append(50)));
    let told = Outsider::of(&mut world).await.consume("EVENTS_acme", 5000).await;
    assert_eq!(told_positions(&told), (1..=5000).collect::<Vec<_>>());
}

#[tokio::test]
async fn two_relays_at_once_repeat_nothing() {
    let mut world = World::over_nats().await;
    let second = Bus::nats(&world.server().url(), "second").await.unwrap();
    world.offer_described(events_told()).await.unwrap();
    second.offer_log(BILLER, world.ledger.source(), events_told()).await.unwrap();
    (0..100).for_each(|_| drop(world.ledger.append(50)));
    let told = Outsider::of(&mut world).await.consume("EVENTS_acme", 5000).await;
    assert_eq!(told_positions(&told), (1..=5000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_relay_that_fell_behind_cannot_repeat_what_its_successor_published() {
    let mut world = World::over_nats().await;
    let outsider = Outsider::of(&mut world).await;
    // So that only the sequence can refuse a repetition.
    outsider.create_forgetful_events().await;
    world.ledger.append(5);
    let (go, gate) = std::sync::mpsc::channel::<()>();
    let (gate, told) = (Mutex::new(gate), told_as("protobuf"));
    let slow: Description = Arc::new(move |event| {
        // Opens for good once the other end is dropped.
        gate.lock().unwrap().recv().unwrap_or_default();
        told(event)
    });
    world.offer_described(Describe { protobuf: Some(slow), json: None }).await.unwrap();
    let successor = Bus::nats(&world.server().url(), "successor").await.unwrap();
    successor.offer_log(BILLER, world.ledger.source(), events_told()).await.unwrap();
    outsider.wait_for("EVENTS_acme", "demarc.acme.event.>", 5).await;
    drop(successor);
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(go);
    world.ledger.append(1);
    let told = outsider.consume("EVENTS_acme", 6).await;
    assert_eq!(told_positions(&told), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn a_log_that_lost_events_which_the_stream_holds_is_refused() {
    let mut world = World::over_nats().await;
    world.offer().await;
    world.ledger.append(5);
    Outsider::of(&mut world).await.wait_for("LOG_acme", "demarc.acme.log", 5).await;
    world.ledger = Ledger::new();
    world.ledger.append(4);
    let refused = world.offer_described(Describe::default()).await.unwrap_err();
    assert!(matches!(refused, OfferError::LogBehindStream { .. }), "{refused}");
}

#[tokio::test]
async fn a_log_with_another_history_than_the_stream_is_refused() {
    let mut world = World::over_nats().await;
    world.offer().await;
    world.ledger.append(5);
    Outsider::of(&mut world).await.wait_for("LOG_acme", "demarc.acme.log", 5).await;
    world.ledger = Ledger::new();
    world.ledger.append_sized(5, 30);
    let refused = world.offer_described(Describe::default()).await.unwrap_err();
    assert!(matches!(refused, OfferError::LogBehindStream { .. }), "{refused}");
}
