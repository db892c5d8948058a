//! The bus over NATS: JetStream for what is told, request/reply for what is asked.
//!
//! JetStream is disposable. A stream that was deleted or wiped is created again and refilled from
//! the log, and consumers fall back on the log itself meanwhile.

mod consumer;
mod log_service;
mod micro;
mod outlet;
mod relay;

use std::collections::HashMap;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::{self, context::ContextBuilder};
use async_nats::{Client, ConnectOptions, Event, HeaderMap, RequestErrorKind};
use tokio::sync::Mutex;
use tokio::task::AbortHandle;

use crate::endpoint::{Endpoint, Handler, RequestError, ServeError, Serving};
use crate::log_source::{Describe, LogSource, OfferError};
use crate::message::{Headers, Message};

pub(crate) use consumer::{LogConsumer, Receipt};
pub use outlet::{HEADER_POSITION, STREAM_LIMITS, StreamLimits};

/// How long JetStream has to answer or to acknowledge a message.
const JETSTREAM_TIMEOUT: Duration = Duration::from_secs(3);

/// The server could not be reached in the first place.
#[derive(Debug, thiserror::Error)]
#[error("no connection to NATS at {server}")]
pub struct ConnectError {
    /// Where, without credentials.
    server: String,
    #[source]
    source: async_nats::ConnectError,
}

/// A connection, the logs offered through it, and the endpoints served on it.
pub(crate) struct Nats {
    client: Client,
    jetstream: jetstream::Context,
    services: micro::Services,
    offered: Mutex<HashMap<String, Offered>>,
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
        let client = ConnectOptions::new()
            .name(name)
            .max_reconnects(None)
            .event_callback(|event| async move { log_event(&event) })
            .connect(url)
            .await
            .map_err(|source| ConnectError { server: without_credentials(url), source })?;
        let jetstream = ContextBuilder::new()
            .timeout(JETSTREAM_TIMEOUT)
            .ack_timeout(JETSTREAM_TIMEOUT)
            .build(client.clone());
        let services = micro::Services::new(client.clone());
        Ok(Nats { client, jetstream, services, offered: Mutex::default() })
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
            relays.push(relay::Relay::new(&self.jetstream, biller, outlet, log.clone()));
        }
        for relay in &relays {
            relay.check_witness().await?;
        }
        let endpoints = log_service::serve(self, biller, log.reader).await;
        let endpoints =
            endpoints.map_err(|source| OfferError::Serve { biller: biller.to_owned(), source })?;
        let relays =
            relays.into_iter().map(|relay| tokio::spawn(relay.run()).abort_handle()).collect();
        offered.insert(biller.to_owned(), Offered { relays, _endpoints: endpoints });
        Ok(())
    }

    pub(crate) fn follow(&self, biller: &str, durable: &str) -> LogConsumer {
        LogConsumer::new(self.client.clone(), self.jetstream.clone(), biller, durable)
    }

    pub(crate) async fn request(
        &self,
        subject: &str,
        message: Message,
        timeout: Duration,
    ) -> Result<Message, RequestError> {
        request(&self.client, subject, message, timeout).await
    }

    pub(crate) async fn serve(
        &self,
        endpoint: Endpoint,
        handler: Handler,
    ) -> Result<Serving, ServeError> {
        self.services.serve(endpoint, handler).await
    }

    fn client(&self) -> &Client {
        &self.client
    }
}

/// Sends one request. It is not queued while the connection is down: the caller hears at once.
pub(crate) async fn request(
    client: &Client,
    subject: &str,
    message: Message,
    timeout: Duration,
) -> Result<Message, RequestError> {
    let subject = subject.to_owned();
    if client.connection_state() != State::Connected {
        return Err(RequestError::Disconnected { subject });
    }
    let request = async_nats::Request::new()
        .timeout(Some(timeout))
        .headers(to_nats(&message.headers))
        .payload(message.body);
    match client.send_request(subject.clone(), request).await {
        Ok(reply) => Ok(from_nats(reply)),
        Err(error) => Err(match error.kind() {
            RequestErrorKind::NoResponders => RequestError::NoResponder { subject },
            RequestErrorKind::TimedOut if client.connection_state() == State::Connected => {
                RequestError::TimedOut { subject }
            }
            RequestErrorKind::TimedOut | RequestErrorKind::Other => {
                RequestError::Disconnected { subject }
            }
            RequestErrorKind::InvalidSubject | RequestErrorKind::MaxPayloadExceeded => {
                RequestError::Refused { subject, source: Box::new(error) }
            }
        }),
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

fn log_event(event: &Event) {
    match event {
        Event::Connected => tracing::info!("connected to nats"),
        Event::Disconnected => tracing::warn!("disconnected from nats"),
        Event::LameDuckMode => tracing::info!("nats server is about to stop"),
        Event::Draining | Event::Closed => tracing::info!("connection to nats is closing"),
        Event::SlowConsumer(subscription) => {
            tracing::warn!(subscription, "messages dropped because their reader is slow");
        }
        Event::ServerError(error) => tracing::warn!(%error, "nats server reports an error"),
        Event::ClientError(error) => tracing::warn!(%error, "nats client reports an error"),
    }
}

/// `nats://user:secret@host:4222` without what must not be logged.
fn without_credentials(url: &str) -> String {
    let shown = |server: &str| match server.rsplit_once('@') {
        Some((_secret, host)) => host.to_owned(),
        None => server.to_owned(),
    };
    url.split(',').map(shown).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_not_shown() {
        assert_eq!(without_credentials("nats://core:s3@cret@one:4222,two"), "one:4222,two");
    }
}
