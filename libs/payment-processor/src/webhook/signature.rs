//! The header of a signed event.

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

use super::{HEADER_BYTES_MAX, SIGNATURES_MAX};
use crate::Secret;

/// Bytes of a signature.
const SIGNATURE_BYTES: usize = 32;
/// Most digits of a time: it is one for the next thirty million years.
const TIME_DIGITS_MAX: usize = 15;

/// What a header holds.
#[derive(Debug)]
pub(super) struct Signatures<'a> {
    /// Seconds since 1970.
    pub(super) signed_s: i64,
    /// The same as it was written: that is what is signed.
    written: &'a str,
    /// At least one.
    signatures: Vec<[u8; SIGNATURE_BYTES]>,
}

impl<'a> Signatures<'a> {
    /// Reads a header, or says what is wrong without repeating it.
    pub(super) fn parse(header: &'a str) -> Result<Self, &'static str> {
        if header.len() > HEADER_BYTES_MAX {
            return Err("is too long");
        }
        let mut written = None;
        let mut signatures = Vec::new();
        for field in header.split(',') {
            let (name, value) = field.trim().split_once('=').ok_or("has a field without a name")?;
            match name {
                "t" if written.is_some() => return Err("has more than one t"),
                "t" => written = Some(value),
                "v1" if signatures.len() == SIGNATURES_MAX => return Err("has too many v1"),
                "v1" => signatures.push(signature_of(value)?),
                _ => {}
            }
        }
        let written = written.ok_or("has no t")?;
        if signatures.is_empty() {
            return Err("has no v1");
        }
        Ok(Self { signed_s: seconds(written)?, written, signatures })
    }

    /// Whether one of them is this key's. All are compared, each in constant time.
    pub(super) fn has_one_of(&self, secret: &Secret, body: &[u8]) -> bool {
        let mac = mac(secret, self.written, body);
        let right = |signature: &[u8; SIGNATURE_BYTES]| mac.clone().verify_slice(signature).is_ok();
        self.signatures.iter().fold(false, |is_right, signature| is_right | right(signature))
    }
}

/// What a key signs a time and a body with.
pub(super) fn signature(secret: &Secret, written: &str, body: &[u8]) -> [u8; SIGNATURE_BYTES] {
    mac(secret, written, body).finalize().into_bytes().into()
}

fn mac(secret: &Secret, written: &str, body: &[u8]) -> Hmac<Sha256> {
    let key = secret.revealed().as_bytes();
    <Hmac<Sha256> as KeyInit>::new_from_slice(key)
        .expect("HMAC takes keys of any length")
        .chain_update(written)
        .chain_update(".")
        .chain_update(body)
}

fn signature_of(value: &str) -> Result<[u8; SIGNATURE_BYTES], &'static str> {
    let mut signature = [0; SIGNATURE_BYTES];
    hex::decode_to_slice(value, &mut signature)
        .map_err(|_| "has a v1 that is not 64 hexadecimal digits")?;
    Ok(signature)
}

fn seconds(written: &str) -> Result<i64, &'static str> {
    let is_number = (1..=TIME_DIGITS_MAX).contains(&written.len())
        && written.bytes().all(|byte| byte.is_ascii_digit());
    let read = is_number.then(|| written.parse().ok()).flatten();
    read.ok_or("has a t that is no time")
}
