//! The relay from the log to JetStream beside a bare publisher of the same messages with as many of
//! them in flight, and a service's feed beside a bare consumer.

use std::{
    collections::VecDeque,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use async_nats::{
    HeaderMap,
    jetstream::{
        self,
        consumer::{AckPolicy, pull},
        context::PublishAckFuture,
        message::PublishMessage,
        stream,
    },
};
use bus::{Bus, Describe, EventMessage, LogSource, Message, nats_server::NatsServer, subject};
use bytes::Bytes;
use event_store::{Log, Recorded};
use futures::StreamExt as _;
use tokio::{runtime::Builder, sync::watch, time::sleep};

use crate::{
    commands::Commands,
    options::Options,
    run::Run,
    stores::open_log,
    table::{Bench, Row},
};

const GROUP: &str = "bus";
const BILLER: &str = "bench";
const EVENTS: u64 = 256_000;
const EVENTS_QUICK: u64 = 64_000;
const STREAMS: u64 = 100_000;
/// Events in a block.
const BLOCK: u64 = 64;
/// What the relay has in flight at most: `libs/bus/src/nats/relay.rs`.
const IN_FLIGHT_MAX: usize = 1024;
const IN_FLIGHT_BYTES_MAX: usize = 8 << 20;
/// What a service pulls at once, and leaves unacknowledged: `libs/bus/src/nats/consumer.rs`.
const BATCH_BLOCKS: usize = 64;
const UNACKED_BLOCKS_MAX: i64 = 256;
/// What writing and publishing for the first time takes.
const WRITING: Duration = Duration::from_secs(3);
/// How often a stream is asked how far it is.
const POLL_EVERY: Duration = Duration::from_millis(5);

/// What is measured of one stream.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Contestant {
    BareLog,
    Log,
    BareEvents,
    Events,
    BarePull,
    Pull,
}

const CONTESTANTS: [Contestant; 6] = [
    Contestant::BareLog,
    Contestant::Log,
    Contestant::BareEvents,
    Contestant::Events,
    Contestant::BarePull,
    Contestant::Pull,
];

/// A message as the relay publishes it.
struct Sent {
    subject: String,
    headers: HeaderMap,
    body: Bytes,
}

/// What one stream holds, to be published again by hand.
struct Recording {
    config: stream::Config,
    messages: Vec<Sent>,
}

pub(crate) fn expected(options: &Options) -> Duration {
    let rounds = u32::try_from(options.rounds()).unwrap_or(u32::MAX);
    WRITING + options.expected(4, 1) * 6 * rounds
}

pub(crate) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let events = bench.options.events(EVENTS, EVENTS_QUICK);
    bench.progress.now("bus: writing a log");
    let dir = bench.fresh("bus")?;
    let log = fill(&dir, events)?;
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let recordings = runtime.block_on(record(&log))?;
    bench.progress.done(WRITING);
    let runs = bench.in_turns(&CONTESTANTS, |bench, contestant| {
        bench.progress.now("bus: relay, publisher and consumers");
        let measured = runtime.block_on(contestant.run(&log, &recordings))?;
        bench.progress.done(bench.options.expected(4, 1));
        let found = measured.count;
        anyhow::ensure!(found == events, "{found} of {events} events arrived");
        Ok(measured)
    })?;
    let name = ["LOG, blocks of 64", "EVENTS, one message each", "pull of LOG, acknowledged"];
    for (name, runs) in name.iter().zip(runs.chunks(2)) {
        let [bare, ours] = runs else { continue };
        let row = |what: &str, run| Row::rate(GROUP, format!("{name}: {what}"), "events/s", run);
        let (them, us) = match name.starts_with("pull") {
            true => ("bare consumer", "a service's feed"),
            false => ("bare publisher", "relay"),
        };
        bench.row(row(them, bare));
        bench.row(row(us, ours).beside(them, bare.per_second()));
    }
    drop(log);
    std::fs::remove_dir_all(dir)?;
    Ok(())
}

fn fill(dir: &Path, events: u64) -> anyhow::Result<Log> {
    let mut log = open_log(dir)?;
    let mut commands = Commands::after(0, STREAMS);
    for _ in 0..events / BLOCK {
        log.append((0..BLOCK).map(|_| commands.next()).collect())?;
    }
    Ok(log)
}

impl Contestant {
    async fn run(self, log: &Log, recordings: &[Recording; 2]) -> anyhow::Result<Run> {
        let server = NatsServer::start().await?;
        let [blocks, events] = recordings;
        match self {
            Self::BareLog => publish(&server, blocks, log.reader().head().position).await,
            Self::BareEvents => publish(&server, events, log.reader().head().position).await,
            Self::Log => {
                let began = Instant::now();
                let _owner = offer(&server, log, Describe::default()).await?;
                reached(&server, &subject::log_stream(BILLER), blocks.messages.len()).await?;
                Ok(Run::since(began, log.reader().head().position))
            }
            Self::Events => {
                // The blocks go first, so that the relay of events has the server for itself.
                let owner = offer(&server, log, Describe::default()).await?;
                reached(&server, &subject::log_stream(BILLER), blocks.messages.len()).await?;
                drop(owner);
                let began = Instant::now();
                let _owner = offer(&server, log, describe()).await?;
                let stream = subject::events_stream(BILLER);
                reached(&server, &stream, events.messages.len()).await?;
                Ok(Run::since(began, log.reader().head().position))
            }
            Self::BarePull => {
                publish(&server, blocks, 0).await?;
                pull(&server, blocks.messages.len(), log.reader().head().position).await
            }
            Self::Pull => {
                let _owner = offer(&server, log, Describe::default()).await?;
                reached(&server, &subject::log_stream(BILLER), blocks.messages.len()).await?;
                follow(&server, log.reader().head().position).await
            }
        }
    }
}

