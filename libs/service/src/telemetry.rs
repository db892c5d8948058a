//! Logs and metrics of a process. Log lines go to standard error, facts as fields; metrics to
//! `/metrics` in the Prometheus text format.
//!
//! What must stay true: neither ever holds personal data.

use std::{io::IsTerminal, sync::OnceLock, time::Duration};

use anyhow::Context as _;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// How often the samples of histograms are drained.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogForm {
    /// For people.
    Text,
    /// One JSON object per line, for machines.
    Json,
}

/// Starts logging with a filter such as `info` or `warn,bus=debug`, and collecting metrics.
/// A second call in a process changes nothing.
///
/// # Errors
/// When the filter cannot be read.
pub fn start(filter: &str, form: LogForm) -> anyhow::Result<()> {
    let unreadable = || format!("{filter:?} is no filter of log lines, as in warn,bus=debug");
    let filter = EnvFilter::try_new(filter).with_context(unreadable)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // Both fail only where something was installed before, which then stays.
    let _ = match form {
        LogForm::Text => builder.try_init(),
        LogForm::Json => builder.json().try_init(),
    };
    if METRICS.get().is_none()
        && let Ok(handle) = PrometheusBuilder::new().install_recorder()
    {
        let _ = METRICS.set(handle);
        std::thread::Builder::new().name("metrics".to_owned()).spawn(keep_up)?;
    }
    Ok(())
}

/// Samples of histograms pile up until they are drained, whether or not somebody scrapes.
fn keep_up() {
    loop {
        std::thread::sleep(UPKEEP_EVERY);
        if let Some(metrics) = METRICS.get() {
            metrics.run_upkeep();
        }
    }
}

/// Everything that was counted, in the Prometheus text format; empty before [`start`].
#[must_use]
pub fn metrics_text() -> String {
    METRICS.get().map(PrometheusHandle::render).unwrap_or_default()
}
