//! The bus over NATS: JetStream for what is told, request/reply for what is asked.
//!
//! JetStream is disposable. A stream that was deleted or wiped is created again and refilled from
//! the log, and consumers fall back on the log itself meanwhile.

mod connection;
mod consumer;
mod log_service;
mod micro;
mod outlet;
mod relay;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::{self, context::ContextBuilder};
use tokio::sync::{Mutex, watch};
use tokio::task::AbortHandle;

use connection::Connection;

use crate::endpoint::{Endpoint, Handler, RequestError, ServeError, Serving};
use crate::log_source::{Describe, LogSource, OfferError};
use crate::message::{Headers, Message};

pub use connection::ConnectError;
pub(crate) use consumer::{LogConsumer, Receipt};
pub use log_service::{blocks_in, head_in};
pub use outlet::{HEADER_POSITION, STREAM_LIMITS, StreamLimits};

/// How long JetStream has to answer or to acknowledge a message.
const JETSTREAM_TIMEOUT: Duration = Duration::from_secs(3);

/// A connection, the logs offered through it, and the endpoints served on it.
pub(crate) struct Nats {
    connection: Connection,
    jetstream: jetstream::Context,
    services: micro::Services,
    offered: Mutex<HashMap<String, Offered>>,
    /// Billers whose log somebody else writes as well.
    contested: watch::Sender<HashSet<String>>,
}

/// What works for one offered log, until it is dropped.
struct Offered {
    relays: Vec<AbortHandle>,
    _endpoints: Vec<Serving>,
}

impl Drop for Offered {
    fn drop(&mut self) {
        self.relays.iter().for_each(AbortHandle::abort);
    }
}

impl Nats {
    pub(crate) async fn connect(url: &str, name: &str) -> Result<Nats, ConnectError> {
        let connection = Connection::open(url, name).await?;
        let jetstream = ContextBuilder::new()
            .timeout(JETSTREAM_TIMEOUT)
            .ack_timeout(JETSTREAM_TIMEOUT)
            .build(connection.client().clone());
        let services = micro::Services::new(connection.clone());
        let (offered, contested) = (Mutex::default(), watch::Sender::default());
        Ok(Nats { connection, jetstream, services, offered, contested })
    }

    pub(crate) async fn offer_log(
        &self,
        biller: &str,
        log: LogSource,
        describe: Describe,
    ) -> Result<(), OfferError> {
        let mut offered = self.offered.lock().await;
        // The former owner's relay stops before the new one looks at the streams.
        offered.remove(biller);
        let mut relays = Vec::new();
        for outlet in outlet::all(describe) {
            relays.push(relay::Relay::new(self, biller, outlet, log.clone()));
        }
        for relay in &relays {
            relay.check_witness().await?;
        }
        let endpoints =
            log_service::serve(&self.services, &self.connection, biller, log.reader).await;
        let endpoints =
            endpoints.map_err(|source| OfferError::Serve { biller: biller.to_owned(), source })?;
        let relays =
            relays.into_iter().map(|relay| tokio::spawn(relay.run()).abort_handle()).collect();
        offered.insert(biller.to_owned(), Offered { relays, _endpoints: endpoints });
        Ok(())
    }

    pub(crate) async fn owner_of(&self, biller: &str) -> Result<Option<String>, RequestError> {
        log_service::owner(&self.connection, biller).await
    }

    pub(crate) async fn contested(&self, biller: &str) {
        let mut contested = self.contested.subscribe();
        let known = contested.wait_for(|billers| billers.contains(biller)).await;
        known.expect("the sender lives as long as the bus");
    }

    pub(crate) fn follow(&self, biller: &str, durable: &str) -> LogConsumer {
        LogConsumer::new(self.connection.clone(), self.jetstream.clone(), biller, durable)
    }

    pub(crate) async fn request(
        &self,
        subject: &str,
        message: Message,
        timeout: Duration,
    ) -> Result<Message, RequestError> {
        self.connection.request(subject, message, timeout).await
    }

    pub(crate) async fn serve(
        &self,
        endpoint: Endpoint,
        handler: Handler,
    ) -> Result<Serving, ServeError> {
        self.services.serve(endpoint, handler).await
    }
}

fn to_nats(headers: &Headers) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers.iter() {
        map.insert(name, value);
    }
    map
}

fn from_nats(message: async_nats::Message) -> Message {
    let mut headers = Headers::new();
    for (name, values) in message.headers.iter().flat_map(HeaderMap::iter) {
        if let Some(value) = values.last() {
            headers.insert(name.as_ref(), value.as_str());
        }
    }
    Message { headers, body: message.payload }
}
