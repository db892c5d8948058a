//! A bar on standard error that says what is measured now and how long it will take.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// The bar; one step is one expected second.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar over so many expected seconds.
    pub(crate) fn new(seconds: u64) -> Self {
        let bar = ProgressBar::new(seconds);
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
    pub(crate) fn done(&self, seconds: u64) {
        self.0.inc(seconds);
    }

    /// Nothing more is measured.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
