//! The clock and random ids. Everywhere else time and ids are data that somebody hands in.

use std::time::{SystemTime, UNIX_EPOCH};

use uuid::Uuid;

/// Microseconds since 1970.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place that reads the clock")]
pub fn now_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// A new id; later ids sort later.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place that makes ids")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
