//! Requests and those who answer them.
//!
//! A handler runs to its end even when its caller has stopped waiting, so that a command is never
//! dropped half way; one that panics answers with failure 500.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::Semaphore;

use crate::message::Message;

/// How many requests one endpoint handles at a time; the others wait.
pub const CONCURRENT_REQUESTS_MAX: u32 = 256;

/// Where requests arrive, and how `nats micro` lists it.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The service it belongs to: letters, digits, `-` and `_`.
    pub service: String,
    /// The service's semantic version.
    pub version: String,
    /// What the service does, in one sentence.
    pub description: String,
    /// The subject; `*` stands for one token, a final `>` for the rest.
    pub subject: String,
    /// Of the endpoints with one subject and queue group, one answers each request.
    pub queue_group: String,
}

/// Answers one request: the subject it was sent to, and what was sent.
pub type Handler = Arc<dyn Fn(String, Message) -> BoxFuture<'static, Message> + Send + Sync>;

/// Runs the handler; a panic becomes a reply, because the caller waits for one.
pub(crate) async fn answer(handler: Handler, subject: String, message: Message) -> Message {
    let reply = async { handler(subject.clone(), message).await };
    match AssertUnwindSafe(reply).catch_unwind().await {
        Ok(reply) => reply,
        Err(_panic) => {
            tracing::error!(subject, "handler panicked");
            Message::failure(500, "the handler panicked")
        }
    }
}

/// An endpoint that is being served. Dropping it stops the endpoint.
pub struct Serving {
    running: Arc<Semaphore>,
    _stop: StopOnDrop,
}

/// Deregisters an endpoint.
pub(crate) type StopOnDrop = Box<dyn std::any::Any + Send + Sync>;

impl Serving {
    /// `running` has [`CONCURRENT_REQUESTS_MAX`] permits, one of them taken by each request.
    pub(crate) fn new(running: Arc<Semaphore>, stop: StopOnDrop) -> Serving {
        Serving { running, _stop: stop }
    }

    /// Takes no more requests, and returns when the running ones are answered.
    pub async fn shutdown(self) {
        drop(self._stop);
        let drained = self.running.acquire_many(CONCURRENT_REQUESTS_MAX).await;
        drop(drained.expect("the semaphore of an endpoint is never closed"));
    }
}

/// Why a request has no reply.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// Nobody serves the subject: the request was not carried out.
    #[error("nobody answers {subject}")]
    NoResponder {
        /// Where the request was sent.
        subject: String,
    },
    /// No reply came in time: the request may be carried out all the same.
    #[error("no reply from {subject} in time")]
    TimedOut {
        /// Where the request was sent.
        subject: String,
    },
    /// The connection is down. A request that was already sent may be carried out all the same.
    #[error("no connection to ask {subject}")]
    Disconnected {
        /// Where the request was sent.
        subject: String,
    },
    /// The request cannot be sent: its subject is malformed, or it is larger than the server takes.
    #[error("request to {subject} was refused")]
    Refused {
        /// Where the request was sent.
        subject: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Why an endpoint is not served.
#[derive(Debug, thiserror::Error)]
#[error("endpoint {subject} of service {service} is not served")]
pub struct ServeError {
    /// The endpoint's subject.
    pub subject: String,
    /// The endpoint's service.
    pub service: String,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}