/// Lets the relay fill both streams once, and takes down what it has published.
async fn record(log: &Log) -> anyhow::Result<[Recording; 2]> {
    let server = NatsServer::start().await?;
    let _owner = offer(&server, log, describe()).await?;
    let position = log.reader().head().position;
    let (blocks, events) = (position / BLOCK, position);
    let log = recorded(&server, &subject::log_stream(BILLER), blocks).await?;
    let events = recorded(&server, &subject::events_stream(BILLER), events).await?;
    Ok([log, events])
}

async fn recorded(server: &NatsServer, name: &str, count: u64) -> anyhow::Result<Recording> {
    let count = usize::try_from(count)?;
    reached(server, name, count).await?;
    let mut stream = context(server).await?.get_stream(name).await?;
    let config = stream.info().await?.config.clone();
    let consumer = pull::Config { ack_policy: AckPolicy::None, ..Default::default() };
    let mut arriving = stream.create_consumer(consumer).await?.messages().await?;
    let mut messages = Vec::with_capacity(count);
    while messages.len() < count {
        let message = arriving.next().await.context("the stream ended")??.message;
        messages.push(Sent {
            subject: message.subject.to_string(),
            headers: message.headers.unwrap_or_default(),
            body: message.payload,
        });
    }
    Ok(Recording { config, messages })
}

async fn context(server: &NatsServer) -> anyhow::Result<jetstream::Context> {
    Ok(jetstream::new(async_nats::connect(server.url()).await?))
}

/// Offers the log; the relay runs until the result is dropped.
async fn offer(
    server: &NatsServer,
    log: &Log,
    describe: Describe,
) -> anyhow::Result<(Bus, watch::Sender<u64>)> {
    let owner = Bus::nats(&server.url(), "owner").await?;
    let (grows, head) = watch::channel(log.reader().head().position);
    owner.offer_log(BILLER, LogSource { reader: log.reader(), head }, describe).await?;
    Ok((owner, grows))
}

fn describe() -> Describe {
    Describe { protobuf: Some(Arc::new(tell)), json: None }
}

fn tell(event: &Recorded) -> Result<Option<EventMessage>, bus::DescribeError> {
    let message = Message::new(event.event.data.clone())
        .with_header("ce-id", &event.position.to_string())
        .with_header("ce-subject", &event.event.stream)
        .with_header("ce-type", &event.event.kind);
    Ok(Some(EventMessage { noun: "account".into(), verb: "renamed".into(), message }))
}

/// Waits until a stream holds so many messages.
async fn reached(server: &NatsServer, name: &str, messages: usize) -> anyhow::Result<()> {
    let jetstream = context(server).await?;
    loop {
        if let Ok(mut stream) = jetstream.get_stream(name).await
            && stream.info().await?.state.messages >= messages as u64
        {
            return Ok(());
        }
        sleep(POLL_EVERY).await;
    }
}

/// The same messages by hand, with as many in flight.
async fn publish(server: &NatsServer, recording: &Recording, events: u64) -> anyhow::Result<Run> {
    let jetstream = context(server).await?;
    jetstream.create_stream(recording.config.clone()).await?;
    let mut in_flight: VecDeque<(PublishAckFuture, usize)> = VecDeque::new();
    let mut bytes = 0;
    let began = Instant::now();
    for Sent { subject, headers, body } in &recording.messages {
        while in_flight.len() >= IN_FLIGHT_MAX || bytes + body.len() > IN_FLIGHT_BYTES_MAX {
            let Some((oldest, length)) = in_flight.pop_front() else { break };
            oldest.await?;
            bytes -= length;
        }
        let publish = PublishMessage::build().headers(headers.clone()).payload(body.clone());
        let stored = jetstream.send_publish(subject.clone(), publish).await?;
        in_flight.push_back((stored, body.len()));
        bytes += body.len();
    }
    for (stored, _) in in_flight {
        stored.await?;
    }
    let run = Run::since(began, events);
    reached(server, &recording.config.name, recording.messages.len()).await?;
    Ok(run)
}

/// A bare consumer that acknowledges every block.
async fn pull(server: &NatsServer, blocks: usize, events: u64) -> anyhow::Result<Run> {
    let stream = context(server).await?.get_stream(subject::log_stream(BILLER)).await?;
    let config = pull::Config {
        durable_name: Some("bare".to_owned()),
        ack_policy: AckPolicy::Explicit,
        max_ack_pending: UNACKED_BLOCKS_MAX,
        ..Default::default()
    };
    let began = Instant::now();
    let consumer = stream.create_consumer(config).await?;
    let mut messages = consumer.stream().max_messages_per_batch(BATCH_BLOCKS).messages().await?;
    for _ in 0..blocks {
        let message = messages.next().await.context("the stream ended")??;
        message.ack().await.map_err(|error| anyhow::anyhow!(error))?;
    }
    Ok(Run::since(began, events))
}

/// A service's feed, to the end of the log.
async fn follow(server: &NatsServer, head: u64) -> anyhow::Result<Run> {
    let reader = Bus::nats(&server.url(), "reader").await?;
    let began = Instant::now();
    let mut feed = reader.follow(BILLER, "reader").await?;
    let mut applied = 0;
    while applied < head {
        for delivery in feed.next(applied).await? {
            if delivery.block.first_position() == applied + 1 {
                applied = delivery.block.last_position();
                delivery.ack().await;
            }
        }
    }
    Ok(Run::since(began, applied))
}
