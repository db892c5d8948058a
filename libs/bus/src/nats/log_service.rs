//! Reading a log over NATS: the endpoints `log.read` and `log.head`, and those who ask them.
//!
//! ```text
//! log.read   request headers demarc-from, demarc-bytes-max
//!            reply body: blocks, each after its length as 4 bytes, little endian
//! log.head   reply headers demarc-position, demarc-chain (hex), demarc-committed-at (µs) and
//!            demarc-owner, which names the process that answers
//! ```

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use event_store::{Block, Hash, Head, Position, Reader};
use futures::FutureExt;

use super::HEADER_POSITION;
use super::connection::Connection;
use super::micro::Services;
use crate::endpoint::{Endpoint, Handler, RequestError, ServeError, Serving};
use crate::feed::FeedError;
use crate::message::Message;
use crate::subject;

const HEADER_FROM: &str = "demarc-from";
const HEADER_BYTES_MAX: &str = "demarc-bytes-max";
const HEADER_CHAIN: &str = "demarc-chain";
const HEADER_COMMITTED_AT: &str = "demarc-committed-at";
const HEADER_OWNER: &str = "demarc-owner";

/// How long the owner of a log has to answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long an owner has to say that it is one. A server that has just lost one may not know yet,
/// so whoever does not answer is asked more than once.
const OWNER_TIMEOUT: Duration = Duration::from_secs(2);
const OWNER_TRIES: u32 = 3;
/// The largest reply, where the server takes so much; and what headers may add to it.
const REPLY_BYTES_MAX: usize = 4 << 20;
const REPLY_HEADERS_BYTES: usize = 4 << 10;

/// Answers questions about the biller's log.
pub(super) async fn serve(
    services: &Services,
    connection: &Connection,
    biller: &str,
    reader: Reader,
) -> Result<Vec<Serving>, ServeError> {
    let of_head = reader.clone();
    let client = connection.client().clone();
    let owner = format!("process {} at {}", std::process::id(), client.server_info().client_ip);
    let head: Handler = Arc::new(move |_subject, _request| {
        let reply = head_reply(&of_head.head()).with_header(HEADER_OWNER, &owner);
        async move { reply }.boxed()
    });
    let read: Handler = Arc::new(move |_subject, request| {
        let bytes_max = client.server_info().max_payload.saturating_sub(REPLY_HEADERS_BYTES);
        answer_read(reader.clone(), request, bytes_max.min(REPLY_BYTES_MAX)).boxed()
    });
    Ok(vec![
        services.serve(endpoint(subject::log_head(biller)), head).await?,
        services.serve(endpoint(subject::log_read(biller)), read).await?,
    ])
}

fn endpoint(subject: String) -> Endpoint {
    Endpoint {
        service: "log".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: "The commit log itself, from any position.".to_owned(),
        subject,
        queue_group: "log".to_owned(),
    }
}

fn head_reply(head: &Head) -> Message {
    Message::default()
        .with_header(HEADER_POSITION, &head.position.to_string())
        .with_header(HEADER_CHAIN, &head.chain.to_string())
        .with_header(HEADER_COMMITTED_AT, &head.committed_at.to_string())
}

async fn answer_read(reader: Reader, request: Message, bytes_max: usize) -> Message {
    let number = |name| request.headers.get(name).and_then(|text| text.parse::<u64>().ok());
    let (Some(from), Some(asked)) = (number(HEADER_FROM), number(HEADER_BYTES_MAX)) else {
        return Message::failure(400, "demarc-from and demarc-bytes-max must be numbers");
    };
    let asked = usize::try_from(asked).unwrap_or(bytes_max).min(bytes_max);
    let read = tokio::task::spawn_blocking(move || reader.read_blocks(from, asked));
    match read.await {
        Ok(Ok(blocks)) => read_reply(&blocks, bytes_max),
        Ok(Err(error)) => {
            let error = &error as &dyn std::error::Error;
            tracing::error!(from, error, "log could not be read for another service");
            Message::failure(500, "the log could not be read")
        }
        Err(_stopped) => Message::failure(503, "the owner of the log is stopping"),
    }
}

/// As many of the blocks as fit.
fn read_reply(blocks: &[Block], bytes_max: usize) -> Message {
    let mut body = BytesMut::new();
    for block in blocks {
        let bytes = block.bytes();
        if body.len() + 4 + bytes.len() > bytes_max {
            break;
        }
        body.put_u32_le(u32::try_from(bytes.len()).expect("a block fits into a message"));
        body.put_slice(bytes);
    }
    if body.is_empty() && !blocks.is_empty() {
        return Message::failure(413, "the block is larger than a message may be");
    }
    Message::new(body.freeze())
}

