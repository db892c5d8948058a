//! SierraDB over RESP 3, as much of it as appending and counting needs.

use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

use crate::facts::account_id;

const PAYLOAD: [u8; 300] = [b'x'; 300];

/// One client's connection.
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Connects and asks for the third version of the protocol.
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut connection = Self(BufReader::new(stream));
        connection.ask(&[b"HELLO", b"3"]).await?;
        Ok(connection)
    }

    /// Appends the event with this number to a stream that must be empty.
    pub(super) async fn append(&mut self, number: u64) -> anyhow::Result<()> {
        let stream = account_id(number);
        let (name, payload) = (b"AccountOpened".as_slice(), PAYLOAD.as_slice());
        let expected: [&[u8]; 4] = [b"EXPECTED_VERSION", b"empty", b"PAYLOAD", payload];
        let command: [&[u8]; 3] = [b"EAPPEND", stream.as_bytes(), name];
        self.ask(&[&command[..], &expected[..]].concat()).await?;
        Ok(())
    }

    /// How many events a partition has.
    pub(crate) async fn partition_length(&mut self, partition: u16) -> anyhow::Result<u64> {
        let last = self.ask(&[b"EPSEQ", partition.to_string().as_bytes()]).await?;
        match last.strip_prefix(':') {
            Some(last) => Ok(last.parse::<u64>()? + 1),
            None => Ok(0),
        }
    }

    /// Sends a command; gives the answer's first line and reads past the rest.
    async fn ask(&mut self, words: &[&[u8]]) -> anyhow::Result<String> {
        let mut request = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            request.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
            request.extend_from_slice(word);
            request.extend_from_slice(b"\r\n");
        }
        self.0.write_all(&request).await?;
        let first = self.line().await?;
        let mut left = self.parts(&first).await?;
        while left > 0 {
            let line = self.line().await?;
            left += self.parts(&line).await?;
            left -= 1;
        }
        Ok(first)
    }

    async fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        let line = line.strip_suffix("\r\n").context("the answer ends in the middle")?;
        Ok(line.to_owned())
    }

    /// How many more values follow one that begins like this; a text is read past.
    async fn parts(&mut self, line: &str) -> anyhow::Result<u64> {
        let (kind, rest) = line.split_at_checked(1).context("the answer has an empty line")?;
        match kind {
            "-" | "!" => bail!("the answer is {line}"),
            "$" | "=" => {
                let length: i64 = rest.parse()?;
                if let Ok(length) = usize::try_from(length) {
                    self.0.read_exact(&mut vec![0; length + 2]).await?;
                }
                Ok(0)
            }
            "*" | "~" | ">" => Ok(rest.parse()?),
            "%" => Ok(2 * rest.parse::<u64>()?),
            _ => Ok(0),
        }
    }
}
