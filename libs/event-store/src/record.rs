//! What is written and what is read back: a record is one accepted command with its events.

use std::sync::Arc;

use bytes::Bytes;

use crate::CommandId;

/// The place of an event in the log: 1, 2, 3, ... without gaps. 0 is "before the first event".
pub type Position = u64;

/// The version a stream must have before an event is written to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever it is.
    Any,
    /// Exactly this. 0: the stream must not exist.
    Version(u64),
}

/// An event that asks to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// The stream it belongs to: 1 to 255 bytes, without a zero byte.
    pub stream: String,
    /// The version the stream must have before this event.
    pub expected: Expected,
    /// What happened, in the caller's words: 1 to 255 bytes.
    pub kind: String,
    /// The version of the form of `data`.
    pub schema: u16,
    /// The event itself, opaque.
    pub data: Bytes,
}

/// A command's events that ask to be written, all or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecord {
    /// The command's identity. A second record with the same id writes nothing.
    pub command_id: CommandId,
    /// Microseconds since 1970. Time in a log never runs backwards: an earlier time than the
    /// record before it is stored as that record's time.
    pub committed_at: i64,
    /// Who asked for it: at most 255 bytes.
    pub actor: String,
    /// The command or event that caused it.
    pub causation: Option<CommandId>,
    /// The conversation it belongs to.
    pub correlation: Option<CommandId>,
    /// W3C trace context, at most 255 bytes.
    pub traceparent: Option<String>,
    /// At least one event.
    pub events: Vec<NewEvent>,
}

/// What a record says about all its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// The command's identity.
    pub command_id: CommandId,
    /// Microseconds since 1970, never less than in the record before.
    pub committed_at: i64,
    /// Who asked for it.
    pub actor: Arc<str>,
    /// The command or event that caused it.
    pub causation: Option<CommandId>,
    /// The conversation it belongs to.
    pub correlation: Option<CommandId>,
    /// W3C trace context.
    pub traceparent: Option<Arc<str>>,
}

/// A record as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What holds for all its events.
    pub meta: Arc<Meta>,
    /// The position of `events[0]`; the others follow without gaps.
    pub first_position: Position,
    /// The events, in order; never empty.
    pub events: Vec<Event>,
}

impl Record {
    /// The position of the last event.
    pub fn last_position(&self) -> Position {
        self.first_position + self.events.len() as u64 - 1
    }

    /// The events, each with its position and its record's meta.
    pub fn into_recorded(self) -> impl Iterator<Item = Recorded> {
        let Self { meta, first_position, events } = self;
        (first_position..).zip(events).map(move |(position, event)| Recorded {
            position,
            meta: Arc::clone(&meta),
            event,
        })
    }
}

/// An event as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The stream it belongs to.
    pub stream: Arc<str>,
    /// Its number in the stream: 1, 2, 3, ...
    pub version: u64,
    /// What happened.
    pub kind: Arc<str>,
    /// The version of the form of `data`.
    pub schema: u16,
    /// The event itself.
    pub data: Bytes,
}

/// One event with its position and its record's meta: what a projection consumes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the log.
    pub position: Position,
    /// What its record says.
    pub meta: Arc<Meta>,
    /// The event.
    pub event: Event,
}
