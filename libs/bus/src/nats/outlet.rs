//! The streams of a biller: what each of them holds, how much, and how a block becomes messages.
//!
//! Every message names its position in [`HEADER_POSITION`]: the relay resumes from the last one.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::stream;
use bytes::Bytes;
use event_store::{Block, BlockError, Position};

use super::to_nats;
use crate::log_source::{Describe, DescribeError, Description, EventMessage};
use crate::message::Headers;
use crate::subject;

/// The header with the position of the event, or of the last event of the block.
pub const HEADER_POSITION: &str = "demarc-position";

/// How much a stream holds; the oldest messages make room.
///
/// No age is set: the last message stays for ever, because the relay resumes from it. Limits that
/// an operator changes on the server stay as they are.
#[derive(Clone, Copy, Debug)]
pub struct StreamLimits {
    /// The size of one stream, in bytes.
    pub bytes_max: i64,
    /// How many events back from the log's head a lost stream is refilled, and how many messages
    /// a stream of events holds.
    pub events_max: u32,
    /// How long the server remembers message ids. Order is kept without them, and what was
    /// purged is refilled only when they are forgotten: so not for long.
    pub duplicate_window: Duration,
}

/// The limits that new streams get.
pub const STREAM_LIMITS: StreamLimits = StreamLimits {
    bytes_max: 512 << 20,
    events_max: 1_000_000,
    duplicate_window: Duration::from_secs(2),
};

/// One stream of a biller.
#[derive(Clone)]
pub(super) enum Outlet {
    /// One message per block, for our own services.
    Log,
    /// One protobuf message per event, for everybody else.
    Events(Description),
    /// One JSON message per event, for everybody else.
    Json(Description),
}

/// A message that is ready to be published.
pub(super) struct Outgoing {
    pub(super) subject: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Messages in the order of the log.
pub(super) struct Batch {
    pub(super) messages: Vec<Outgoing>,
    /// The last position that the messages cover.
    pub(super) through: Position,
}

/// Why a block could not be turned into messages.
#[derive(Debug, thiserror::Error)]
pub(super) enum PrepareError {
    #[error("block at position {first} could not be decoded")]
    Decode {
        first: Position,
        #[source]
        source: BlockError,
    },
    #[error("event at position {position} could not be described")]
    Describe {
        position: Position,
        #[source]
        source: DescribeError,
    },
}

/// The streams of a biller whose events are described like this.
pub(super) fn all(describe: Describe) -> Vec<Outlet> {
    let events = describe.protobuf.map(Outlet::Events);
    let json = describe.json.map(Outlet::Json);
    [Some(Outlet::Log), events, json].into_iter().flatten().collect()
}

impl Outlet {
    pub(super) fn stream_name(&self, biller: &str) -> String {
        match self {
            Outlet::Log => subject::log_stream(biller),
            Outlet::Events(_) => subject::events_stream(biller),
            Outlet::Json(_) => subject::json_stream(biller),
        }
    }

    /// What the stream takes in: a pattern for the streams of events.
    pub(super) fn subject(&self, biller: &str) -> String {
        match self {
            Outlet::Log => subject::log(biller),
            Outlet::Events(_) => subject::events(biller),
            Outlet::Json(_) => subject::events_json(biller),
        }
    }

    pub(super) fn config(&self, biller: &str) -> stream::Config {
        let max_messages = match self {
            Outlet::Log => -1,
            Outlet::Events(_) | Outlet::Json(_) => i64::from(STREAM_LIMITS.events_max),
        };
        stream::Config {
            name: self.stream_name(biller),
            subjects: vec![self.subject(biller)],
            max_bytes: STREAM_LIMITS.bytes_max,
            max_messages,
            duplicate_window: STREAM_LIMITS.duplicate_window,
            num_replicas: 1,
            ..Default::default()
        }
    }

    /// Adds what `block` holds beyond `batch` to it. After an error the batch still holds
    /// everything before the event that caused it.
    pub(super) fn prepare(
        &self,
        biller: &str,
        block: &Block,
        batch: &mut Batch,
    ) -> Result<(), PrepareError> {
        match self {
            Outlet::Log => {
                batch.messages.push(block_message(biller, block));
                batch.through = block.last_position();
                Ok(())
            }
            Outlet::Events(describe) => {
                add_events(block, batch, describe, |noun, verb| subject::event(biller, noun, verb))
            }
            Outlet::Json(describe) => add_events(block, batch, describe, |noun, verb| {
                subject::event_json(biller, noun, verb)
            }),
        }
    }
}

fn block_message(biller: &str, block: &Block) -> Outgoing {
    let (first, last) = (block.first_position(), block.last_position());
    let headers = with_position(&Headers::new(), &format!("{first}-{last}"), last);
    Outgoing { subject: subject::log(biller), headers, body: block.bytes().clone() }
}

fn add_events(
    block: &Block,
    batch: &mut Batch,
    describe: &Description,
    address: impl Fn(&str, &str) -> String,
) -> Result<(), PrepareError> {
    let first = block.first_position();
    for event in block.events() {
        let event = event.map_err(|source| PrepareError::Decode { first, source })?;
        let position = event.position;
        if position <= batch.through {
            continue;
        }
        let described =
            describe(&event).map_err(|source| PrepareError::Describe { position, source })?;
        if let Some(EventMessage { noun, verb, message }) = described {
            let headers = with_position(&message.headers, &position.to_string(), position);
            let subject = address(&noun, &verb);
            batch.messages.push(Outgoing { subject, headers, body: message.body });
        }
        batch.through = position;
    }
    Ok(())
}

fn with_position(headers: &Headers, id: &str, position: Position) -> HeaderMap {
    let mut map = to_nats(headers);
    map.insert(async_nats::header::NATS_MESSAGE_ID, id);
    map.insert(HEADER_POSITION, position.to_string());
    map
}
