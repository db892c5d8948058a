//! How fast a read model follows and rebuilds, next to a bare scan of the same log.
//!
//! One row is read, changed and written per event, 300 bytes each, over `STREAMS` rows.
//! `cargo bench -p projection -- [events]`

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bus::{Bus, Describe, LogSource};
use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options, Position, Recorded};
use projection::{Fault, Handle, Limits, ReadModel, Rows, RunnerConfig, Table};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

const STREAMS: u64 = 100_000;
const GROUP: u64 = 256;
const ROUNDS: usize = 3;
const ACCOUNTS: Table = Table::new(b'a');

#[derive(Default, Serialize, Deserialize)]
struct Account {
    events: u64,
    bytes: u64,
    last_position: u64,
    last_kind: String,
}

struct Accounts;

impl ReadModel for Accounts {
    fn name(&self) -> &'static str {
        "accounts"
    }

    fn version(&self) -> u32 {
        1
    }

    fn apply(&self, event: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
        rows.upsert(ACCOUNTS, event.event.stream.as_bytes(), |account: &mut Account| {
            account.events += 1;
            account.bytes += event.event.data.len() as u64;
            account.last_position = event.position;
            event.event.kind.as_ref().clone_into(&mut account.last_kind);
        })
    }
}

fn record(number: u64) -> NewRecord {
    // A multiplicative hash: neighbours in time are not neighbours in the key order.
    let stream = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % STREAMS;
    let event = NewEvent {
        stream: format!("account-{stream:018}"),
        expected: Expected::Any,
        kind: "account.charged".into(),
        schema: 1,
        data: vec![b'x'; 300].into(),
    };
    NewRecord {
        command_id: CommandId(u128::from(number).to_be_bytes()),
        committed_at: 1_700_000_000_000_000,
        actor: "bench".into(),
        causation: None,
        correlation: None,
        traceparent: None,
        events: vec![event],
    }
}

fn append(log: &mut Log, head: &watch::Sender<Position>, events: std::ops::Range<u64>) {
    let mut next = events.start;
    while next < events.end {
        let end = events.end.min(next + GROUP);
        log.append((next..end).map(record).collect()).expect("the log takes events");
        head.send_replace(end);
        next = end;
    }
}

async fn start(dir: &Path, bus: &Bus) -> Handle {
    let config = RunnerConfig {
        storage: Arc::new(storage::Os),
        dir: dir.to_owned(),
        biller: "bench".into(),
        bus: bus.clone(),
        model: Arc::new(Accounts),
        performer: None,
        actor: "bench".into(),
        clock: Arc::new(|| 0),
        limits: Limits::default(),
    };
    projection::start(config).await.expect("a new directory opens")
}

fn scan(source: &LogSource) -> Duration {
    let began = Instant::now();
    let (mut position, mut bytes) = (0, 0);
    loop {
        let blocks = source.reader.read_blocks(position + 1, 4 << 20).expect("the log is read");
        let Some(last) = blocks.last() else { break };
        position = last.last_position();
        for event in blocks.iter().flat_map(event_store::Block::events) {
            bytes += event.expect("the log is decoded").event.data.len();
        }
    }
    assert!(bytes > 0);
    began.elapsed()
}

fn per_second(events: u64, took: Duration) -> u128 {
    u128::from(events) * 1_000_000 / took.as_micros().max(1)
}

#[tokio::main]
async fn main() {
    let events = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(1_000_000);
    let temp = tempfile::tempdir().expect("there is a temporary directory");
    let mut log =
        Log::open(&temp.path().join("log"), "bench", Options::default()).expect("a new log opens");
    let head = watch::Sender::new(0);
    let source = LogSource { reader: log.reader(), head: head.subscribe() };
    let bus = Bus::in_process();
    bus.offer_log("bench", source.clone(), Describe::default()).await.expect("bench is a name");
    append(&mut log, &head, 0..events);

    let mut lines = Vec::new();
    for round in 0..ROUNDS {
        let bare = scan(&source);
        let dir = temp.path().join(format!("model-{round}"));
        let began = Instant::now();
        let handle = start(&dir, &bus).await;
        handle.caught_up(events).await.expect("nothing faults");
        let rebuilt = began.elapsed();
        handle.shutdown().await;
        std::fs::remove_dir_all(&dir).expect("the directory is ours");
        lines.push((bare, rebuilt));
    }
    lines.sort_by_key(|(_, rebuilt)| *rebuilt);
    let (bare, rebuilt) = lines[ROUNDS / 2];

    let handle = start(&temp.path().join("live"), &bus).await;
    handle.caught_up(events).await.expect("nothing faults");
    let more = events / 4;
    let began = Instant::now();
    let writer = std::thread::spawn(move || append(&mut log, &head, events..events + more));
    handle.caught_up(events + more).await.expect("nothing faults");
    let live = began.elapsed();
    writer.join().expect("the writer does not panic");
    handle.shutdown().await;

    let rate =
        |name, took, events| format!("{name:<28} {:>10} events/s\n", per_second(events, took));
    let table = [
        rate("bare scan of the log", bare, events),
        rate("rebuild from nothing", rebuilt, events),
        rate("live, while it is appended", live, more),
    ];
    let ratio = rebuilt.as_micros() * 10 / bare.as_micros().max(1);
    let text = format!("{}a rebuild takes {}.{} scans\n", table.concat(), ratio / 10, ratio % 10);
    std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()).expect("stdout is open");
}
