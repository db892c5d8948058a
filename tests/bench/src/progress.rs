//! A bar on standard error that says what is measured now and how long it will take.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// The bar; one step is one expected millisecond.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar over what is expected to take so long.
    pub(crate) fn new(expected: Duration) -> Self {
        let bar = ProgressBar::new(millis(expected));
        let form = "{elapsed_precise} {wide_bar} {percent}% about {eta} left · {msg}";
        if let Ok(style) = ProgressStyle::with_template(form) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(500));
        Self(bar)
    }

    /// Says what is measured now.
    pub(crate) fn now(&self, what: impl Into<String>) {
        self.0.set_message(what.into());
    }

    /// What was expected to take so long is done.
    pub(crate) fn done(&self, expected: Duration) {
        self.0.inc(millis(expected));
    }

    /// Nothing more is measured.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
