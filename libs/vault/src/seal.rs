//! What one key does: AES-256-SIV (RFC 5297) seals and opens, HMAC-SHA-256 makes digests.
//!
//! What must stay true: the owner's name is bound into what is sealed, and that it is a secret into
//! what is one; the two uses have keys of their own, both derived from the one that lies in the
//! vault.

use std::fmt;

use aes_siv::{KeyInit, siv::Aes256Siv};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::{Digest as _, Sha256, Sha512};

/// Bytes of a key in the vault.
pub(crate) const ROOT_BYTES: usize = 32;

/// Bound into every secret: under another mark it is not opened.
const SECRET: &[u8] = b"secret";

/// A key, ready for use.
pub(crate) struct Seal {
    root: [u8; ROOT_BYTES],
    /// Of AES-256-SIV.
    sealing: [u8; 64],
}

impl Seal {
    pub(crate) fn new(root: &[u8; ROOT_BYTES]) -> Self {
        Self { root: *root, sealing: derived("demarc seal 1 ", root) }
    }

    pub(crate) fn close(&self, owner: &str, text: &str) -> String {
        self.encrypt(&[owner.as_bytes()], text)
    }

    pub(crate) fn open(&self, owner: &str, sealed: &str) -> Option<String> {
        self.decrypt(&[owner.as_bytes()], sealed)
    }

    /// The same for a secret: neither opens what the other one has sealed.
    pub(crate) fn close_secret(&self, owner: &str, text: &str) -> String {
        self.encrypt(&[owner.as_bytes(), SECRET], text)
    }

    pub(crate) fn open_secret(&self, owner: &str, sealed: &str) -> Option<String> {
        self.decrypt(&[owner.as_bytes(), SECRET], sealed)
    }

    fn encrypt(&self, bound: &[&[u8]], text: &str) -> String {
        let sealed = self
            .cipher()
            .encrypt(bound, text.as_bytes())
            .expect("a text is shorter than AES-SIV can seal");
        BASE64_URL_SAFE_NO_PAD.encode(sealed)
    }

    fn decrypt(&self, bound: &[&[u8]], sealed: &str) -> Option<String> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let text = self.cipher().decrypt(bound, &sealed).ok()?;
        String::from_utf8(text).ok()
    }

    pub(crate) fn digest(&self, text: &str) -> String {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&derived(
            "demarc digest 1 ",
            &self.root,
        ))
        .expect("HMAC takes keys of any length");
        mac.update(text.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    fn cipher(&self) -> Aes256Siv {
        Aes256Siv::new(&self.sealing.into())
    }
}

/// A key that follows from a seed, for people who are made up.
pub(crate) fn made_up(seed: u64, slot: u32) -> [u8; ROOT_BYTES] {
    let hash = Sha256::new().chain_update("demarc made up 1 ");
    hash.chain_update(seed.to_be_bytes()).chain_update(slot.to_be_bytes()).finalize().into()
}

/// A key for one purpose.
fn derived(purpose: &str, root: &[u8; ROOT_BYTES]) -> [u8; 64] {
    Sha512::new().chain_update(purpose).chain_update(root).finalize().into()
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}
