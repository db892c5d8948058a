//! How fast the relay fills the streams, and how fast a consumer follows: events per second.
//!
//! `cargo run --release -p bus --example relay_rate [events]`

use std::sync::Arc;
use std::time::{Duration, Instant};

use bus::nats_server::NatsServer;
use bus::{Bus, Describe, EventMessage, Feed, LogSource, Message};
use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options, Position, Recorded};
use tokio::sync::watch;

const BLOCK_EVENTS: u64 = 64;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let events = std::env::args().nth(1).map_or(Ok(256_000), |text| text.parse::<u64>())?;
    let dir = tempfile::tempdir()?;
    let mut log = Log::open(dir.path(), "acme", Options::default())?;
    for block in 0..events / BLOCK_EVENTS {
        log.append((1..=BLOCK_EVENTS).map(|n| record(block * BLOCK_EVENTS + n)).collect())?;
    }
    let head = log.reader().head().position;
    let (_grows, watched) = watch::channel(head);
    let source = LogSource { reader: log.reader(), head: watched };

    let server = NatsServer::start().await?;
    let owner = Bus::nats(&server.url(), "owner").await?;
    let started = Instant::now();
    owner.offer_log("acme", source, Describe::default()).await?;
    let mut feed = Bus::nats(&server.url(), "reader").await?.follow("acme", "reader").await?;
    report("LOG and a follower", events, follow(&mut feed, head).await?, started.elapsed());

    let client = async_nats::connect(server.url()).await?;
    let jetstream = async_nats::jetstream::new(client);
    let describe = Describe { protobuf: Some(Arc::new(tell)), json: None };
    let (_grows, watched) = watch::channel(head);
    let source = LogSource { reader: log.reader(), head: watched };
    let started = Instant::now();
    owner.offer_log("acme", source, describe).await?;
    while jetstream.get_stream("EVENTS_acme").await?.cached_info().state.messages < head {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    report("EVENTS", events, head, started.elapsed());
    Ok(())
}

/// Follows until `head` is applied, and returns what is applied then.
async fn follow(feed: &mut Feed, head: Position) -> Result<Position, bus::FeedError> {
    let mut applied = 0;
    while applied < head {
        for delivery in feed.next(applied).await? {
            if delivery.block.first_position() == applied + 1 {
                applied = delivery.block.last_position();
                delivery.ack().await;
            }
        }
    }
    Ok(applied)
}

fn tell(event: &Recorded) -> Result<Option<EventMessage>, bus::DescribeError> {
    let message = Message::new(event.event.data.clone())
        .with_header("ce-id", &event.position.to_string())
        .with_header("ce-subject", &event.event.stream)
        .with_header("ce-type", &event.event.kind);
    Ok(Some(EventMessage { noun: "site".into(), verb: "suspended".into(), message }))
}

fn record(position: Position) -> NewRecord {
    NewRecord {
        command_id: CommandId(u128::from(position).to_be_bytes()),
        committed_at: 0,
        actor: "anna".into(),
        causation: None,
        correlation: None,
        traceparent: None,
        events: vec![NewEvent {
            stream: format!("site-{}", position % 100_000),
            expected: Expected::Any,
            kind: "site.suspended".into(),
            schema: 1,
            data: vec![b'.'; 300].into(),
        }],
    }
}

#[expect(clippy::print_stdout, reason = "the rates are what this program is for")]
fn report(what: &str, events: u64, reached: Position, took: Duration) {
    let millis = took.as_millis().max(1);
    let rate = u128::from(events) * 1000 / millis;
    println!("{what}: position {reached} after {millis} ms, {rate} events/s");
}
