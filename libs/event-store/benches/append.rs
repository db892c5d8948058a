//! Durable appends: the log next to a plain file that writes and syncs as many bytes.
//!
//! Both are fed by the same group-commit queue: one writer thread takes everything that waits, and
//! closed-loop clients wait for their answer before they send again. 300-byte payloads, one event
//! per command, random command ids, 100,000 streams, hash chain and index included. The log's time
//! ends when its index has caught up, too.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::collections::VecDeque;
use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use event_store::{Appended, CommandId, Expected, Log, NewEvent, NewRecord, Options, Reader};

const STREAMS: u64 = 100_000;
const PAYLOAD: [u8; 300] = [b'x'; 300];
const HELP: &str = "\
usage: append [--seconds N] [--rounds N] [--clients N]... [--dir DIR] [--ordered-ids] [--json]
  --seconds N     of one measurement, default 10
  --rounds N      alternating rounds; the median counts, default 3
  --clients N     closed-loop clients; may be given more than once, default 1 and 256
  --dir DIR       where to write, default target/append-bench
  --ordered-ids   command ids grow with time, like UUIDv7, instead of being random
  --json          one JSON object per line instead of a table
";

struct Args {
    seconds: u64,
    rounds: usize,
    clients: Vec<usize>,
    dir: PathBuf,
    ordered: bool,
    json: bool,
}

/// What one measurement gave.
#[derive(Clone, Copy)]
struct Measured {
    per_second: u64,
    p50: Duration,
    p99: Duration,
    max: Duration,
    journal_bytes: u64,
    index_bytes: u64,
    replayed: Duration,
    scanned_per_second: u64,
    streams_per_second: u64,
}

/// What waits to be written.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Default)]
struct Waiting {
    records: Vec<NewRecord>,
    closed: bool,
}

impl Queue {
    fn put(&self, records: impl Iterator<Item = NewRecord>) {
        self.waiting.lock().expect("no client panics").records.extend(records);
        self.arrived.notify_one();
    }

    fn close(&self) {
        self.waiting.lock().expect("no client panics").closed = true;
        self.arrived.notify_one();
    }

    /// Everything that waits; nothing once the queue is closed.
    fn take(&self) -> Vec<NewRecord> {
        let waiting = self.waiting.lock().expect("no client panics");
        let idle = |waiting: &mut Waiting| waiting.records.is_empty() && !waiting.closed;
        let mut waiting = self.arrived.wait_while(waiting, idle).expect("no client panics");
        std::mem::take(&mut waiting.records)
    }
}

/// Commands as they come: the same ones for every store.
struct Commands {
    made: u64,
    ordered: bool,
}

impl Commands {
    fn next(&mut self) -> NewRecord {
        self.made += 1;
        let (stream, low) = (mix(self.made) % STREAMS, mix(self.made + (1 << 40)));
        let high = if self.ordered { self.made } else { mix(self.made + (1 << 50)) };
        let mut id = [0; 16];
        id[..8].copy_from_slice(&high.to_be_bytes());
        id[8..].copy_from_slice(&low.to_be_bytes());
        NewRecord {
            command_id: CommandId(id),
            committed_at: i64::try_from(self.made).expect("a bench makes few commands"),
            actor: "agent/alice".to_owned(),
            causation: None,
            correlation: None,
            traceparent: None,
            events: vec![NewEvent {
                stream: format!("account-{stream:018}"),
                expected: Expected::Any,
                kind: "account.renamed".to_owned(),
                schema: 1,
                data: PAYLOAD.to_vec().into(),
            }],
        }
    }
}

fn mix(n: u64) -> u64 {
    let n = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    n ^ (n >> 27)
}

/// Something that makes groups durable; gives how many bytes it wrote.
trait Store {
    fn append(&mut self, group: Vec<NewRecord>) -> Result<u64, Box<dyn Error + Send + Sync>>;
}

impl Store for Log {
    fn append(&mut self, group: Vec<NewRecord>) -> Result<u64, Box<dyn Error + Send + Sync>> {
        let Appended { block, outcomes } = Log::append(self, group)?;
        for outcome in outcomes {
            outcome?;
        }
        Ok(block.map_or(0, |block| block.bytes().len() as u64))
    }
}

/// The limit: the same bytes, appended and synced, and nothing else.
struct PlainFile(File);

