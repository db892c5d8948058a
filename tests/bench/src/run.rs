//! What one measurement gave, as a measured process says it to the table.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

/// What one measurement gave.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Run {
    /// What was done, and found in the store afterwards: events, requests, streams.
    pub(crate) count: u64,
    /// How long it took.
    pub(crate) micros: u64,
    /// Of one group or one request, if there are such.
    pub(crate) latency: Option<Latency>,
    /// How much was done in each second.
    #[serde(default)]
    pub(crate) series: Vec<u64>,
    /// The most memory that the process had, in bytes.
    pub(crate) memory_max: u64,
    /// Bytes that came from the disk and not from the page cache.
    pub(crate) from_disk: u64,
    /// Bytes that were gone through.
    pub(crate) bytes: u64,
}

/// How long single things took, in microseconds.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Latency {
    /// Half of them took at most this.
    pub(crate) p50: u64,
    /// All but a hundredth.
    pub(crate) p99: u64,
    /// The longest.
    pub(crate) max: u64,
}

impl Run {
    /// A run that did `count` things since `began`.
    pub(crate) fn since(began: Instant, count: u64) -> Self {
        Self { count, micros: micros(began.elapsed()), ..Self::default() }
    }

    /// What was done in a second.
    pub(crate) fn per_second(&self) -> u64 {
        let done = u128::from(self.count) * 1_000_000 / u128::from(self.micros.max(1));
        u64::try_from(done).expect("no more was done than counted")
    }
}

impl Latency {
    /// Of single times in microseconds; none without any.
    pub(crate) fn of(mut micros: Vec<u32>) -> Option<Self> {
        micros.sort_unstable();
        let last = micros.len().checked_sub(1)?;
        let at = |percent: usize| u64::from(micros[last * percent / 100]);
        Some(Self { p50: at(50), p99: at(99), max: at(100) })
    }
}

/// Whole microseconds.
pub(crate) fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).expect("a measurement is short")
}

/// Whole microseconds of something short.
pub(crate) fn short_micros(took: Duration) -> u32 {
    u32::try_from(took.as_micros()).unwrap_or(u32::MAX)
}

/// The most memory that a process had, in bytes; `self` names this one.
pub(crate) fn memory_max(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or_default() * 1024
}

/// Adds to the number of a second that has a place in the series, however late it comes.
pub(crate) fn add_to_series(series: &mut Vec<u64>, second: u64, count: u64) {
    let second = usize::try_from(second).expect("a measurement is short");
    if series.len() <= second {
        series.resize(second + 1, 0);
    }
    series[second] += count;
}
