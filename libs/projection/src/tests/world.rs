//! One biller's log, the bus, a core that answers commands, and a post office for effects.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bus::{Bus, Describe, Endpoint, LogSource, Message, Serving};
use bytes::Bytes;
use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options, Position};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::watch;

use super::library::Library;
use crate::{Fault, Handle, Limits, OpenEffect, PerformError, Performer, Report, Rows};
use crate::{RunnerConfig, Status};

pub(super) const BILLER: &str = "acme";

pub(super) struct World {
    pub(super) temp: tempfile::TempDir,
    pub(super) bus: Bus,
    pub(super) log: Arc<Ledger>,
    pub(super) core: Arc<Core>,
    pub(super) post: Arc<Post>,
    pub(super) clock: Arc<AtomicI64>,
    pub(super) model: Arc<Library>,
    core_serving: Mutex<Option<Serving>>,
}

/// The log, and the news that it grew.
pub(super) struct Ledger {
    log: Mutex<Log>,
    head: watch::Sender<Position>,
    next_id: AtomicU64,
}

impl Ledger {
    pub(super) fn open(dir: &std::path::Path) -> Ledger {
        let options = Options { spill_events: 1 << 20, ..Options::default() };
        let log = Log::open(dir, BILLER, options).unwrap();
        let head = watch::Sender::new(log.reader().head().position);
        Ledger { log: Mutex::new(log), head, next_id: AtomicU64::new(1) }
    }

    pub(super) fn source(&self) -> LogSource {
        let reader = self.log.lock().unwrap().reader();
        LogSource { reader, head: self.head.subscribe() }
    }

    /// One block of records with one event each.
    pub(super) fn append(&self, events: &[(&str, &str, &str)]) -> Position {
        let records = events.iter().map(|event| (self.fresh_id(), *event));
        self.write(records.map(|(id, event)| record(id, event)).collect())
    }

    fn fresh_id(&self) -> CommandId {
        let number = self.next_id.fetch_add(1, Ordering::Relaxed);
        CommandId((u128::from(number) << 64).to_be_bytes())
    }

    fn write(&self, records: Vec<NewRecord>) -> Position {
        let mut log = self.log.lock().unwrap();
        log.append(records).unwrap();
        let head = log.reader().head().position;
        self.head.send_replace(head);
        head
    }
}

fn record(command_id: CommandId, (stream, kind, data): (&str, &str, &str)) -> NewRecord {
    let event = NewEvent {
        stream: stream.into(),
        expected: Expected::Any,
        kind: kind.into(),
        schema: 1,
        data: Bytes::copy_from_slice(data.as_bytes()),
    };
    NewRecord {
        command_id,
        committed_at: 1_700_000_000_000_000,
        actor: "reader".into(),
        causation: None,
        correlation: None,
        traceparent: None,
        events: vec![event],
    }
}

/// Answers commands. What it accepts it writes to the log, under the command's id.
pub(super) struct Core {
    log: Arc<Ledger>,
    /// What it answers; only `accepted` is written.
    pub(super) outcome: Mutex<&'static str>,
    /// How often each command id arrived, with the body it had.
    pub(super) asked: Mutex<HashMap<String, (u32, Message)>>,
}

impl Core {
    fn answer(&self, subject: &str, message: Message) -> Message {
        assert_eq!(subject.split('.').nth(3), Some("book"), "{subject}");
        let outcome = *self.outcome.lock().unwrap();
        let text = message.headers.get("demarc-command-id").unwrap().to_owned();
        let body = String::from_utf8(message.body.to_vec()).unwrap();
        self.asked.lock().unwrap().entry(text.clone()).or_insert((0, message)).0 += 1;
        if outcome == "accepted" {
            self.log.write(vec![record(text.parse().unwrap(), ("book-lent", "lent", &body))]);
        }
        Message::default()
            .with_header("demarc-outcome", outcome)
            .with_header("demarc-code", "book.odd")
            .with_header("demarc-reason", "odd book")
    }

    /// How many commands arrived, and how many of them more than once.
    pub(super) fn counts(&self) -> (usize, usize) {
        let asked = self.asked.lock().unwrap();
        (asked.len(), asked.values().filter(|(times, _)| *times > 1).count())
    }
}

/// Performs mails, after as many failures as it was told, while it does not hang.
#[derive(Default)]
pub(super) struct Post {
    pub(super) hangs: watch::Sender<bool>,
    pub(super) failures: AtomicU64,
    pub(super) sent: Mutex<Vec<OpenEffect>>,
}

