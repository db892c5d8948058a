//! The table: every group is measured in its turn, then all rows are shown at once.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table as Cells, TableStyle};
use serde::Serialize;

use crate::{
    append, bills, bus_rates, http, intents,
    machine::Machine,
    operator,
    options::{Group, Options},
    process::workspace,
    progress::Progress,
    project, read,
    run::{Latency, Run},
    servers, start, sustained,
};

/// Heights of a sparkline.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Columns of a sparkline.
const BARS_MAX: usize = 24;

/// What every group measures with, and where its rows go.
pub(crate) struct Bench {
    pub(crate) options: Options,
    pub(crate) progress: Progress,
    /// Where to write; removed at the end.
    pub(crate) dir: PathBuf,
    rows: Vec<Row>,
}

/// One measurement.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    group: &'static str,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    clients: Option<u64>,
    value: u64,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_micros: Option<Latency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    series: Vec<u64>,
}

/// The whole document.
#[derive(Serialize)]
struct Document<'a> {
    machine: &'a Machine,
    quick: bool,
    rounds: usize,
    milliseconds: u128,
    streams: u64,
    took_seconds: u64,
    rows: &'a [Row],
}

impl Row {
    /// A figure.
    pub(crate) fn new(
        group: &'static str,
        what: impl Into<String>,
        value: u64,
        unit: &'static str,
    ) -> Self {
        Self {
            group,
            what: what.into(),
            clients: None,
            value,
            unit,
            latency_micros: None,
            ratio: None,
            beside: None,
            series: Vec::new(),
        }
    }

    /// What a run reached in a second.
    pub(crate) fn rate(
        group: &'static str,
        what: impl Into<String>,
        unit: &'static str,
        run: &Run,
    ) -> Self {
        let row = Self::new(group, what, run.per_second(), unit);
        Self { latency_micros: run.latency, ..row }
    }

    /// By so many clients.
    pub(crate) fn clients(self, clients: u64) -> Self {
        Self { clients: Some(clients), ..self }
    }

    /// With what was done in each second.
    pub(crate) fn series(self, run: &Run) -> Self {
        Self { series: run.series.clone(), ..self }
    }

    /// As a share of another figure of the same run.
    pub(crate) fn beside(self, what: impl Into<String>, value: u64) -> Self {
        let hundredths = u128::from(self.value) * 1000 / u128::from(value.max(1));
        let text = format!("{}.{:03}", hundredths / 1000, hundredths % 1000);
        Self { beside: Some(what.into()), ratio: text.parse().ok(), ..self }
    }

    fn cells(&self) -> Vec<String> {
        let latency = |of: fn(&Latency) -> u64| {
            self.latency_micros.as_ref().map(|latency| shown(of(latency))).unwrap_or_default()
        };
        vec![
            self.group.to_owned(),
            format!("{}{}", self.what, sparkline(&self.series)),
            self.clients.map(grouped).unwrap_or_default(),
            format!("{} {}", grouped(self.value), self.unit),
            latency(|latency| latency.p50),
            latency(|latency| latency.p99),
            latency(|latency| latency.max),
            self.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
            self.beside.clone().unwrap_or_default(),
        ]
    }
}

impl Bench {
    /// Adds a row.
    pub(crate) fn row(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// A new, empty directory.
    pub(crate) fn fresh(&self, name: &str) -> anyhow::Result<PathBuf> {
        let dir = self.dir.join(name);
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        fs::create_dir_all(&dir)?;
        Ok(dir)
    }

    /// Measures each of the contestants once a round, in turns, and gives the median of each.
    pub(crate) fn in_turns<C: Copy>(
        &self,
        contestants: &[C],
        mut measure: impl FnMut(&Self, C) -> anyhow::Result<Run>,
    ) -> anyhow::Result<Vec<Run>> {
        let mut runs: Vec<Vec<Run>> = contestants.iter().map(|_| Vec::new()).collect();
        for _ in 0..self.options.rounds() {
            for (contestant, runs) in contestants.iter().zip(&mut runs) {
                runs.push(measure(self, *contestant)?);
            }
        }
        Ok(runs.into_iter().map(median).collect())
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.dir) {
            anstream::eprintln!("{} stays: {error}", self.dir.display());
        }
    }
}

/// The run in the middle.
fn median(mut runs: Vec<Run>) -> Run {
    runs.sort_by_key(Run::per_second);
    let middle = runs.len() / 2;
    runs.swap_remove(middle)
}

/// How long a group is expected to take, and how it is measured.
type Part = (Group, fn(&Options) -> Duration, fn(&mut Bench) -> anyhow::Result<()>);

