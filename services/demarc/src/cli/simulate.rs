//! `demarc simulate`: a year of an operator in minutes. Its people are made up, its core, rules,
//! read models and policies are the product's own.
//!
//! What must stay true: the same options give the same log, hash for hash; the report and the
//! judge read that log, and nothing that was in memory while it was made.

mod door;
mod files;
mod judge;
mod outside;
mod people;
mod plot;
mod report;
mod stage;
mod tally;
#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use domain::biller::Biller;
use event_store::Reader;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;

use crate::{billers, exit::Misused, output::Output};
use judge::{Broken, Judge};
use people::Town;
use stage::Stage;
use tally::Tally;

const EXAMPLES: &str = "\
Examples:
  demarc simulate                                 a year of a small operator
  demarc simulate --accounts 10000 --seed 7       a larger one, the same in every place
  demarc simulate --biller midwest --from 2026-01-01 --to 2026-04-30
  demarc simulate --keep ./year --svg year.svg    keep its data, to look at it with
                                                  demarc serve --data ./year --manual-calendar
  demarc simulate --json                          the report as one document

Nothing is sent to anybody. What it writes is synced once, when the last day is over. The same
options give the same hash. Exit code 1: a promise was broken, and is told with its account.";

/// Bytes of blocks that are read back at once.
const READ_BYTES: usize = 16 << 20;
/// Longest time in days that is simulated.
const DAYS_MAX: i32 = 3_700;

/// Options of `demarc simulate`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Simulate {
    /// The first day
    #[arg(long, value_name = "DATE", default_value = "2026-01-01")]
    from: Date,
    /// The last day
    #[arg(long, value_name = "DATE", default_value = "2026-12-31")]
    to: Date,
    /// How many become customers
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    accounts: usize,
    /// Whose operator it is: another seed gives other customers, who do other things
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The biller's data (default: the shipped biller of that name)
    #[arg(long, value_name = "FILE")]
    biller_file: Option<PathBuf>,
    /// Keep log and keys in this directory, which is empty or not there
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Write the plots to this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug)]
struct Outcome {
    /// The hash of the log's chain.
    hash: String,
    commands: u64,
    tally: Tally,
    /// The first broken promises.
    broken: Vec<Broken>,
    broken_count: u64,
}

/// What is simulated.
#[derive(Clone, Copy, Debug)]
struct Plan {
    from: Date,
    to: Date,
    accounts: usize,
    seed: u64,
}

impl Simulate {
    /// Plays, reports and judges.
    pub(crate) fn run(self, name: &str, output: Output) -> anyhow::Result<()> {
        let Self { from, to, accounts, seed, .. } = self;
        let days = (to - from).get_days();
        if !(0..DAYS_MAX).contains(&days) {
            let told = format!("--to is not before --from, and at most {DAYS_MAX} days after it");
            bail!(Misused(told));
        }
        let biller = match &self.biller_file {
            Some(file) => billers::of_file(file)?,
            None => billers::shipped_one(name)?,
        };
        let scratch = tempfile::tempdir()?;
        let dir = self.keep.as_deref().unwrap_or(scratch.path());
        let began = Instant::now();
        let plan = Plan { from, to, accounts, seed };
        let outcome = play(plan, &biller, dir, &bar(output, days))?;
        outcome.show(output, began.elapsed())?;
        if let Some(file) = &self.svg {
            outcome.draw(file)?;
        }
        ensure!(outcome.broken_count == 0, "{} promises were broken", outcome.broken_count);
        Ok(())
    }
}

/// A bar of days; hidden where there is no terminal.
fn bar(output: Output, days: i32) -> ProgressBar {
    let bar = output.progress(u64::from(days.unsigned_abs()) + 1, "days");
    let style = "{msg} {wide_bar:.green/dim} {pos}/{len} days · {eta} left";
    bar.with_style(ProgressStyle::with_template(style).expect("the template is a constant"))
}

/// Day after day, then the judge.
fn play(
    plan: Plan,
    biller: &Arc<Biller>,
    dir: &Path,
    bar: &ProgressBar,
) -> anyhow::Result<Outcome> {
    let Plan { from, to, accounts, seed } = plan;
    let mut stage = Stage::open(dir, Arc::clone(biller), seed)?;
    let mut town = Town::new(biller, seed, accounts, (from, to))?;
    let began = Instant::now();
    for day in from.series(jiff::Span::new().days(1)).take_while(|day| *day <= to) {
        play_day(&mut stage, &mut town, day).with_context(|| format!("{day} came to no end"))?;
        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        bar.set_message(format!("{day} · {}/s", stage.commands.saturating_mul(1_000) / millis));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let (hash, commands) = (hex(&stage.head().chain.0), stage.commands);
    let outcome = look_back(stage.reader(), biller, hash, commands)?;
    stage.close(dir)?;
    Ok(outcome)
}

/// A day begins, its runs are done, then people and offices do what they do.
fn play_day(stage: &mut Stage, town: &mut Town<'_>, day: Date) -> anyhow::Result<()> {
    stage.set_clock(day, 0)?;
    let open = town.open_day(day);
    stage.send(vec![open], town)?;
    stage.settle(day, town)?;
    stage.set_clock(day, 10)?;
    let wishes = town.act(stage)?;
    stage.send(wishes, town)?;
    stage.settle(day, town)
}

/// Reads the log back: what it came to, and whether every promise was kept.
fn look_back(
    reader: &Reader,
    biller: &Biller,
    hash: String,
    commands: u64,
) -> anyhow::Result<Outcome> {
    let (mut judge, mut tally) = (Judge::new(biller), Tally::new(biller));
    let mut next = 1;
    while next <= reader.head().position {
        for block in reader.read_blocks(next, READ_BYTES)? {
            for recorded in block.events() {
                let recorded = recorded?;
                let event = read_side::decoded(&recorded)?;
                judge.read(&recorded, &event);
                tally.read(&event);
            }
            next = block.last_position() + 1;
        }
    }
    judge.finish();
    tally.finish(&judge);
    let Judge { broken, broken_count, .. } = judge;
    Ok(Outcome { hash, commands, tally, broken, broken_count })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
