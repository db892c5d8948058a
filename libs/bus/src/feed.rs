//! Following a log: the newest blocks as they appear, and any older ones on demand.
//!
//! A feed is a hint, the log is the truth. Deliveries may repeat, arrive out of order or leave
//! gaps; whoever applies them demands that the next position follows the last one applied, and
//! reads what is missing with [`Feed::read`].

use std::sync::Arc;
use std::time::Duration;

use event_store::{Block, BlockError, Head, Position, ReadError, Reader};

use crate::endpoint::RequestError;
use crate::in_process::InProcess;
use crate::nats::{LogConsumer, Receipt};
use crate::subject::{self, UnfitName};

/// The longest that [`Feed::next`] waits before it returns nothing.
pub const IDLE_MAX: Duration = Duration::from_secs(1);

/// How much [`Feed::next`] takes from the log at once, in bytes.
pub(crate) const BATCH_BYTES: usize = 1 << 20;

/// One consumer's view of one biller's log.
pub struct Feed(Kind);

enum Kind {
    InProcess { bus: Arc<InProcess>, biller: String },
    Nats(Box<LogConsumer>),
}

impl Feed {
    pub(crate) fn in_process(bus: Arc<InProcess>, biller: &str) -> Feed {
        Feed(Kind::InProcess { bus, biller: biller.to_owned() })
    }

    pub(crate) fn nats(consumer: LogConsumer) -> Feed {
        Feed(Kind::Nats(Box::new(consumer)))
    }

    /// The next blocks beyond `applied`, or nothing after [`IDLE_MAX`] without any.
    ///
    /// A block may begin before `applied` when the reader stopped inside it. Cancel safe: what
    /// was not returned is delivered again.
    pub async fn next(&mut self, applied: Position) -> Result<Vec<Delivery>, FeedError> {
        match &mut self.0 {
            Kind::InProcess { bus, biller } => {
                let news = tokio::time::timeout(IDLE_MAX, news(bus, biller, applied)).await;
                let Ok(reader) = news else { return Ok(Vec::new()) };
                let blocks = read(reader, biller, applied + 1, BATCH_BYTES).await?;
                Ok(blocks.into_iter().map(Delivery::without_receipt).collect())
            }
            Kind::Nats(consumer) => consumer.next(applied).await,
        }
    }

    /// Blocks from the log itself that hold positions from `from` on; the first may begin earlier.
    ///
    /// Returns nothing only where the log ends before `from`. Over NATS a reply is bounded by the
    /// size of a message, whatever `max_bytes` says.
    pub async fn read(&self, from: Position, max_bytes: usize) -> Result<Vec<Block>, FeedError> {
        match &self.0 {
            Kind::InProcess { bus, biller } => {
                read(reader(bus, biller)?, biller, from, max_bytes).await
            }
            Kind::Nats(consumer) => consumer.read(from, max_bytes).await,
        }
    }

    /// Where the log ends now.
    pub async fn head(&self) -> Result<Head, FeedError> {
        match &self.0 {
            Kind::InProcess { bus, biller } => Ok(reader(bus, biller)?.head()),
            Kind::Nats(consumer) => consumer.head().await,
        }
    }
}

/// Waits until the log holds more than `applied`.
async fn news(bus: &InProcess, biller: &str, applied: Position) -> Reader {
    let mut log = bus.offered_log(biller).await;
    if log.head.wait_for(|head| *head > applied).await.is_err() {
        // Its owner has stopped: nothing comes until the log is offered again.
        std::future::pending::<()>().await;
    }
    log.reader
}

fn reader(bus: &InProcess, biller: &str) -> Result<Reader, FeedError> {
    let nobody = || RequestError::NoResponder { subject: subject::log_read(biller) };
    let log = bus.log(biller).ok_or_else(|| FeedError::unreachable(biller, nobody()))?;
    Ok(log.reader)
}

/// Reads off the runtime's threads: old segments come from the disk.
async fn read(
    reader: Reader,
    biller: &str,
    from: Position,
    max_bytes: usize,
) -> Result<Vec<Block>, FeedError> {
    let blocks = tokio::task::spawn_blocking(move || reader.read_blocks(from, max_bytes)).await;
    blocks.expect("reading a log does not panic").map_err(|source| FeedError::Read {
        biller: biller.to_owned(),
        from,
        source: Box::new(source),
    })
}

/// A block that was delivered.
pub struct Delivery {
    /// The block, exactly as stored.
    pub block: Block,
    receipt: Option<Receipt>,
}

impl Delivery {
    pub(crate) fn with_receipt(block: Block, receipt: Receipt) -> Delivery {
        Delivery { block, receipt: Some(receipt) }
    }

    pub(crate) fn without_receipt(block: Block) -> Delivery {
        Delivery { block, receipt: None }
    }

    /// Says that the read model holds the block, or held it already.
    ///
    /// A lost acknowledgement only means that the block is delivered again.
    pub async fn ack(self) {
        if let Some(receipt) = self.receipt {
            receipt.send().await;
        }
    }
}

/// Why a log cannot be followed.
#[derive(Debug, thiserror::Error)]
#[error("the log is not followed")]
pub struct FollowError(#[from] UnfitName);

/// Why a feed has nothing to give.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The owner of the log does not answer now.
    #[error("log of {biller} is out of reach")]
    Unreachable {
        /// The owner.
        biller: String,
        /// Why.
        #[source]
        source: RequestError,
    },
    /// The log in this process cannot be read.
    #[error("log of {biller} was not read from position {from}")]
    Read {
        /// The owner.
        biller: String,
        /// Where reading started.
        from: Position,
        /// Why.
        #[source]
        source: Box<ReadError>,
    },
    /// The owner of the log answers that it cannot read it.
    #[error("log of {biller} was not read: its owner answers {code} {reason}")]
    Refused {
        /// The owner.
        biller: String,
        /// The code, as in HTTP.
        code: u16,
        /// The owner's words.
        reason: String,
    },
    /// The owner of the log answers with something that is no block.
    #[error("log of {biller} was not read: a block in the reply is damaged")]
    Block {
        /// The owner.
        biller: String,
        /// What is wrong with it.
        #[source]
        source: BlockError,
    },
    /// The owner of the log answers in a form that this version does not know.
    #[error("log of {biller} was not read: the reply has no fit {part}")]
    Malformed {
        /// The owner.
        biller: String,
        /// What is missing or misshapen.
        part: &'static str,
    },
}

impl FeedError {
    pub(crate) fn unreachable(biller: &str, source: RequestError) -> FeedError {
        FeedError::Unreachable { biller: biller.to_owned(), source }
    }
}
