//! `demarc books export`: the journal, page by page over the API, for another program.
//!
//! What must stay true: an export is written whole or fails; of a range that is over it is the
//! same every time; entries that do not balance are a failure.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use clap::{Args, ValueEnum};
use indicatif::{HumanCount, ProgressBar};
use jiff::civil::Date;
use serde_json::json;
use tempfile::NamedTempFile;

use super::{
    csv::Csv,
    hledger::Hledger,
    journal::{Entry, Range, Reader, Start},
    sums::Sums,
};
use crate::{cli::Context, exit::Misused};

const EXAMPLES: &str = "\
Examples:
  demarc books export --from 2026-11-01 --to 2026-11-30 --out november.journal
  demarc books export --to 2026-11-30 | hledger -f - check --strict
  demarc books export --format csv --out journal.csv

An export for hledger begins with the balances of the day before and ends with assertions of those
of its last day, so each file is whole: do not include two that follow each other in a third.";

/// Options of `demarc books export`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Export {
    /// Entries of this day and later ones; without it, from the first one on
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// Entries up to this day; without it, up to the last one
    #[arg(long, value_name = "DAY")]
    to: Option<Date>,
    /// For which program
    #[arg(long, value_enum, default_value_t = Format::Hledger)]
    format: Format,
    /// Where to write it; without it, on standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// For which program.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A journal of hledger
    Hledger,
    /// Comma-separated values
    Csv,
}

/// How an export is written.
pub(super) trait Form {
    /// What comes first.
    fn begin(&self, out: &mut dyn Write, biller: &str, range: Range) -> io::Result<()>;
    /// What stood in the books before the first entry.
    fn opening(&self, out: &mut dyn Write, on: Date, opening: &Sums) -> anyhow::Result<()>;
    /// One entry.
    fn entry(&self, out: &mut dyn Write, entry: &Entry) -> io::Result<()>;
    /// What stands in the books after the last one.
    fn end(&self, out: &mut dyn Write, on: Date, sums: &Sums) -> anyhow::Result<()>;
}

/// What is being written.
struct Writing<'a> {
    form: &'a dyn Form,
    out: &'a mut dyn Write,
    range: Range,
    sums: Sums,
    entries: u64,
    last: Option<Date>,
}

impl Export {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let range = Range { from: self.from, to: self.to };
        let is_backwards = matches!((self.from, self.to), (Some(from), Some(to)) if from > to);
        ensure!(!is_backwards, Misused("--from must not be after --to".to_owned()));
        let form: &dyn Form = match self.format {
            Format::Hledger => &Hledger,
            Format::Csv => &Csv,
        };
        let Some(path) = &self.out else {
            let mut out = BufWriter::new(io::stdout());
            write(context, form, range, &mut out).await?;
            return Ok(out.flush()?);
        };
        let directory = path.parent().filter(|it| !it.as_os_str().is_empty());
        let file = NamedTempFile::new_in(directory.unwrap_or(Path::new(".")));
        let file = file.with_context(|| format!("{} cannot be written", path.display()))?;
        let mut out = BufWriter::new(file);
        let entries = write(context, form, range, &mut out).await?;
        let file = out.into_inner().context("the export could not be written")?;
        file.persist(path).with_context(|| format!("{} cannot be written", path.display()))?;
        if context.output.is_json() {
            let document = json!({ "file": path, "entries": entries, "total": 0 });
            return Ok(context.output.document(&document)?);
        }
        let count = HumanCount(entries);
        Ok(context.output.line(format!("{count} entries that balance in {}", path.display()))?)
    }
}

/// Writes the entries of the range; how many.
async fn write(
    context: &Context,
    form: &dyn Form,
    range: Range,
    out: &mut dyn Write,
) -> anyhow::Result<u64> {
    let start = Start::find(&context.client, range).await?;
    let mut reader = Reader::begin(&context.client, range, &start).await?;
    form.begin(out, &context.biller, range)?;
    let sums = start.opening.clone();
    let mut writing = Writing { form, out, range, sums, entries: 0, last: None };
    let bar = context.output.progress(0, "entries");
    let mut first = None;
    loop {
        let entries = reader.page().await?;
        let (Some(begin), Some(end)) = (entries.first(), entries.last()) else { break };
        let begin = *first.get_or_insert(begin.position);
        advance(&bar, begin, end.position, reader.until());
        entries.iter().try_for_each(|entry| writing.take(entry))?;
    }
    bar.finish_and_clear();
    writing.finish()
}

/// Positions stand for entries: how many of those there are, nobody has counted.
fn advance(bar: &ProgressBar, begin: u64, end: u64, until: u64) {
    bar.set_length(until.saturating_sub(begin).saturating_add(1));
    bar.set_position(end.saturating_sub(begin).saturating_add(1));
}

impl Writing<'_> {
    fn take(&mut self, entry: &Entry) -> anyhow::Result<()> {
        if self.range.from.is_none_or(|from| entry.date >= from) {
            self.open()?;
            self.form.entry(self.out, entry)?;
            (self.entries, self.last) = (self.entries + 1, Some(entry.date));
        }
        entry.postings.iter().try_for_each(|it| self.sums.add(&it.account, it.amount))
    }

    /// Writes what stood in the books before the first entry.
    fn open(&mut self) -> anyhow::Result<()> {
        match self.range.from {
            Some(from) if self.entries == 0 && self.sums.currency().is_some() => {
                self.form.opening(self.out, from, &self.sums)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn finish(mut self) -> anyhow::Result<u64> {
        self.open()?;
        self.sums.demand_balance()?;
        if let Some(on) = self.range.to.or(self.last).or(self.range.from) {
            self.form.end(self.out, on, &self.sums)?;
        }
        Ok(self.entries)
    }
}
