//! Our HTTP API: one connection that is kept alive, one request at a time.

use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{commands::mix, facts::account_id, peers::BILLER};

/// The fact that follows has about 300 bytes.
const NAME_CHARS: usize = 240;
/// No answer is longer.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// One client's connection.
pub(super) struct Connection {
    stream: TcpStream,
    host: String,
    answer: Vec<u8>,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: address.to_string(), answer: vec![0; ANSWER_BYTES_MAX] })
    }

    pub(super) async fn send(&mut self, number: u64) -> anyhow::Result<()> {
        let body = body_of(number);
        let (high, low) = (mix(number), mix(number + (1 << 40)));
        let request = format!(
            "POST /v1/{BILLER}/commands/OpenAccount HTTP/1.1\r\nHost: {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\
             Idempotency-Key: {:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}\r\n\r\n{body}",
            self.host,
            body.len(),
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff,
        );
        self.exchange(&request).await
    }

    /// Asks for what lies under a path.
    pub(super) async fn ask(&mut self, path: &str) -> anyhow::Result<()> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host);
        self.exchange(&request).await
    }

    async fn exchange(&mut self, request: &str) -> anyhow::Result<()> {
        self.stream.write_all(request.as_bytes()).await?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.answer[filled..]).await?;
            anyhow::ensure!(read > 0, "the server closed the connection");
            filled += read;
            if let Some(length) = length_of(&self.answer[..filled])?
                && filled >= length
            {
                return Ok(());
            }
        }
    }
}

/// The body of the command with this number.
pub(super) fn body_of(number: u64) -> String {
    let (account, name) = (account_id(number), "n".repeat(NAME_CHARS));
    format!(r#"{{"accountId":"{account}","holderName":"{name}","email":"{account}@example.com"}}"#)
}

/// The bytes of a whole answer, once its head is there; fails unless it says 200.
fn length_of(answer: &[u8]) -> anyhow::Result<Option<usize>> {
    let Some(head) = answer.windows(4).position(|end| end == b"\r\n\r\n") else { return Ok(None) };
    if !answer.starts_with(b"HTTP/1.1 200") {
        bail!("the answer is {}", String::from_utf8_lossy(answer));
    }
    let text = std::str::from_utf8(&answer[..head])?;
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    Ok(Some(head + 4 + length.context("the answer has no length")?.parse::<usize>()?))
}
