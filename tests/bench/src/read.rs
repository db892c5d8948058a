//! Reading: scans from a cold and a warm cache beside a bare read of the same files, and streams.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use clap::{Args, ValueEnum};
use event_store::{Block, Reader};

use crate::{
    commands::mix,
    disk, facts,
    options::Options,
    process::{Line, measure as run},
    run::{Run, memory_max},
    stores::open_log,
    table::{Bench, Row},
};

const GROUP: &str = "read";
const EVENTS: u64 = 2_000_000;
const EVENTS_QUICK: u64 = 200_000;
/// Streams that are read.
const STREAMS: u64 = 5_000;
const STREAMS_QUICK: u64 = 1_000;
/// Bytes that are read at once.
const BATCH_BYTES: usize = 4 << 20;

/// How far the bytes are looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Depth {
    /// The files alone, as `cat` reads them: the limit.
    File,
    /// Whole blocks with their checksums and counts.
    Blocks,
    /// Every event, its data still opaque.
    Events,
    /// Every event as a fact of the domain.
    Facts,
}

impl Depth {
    const ALL: [Self; 4] = [Self::File, Self::Blocks, Self::Events, Self::Facts];

    fn name(self) -> &'static str {
        match self {
            Self::File => "the files alone",
            Self::Blocks => "scan, raw blocks",
            Self::Events => "scan, events",
            Self::Facts => "scan, typed facts",
        }
    }

    pub(crate) fn argument(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// Options of a scan.
#[derive(Args)]
pub(crate) struct Scan {
    dir: PathBuf,
    #[arg(long)]
    depth: Depth,
    /// Take the files out of the page cache first.
    #[arg(long)]
    cold: bool,
}

/// Options of reading streams.
#[derive(Args)]
pub(crate) struct Streams {
    dir: PathBuf,
    #[arg(long)]
    count: u64,
    #[arg(long)]
    accounts: u64,
    #[arg(long)]
    cold: bool,
}

pub(crate) fn expected(options: &Options) -> Duration {
    let rounds = u32::try_from(options.rounds()).unwrap_or(u32::MAX);
    options.expected(10, 2) + options.expected(18, 5) * rounds
}

pub(crate) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let rounds = u32::try_from(bench.options.rounds())?;
    let dir = bench.fresh("read")?;
    let events = bench.options.events(EVENTS, EVENTS_QUICK);
    bench.progress.now("read: writing a log of real events");
    facts::write(&dir, "bench", events)?;
    bench.progress.done(bench.options.expected(10, 2));
    for (cold, state) in [(true, "cold"), (false, "warm")] {
        let runs = bench.in_turns(&Depth::ALL, |bench, depth| {
            bench.progress.now(format!("read: {}, {state}", depth.name()));
            scan(&dir, depth, cold)
        })?;
        let limit = runs[0].per_second();
        for (depth, measured) in Depth::ALL.into_iter().zip(&runs) {
            let found = measured.count;
            anyhow::ensure!(found == events, "{found} of {events} events were read");
            let row = Row::rate(GROUP, format!("{}, {state}", depth.name()), "events/s", measured);
            bench.row(match depth {
                Depth::File => row,
                Depth::Blocks | Depth::Events | Depth::Facts => {
                    row.beside(format!("{}, {state}", Depth::File.name()), limit)
                }
            });
        }
        let [file, ..] = runs.as_slice() else { continue };
        // What is read ahead can be more than was asked for.
        let from_disk = (file.from_disk * 100 / file.bytes.max(1)).min(100);
        bench.row(Row::new(GROUP, format!("read from the disk, {state}"), from_disk, "% of bytes"));
        bench.progress.done(bench.options.expected(8, 2) * rounds);
    }
    measure_streams(bench, &dir, events.div_ceil(facts::EVENTS_OF_ACCOUNT))?;
    bench.progress.done(bench.options.expected(2, 1) * rounds);
    std::fs::remove_dir_all(dir)?;
    Ok(())
}

