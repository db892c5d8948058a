//! What is written to standard output: lines and tables for people, one JSON document per line for
//! programs. Colours disappear when nobody sees them (no terminal, `NO_COLOR`).

pub(crate) mod table;
pub(crate) mod words;

use std::{
    fmt::Display,
    io::{self, Write},
    time::Duration,
};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// Something is as it should be.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Something is not as it should be.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Something needs attention.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
/// Headings.
pub(crate) const STRONG: Style = Style::new().bold();
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();

/// Where answers go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a program reads.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Writes one line.
    pub(crate) fn line(self, text: impl Display) -> io::Result<()> {
        writeln!(anstream::stdout().lock(), "{text}")
    }

    /// Writes one JSON document on one line.
    pub(crate) fn document(self, value: &impl Serialize) -> io::Result<()> {
        let mut stdout = anstream::stdout().lock();
        serde_json::to_writer(&mut stdout, value)?;
        writeln!(stdout)
    }

    /// A bar for work of `total` steps; hidden where there is no terminal.
    pub(crate) fn progress(self, total: u64, what: &'static str) -> ProgressBar {
        let bar = if self.json { ProgressBar::hidden() } else { ProgressBar::new(total) };
        bar.set_style(
            ProgressStyle::with_template(
                "{msg} {wide_bar:.green/dim} {human_pos}/{human_len} · {per_sec} · {eta} left",
            )
            .expect("the template is a constant and valid"),
        );
        bar.set_message(what);
        bar
    }

    /// A counter for work of unknown length; hidden where there is no terminal.
    pub(crate) fn counter(self, what: &'static str) -> ProgressBar {
        let bar = if self.json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        bar.set_style(
            ProgressStyle::with_template("{spinner} {msg} {human_pos} · {per_sec} · {elapsed}")
                .expect("the template is a constant and valid"),
        );
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }
}

/// Text in a style.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}
