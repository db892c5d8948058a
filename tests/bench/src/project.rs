//! Read models: one that is rebuilt beside a bare scan of the same log, and one that follows.

use std::{path::Path, time::Duration};

use crate::{
    options::Options,
    process::{Line, measure as run},
    read::{Depth, scan},
    run::Run,
    stores::Kind,
    table::{Bench, Row},
};

const GROUP: &str = "project";
const ROWS: u64 = 100_000;
const EVENTS: u64 = 1_000_000;
const EVENTS_QUICK: u64 = 200_000;

#[derive(Clone, Copy)]
enum Contestant {
    Scan,
    Rebuild,
}

pub(crate) fn expected(options: &Options) -> Duration {
    let rounds = u32::try_from(options.rounds()).unwrap_or(u32::MAX);
    options.expected(15, 5) + options.expected(10, 3) * rounds
}

pub(crate) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let dir = bench.fresh("project")?;
    let events = bench.options.events(EVENTS, EVENTS_QUICK);
    bench.progress.now("project: writing a log");
    let line = Line::of("write").option("--store", Kind::Log.argument());
    let line = line.option("--clients", 256).option("--streams", ROWS);
    run(&line.option("--events", events).with(&dir))?;
    bench.progress.done(bench.options.expected(10, 3));
    let runs = bench.in_turns(&[Contestant::Scan, Contestant::Rebuild], |bench, contestant| {
        bench.progress.now("project: rebuild");
        match contestant {
            Contestant::Scan => scan(&dir, Depth::Events, false),
            Contestant::Rebuild => rebuild(bench, &dir, None),
        }
    })?;
    let rounds = u32::try_from(bench.options.rounds())?;
    bench.progress.done(bench.options.expected(10, 3) * rounds);
    bench.progress.now("project: follow");
    let follow = rebuild(bench, &dir, Some(events / 4))?;
    bench.progress.done(bench.options.expected(5, 2));
    let [scanned, rebuilt] = runs.as_slice() else { return Ok(()) };
    anyhow::ensure!(rebuilt.count == events, "the log does not hold what was written");
    let row = |what: &str, run: &Run| Row::rate(GROUP, what, "events/s", run);
    let limit = scanned.per_second();
    bench.row(row("scan alone", scanned));
    bench.row(row("rebuild, 100,000 rows", rebuilt).beside("scan alone", limit));
    bench.row(row("follow a writer that does not wait", &follow).beside("scan alone", limit));
    std::fs::remove_dir_all(dir)?;
    Ok(())
}

/// Fills a new read model from the log; `follow` more events are then appended and followed.
pub(crate) fn rebuild(bench: &Bench, log: &Path, follow: Option<u64>) -> anyhow::Result<Run> {
    let model = bench.fresh("model")?;
    let line = Line::of("project").with("--model").with(&model).option("--streams", ROWS);
    let line = match follow {
        Some(events) => line.option("--follow", events),
        None => line,
    };
    let measured = run(&line.with(log))?;
    std::fs::remove_dir_all(model)?;
    Ok(measured)
}
