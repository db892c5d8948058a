//! The relay: keeps one stream equal to the log, in order, without gaps and without repetition.
//!
//! It has no cursor of its own. A session starts from the stream's last message, and every message
//! it publishes names the sequence it must follow, and the message; the server refuses anything
//! else. So a lost message ends the session instead of leaving a gap, also where somebody else's
//! has taken its sequence, and an owner that was replaced cannot write between the lines of its
//! successor. Whatever goes wrong, the next session starts from what the stream then holds.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use async_nats::HeaderValue;
use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::context::{GetStreamError, PublishAckFuture, PublishError};
use async_nats::jetstream::message::{PublishMessage, StreamMessage};
use async_nats::jetstream::stream::{InfoError, LastRawMessageError, Stream};
use async_nats::jetstream::{Context, context::CreateStreamError};
use event_store::{Block, BlockError, Position, ReadError, WitnessError};

use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};

use super::Nats;
use super::connection::Connection;
use super::outlet::{Batch, HEADER_POSITION, Outgoing, Outlet, PrepareError, STREAM_LIMITS};
use crate::feed::BATCH_BYTES;
use crate::log_source::{LogSource, OfferError};

/// Messages that may wait for their acknowledgement.
const IN_FLIGHT_MAX: usize = 1024;
/// Bytes that may wait for their acknowledgement.
const IN_FLIGHT_BYTES_MAX: usize = 8 << 20;
/// How often an idle relay looks whether the stream still ends where it left it.
const VERIFY_EVERY: Duration = Duration::from_secs(1);
/// The pause after a session that failed; it doubles up to the maximum.
const RETRY_MIN: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(2);

/// Fills one stream of one biller.
pub(super) struct Relay {
    connection: Connection,
    jetstream: Context,
    biller: String,
    stream: String,
    outlet: Outlet,
    log: LogSource,
    contested: watch::Sender<HashSet<String>>,
}

/// How far the stream has come.
struct Place {
    stream: Stream,
    /// The last position that is published, or that outsiders never see.
    position: Position,
    /// The stream's last sequence.
    sequence: u64,
    /// Whether the stream holds a message.
    filled: bool,
    /// The id of the last message that this session has published.
    published: Option<HeaderValue>,
}

