//! The words the tests are written in.

use event_store::{CommandId, Expected, NewEvent, NewRecord, Options};

/// Segments and generations so small that a handful of events rolls and spills.
pub(crate) fn small() -> Options {
    Options {
        segment_bytes: 1500,
        index_cache_bytes: 1 << 20,
        command_filter_bytes: 64,
        cached_streams: 2,
        spill_events: 3,
    }
}

/// The id of the n-th command.
pub(crate) fn id(n: u64) -> CommandId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    CommandId(bytes)
}

/// An event for a stream at `version`.
pub(crate) fn event(stream: &str, version: u64, data: &str) -> NewEvent {
    NewEvent {
        stream: stream.to_owned(),
        expected: Expected::Version(version),
        kind: "thing.happened".to_owned(),
        schema: 1,
        data: data.to_owned().into(),
    }
}

/// The record of the n-th command.
pub(crate) fn record(n: u64, committed_at: i64, events: Vec<NewEvent>) -> NewRecord {
    NewRecord {
        command_id: id(n),
        committed_at,
        actor: "agent/alice".to_owned(),
        causation: None,
        correlation: None,
        traceparent: None,
        events,
    }
}
