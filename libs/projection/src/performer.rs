//! Effects: what a service does outside the log, at least once each.

use std::error::Error;

use bytes::Bytes;
use event_store::CommandId;
use futures::future::BoxFuture;

use crate::intents::Report;

/// Performs the effects of one service.
///
/// An effect may be performed again after a crash between the doing and the report, with the same
/// id: where the other side knows idempotency keys, the id is one.
pub trait Performer: Send + Sync + 'static {
    /// Does it, and says in a report, which is a command, how it went. Failing for good is a
    /// report as well; an error means that it is tried again later.
    fn perform<'a>(&'a self, effect: &'a OpenEffect)
    -> BoxFuture<'a, Result<Report, PerformError>>;
}

/// An effect to be performed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenEffect {
    /// The command id of the report; the same at every attempt.
    pub id: CommandId,
    /// Which policy wants it.
    pub policy: String,
    /// Which of the policy's wishes it is.
    pub step: String,
    /// What the performer tells effects apart by.
    pub kind: String,
    /// Whatever the performer needs.
    pub body: Bytes,
    /// The command whose event caused it.
    pub causation: CommandId,
    /// The conversation it belongs to.
    pub correlation: CommandId,
}

/// An effect was not performed this time.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct PerformError {
    what: String,
    #[source]
    cause: Option<Box<dyn Error + Send + Sync + 'static>>,
}

impl PerformError {
    /// Without a cause of its own.
    pub fn new(what: impl Into<String>) -> Self {
        PerformError { what: what.into(), cause: None }
    }

    /// With its cause.
    pub fn because(
        what: impl Into<String>,
        cause: impl Into<Box<dyn Error + Send + Sync + 'static>>,
    ) -> Self {
        PerformError { what: what.into(), cause: Some(cause.into()) }
    }
}
