//! Our commands over NATS: all clients of a process share its connection.

use std::net::SocketAddr;

use async_nats::HeaderMap;
use contract::pb::account::v1::OpenAccount;
use prost::Message as _;

use super::http1::body_of;
use crate::peers::BILLER;

/// One client.
#[derive(Clone)]
pub(super) struct Client(async_nats::Client);

impl Client {
    pub(super) async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self(async_nats::connect(address.to_string()).await?))
    }

    pub(super) async fn send(&mut self, number: u64) -> anyhow::Result<()> {
        let command: OpenAccount = serde_json::from_str(&body_of(number))?;
        let mut headers = HeaderMap::new();
        headers.insert("demarc-actor", "bench; roles=agent");
        let subject = bus::subject::command(BILLER, "account", "open");
        let body = command.encode_to_vec().into();
        let answer = self.0.request_with_headers(subject, headers, body).await?;
        let outcome = answer.headers.as_ref().and_then(|headers| headers.get("demarc-outcome"));
        let outcome = outcome.map(|outcome| outcome.as_str()).unwrap_or_default();
        anyhow::ensure!(outcome == "accepted", "the outcome is {outcome:?}");
        Ok(())
    }
}