const PARTS: [Part; 11] = [
    (Group::Append, append::expected, append::measure),
    (Group::Sustained, sustained::expected, sustained::measure),
    (Group::Read, read::expected, read::measure),
    (Group::Project, project::expected, project::measure),
    (Group::Intents, intents::expected, intents::measure),
    (Group::Billing, bills::expected, bills::measure),
    (Group::Bus, bus_rates::expected, bus_rates::measure),
    (Group::Http, http::expected, http::measure),
    (Group::Servers, servers::expected, servers::measure),
    (Group::Start, start::expected, start::measure),
    (Group::Operator, operator::expected, operator::measure),
];

/// Measures the groups that are wanted, and shows the table.
pub(crate) fn measure_all(options: Options) -> anyhow::Result<()> {
    let began = Instant::now();
    let parts: Vec<_> = PARTS.into_iter().filter(|(group, ..)| options.wants(*group)).collect();
    let expected = parts.iter().map(|(_, expected, _)| expected(&options)).sum();
    let place = options.dir.clone().unwrap_or_else(|| workspace().join("target/bench"));
    let dir = place.join(format!("run-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let dir = dir.canonicalize()?;
    let mut bench = Bench { options, progress: Progress::new(expected), dir, rows: Vec::new() };
    let mut failed = Vec::new();
    for (group, _, measure) in parts {
        // What was measured before is shown all the same, and the others have their turn.
        if let Err(error) = measure(&mut bench) {
            anstream::eprintln!("{group:?}: {error:?}");
            failed.push(group);
        }
    }
    bench.progress.end();
    show(&bench, &place, began.elapsed().as_secs())?;
    anyhow::ensure!(failed.is_empty(), "not measured as a whole: {failed:?}");
    Ok(())
}

fn show(bench: &Bench, place: &Path, took_seconds: u64) -> anyhow::Result<()> {
    let machine = Machine::with_disk_of(place);
    let (options, rows) = (&bench.options, &bench.rows);
    let (rounds, time) = (options.rounds(), options.time());
    let milliseconds = time.as_millis();
    if options.json {
        let (quick, streams) = (options.quick, options.streams);
        let machine = &machine;
        let document =
            Document { machine, quick, rounds, milliseconds, streams, took_seconds, rows };
        anstream::println!("{}", serde_json::to_string_pretty(&document)?);
        return Ok(());
    }
    let mut cells = Cells::new();
    let underline = LineStyle::none().fill('─').junction('─');
    cells.load_style(TableStyle::new().header_separator(underline));
    cells.set_content_arrangement(ContentArrangement::Disabled);
    cells.set_header(["", "what", "clients", "value", "p50", "p99", "max", "ratio", "beside"]);
    cells.add_rows(rows.iter().map(Row::cells));
    for column in 2..=7 {
        if let Some(column) = cells.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    anstream::println!("{cells}\n{}", machine.line());
    anstream::println!("median of {rounds}, {time:?} each, {took_seconds} s in all");
    Ok(())
}

/// Microseconds, or milliseconds where there are many.
fn shown(micros: u64) -> String {
    match micros {
        0..10_000 => format!("{} µs", grouped(micros)),
        _ => format!("{} ms", grouped(micros / 1000)),
    }
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How a rate went, a column for one second or some.
fn sparkline(series: &[u64]) -> String {
    if series.len() < 2 {
        return String::new();
    }
    let per_column = series.len().div_ceil(BARS_MAX);
    let columns: Vec<u64> = series
        .chunks(per_column)
        .map(|chunk| chunk.iter().sum::<u64>() / chunk.len() as u64)
        .collect();
    let most = columns.iter().copied().max().unwrap_or_default().max(1);
    let bar = |value: &u64| {
        let height = usize::try_from(value * 7 / most).unwrap_or_default();
        BARS[height.min(7)]
    };
    format!(" {}", columns.iter().map(bar).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::{grouped, shown, sparkline};

    #[test]
    fn numbers_are_written_in_groups_of_three() {
        assert_eq!(["7", "1,024", "10,000,000"], [7, 1024, 10_000_000].map(grouped).each_ref()[..]);
        assert_eq!(["9,999 µs", "10 ms"], [9_999, 10_000].map(shown).each_ref()[..]);
    }

    #[test]
    fn a_sparkline_rises_to_its_highest_second() {
        assert_eq!(sparkline(&[0, 50, 100]), " ▁▄█");
        assert_eq!(sparkline(&[100]), "");
    }
}
