//! Ten million events in a million streams: what is left of the rate when nothing is new any more,
//! what it takes on the disk and in memory, and how the log opens after `kill -9`.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::Stdio,
    time::Duration,
};

use anyhow::Context as _;

use crate::{
    commands::PAYLOAD_BYTES,
    disk,
    options::Options,
    process::{Line, Running, measure as run},
    project,
    read::{Depth, scan},
    run::Run,
    stores::Kind,
    table::{Bench, Row},
};

const GROUP: &str = "sustained";
const EVENTS: u64 = 10_000_000;
const EVENTS_QUICK: u64 = 500_000;
const BURST: u64 = 500_000;
const BURST_CLIENTS: [u64; 3] = [16, 256, 1024];
const FILL_CLIENTS: [u64; 2] = [1024, 256];
/// Clients that are measured on top of the full log, because filling it would take them too long.
const LATE_CLIENTS: [u64; 3] = [1, 16, 64];
const LATE: Duration = Duration::from_secs(20);
/// What a burst into both stores takes, and killing and opening.
const BURST_TIME: Duration = Duration::from_secs(10);
const KILL_TIME: Duration = Duration::from_secs(8);
const MIB: u64 = 1 << 20;
const STORES: [Kind; 2] = [Kind::PlainFile, Kind::Log];

pub(crate) fn expected(options: &Options) -> Duration {
    options.expected(460, 25)
}

pub(crate) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let events = bench.options.events(EVENTS, EVENTS_QUICK);
    if events > BURST {
        for clients in BURST_CLIENTS {
            let runs = fill(bench, BURST, clients)?;
            bench.progress.done(BURST_TIME);
            rows(bench, format!("{} from empty", millions(BURST)), clients, &runs);
        }
    }
    for clients in FILL_CLIENTS {
        let runs = fill(bench, events, clients)?;
        bench.progress.done(bench.options.expected(100, 6));
        rows(bench, format!("{} from empty", millions(events)), clients, &runs);
    }
    let [plain, log] = STORES.map(|store| bench.dir.join(store.argument()));
    size_rows(bench, &log, events)?;
    let late = late(bench, events)?;
    kill(bench, &log, events + late)?;
    read_rows(bench, &log)?;
    std::fs::remove_dir_all(plain)?;
    std::fs::remove_dir_all(log)?;
    Ok(())
}

/// Fills both stores from empty; they stay.
fn fill(bench: &Bench, events: u64, clients: u64) -> anyhow::Result<Vec<Run>> {
    let filled = STORES.into_iter().map(|store| {
        bench.progress.now(format!("sustained: {}, {clients} clients", store.name()));
        let dir = bench.fresh(&store.argument())?;
        run(&write(bench, store, clients, &dir).option("--events", events))
    });
    filled.collect()
}

fn write(bench: &Bench, store: Kind, clients: u64, dir: &Path) -> Line {
    Line::of("write")
        .option("--store", store.argument())
        .option("--clients", clients)
        .option("--streams", bench.options.streams)
        .with(dir)
}

fn rows(bench: &mut Bench, what: String, clients: u64, runs: &[Run]) {
    let [plain, log] = runs else { return };
    let row = |store: Kind, run: &Run| {
        let what = format!("{}: {what}", store.name());
        Row::rate(GROUP, what, "events/s", run).clients(clients).series(run)
    };
    bench.row(row(Kind::PlainFile, plain));
    let limit = plain.per_second();
    bench.row(row(Kind::Log, log).beside(Kind::PlainFile.name(), limit));
    let memory = Row::new(
        GROUP,
        format!("{}: {what}: memory", Kind::Log.name()),
        log.memory_max / MIB,
        "MiB at most",
    );
    bench.row(memory.clients(clients));
}

fn size_rows(bench: &mut Bench, log: &Path, events: u64) -> anyhow::Result<()> {
    let all = disk::bytes_in_use(log)?;
    let journal = disk::bytes_in_use(&log.join("journal"))?;
    let rest = all - journal;
    let row = |what: &str, bytes: u64| {
        Row::new(GROUP, what, bytes / events, "bytes/event").beside("payload", PAYLOAD_BYTES)
    };
    bench.row(row("journal, without room at its end", journal));
    bench.row(row("index and the rest", rest));
    bench.row(row("together", all));
    bench.row(row("together, as du counts", disk::bytes_allocated(log)?));
    Ok(())
}

/// Few clients on top of the full log; gives how many events they added.
fn late(bench: &mut Bench, events: u64) -> anyhow::Result<u64> {
    let time = if bench.options.quick { bench.options.time() } else { LATE };
    let mut added = [0; 2];
    for clients in LATE_CLIENTS {
        let mut runs = Vec::new();
        for (store, added) in STORES.into_iter().zip(&mut added) {
            bench.progress.now(format!("sustained: {}, {clients} clients", store.name()));
            let dir = bench.dir.join(store.argument());
            let line = write(bench, store, clients, &dir).option("--millis", time.as_millis());
            let measured = run(&line.option("--after", events + *added))?;
            *added += measured.count;
            runs.push(measured);
            bench.progress.done(time);
        }
        rows(bench, format!("on top of {}", millions(events)), clients, &runs);
    }
    Ok(added[1])
}

/// Kills the writer while it writes, and opens what it left.
fn kill(bench: &mut Bench, log: &Path, after: u64) -> anyhow::Result<()> {
    bench.progress.now("sustained: kill -9, then open");
    let line = write(bench, Kind::Log, 256, log).with("--tell").option("--after", after);
    let mut writer = Running::start(line.command()?.stdout(Stdio::piped()))?;
    let lines = BufReader::new(writer.stdout().context("standard output is piped")?).lines();
    let mut acknowledged = 0;
    for line in lines.take(bench.options.events(5, 1).try_into()?) {
        acknowledged = line?.parse()?;
    }
    writer.kill();
    let opened = run(&Line::of("open").with(log))?;
    let (found, said) = (opened.count, after + acknowledged);
    anyhow::ensure!(found >= said, "{found} events are there, {said} were acknowledged");
    let what = format!("open after kill -9, {} events", millions(found));
    bench.row(Row::new(GROUP, what, opened.micros / 1000, "ms"));
    bench.row(Row::new(GROUP, "open: memory", opened.memory_max / MIB, "MiB at most"));
    bench.progress.done(KILL_TIME);
    Ok(())
}

fn read_rows(bench: &mut Bench, log: &Path) -> anyhow::Result<()> {
    bench.progress.now("sustained: scan and rebuild");
    let scanned = scan(log, Depth::Blocks, true)?;
    bench.row(Row::rate(GROUP, "scan, raw blocks, cold", "events/s", &scanned));
    bench.row(Row::new(GROUP, "scan: memory", scanned.memory_max / MIB, "MiB at most"));
    let rebuilt = project::rebuild(bench, log, None)?;
    let what = format!("rebuild, {} rows", millions(bench.options.streams));
    bench.row(Row::rate(GROUP, what, "events/s", &rebuilt));
    bench.row(Row::new(GROUP, "rebuild: memory", rebuilt.memory_max / MIB, "MiB at most"));
    bench.progress.done(bench.options.expected(80, 5));
    Ok(())
}

/// A large number for people: `10.0 M`.
fn millions(count: u64) -> String {
    format!("{}.{} M", count / 1_000_000, count % 1_000_000 / 100_000)
}
