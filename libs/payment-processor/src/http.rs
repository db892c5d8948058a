//! A processor over HTTP: JSON, a bearer key, and the id as the `Idempotency-Key`.
//!
//! What must stay true: nothing is asked twice in here, no redirection is followed, so that the key
//! goes to nobody else, and without TLS it goes to this machine only. A request has a connection of
//! its own: one that was kept could turn out to be closed after money was asked for.

mod address;
mod answer;
mod connection;

use std::{fmt, io, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use hyper::{StatusCode, header::HeaderValue};
use serde::Serialize;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

use crate::{Collection, Outcome, Processor, ProcessorError, Refund, RefundOutcome, Secret};
use address::Address;
use answer::{Answer, Said};

/// Where the processor is, and who we are there.
#[derive(Clone)]
pub struct HttpOptions {
    /// `https://processor.example/v1`, or `http://` for this machine itself. Without credentials,
    /// query or fragment.
    pub base_url: String,
    /// Our key there, sent as a bearer token.
    pub key: Secret,
    /// How long to wait for a whole answer. A request that takes longer may still be carried out.
    pub time_limit: Duration,
}

/// Why a processor over HTTP cannot be used. Shows neither address nor key.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Not an address of a processor.
    #[error("the processor's address {0}")]
    Address(&'static str),
    /// Not a key that a header can hold.
    #[error("the key for the processor is empty or has characters that no header can hold")]
    Key,
    /// Nobody could be trusted, or TLS is not to be had.
    #[error("the processor cannot be spoken to over TLS")]
    Tls(#[source] io::Error),
}

/// A processor over HTTP: JSON, our key as a bearer token, the id as the `Idempotency-Key`.
///
/// | request | answer |
/// |---|---|
/// | `POST <base>/collections`, a [`Collection`] | 2xx: an [`Outcome`]; 402: one with `declined` |
/// | `POST <base>/refunds`, a [`Refund`] | 2xx: a [`RefundOutcome`]; 402: one with `refused` |
///
/// Both: 422 when the id came before with another content. 408, 409, 425, 429, 5xx, no answer in
/// time and an answer that is not understood: it is not known what was done. Any other status:
/// nothing was done, and the settings are wrong.
#[derive(Debug)]
pub struct Http {
    address: Address,
    /// Marked as sensitive: `Debug` does not show it.
    bearer: HeaderValue,
    tls: Arc<ClientConfig>,
    time_limit: Duration,
}

/// Shows neither key nor address, which may have credentials in it until it was read.
impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions").field("time_limit", &self.time_limit).finish_non_exhaustive()
    }
}

impl Http {
    /// Whoever this machine trusts for TLS is believed to be the processor.
    ///
    /// # Errors
    /// When the options are no address and key, or this machine trusts nobody.
    pub fn open(options: &HttpOptions) -> Result<Self, HttpError> {
        let mut trusted = RootCertStore::empty();
        trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self::trusting(options, trusted)
    }

    fn trusting(options: &HttpOptions, trusted: RootCertStore) -> Result<Self, HttpError> {
        let address = Address::parse(&options.base_url).map_err(HttpError::Address)?;
        if address.is_over_tls && trusted.is_empty() {
            return Err(HttpError::Tls(io::Error::other("no certificate is trusted here")));
        }
        let key = options.key.revealed();
        if key.is_empty() {
            return Err(HttpError::Key);
        }
        let mut bearer =
            HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| HttpError::Key)?;
        bearer.set_sensitive(true);
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| HttpError::Tls(io::Error::other(error)))?
            .with_root_certificates(trusted)
            .with_no_client_auth();
        Ok(Self { address, bearer, tls: Arc::new(tls), time_limit: options.time_limit })
    }

    /// Asks, and reads what was said within the time limit.
    async fn ask(
        &self,
        id: &str,
        path: &str,
        content: &(impl Serialize + Sync),
    ) -> Result<Said, ProcessorError> {
        let unreachable = |source| ProcessorError::Unreachable { id: id.to_owned(), source };
        let body = serde_json::to_vec(content).map_err(|error| unreachable(error.into()))?;
        let asking = async {
            let request = self.address.request(path, id, &self.bearer, body)?;
            let stream = connection::open(&self.address, &self.tls).await?;
            connection::exchange(stream, request).await
        };
        let asked = tokio::time::timeout(self.time_limit, asking).await;
        let answer: Answer = asked.map_err(io::Error::from).flatten().map_err(unreachable)?;
        answer.said(id)
    }
}

impl Processor for Http {
    fn collect<'a>(
        &'a self,
        collection: &'a Collection,
    ) -> BoxFuture<'a, Result<Outcome, ProcessorError>> {
        async move {
            collection.demand_fit()?;
            let said = self.ask(&collection.id, "collections", collection).await?;
            let outcome = match said.read() {
                None if said.status == StatusCode::PAYMENT_REQUIRED => {
                    Some(Outcome::declined_unspecified())
                }
                read => read.and_then(Outcome::tidied),
            };
            let is_no = matches!(outcome, Some(Outcome::Declined { .. }));
            said.understood(&collection.id, outcome, is_no)
        }
        .boxed()
    }

    fn refund<'a>(
        &'a self,
        refund: &'a Refund,
    ) -> BoxFuture<'a, Result<RefundOutcome, ProcessorError>> {
        async move {
            refund.demand_fit()?;
            let said = self.ask(&refund.id, "refunds", refund).await?;
            let outcome = match said.read() {
                None if said.status == StatusCode::PAYMENT_REQUIRED => {
                    Some(RefundOutcome::refused_unspecified())
                }
                read => read.and_then(RefundOutcome::tidied),
            };
            let is_no = matches!(outcome, Some(RefundOutcome::Refused { .. }));
            said.understood(&refund.id, outcome, is_no)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests;