impl Store for PlainFile {
    fn append(&mut self, group: Vec<NewRecord>) -> Result<u64, Box<dyn Error + Send + Sync>> {
        let mut bytes = Vec::with_capacity(group.len() * 400 + 60);
        bytes.resize(60, 0);
        for record in &group {
            let event = &record.events[0];
            bytes.extend_from_slice(&record.command_id.0);
            bytes.extend_from_slice(&record.committed_at.to_le_bytes());
            bytes.extend_from_slice(record.actor.as_bytes());
            bytes.extend_from_slice(event.stream.as_bytes());
            bytes.extend_from_slice(event.kind.as_bytes());
            bytes.extend_from_slice(&[0; 12]);
            bytes.extend_from_slice(&event.data);
        }
        self.0.write_all(&bytes)?;
        self.0.sync_data()?;
        Ok(bytes.len() as u64)
    }
}

/// One client thread keeps `slots` commands in flight, each sent again when it was answered.
fn client(
    slots: usize,
    deadline: Instant,
    commands: &mut Commands,
    queue: &Queue,
    answers: &Receiver<usize>,
) {
    queue.put((0..slots).map(|_| commands.next()));
    let mut in_flight = slots;
    while in_flight > 0
        && let Ok(answered) = answers.recv()
    {
        if Instant::now() < deadline {
            queue.put((0..answered).map(|_| commands.next()));
        } else {
            in_flight -= answered;
        }
    }
    queue.close();
}

struct Written {
    events: u64,
    bytes: u64,
    groups: Vec<Duration>,
}

fn write(
    store: &mut dyn Store,
    queue: &Queue,
    answers: &Sender<usize>,
) -> Result<Written, Box<dyn Error + Send + Sync>> {
    let mut written = Written { events: 0, bytes: 0, groups: Vec::new() };
    loop {
        let group = queue.take();
        let answered = group.len();
        if answered == 0 {
            return Ok(written);
        }
        let began = Instant::now();
        written.bytes += store.append(group)?;
        written.groups.push(began.elapsed());
        written.events += answered as u64;
        answers.send(answered)?;
    }
}

fn run(
    mut store: impl Store + Send,
    slots: usize,
    args: &Args,
) -> Result<(Written, Duration), Box<dyn Error + Send + Sync>> {
    let queue = Queue::default();
    let (answers, inbox) = channel();
    let began = Instant::now();
    let deadline = began + Duration::from_secs(args.seconds);
    let mut commands = Commands { made: 0, ordered: args.ordered };
    let written = thread::scope(|scope| {
        let queue = &queue;
        scope.spawn(move || client(slots, deadline, &mut commands, queue, &inbox));
        let written = write(&mut store, queue, &answers);
        drop(answers);
        written
    })?;
    drop(store);
    Ok((written, began.elapsed()))
}

fn measure(written: Written, took: Duration) -> Measured {
    let Written { events, bytes, mut groups } = written;
    groups.sort_unstable();
    let at = |percent: usize| groups[(groups.len() - 1) * percent / 100];
    Measured {
        per_second: rate(events, took),
        p50: at(50),
        p99: at(99),
        max: at(100),
        journal_bytes: bytes / events,
        index_bytes: 0,
        replayed: Duration::ZERO,
        scanned_per_second: 0,
        streams_per_second: 0,
    }
}

fn plain_file(
    dir: &Path,
    slots: usize,
    args: &Args,
) -> Result<Measured, Box<dyn Error + Send + Sync>> {
    let path = dir.join("plain");
    let (written, took) = run(PlainFile(File::create(&path)?), slots, args)?;
    fs::remove_file(path)?;
    Ok(measure(written, took))
}

fn log(dir: &Path, slots: usize, args: &Args) -> Result<Measured, Box<dyn Error + Send + Sync>> {
    let dir = dir.join("log");
    let (written, took) = run(Log::open(&dir, "bench", Options::default())?, slots, args)?;
    let events = written.events;
    let mut measured = measure(written, took);
    measured.index_bytes = bytes_of(&dir.join("index"))? / events;
    let began = Instant::now();
    let log = Log::open(&dir, "bench", Options::default())?;
    measured.replayed = began.elapsed();
    let began = Instant::now();
    let scanned = scan(&log.reader())?;
    measured.scanned_per_second = rate(scanned, began.elapsed());
    let began = Instant::now();
    let read = read_streams(&log.reader())?;
    measured.streams_per_second = rate(read, began.elapsed());
    drop(log);
    fs::remove_dir_all(dir)?;
    Ok(measured)
}

