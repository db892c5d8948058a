//! One connection for one request.

use std::{io, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, pki_types::ServerName},
};

use super::{address::Address, answer::Answer};

/// Longest answer in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Bytes in both directions.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects, and with TLS makes sure who is there.
pub(super) async fn open(
    address: &Address,
    tls: &Arc<ClientConfig>,
) -> io::Result<Box<dyn Stream>> {
    let plain = connect(address).await?;
    plain.set_nodelay(true)?;
    if !address.is_over_tls {
        return Ok(Box::new(plain));
    }
    let name = ServerName::try_from(address.host.clone())
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let connected = TlsConnector::from(Arc::clone(tls)).connect(name, plain).await?;
    Ok(Box::new(connected))
}

/// Connects to the first place that is there. Without TLS a name leads to this machine or nowhere.
async fn connect(address: &Address) -> io::Result<TcpStream> {
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "the processor's host is not known");
    for place in lookup_host((address.host.as_str(), address.port)).await? {
        if !address.is_over_tls && !place.ip().is_loopback() {
            continue;
        }
        match TcpStream::connect(place).await {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// Sends a request and reads its whole answer.
pub(super) async fn exchange(
    stream: Box<dyn Stream>,
    request: Request<Full<Bytes>>,
) -> io::Result<Answer> {
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let exchanging = async {
        let response = sender.send_request(request).await.map_err(io::Error::other)?;
        let status = response.status();
        let body = Limited::new(response.into_body(), BODY_BYTES_MAX).collect().await;
        // Too long an answer has a status all the same: what it means is not read.
        let body = match body {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => Bytes::new(),
            Err(error) => return Err(io::Error::other(error)),
        };
        Ok(Answer { status, body })
    };
    // The connection moves the bytes; it ends with the answer, or when nobody waits any more.
    tokio::select! {
        biased;
        answer = exchanging => answer,
        never = carry(connection) => never,
    }
}

/// Carries bytes until the answer is whole. What goes wrong here goes wrong for whoever waits.
async fn carry(
    connection: http1::Connection<TokioIo<Box<dyn Stream>>, Full<Bytes>>,
) -> io::Result<Answer> {
    // An error reaches the request as well; the request is the one that reports it.
    drop(connection.await);
    std::future::pending().await
}
