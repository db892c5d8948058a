//! What a processor says on its own: events, signed with a key that it shares with us.
//!
//! The header is `t=<seconds since 1970>,v1=<HMAC-SHA-256 of "t.body" in hexadecimal digits>`, with
//! more than one `v1` while the sender changes keys; other fields are of other schemes and are not
//! looked at.
//!
//! What must stay true: nothing of a body is read before its signature is right; signatures are
//! compared in a time that does not tell where they differ. The same event may come many times,
//! within the tolerance from anybody who has overheard it: whoever acts on one does it once per
//! [`Notice::id`].

mod event;
mod signature;

use std::time::Duration;

pub use event::{Event, Kind, Notice};
use signature::Signatures;

use crate::Secret;

/// Longest body in bytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Longest header in bytes.
pub const HEADER_BYTES_MAX: usize = 1024;
/// Most signatures in a header.
pub const SIGNATURES_MAX: usize = 8;

/// Why an event is not believed. Repeats nothing of what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// There is no key to verify it with: anybody could sign with an empty one.
    #[error("no key is configured for webhooks")]
    NoSecret,
    /// The header is none of this scheme.
    #[error("the signature header {0}")]
    Header(&'static str),
    /// The body is longer than any event is.
    #[error("the body has more than {BODY_BYTES_MAX} bytes")]
    TooLong,
    /// No signature is one of this key for this time and body.
    #[error("no signature is right")]
    WrongSignature,
    /// It is signed, but was so too long ago: it may be replayed.
    #[error("it was signed too long ago")]
    TooOld,
    /// It is signed with a time that has not come: a clock is wrong.
    #[error("it was signed in the future: look at the clocks")]
    FromTheFuture,
    /// It is signed, and yet no event.
    #[error("{0} in the body is missing or not what it should be")]
    Body(&'static str),
}

/// Makes sure that an event comes from whoever has the key, and was signed no more than `tolerance`
/// before or after `now_s`, in seconds since 1970; then reads it.
///
/// # Errors
/// When it is not to be believed, or is no event.
pub fn verify(
    secret: &Secret,
    signature_header: &str,
    body: &[u8],
    now_s: i64,
    tolerance: Duration,
) -> Result<Event, WebhookError> {
    if secret.revealed().is_empty() {
        return Err(WebhookError::NoSecret);
    }
    if body.len() > BODY_BYTES_MAX {
        return Err(WebhookError::TooLong);
    }
    let signatures = Signatures::parse(signature_header).map_err(WebhookError::Header)?;
    if !signatures.has_one_of(secret, body) {
        return Err(WebhookError::WrongSignature);
    }
    if signatures.signed_s.abs_diff(now_s) > tolerance.as_secs() {
        let is_past = signatures.signed_s < now_s;
        return Err(if is_past { WebhookError::TooOld } else { WebhookError::FromTheFuture });
    }
    Event::parse(body)
}

/// The header with which whoever plays the processor signs a body at a time in seconds since 1970.
#[must_use]
pub fn sign(secret: &Secret, signed_s: i64, body: &[u8]) -> String {
    let written = signed_s.to_string();
    let signature = signature::signature(secret, &written, body);
    format!("t={written},v1={}", hex::encode(signature))
}

#[cfg(test)]
mod tests;
