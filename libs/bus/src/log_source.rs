//! What the owner of a log hands to the bus: the reader, its head, and words for outsiders.

use std::sync::Arc;

use event_store::{Position, Reader, Recorded};
use tokio::sync::watch;

use crate::message::Message;
use crate::subject::UnfitName;

/// A log that can be read, and the news that it grew.
#[derive(Clone)]
pub struct LogSource {
    /// Sees everything that is synced.
    pub reader: Reader,
    /// The last synced position; sent after the sync, closed when the owner stops.
    pub head: watch::Receiver<Position>,
}

/// How events are told to outsiders; a form that is `None` is not published.
#[derive(Clone, Default)]
pub struct Describe {
    /// The event as protobuf, for the stream `EVENTS_<biller>`.
    pub protobuf: Option<Description>,
    /// The event as JSON, for the stream `JSON_<biller>`.
    pub json: Option<Description>,
}

/// Turns a recorded event into a typed message, or into nothing when outsiders never see it.
///
/// Must be deterministic: after a loss the same event is described again. An event it fails on
/// stops that stream, visibly, and no other.
pub type Description =
    Arc<dyn Fn(&Recorded) -> Result<Option<EventMessage>, DescribeError> + Send + Sync>;

/// Why an event could not be described.
pub type DescribeError = Box<dyn std::error::Error + Send + Sync>;

/// One event for outsiders, published under `demarc.<biller>.<form>.<noun>.<verb>`.
#[derive(Clone, Debug)]
pub struct EventMessage {
    /// What the event is about: one token.
    pub noun: String,
    /// What happened to it, in the past tense: one token.
    pub verb: String,
    /// The headers and body; the bus adds `Nats-Msg-Id` and `demarc-position`.
    pub message: Message,
}

/// Why a log could not be offered.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// The biller's name does not fit into a subject.
    #[error("a log was not offered")]
    UnfitName(#[from] UnfitName),
    /// The stream is a witness: the log once held more, or other, events than it does now.
    #[error("log of {biller} was not offered: stream {stream} knows of events that it lacks")]
    LogBehindStream {
        /// The owner of the log.
        biller: String,
        /// The witness.
        stream: String,
        /// What the two disagree on.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The endpoints that read the log were refused.
    #[error("log of {biller} was not offered")]
    Serve {
        /// The owner of the log.
        biller: String,
        /// Why.
        #[source]
        source: crate::ServeError,
    },
}
