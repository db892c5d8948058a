//! How blocks of events, commands and queries travel: inside one process, or over NATS.
//!
//! Bytes and positions only. The log is the truth and the bus its loudspeaker: whatever the bus
//! loses is read again from the log, so everything here may be thrown away at any time.
//!
//! Two promises hold for both implementations. A [`Feed`] reaches every block in the end; it may
//! repeat, reorder or leave gaps on the way, so its reader checks that positions continue. A
//! request is answered at most once, and its caller always hears back within the time it gave.
//!
//! ```
//! # use std::{sync::Arc, time::Duration};
//! # use bus::{Bus, Endpoint, Handler, Message};
//! # use futures::FutureExt;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let bus = Bus::in_process();
//! let endpoint = Endpoint {
//!     service: "care".into(),
//!     version: "1.0.0".into(),
//!     description: "Looks accounts up.".into(),
//!     subject: bus::subject::query("acme", "care"),
//!     queue_group: "care".into(),
//! };
//! let handler: Handler = Arc::new(|_subject, request| async move { request }.boxed());
//! let _serving = bus.serve(endpoint, handler).await?;
//!
//! let question = Message::new("who?".into()).with_header("actor", "anna");
//! let reply = bus.request("demarc.acme.query.care", question, Duration::from_secs(1)).await?;
//! assert_eq!(reply.body, "who?");
//! # Ok(())
//! # }
//! ```

mod endpoint;
mod feed;
mod in_process;
mod log_source;
mod message;
mod nats;
#[cfg(feature = "nats-server")]
pub mod nats_server;
pub mod subject;

pub use endpoint::{CONCURRENT_REQUESTS_MAX, Endpoint, Handler, RequestError, ServeError, Serving};
pub use feed::{Delivery, Feed, FeedError, FollowError, IDLE_MAX};
pub use log_source::{Describe, DescribeError, Description, EventMessage, LogSource, OfferError};
pub use message::{Headers, Message};
pub use nats::{ConnectError, HEADER_POSITION, STREAM_LIMITS, StreamLimits, blocks_in, head_in};

use std::sync::Arc;
use std::time::Duration;

use in_process::InProcess;
use nats::Nats;

/// One bus; its clones are the same bus.
#[derive(Clone)]
pub struct Bus(Kind);

#[derive(Clone)]
enum Kind {
    InProcess(Arc<InProcess>),
    Nats(Arc<Nats>),
}

impl Bus {
    /// A bus for services that share this process: no copy, no server.
    pub fn in_process() -> Bus {
        Bus(Kind::InProcess(Arc::new(InProcess::default())))
    }

    /// A bus over the NATS server at `url`, where this client shows as `name`.
    ///
    /// Once connected it reconnects by itself for ever.
    pub async fn nats(url: &str, name: &str) -> Result<Bus, ConnectError> {
        Ok(Bus(Kind::Nats(Arc::new(Nats::connect(url, name).await?))))
    }

    /// Makes the log of `biller` available to everybody; a later offer replaces the former.
    ///
    /// In process this registers the reader. Over NATS it starts the relay, which keeps the
    /// biller's streams filled, and serves `log.read` and `log.head`.
    pub async fn offer_log(
        &self,
        biller: &str,
        log: LogSource,
        describe: Describe,
    ) -> Result<(), OfferError> {
        subject::check_name("biller", biller)?;
        match &self.0 {
            Kind::InProcess(bus) => bus.offer_log(biller, log),
            Kind::Nats(bus) => bus.offer_log(biller, log, describe).await?,
        }
        Ok(())
    }

    /// Who offers the log of `biller` to everybody on this bus; none if nobody does.
    ///
    /// A log has one owner: whoever wants to be it asks first. In process there is no other.
    pub async fn owner_of(&self, biller: &str) -> Result<Option<String>, RequestError> {
        match &self.0 {
            Kind::InProcess(_) => Ok(None),
            Kind::Nats(bus) => bus.owner_of(biller).await,
        }
    }

    /// Returns when somebody else turns out to write the log of `biller` that is offered here: the
    /// stream holds blocks that it lacks. Its owner must stop.
    pub async fn contested(&self, biller: &str) {
        match &self.0 {
            Kind::InProcess(_) => std::future::pending().await,
            Kind::Nats(bus) => bus.contested(biller).await,
        }
    }

    /// Follows the log of `biller` as the durable consumer `durable`.
    ///
    /// The log need not be offered yet: until it is, the feed is idle.
    pub async fn follow(&self, biller: &str, durable: &str) -> Result<Feed, FollowError> {
        subject::check_name("biller", biller)?;
        subject::check_name("durable", durable)?;
        Ok(match &self.0 {
            Kind::InProcess(bus) => Feed::in_process(bus.clone(), biller),
            Kind::Nats(bus) => Feed::nats(bus.follow(biller, durable)),
        })
    }

    /// Sends a request and waits for its reply, at most for `timeout`.
    ///
    /// After [`RequestError::TimedOut`] or [`RequestError::Disconnected`] the request may still
    /// be carried out: repeat it with the same command id.
    pub async fn request(
        &self,
        subject: &str,
        message: Message,
        timeout: Duration,
    ) -> Result<Message, RequestError> {
        match &self.0 {
            Kind::InProcess(bus) => bus.request(subject, message, timeout).await,
            Kind::Nats(bus) => bus.request(subject, message, timeout).await,
        }
    }

    /// Answers the requests that arrive at `endpoint`, until the returned [`Serving`] is dropped.
    pub async fn serve(&self, endpoint: Endpoint, handler: Handler) -> Result<Serving, ServeError> {
        match &self.0 {
            Kind::InProcess(bus) => Ok(bus.serve(endpoint, handler)),
            Kind::Nats(bus) => bus.serve(endpoint, handler).await,
        }
    }
}