impl Performer for Post {
    fn perform<'a>(
        &'a self,
        effect: &'a OpenEffect,
    ) -> BoxFuture<'a, Result<Report, PerformError>> {
        async move {
            let answers = self.hangs.subscribe().wait_for(|hangs| !hangs).await.map(drop);
            answers.expect("the post outlives whoever asks it");
            let left = self.failures.load(Ordering::Relaxed);
            if left > 0 {
                self.failures.store(left - 1, Ordering::Relaxed);
                return Err(PerformError::new("the post office is closed"));
            }
            self.sent.lock().unwrap().push(effect.clone());
            let (noun, verb) = ("book".to_owned(), "note_mail".to_owned());
            Ok(Report { noun, verb, body: effect.body.clone() })
        }
        .boxed()
    }
}

impl World {
    pub(super) async fn new() -> World {
        World::on(Bus::in_process()).await
    }

    pub(super) async fn on(bus: Bus) -> World {
        let temp = tempfile::tempdir().unwrap();
        let log = Arc::new(Ledger::open(&temp.path().join("log")));
        bus.offer_log(BILLER, log.source(), Describe::default()).await.unwrap();
        let (outcome, asked) = (Mutex::new("accepted"), Mutex::default());
        let core = Arc::new(Core { log: Arc::clone(&log), outcome, asked });
        let clock = Arc::new(AtomicI64::new(1_000_000));
        let (post, model) = (Arc::default(), Library::of_version(1));
        World { temp, bus, log, core, post, clock, model, core_serving: Mutex::default() }
    }

    /// From now on commands are answered.
    pub(super) async fn open_core(&self) {
        let endpoint = Endpoint {
            service: "core".into(),
            version: "1.0.0".into(),
            description: "Decides.".into(),
            subject: bus::subject::commands(BILLER),
            queue_group: "core".into(),
        };
        let core = Arc::clone(&self.core);
        let serving = self.bus.serve(
            endpoint,
            Arc::new(move |subject, message| {
                let core = Arc::clone(&core);
                async move { core.answer(&subject, message) }.boxed()
            }),
        );
        *self.core_serving.lock().unwrap() = Some(serving.await.unwrap());
    }

    pub(super) fn dir(&self) -> PathBuf {
        self.temp.path().join("read-model")
    }

    pub(super) fn config(&self) -> RunnerConfig {
        let clock = Arc::clone(&self.clock);
        let limits = Limits { retry_min: Duration::from_millis(1), ..Limits::default() };
        RunnerConfig {
            storage: Arc::new(storage::Os),
            dir: self.dir(),
            biller: BILLER.into(),
            bus: self.bus.clone(),
            model: self.model.clone(),
            performer: Some(self.post.clone()),
            actor: "library".into(),
            clock: Arc::new(move || clock.load(Ordering::Relaxed)),
            limits,
        }
    }

    pub(super) async fn start(&self) -> Handle {
        crate::start(self.config()).await.unwrap()
    }

    pub(super) fn advance(&self, micros: i64) {
        self.clock.fetch_add(micros, Ordering::Relaxed);
    }

    /// What any read model that has seen the whole log must contain.
    pub(super) fn fresh_fold(&self) -> crate::InMemory {
        let mut fold = crate::InMemory::new(self.model.clone());
        let reader = self.log.source().reader;
        let blocks = reader.read_blocks(1, usize::MAX).unwrap();
        for event in blocks.iter().flat_map(event_store::Block::events) {
            fold.apply(&event.unwrap()).unwrap();
        }
        fold
    }

    pub(super) fn head(&self) -> Position {
        *self.log.head.borrow()
    }
}

/// The state that satisfies `enough`, or a failure that shows the state after thirty seconds.
pub(super) async fn until(handle: &Handle, enough: impl Fn(&Status) -> bool) -> Status {
    for _ in 0..6000 {
        let status = handle.status();
        if enough(&status) {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("not reached: {:#?}", handle.status());
}

/// All rows, a line each.
pub(super) fn dump(handle: &Handle) -> String {
    handle.query(lines).unwrap()
}

/// The same, of a read model that has folded the whole log in memory.
pub(super) fn fold(world: &World) -> String {
    lines(world.fresh_fold().rows()).unwrap()
}

pub(super) fn lines(rows: &Rows<'_>) -> Result<String, Fault> {
    let line = |(key, value): (Vec<u8>, Vec<u8>)| {
        format!("{} {}\n", key.escape_ascii(), value.escape_ascii())
    };
    Ok(rows.dump()?.into_iter().map(line).collect())
}
