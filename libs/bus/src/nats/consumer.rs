//! Following the log over NATS: a durable pull consumer, with the log itself as its safety net.
//!
//! Whenever the stream gives nothing, because it is idle, lost or being refilled, the log is asked
//! for what lies beyond the last applied position. So a lost stream, and a lost message that has
//! no successor, delay a consumer by a second and cost it nothing.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, StreamError, pull};
use async_nats::jetstream::message::Acker;
use async_nats::jetstream::stream::ConsumerError;
use async_nats::jetstream::{self, AckKind};
use event_store::{Block, Head, Position};
use futures::{FutureExt, StreamExt};
use tokio::time::Instant;

use super::connection::Connection;
use super::log_service;
use crate::feed::{BATCH_BYTES, Delivery, FeedError, IDLE_MAX};
use crate::subject;

/// Blocks delivered at once, and blocks that may wait for their acknowledgement.
const BATCH_BLOCKS: usize = 64;
const UNACKED_BLOCKS_MAX: i64 = 256;
/// After this the server delivers an unacknowledged block again.
const ACK_WAIT: Duration = Duration::from_secs(30);
/// A consumer that nobody was for so long is forgotten; one that comes back is made anew.
const INACTIVE_MAX: Duration = Duration::from_hours(7 * 24);
/// A pull that hears nothing for twice this long starts again.
const HEARTBEAT: Duration = Duration::from_secs(1);
const PULL_EXPIRES: Duration = Duration::from_secs(10);

/// One durable consumer of one biller's log.
pub(crate) struct LogConsumer {
    connection: Connection,
    jetstream: jetstream::Context,
    biller: String,
    durable: String,
    messages: Option<pull::Stream>,
}

/// Tells the server that a block arrived for good.
pub(crate) struct Receipt(Acker);

impl Receipt {
    pub(crate) async fn send(self) {
        if let Err(error) = self.0.ack().await {
            tracing::debug!(%error, "block stays unacknowledged and is delivered again");
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum SubscribeError {
    #[error("consumer {durable} could not be created")]
    Create {
        durable: String,
        #[source]
        source: ConsumerError,
    },
    #[error("consumer {durable} does not deliver")]
    Pull {
        durable: String,
        #[source]
        source: StreamError,
    },
}

impl LogConsumer {
    pub(super) fn new(
        connection: Connection,
        jetstream: jetstream::Context,
        biller: &str,
        durable: &str,
    ) -> LogConsumer {
        let (biller, durable) = (biller.to_owned(), durable.to_owned());
        LogConsumer { connection, jetstream, biller, durable, messages: None }
    }

    pub(crate) async fn next(&mut self, applied: Position) -> Result<Vec<Delivery>, FeedError> {
        let deadline = Instant::now() + IDLE_MAX;
        if let Ok(deliveries) = tokio::time::timeout_at(deadline, self.pull(applied)).await
            && !deliveries.is_empty()
        {
            return Ok(deliveries);
        }
        let blocks = match self.read(applied + 1, BATCH_BYTES).await {
            Err(error @ FeedError::Unreachable { .. }) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "log is not asked");
                Vec::new()
            }
            blocks => blocks?,
        };
        if blocks.is_empty() {
            tokio::time::sleep_until(deadline).await;
        }
        Ok(blocks.into_iter().map(Delivery::without_receipt).collect())
    }

    pub(crate) async fn read(
        &self,
        from: Position,
        max_bytes: usize,
    ) -> Result<Vec<Block>, FeedError> {
        log_service::read(&self.connection, &self.biller, from, max_bytes).await
    }

    pub(crate) async fn head(&self) -> Result<Head, FeedError> {
        log_service::head(&self.connection, &self.biller).await
    }

    /// What the stream delivers next beyond `applied`; nothing if it cannot deliver.
    async fn pull(&mut self, applied: Position) -> Vec<Delivery> {
        loop {
            if self.messages.is_none() {
                self.messages = self.subscribe().await.inspect_err(log_subscribe_error).ok();
            }
            let deliveries = self.take_ready(applied).await;
            if !deliveries.is_empty() || self.messages.is_none() {
                return deliveries;
            }
        }
    }

    async fn subscribe(&self) -> Result<pull::Stream, SubscribeError> {
        let durable = self.durable.clone();
        let config = pull::Config {
            durable_name: Some(durable.clone()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
            max_ack_pending: UNACKED_BLOCKS_MAX,
            inactive_threshold: INACTIVE_MAX,
            ..Default::default()
        };
        let stream = subject::log_stream(&self.biller);
        let consumer = self.jetstream.create_consumer_on_stream(config, stream).await;
        let consumer = consumer
            .map_err(|source| SubscribeError::Create { durable: durable.clone(), source })?;
        let messages = consumer
            .stream()
            .max_messages_per_batch(BATCH_BLOCKS)
            .heartbeat(HEARTBEAT)
            .expires(PULL_EXPIRES)
            .messages();
        messages.await.map_err(|source| SubscribeError::Pull { durable, source })
    }

    /// Waits for one message and takes what is there with it, without what is applied already.
    async fn take_ready(&mut self, applied: Position) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        let Some(messages) = &mut self.messages else { return deliveries };
        let mut arrived = messages.next().await;
        loop {
            let message = match arrived {
                Some(Ok(message)) => message,
                Some(Err(error)) => {
                    tracing::debug!(biller = self.biller, %error, "stream stopped delivering");
                    self.messages = None;
                    return deliveries;
                }
                None => {
                    self.messages = None;
                    return deliveries;
                }
            };
            deliveries.extend(accept(message, applied).await);
            if deliveries.len() >= BATCH_BLOCKS {
                return deliveries;
            }
            match messages.next().now_or_never() {
                Some(next) => arrived = next,
                None => return deliveries,
            }
        }
    }
}

fn log_subscribe_error(error: &SubscribeError) {
    tracing::debug!(error = error as &dyn std::error::Error, "stream is not followed");
}

/// A delivery, unless the message holds nothing new or is no block.
async fn accept(message: jetstream::Message, applied: Position) -> Option<Delivery> {
    let (message, acker) = message.split();
    match Block::parse(message.payload) {
        Ok(block) if block.last_position() > applied => {
            Some(Delivery::with_receipt(block, Receipt(acker)))
        }
        Ok(_applied) => {
            Receipt(acker).send().await;
            None
        }
        // The log has the block whole: what is missing here is read from there.
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "message in the stream is no block"
            );
            if let Err(error) = acker.ack_with(AckKind::Term).await {
                tracing::debug!(%error, "message stays and is delivered again");
            }
            None
        }
    }
}
