//! The words of the scenarios: a log that grows, its owner on the bus, and one who follows it.

use std::sync::Arc;
use std::time::Duration;

use bus::nats_server::NatsServer;
use bus::{Bus, Describe, Description, EventMessage, Feed, LogSource, Message, OfferError};
use bytes::Bytes;
use event_store::{
    Block, CommandId, Expected, Log, NewEvent, NewRecord, Options, Position, Recorded,
};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::timeout;

/// The owner of the log in every scenario.
pub(crate) const BILLER: &str = "acme";
/// Longer than anything here takes; a scenario that hangs fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A log with its owner on the bus.
pub(crate) struct World {
    /// The bus as the owner of the log sees it.
    pub(crate) owner: Bus,
    /// The bus as everybody else sees it.
    pub(crate) other: Bus,
    pub(crate) ledger: Ledger,
    server: Option<NatsServer>,
}

/// A log of numbered events.
pub(crate) struct Ledger {
    log: Log,
    head: watch::Sender<Position>,
    _dir: TempDir,
}

impl Ledger {
    pub(crate) fn new() -> Ledger {
        let dir = TempDir::new().unwrap();
        let log = Log::open(dir.path(), BILLER, Options::default()).unwrap();
        Ledger { log, head: watch::Sender::new(0), _dir: dir }
    }

    /// Appends one block of so many events with small bodies.
    pub(crate) fn append(&mut self, events: u64) -> Block {
        self.append_sized(events, 20)
    }

    /// Appends one block of so many events with bodies of so many bytes.
    pub(crate) fn append_sized(&mut self, events: u64, bytes: usize) -> Block {
        let first = self.position() + 1;
        let group = (first..first + events).map(|position| record(position, bytes)).collect();
        let block = self.log.append(group).unwrap().block.unwrap();
        self.head.send_replace(block.last_position());
        block
    }

    pub(crate) fn position(&self) -> Position {
        *self.head.borrow()
    }

    pub(crate) fn source(&self) -> LogSource {
        LogSource { reader: self.log.reader(), head: self.head.subscribe() }
    }
}

fn record(position: Position, bytes: usize) -> NewRecord {
    let mut data = format!("event {position}").into_bytes();
    data.resize(bytes.max(data.len()), b'.');
    NewRecord {
        command_id: CommandId(u128::from(position).to_be_bytes()),
        committed_at: i64::try_from(position).unwrap(),
        actor: "anna".into(),
        causation: None,
        correlation: None,
        traceparent: None,
        events: vec![NewEvent {
            stream: format!("site-{}", position % 7),
            expected: Expected::Any,
            kind: "site.suspended".into(),
            schema: 1,
            data: data.into(),
        }],
    }
}

impl World {
    pub(crate) async fn in_process() -> World {
        let bus = Bus::in_process();
        World { owner: bus.clone(), other: bus, ledger: Ledger::new(), server: None }
    }

    pub(crate) async fn over_nats() -> World {
        let server = NatsServer::start().await.unwrap();
        let owner = Bus::nats(&server.url(), "owner").await.unwrap();
        let other = Bus::nats(&server.url(), "other").await.unwrap();
        World { owner, other, ledger: Ledger::new(), server: Some(server) }
    }

    pub(crate) fn server(&mut self) -> &mut NatsServer {
        self.server.as_mut().unwrap()
    }

    /// The owner offers its log, without anything for outsiders.
    pub(crate) async fn offer(&self) {
        self.offer_described(Describe::default()).await.unwrap();
    }

    pub(crate) async fn offer_described(&self, describe: Describe) -> Result<(), OfferError> {
        self.owner.offer_log(BILLER, self.ledger.source(), describe).await
    }

    /// Somebody else follows the log under this name, having applied so much.
    pub(crate) async fn follower(&self, durable: &str, applied: Position) -> Follower {
        let feed = self.other.follow(BILLER, durable).await.unwrap();
        Follower { feed, applied }
    }
}

/// Everything an outsider is told: `site.suspended`, the event's bytes and its stream.
pub(crate) fn told_as(form: &'static str) -> Description {
    Arc::new(move |event: &Recorded| {
        let message = Message::new(event.event.data.clone())
            .with_header("ce-subject", &event.event.stream)
            .with_header("form", form);
        Ok(Some(EventMessage { noun: "site".into(), verb: "suspended".into(), message }))
    })
}

/// One who applies every event once and in order, and reads from the log what the feed left out.
pub(crate) struct Follower {
    pub(crate) feed: Feed,
    pub(crate) applied: Position,
}

impl Follower {
    /// Follows until `position` is applied, and returns what was applied.
    pub(crate) async fn follow_to(&mut self, position: Position) -> Vec<Recorded> {
        let mut applied = Vec::new();
        let following = async {
            while self.applied < position {
                self.take_next(&mut applied).await;
            }
        };
        timeout(PATIENCE, following).await.expect("everything arrives");
        applied
    }

    async fn take_next(&mut self, applied: &mut Vec<Recorded>) {
        for delivery in self.feed.next(self.applied).await.unwrap() {
            self.fill_gap(delivery.block.first_position(), applied).await;
            self.apply(&delivery.block, applied);
            delivery.ack().await;
        }
    }

    async fn fill_gap(&mut self, next: Position, applied: &mut Vec<Recorded>) {
        while self.applied + 1 < next {
            for block in self.feed.read(self.applied + 1, 1 << 20).await.unwrap() {
                self.apply(&block, applied);
            }
        }
    }

    fn apply(&mut self, block: &Block, applied: &mut Vec<Recorded>) {
        let after = self.applied;
        let new = block.events().map(Result::unwrap).filter(|event| event.position > after);
        applied.extend(new);
        self.applied = self.applied.max(block.last_position());
    }
}

/// The positions of these events.
pub(crate) fn positions(events: &[Recorded]) -> Vec<Position> {
    events.iter().map(|event| event.position).collect()
}

/// The first words of an event's body.
pub(crate) fn words(body: &Bytes) -> String {
    String::from_utf8_lossy(body).trim_end_matches('.').to_owned()
}