#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error("the connection is down")]
    Disconnected,
    #[error("the stream could not be looked up")]
    Lookup(#[from] GetStreamError),
    #[error("the stream could not be created")]
    Create(#[from] CreateStreamError),
    #[error("the stream does not answer")]
    Info(#[from] InfoError),
    #[error("the stream's last message could not be read")]
    LastMessage(#[from] LastRawMessageError),
    #[error("message {sequence} in the stream is not ours; it is removed")]
    Foreign { sequence: u64 },
    #[error("the stream holds position {stream}, the log ends at {log}")]
    Behind { stream: Position, log: Position },
    #[error("the stream's last block is damaged")]
    LastBlock(#[from] BlockError),
    #[error("the stream's last block is not the log's")]
    Witness(#[from] WitnessError),
    #[error("the log could not be read")]
    Read(#[from] ReadError),
    #[error("a message could not be made")]
    Prepare(#[from] PrepareError),
    #[error("making a message panicked")]
    Panicked(#[from] JoinError),
    #[error("a message was not stored")]
    Publish(#[from] PublishError),
    #[error("the stream stored sequence {stored} where {expected} was due")]
    OutOfLine { expected: u64, stored: u64 },
    #[error("the stream was changed by someone else")]
    Changed,
}

impl Relay {
    pub(super) fn new(bus: &Nats, biller: &str, outlet: Outlet, log: LogSource) -> Relay {
        Relay {
            connection: bus.connection.clone(),
            jetstream: bus.jetstream.clone(),
            biller: biller.to_owned(),
            stream: outlet.stream_name(biller),
            outlet,
            log,
            contested: bus.contested.clone(),
        }
    }

    /// Refuses a log that has lost events which its stream still holds.
    ///
    /// A stream that cannot be asked now is no witness: the relay asks again at every session.
    pub(super) async fn check_witness(&self) -> Result<(), OfferError> {
        let refused = |source| OfferError::LogBehindStream {
            biller: self.biller.clone(),
            stream: self.stream.clone(),
            source,
        };
        match self.resume().await {
            Err(error @ (RelayError::Behind { .. } | RelayError::Witness(_))) => {
                Err(refused(Box::new(error)))
            }
            Err(error) => {
                tracing::warn!(
                    stream = self.stream,
                    error = &error as &dyn std::error::Error,
                    "stream is not ready"
                );
                Ok(())
            }
            Ok(_place) => Ok(()),
        }
    }

    /// Relays until the owner of the log stops.
    pub(super) async fn run(mut self) {
        let mut resumed_at = None;
        let mut pause = RETRY_MIN;
        while let Err((position, error)) = self.session().await {
            if self.is_contested(&error) {
                let error = &error as &dyn std::error::Error;
                tracing::error!(stream = self.stream, error, "somebody else writes this log");
                self.contested.send_modify(|billers| billers.extend([self.biller.clone()]));
                return;
            }
            tracing::warn!(
                stream = self.stream,
                error = &error as &dyn std::error::Error,
                "relay starts again"
            );
            // Two sessions that start from one place have the same trouble ahead.
            let stuck = position == resumed_at;
            pause = if stuck { RETRY_MAX.min(pause * 2) } else { RETRY_MIN };
            resumed_at = position;
            tokio::time::sleep(pause).await;
        }
    }

    /// Whether the stream holds blocks of somebody else. What only claims a position, as anybody's
    /// message in a stream of events may, is no block.
    fn is_contested(&self, error: &RelayError) -> bool {
        let foreign = matches!(error, RelayError::Behind { .. } | RelayError::Witness(_));
        foreign && matches!(self.outlet, Outlet::Log)
    }

    /// One session; its error comes with the position it resumed at, if it did.
    async fn session(&mut self) -> Result<(), (Option<Position>, RelayError)> {
        let connection = self.connection.clone();
        connection.comes_up().await;
        let place = self.resume().await.map_err(|error| (None, error))?;
        let position = place.position;
        tracing::info!(stream = self.stream, position, "relay resumes");
        let relayed = tokio::select! {
            // What was in flight may be lost: looking is quicker than waiting for a time-out.
            () = connection.goes_down() => Err(RelayError::Disconnected),
            relayed = self.relay_from(place) => relayed,
        };
        relayed.map_err(|error| (Some(position), error))
    }

    async fn relay_from(&mut self, mut place: Place) -> Result<(), RelayError> {
        loop {
            self.catch_up(&mut place).await?;
            let (log, done) = (&mut self.log.head, place.position);
            let news = async { log.wait_for(|head| *head > done).await.is_ok() };
            match tokio::time::timeout(VERIFY_EVERY, news).await {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(_idle) => verify(&place).await?,
            }
        }
    }

    /// Where the stream ends; creates the stream if it is missing.
    async fn resume(&self) -> Result<Place, RelayError> {
        let stream = self.jetstream.get_or_create_stream(self.outlet.config(&self.biller)).await?;
        let state = stream.cached_info().state.clone();
        if state.messages == 0 {
            let head = self.log.reader.head().position;
            let position = head.saturating_sub(u64::from(STREAM_LIMITS.events_max));
            let sequence = state.last_sequence;
            return Ok(Place { stream, position, sequence, filled: false, published: None });
        }
        let filter = self.outlet.subject(&self.biller);
        let last = stream.get_last_raw_message_by_subject(&filter).await?;
        let sequence = state.last_sequence.max(last.sequence);
        let is_ours = !matches!(self.outlet, Outlet::Log) || is_block(&last);
        let position = match position_of(&last).filter(|_| is_ours) {
            Some(position) => position,
            None => {
                if let Err(error) = stream.delete_message(last.sequence).await {
                    tracing::warn!(stream = self.stream, %error, "foreign message stays");
                }
                return Err(RelayError::Foreign { sequence: last.sequence });
            }
        };
        self.compare(&last, position)?;
        Ok(Place { stream, position, sequence, filled: true, published: None })
    }

    /// The log must hold what the stream holds.
    fn compare(&self, last: &StreamMessage, position: Position) -> Result<(), RelayError> {
        let block = match self.outlet {
            Outlet::Log => Some(Block::parse(last.payload.clone())?),
            Outlet::Events(_) | Outlet::Json(_) => None,
        };
        let position = block.as_ref().map_or(position, Block::last_position);
        let log = self.log.reader.head().position;
        if position > log {
            return Err(RelayError::Behind { stream: position, log });
        }
        if let Some(block) = block {
            self.log.reader.check_witness(position, block.chain())??;
        }
        Ok(())
    }

    /// Publishes everything the log holds beyond `place`, and waits until it is stored. While one
    /// batch is published the next one is made.
    async fn catch_up(&self, place: &mut Place) -> Result<(), RelayError> {
        let mut pipeline = Pipeline::default();
        let mut making = None;
        while place.position < self.log.reader.head().position {
            let batch = making.take().unwrap_or_else(|| self.prepare(place.position)).await??;
            let more = batch.through < self.log.reader.head().position;
            making = more.then(|| self.prepare(batch.through));
            for message in batch.messages {
                pipeline.make_room(message.body.len()).await?;
                pipeline.publish(&self.jetstream, message, place).await?;
            }
            place.position = batch.through;
        }
        while pipeline.settle_oldest().await? {}
        Ok(())
    }

    /// Begins to make the messages for what comes after `position`; an error only if none can be
    /// made.
    fn prepare(&self, position: Position) -> JoinHandle<Result<Batch, RelayError>> {
        let (reader, outlet) = (self.log.reader.clone(), self.outlet.clone());
        let biller = self.biller.clone();
        tokio::task::spawn_blocking(move || {
            let mut batch = Batch { messages: Vec::new(), through: position };
            let blocks = reader.read_blocks(position + 1, BATCH_BYTES)?;
            let whole = blocks.iter().try_for_each(|b| outlet.prepare(&biller, b, &mut batch));
            // What comes before the event that failed is published; then it is met again, first.
            whole.or_else(|error| if batch.through > position { Ok(()) } else { Err(error) })?;
            Ok(batch)
        })
    }
}

/// The stream must still end where the relay left it.
async fn verify(place: &Place) -> Result<(), RelayError> {
    let state = place.stream.get_info().await?.state;
    if state.last_sequence == place.sequence && (state.messages > 0) == place.filled {
        return Ok(());
    }
    Err(RelayError::Changed)
}

fn position_of(message: &StreamMessage) -> Option<Position> {
    message.headers.get(HEADER_POSITION)?.as_str().parse().ok()
}

fn is_block(message: &StreamMessage) -> bool {
    Block::parse(message.payload.clone()).is_ok()
}

/// Published messages whose acknowledgement is awaited, oldest first.
#[derive(Default)]
struct Pipeline {
    in_flight: VecDeque<InFlight>,
    bytes: usize,
}

struct InFlight {
    ack: PublishAckFuture,
    bytes: usize,
    expected: u64,
}

impl Pipeline {
    async fn make_room(&mut self, bytes: usize) -> Result<(), RelayError> {
        while self.in_flight.len() >= IN_FLIGHT_MAX || self.bytes + bytes > IN_FLIGHT_BYTES_MAX {
            if !self.settle_oldest().await? {
                break;
            }
        }
        Ok(())
    }

    async fn publish(
        &mut self,
        jetstream: &Context,
        message: Outgoing,
        place: &mut Place,
    ) -> Result<(), RelayError> {
        let bytes = message.body.len();
        let id = message.headers.get(NATS_MESSAGE_ID).cloned();
        let mut publish = PublishMessage::build()
            .headers(message.headers)
            .payload(message.body)
            .expected_last_sequence(place.sequence);
        // The server forgets ids when it starts again: the first of a session has none to follow.
        if let Some(before) = place.published.take() {
            publish = publish.expected_last_message_id(before.as_str());
        }
        let ack = jetstream.send_publish(message.subject, publish).await?;
        place.sequence += 1;
        place.filled = true;
        place.published = id;
        self.in_flight.push_back(InFlight { ack, bytes, expected: place.sequence });
        self.bytes += bytes;
        Ok(())
    }

    /// Waits for the oldest acknowledgement; false when there is none.
    async fn settle_oldest(&mut self) -> Result<bool, RelayError> {
        let Some(oldest) = self.in_flight.pop_front() else { return Ok(false) };
        self.bytes -= oldest.bytes;
        let stored = oldest.ack.await?.sequence;
        if stored != oldest.expected {
            return Err(RelayError::OutOfLine { expected: oldest.expected, stored });
        }
        Ok(true)
    }
}
