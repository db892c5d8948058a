//! Those who listen too slowly, not at all, or without ever acknowledging: core goes on, and memory
//! stays bounded.

use std::{sync::Arc, thread, time::Instant};

use anyhow::ensure;
use async_nats::jetstream::consumer::pull;
use bus::{Bus, Describe, LogSource};
use e2e::{Api, Wish, World, own_memory};
use event_store::{Block, CommandId, Expected, Log, NewEvent, NewRecord, Options, Position};
use futures::StreamExt as _;
use serde_json::json;
use tokio::sync::watch;

/// Events written while everybody listens, and while nobody does.
const BEFORE: usize = 5_000;
const MEANWHILE: usize = 45_000;
/// Clients that write them.
const CLIENTS: usize = 16;
/// What core may have in memory after that, in KiB: the index's generation, the states of so many
/// accounts, and search with its table.
const CORE_MAX: u64 = 448 << 10;

#[test]
fn core_acknowledges_everything_within_its_memory_while_nobody_listens() -> anyhow::Result<()> {
    let mut world = World::core_and(&["billing", "audit"])?;
    let before = open_accounts(&world.api, 0..BEFORE)?;
    world.process("billing")?.pause()?;
    world.kill_one("audit");
    let (_client, jetstream) = world.nats()?.outsider()?;
    let silent = world.nats()?.runtime.spawn(async move {
        let config = pull::Config { durable_name: Some("silent".into()), ..Default::default() };
        let consumer = jetstream.create_consumer_on_stream(config, "EVENTS_northeast").await?;
        let mut messages = consumer.messages().await?;
        // Nothing is ever acknowledged: at some time the server gives no more.
        while messages.next().await.is_some() {}
        anyhow::Ok(())
    });
    let meanwhile = open_accounts(&world.api, BEFORE..BEFORE + MEANWHILE)?;
    let memory = world.process("core")?.memory()?;
    eprintln!("{} % of the rate before; {memory:?}", meanwhile * 100 / before);
    ensure!(memory.peak < CORE_MAX, "core has {memory:?} of {CORE_MAX} KiB");
    ensure!(!silent.is_finished(), "the outsider did not stay");
    world.process("billing")?.go_on()?;
    world.start_again()?;
    world.settled()
}

/// Opens accounts with several clients, each of which must be acknowledged; so many a second.
fn open_accounts(api: &Api, numbers: std::ops::Range<usize>) -> anyhow::Result<u128> {
    let (start, count) = (Instant::now(), numbers.len());
    thread::scope(|scope| {
        let clients = (0..CLIENTS).map(|client| {
            let numbers = numbers.clone().skip(client).step_by(CLIENTS);
            scope.spawn(move || numbers.into_iter().try_for_each(|number| open(api, number)))
        });
        let clients: Vec<_> = clients.collect();
        clients.into_iter().try_for_each(|client| client.join().expect("a client does not panic"))
    })?;
    Ok(count as u128 * 1_000 / start.elapsed().as_millis())
}

fn open(api: &Api, number: usize) -> anyhow::Result<()> {
    let account = format!("account_{number}");
    let json = json!({"accountId": account, "holderName": "Ada", "email": "a@example.net"});
    let (status, answer) = api.send(&Wish { command: "OpenAccount", key: account, json })?;
    ensure!(status == 200, "{answer}");
    Ok(())
}

/// Blocks of a log that grows while a reader of the bus inside one process stands still.
const BLOCKS: u64 = 2_000;
/// Bytes of one block's event.
const BLOCK_BYTES: usize = 64 << 10;
/// By how much memory may grow, in KiB: half of what is written.
const GROWTH_MAX: u64 = BLOCKS * (BLOCK_BYTES as u64 >> 10) / 2;

/// Appends blocks, gives each to somebody, and says by how much memory has grown.
fn growth(log: &mut Log, mut keep: impl FnMut(Block)) -> anyhow::Result<u64> {
    let before = own_memory()?.now;
    for number in 1..=BLOCKS {
        let block = log.append(vec![record(number)])?.block;
        block.into_iter().for_each(&mut keep);
    }
    Ok(own_memory()?.now.saturating_sub(before))
}

fn options() -> Options {
    Options { spill_events: 256, segment_bytes: 8 << 20, ..Options::default() }
}

#[tokio::test]
async fn a_reader_inside_the_process_that_stands_still_costs_no_memory() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let mut log = Log::open(dir.path(), "acme", options())?;
    let (grown, head) = watch::channel(0);
    let bus = Bus::in_process();
    let source = LogSource { reader: log.reader(), head };
    bus.offer_log("acme", source, Describe::default()).await?;
    let mut feed = bus.follow("acme", "slow").await?;
    let growth = growth(&mut log, |block| {
        grown.send_replace(block.last_position());
    })?;
    ensure!(growth < GROWTH_MAX, "{growth} KiB of {GROWTH_MAX}");
    // What it has missed it reads from the log.
    let mut applied: Position = 0;
    while applied < BLOCKS {
        for delivery in feed.next(applied).await? {
            ensure!(delivery.block.first_position() == applied + 1, "a gap after {applied}");
            applied = delivery.block.last_position();
        }
    }
    Ok(())
}

#[test]
fn control_a_queue_of_what_a_reader_has_missed_outgrows_the_bound() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let mut log = Log::open(dir.path(), "acme", options())?;
    let mut queue = Vec::new();
    let growth = growth(&mut log, |block| queue.push(Arc::new(block)))?;
    ensure!(queue.len() == usize::try_from(BLOCKS)?, "everything waits");
    ensure!(growth > GROWTH_MAX, "{growth} KiB of {GROWTH_MAX}");
    Ok(())
}

fn record(number: u64) -> NewRecord {
    NewRecord {
        command_id: CommandId(u128::from(number).to_be_bytes()),
        committed_at: 0,
        actor: "writer".to_owned(),
        causation: None,
        correlation: None,
        traceparent: None,
        events: vec![NewEvent {
            stream: format!("stream-{}", number % 50),
            expected: Expected::Any,
            kind: "written".to_owned(),
            schema: 1,
            data: vec![0x2a; BLOCK_BYTES].into(),
        }],
    }
}