/// Asks the owner of the log for blocks.
pub(super) async fn read(
    connection: &Connection,
    biller: &str,
    from: Position,
    bytes_max: usize,
) -> Result<Vec<Block>, FeedError> {
    let question = Message::default()
        .with_header(HEADER_FROM, &from.to_string())
        .with_header(HEADER_BYTES_MAX, &bytes_max.to_string());
    let reply = ask(connection, biller, &subject::log_read(biller), question).await?;
    blocks_in(biller, reply.body)
}

/// The blocks in the body of a reply, each after its length as 4 bytes, little endian.
///
/// The sizes in it are not believed before as many bytes are there.
pub fn blocks_in(biller: &str, mut body: Bytes) -> Result<Vec<Block>, FeedError> {
    let mut blocks = Vec::new();
    while body.has_remaining() {
        let length = body.try_get_u32_le().map_or(usize::MAX, |length| length as usize);
        if length > body.len() {
            return Err(malformed(biller, "length of a block"));
        }
        let block = Block::parse(body.split_to(length));
        blocks
            .push(block.map_err(|source| FeedError::Block { biller: biller.to_owned(), source })?);
    }
    Ok(blocks)
}

/// Asks the owner of the log where it ends.
pub(super) async fn head(connection: &Connection, biller: &str) -> Result<Head, FeedError> {
    let reply = ask(connection, biller, &subject::log_head(biller), Message::default()).await?;
    head_in(biller, &reply)
}

/// Where the log ends, in the headers of a reply.
pub fn head_in(biller: &str, reply: &Message) -> Result<Head, FeedError> {
    let header = |name| reply.headers.get(name).ok_or_else(|| malformed(biller, name));
    Ok(Head {
        position: number(biller, HEADER_POSITION, header(HEADER_POSITION)?)?,
        chain: hash(header(HEADER_CHAIN)?).ok_or_else(|| malformed(biller, HEADER_CHAIN))?,
        committed_at: number(biller, HEADER_COMMITTED_AT, header(HEADER_COMMITTED_AT)?)?,
    })
}

/// Who answers for the log; none if nobody does.
pub(super) async fn owner(
    connection: &Connection,
    biller: &str,
) -> Result<Option<String>, RequestError> {
    let subject = subject::log_head(biller);
    let mut tries = 1;
    loop {
        match connection.request(&subject, Message::default(), OWNER_TIMEOUT).await {
            Ok(reply) => {
                let owner = reply.headers.get(HEADER_OWNER).unwrap_or("somebody without a name");
                return Ok(Some(owner.to_owned()));
            }
            Err(RequestError::NoResponder { .. }) => return Ok(None),
            Err(RequestError::TimedOut { .. }) if tries == OWNER_TRIES => {
                return Ok(Some("somebody who does not answer".to_owned()));
            }
            Err(RequestError::TimedOut { .. }) => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

fn number<T: std::str::FromStr>(
    biller: &str,
    part: &'static str,
    text: &str,
) -> Result<T, FeedError> {
    text.parse().map_err(|_| malformed(biller, part))
}

fn hash(text: &str) -> Option<Hash> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(Hash(bytes))
}

fn malformed(biller: &str, part: &'static str) -> FeedError {
    FeedError::Malformed { biller: biller.to_owned(), part }
}

async fn ask(
    connection: &Connection,
    biller: &str,
    subject: &str,
    question: Message,
) -> Result<Message, FeedError> {
    let reply = connection.request(subject, question, TIMEOUT).await;
    let reply = reply.map_err(|source| FeedError::unreachable(biller, source))?;
    match reply.as_failure() {
        None => Ok(reply),
        Some((code, reason)) => {
            Err(FeedError::Refused { biller: biller.to_owned(), code, reason: reason.to_owned() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &'static [u8]) -> String {
        blocks_in("acme", Bytes::from_static(body)).map(drop).expect_err("no reply").to_string()
    }

    #[test]
    fn a_reply_without_blocks_is_the_end_of_the_log() {
        assert!(blocks_in("acme", Bytes::new()).is_ok_and(|blocks| blocks.is_empty()));
    }

    #[test]
    fn a_reply_that_is_cut_off_is_malformed() {
        let expected = "log of acme was not read: the reply has no fit length of a block";
        assert_eq!(refusal(b"\x01\0"), expected);
        assert_eq!(refusal(b"\x05\0\0\0abcd"), expected);
    }

    #[test]
    fn a_reply_of_other_bytes_is_a_damaged_block() {
        let expected = "log of acme was not read: a block in the reply is damaged";
        assert_eq!(refusal(b"\x04\0\0\0abcd"), expected);
    }

    #[test]
    fn a_chain_travels_as_64_hex_digits() {
        assert_eq!(hash(&Hash([0xa7; 32]).to_string()), Some(Hash([0xa7; 32])));
        assert_eq!(hash("a7"), None);
    }
}