fn measure_streams(bench: &mut Bench, dir: &Path, accounts: u64) -> anyhow::Result<()> {
    let runs = bench.in_turns(&[true, false], |bench, cold| {
        bench.progress.now("read: streams");
        let count = bench.options.events(STREAMS, STREAMS_QUICK);
        let line = Line::of("streams").option("--count", count).option("--accounts", accounts);
        run(&if cold { line.with("--cold") } else { line }.with(dir))
    })?;
    let [cold, warm] = runs.as_slice() else { return Ok(()) };
    let warm_rate = warm.per_second();
    let row = |what: &str, of| Row::rate(GROUP, what, "streams/s", of);
    bench.row(row("streams, cold", cold).beside("streams, warm", warm_rate));
    bench.row(row("streams, warm", warm));
    Ok(())
}

/// Scans a log in a process of its own.
pub(crate) fn scan(dir: &Path, depth: Depth, cold: bool) -> anyhow::Result<Run> {
    let line = Line::of("scan").option("--depth", depth.argument());
    run(&if cold { line.with("--cold") } else { line }.with(dir))
}

impl Scan {
    pub(crate) fn run(self) -> anyhow::Result<Run> {
        let reader = open_log(&self.dir)?.reader();
        let journal = self.dir.join("journal");
        let mut files = Vec::new();
        for path in disk::files(&journal)? {
            files.push((disk::length_in_use(&path)?, path));
        }
        if self.cold {
            disk::drop_from_cache(&self.dir)?;
        }
        let before = disk::read_from_disk();
        let began = Instant::now();
        let count = match self.depth {
            Depth::File => read_files(&files).map(|()| reader.head().position)?,
            Depth::Blocks => scan_blocks(&reader, |_| Ok(()))?,
            Depth::Events => scan_blocks(&reader, each_event)?,
            Depth::Facts => scan_blocks(&reader, each_fact)?,
        };
        let run = Run::since(began, count);
        let bytes = files.iter().map(|(length, _)| length).sum();
        let from_disk = disk::read_from_disk() - before;
        Ok(Run { bytes, from_disk, memory_max: memory_max("self"), ..run })
    }
}

fn read_files(files: &[(u64, PathBuf)]) -> anyhow::Result<()> {
    let mut chunk = vec![0; 1 << 20];
    for (length, path) in files {
        let mut file = File::open(path)?.take(*length);
        while file.read(&mut chunk)? > 0 {}
    }
    Ok(())
}

/// Goes through the whole log and gives its last position.
fn scan_blocks(
    reader: &Reader,
    look: impl Fn(&Block) -> anyhow::Result<()>,
) -> anyhow::Result<u64> {
    let mut position = 0;
    loop {
        let blocks = reader.read_blocks(position + 1, BATCH_BYTES)?;
        let Some(last) = blocks.last() else { return Ok(position) };
        position = last.last_position();
        blocks.iter().try_for_each(&look)?;
    }
}

fn each_event(block: &Block) -> anyhow::Result<()> {
    for event in block.events() {
        std::hint::black_box(event?);
    }
    Ok(())
}

fn each_fact(block: &Block) -> anyhow::Result<()> {
    for event in block.events() {
        let event = event?.event;
        std::hint::black_box(contract::decode(&event.kind, &event.data)?);
    }
    Ok(())
}

impl Streams {
    pub(crate) fn run(self) -> anyhow::Result<Run> {
        let reader = open_log(&self.dir)?.reader();
        if self.cold {
            disk::drop_from_cache(&self.dir)?;
        } else {
            self.read(&reader)?;
        }
        let before = disk::read_from_disk();
        let began = Instant::now();
        self.read(&reader)?;
        let run = Run::since(began, self.count);
        Ok(Run { from_disk: disk::read_from_disk() - before, ..run })
    }

    fn read(&self, reader: &Reader) -> anyhow::Result<()> {
        for n in 0..self.count {
            let stream = facts::account_id(mix(n) % self.accounts);
            anyhow::ensure!(!reader.read_stream(&stream, 1, 100)?.is_empty(), "{stream} is empty");
        }
        Ok(())
    }
}