/// Decodes every event.
fn scan(reader: &Reader) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let (mut position, head) = (0, reader.head().position);
    while position < head {
        for block in reader.read_blocks(position + 1, 1 << 20)? {
            for event in block.events() {
                position = event?.position;
            }
        }
    }
    Ok(position)
}

/// Reads whole streams, here and there; gives how many.
fn read_streams(reader: &Reader) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let count = 2000;
    for n in 0..count {
        reader.read_stream(&format!("account-{:018}", mix(n) % STREAMS), 1, 100)?;
    }
    Ok(count)
}

fn rate(count: u64, took: Duration) -> u64 {
    let micros = u64::try_from(took.as_micros()).expect("a bench is short").max(1);
    count * 1_000_000 / micros
}

fn bytes_of(dir: &Path) -> Result<u64, Box<dyn Error + Send + Sync>> {
    let mut bytes = 0;
    let mut dirs = VecDeque::from([dir.to_owned()]);
    while let Some(dir) = dirs.pop_front() {
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            if metadata.is_dir() {
                dirs.push_back(entry.path());
            } else {
                bytes += metadata.len();
            }
        }
    }
    Ok(bytes)
}

fn args() -> Result<Args, Box<dyn Error + Send + Sync>> {
    let mut args = Args {
        seconds: 10,
        rounds: 3,
        clients: Vec::new(),
        dir: PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
        ordered: false,
        json: false,
    };
    let mut given = std::env::args().skip(1);
    while let Some(arg) = given.next() {
        let mut value = || given.next().ok_or(format!("{arg} needs a value\n{HELP}"));
        match arg.as_str() {
            "--seconds" => args.seconds = value()?.parse()?,
            "--rounds" => args.rounds = value()?.parse::<usize>()?.max(1),
            "--clients" => args.clients.push(value()?.parse::<usize>()?.max(1)),
            "--dir" => args.dir = value()?.into(),
            "--ordered-ids" => args.ordered = true,
            "--json" => args.json = true,
            // Cargo says this to every bench.
            "--bench" => {}
            _ => return Err(HELP.into()),
        }
    }
    if args.clients.is_empty() {
        args.clients = vec![1, 256];
    }
    Ok(args)
}

/// What is printed of a measurement: its name and its value.
fn columns(
    store: &str,
    clients: usize,
    measured: &Measured,
    limit: u64,
) -> [(&'static str, String); 12] {
    let micros = |took: Duration| took.as_micros().to_string();
    let per_second = measured.per_second;
    let ratio = format!("{}.{:02}", per_second / limit, per_second * 100 / limit % 100);
    [
        ("store", store.to_owned()),
        ("clients", clients.to_string()),
        ("events_s", per_second.to_string()),
        ("ratio", ratio),
        ("p50_us", micros(measured.p50)),
        ("p99_us", micros(measured.p99)),
        ("max_us", micros(measured.max)),
        ("journal_b", measured.journal_bytes.to_string()),
        ("index_b", measured.index_bytes.to_string()),
        ("reopen_us", micros(measured.replayed)),
        ("scan_s", measured.scanned_per_second.to_string()),
        ("streams_s", measured.streams_per_second.to_string()),
    ]
}

fn print(columns: &[(&str, String)], json: bool) {
    if json {
        let fields = columns.iter().map(|(name, value)| format!("\"{name}\":\"{value}\""));
        println!("{{{}}}", fields.collect::<Vec<_>>().join(","));
    } else {
        println!("{}", columns.iter().map(|(_, value)| format!("{value:>10}")).collect::<String>());
    }
}

fn median(mut rounds: Vec<Measured>) -> Measured {
    rounds.sort_by_key(|measured| measured.per_second);
    rounds[rounds.len() / 2]
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let args = args()?;
    let dir = args.dir.join(format!("append-bench-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let mut headed = args.json;
    for &clients in &args.clients {
        let (mut plain, mut logs) = (Vec::new(), Vec::new());
        for _ in 0..args.rounds {
            plain.push(plain_file(&dir, clients, &args)?);
            logs.push(log(&dir, clients, &args)?);
        }
        let (plain, log) = (median(plain), median(logs));
        let limit = plain.per_second;
        let rows = [("plain", plain), ("log", log)];
        for columns in rows.map(|(store, row)| columns(store, clients, &row, limit)) {
            if !std::mem::replace(&mut headed, true) {
                println!(
                    "{}",
                    columns.iter().map(|(name, _)| format!("{name:>10}")).collect::<String>()
                );
            }
            print(&columns, args.json);
        }
    }
    fs::remove_dir_all(dir)?;
    Ok(())
}
