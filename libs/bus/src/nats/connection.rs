//! The connection to the server, which comes back by itself, and the requests sent over it.

use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, RequestErrorKind};
use tokio::sync::watch;

use super::{from_nats, to_nats};
use crate::endpoint::RequestError;
use crate::message::Message;

/// How long the server has to say that it has heard everything sent before.
const HEARD_TIMEOUT: Duration = Duration::from_secs(3);

/// Messages that may wait for one reader; what comes beyond is dropped, and its sender times out.
const WAITING_MESSAGES_MAX: usize = 4096;

/// The server could not be reached in the first place.
#[derive(Debug, thiserror::Error)]
#[error("no connection to NATS at {server}")]
pub struct ConnectError {
    /// Where, without credentials.
    server: String,
    #[source]
    source: async_nats::ConnectError,
}

/// One client of one server; its clones share the connection.
#[derive(Clone)]
pub(crate) struct Connection {
    client: Client,
    up: watch::Receiver<bool>,
}

impl Connection {
    pub(super) async fn open(url: &str, name: &str) -> Result<Connection, ConnectError> {
        let (up_or_down, up) = watch::channel(true);
        let client = ConnectOptions::new()
            .name(name)
            .max_reconnects(None)
            .subscription_capacity(WAITING_MESSAGES_MAX)
            .event_callback(move |event| {
                tell(&event, &up_or_down);
                std::future::ready(())
            })
            .connect(url)
            .await
            .map_err(|source| ConnectError { server: without_credentials(url), source })?;
        Ok(Connection { client, up })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Sends one request. A caller never waits for a connection that is down.
    pub(super) async fn request(
        &self,
        subject: &str,
        message: Message,
        timeout: Duration,
    ) -> Result<Message, RequestError> {
        let request = async_nats::Request::new()
            .timeout(Some(timeout))
            .headers(to_nats(&message.headers))
            .payload(message.body);
        let subject = subject.to_owned();
        let reply = tokio::select! {
            biased;
            () = self.goes_down() => return Err(RequestError::Disconnected { subject }),
            reply = self.client.send_request(subject.clone(), request) => reply,
        };
        match reply {
            Ok(reply) => Ok(from_nats(reply)),
            Err(error) => Err(match error.kind() {
                RequestErrorKind::NoResponders => RequestError::NoResponder { subject },
                RequestErrorKind::TimedOut => RequestError::TimedOut { subject },
                RequestErrorKind::Other => RequestError::Disconnected { subject },
                RequestErrorKind::InvalidSubject | RequestErrorKind::MaxPayloadExceeded => {
                    RequestError::Refused { subject, source: Box::new(error) }
                }
            }),
        }
    }

    /// Waits until the server has carried out everything this connection sent before.
    ///
    /// It answers in order: here, that nobody listens to a subject nobody else knows.
    pub(super) async fn heard(&self) {
        let subject = self.client.new_inbox();
        match self.request(&subject, Message::default(), HEARD_TIMEOUT).await {
            Err(RequestError::NoResponder { .. }) => {}
            answer => tracing::debug!(?answer, "server did not confirm"),
        }
    }

    /// Returns once the connection is down.
    pub(super) async fn goes_down(&self) {
        let mut up = self.up.clone();
        // The sender lives in the client, so an error means that the connection is gone as well.
        let _closed = up.wait_for(|up| !up).await.is_err();
    }

    /// Returns once the connection is up.
    pub(super) async fn comes_up(&self) {
        if self.up.clone().wait_for(|up| *up).await.is_err() {
            // The client is gone and never comes back.
            std::future::pending::<()>().await;
        }
    }
}

fn tell(event: &Event, up: &watch::Sender<bool>) {
    match event {
        Event::Connected => {
            up.send_replace(true);
            tracing::info!("connected to nats");
        }
        Event::Disconnected => {
            up.send_replace(false);
            tracing::warn!("disconnected from nats");
        }
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
