//! The hash chain: every record's hash covers the hash before it, so the past cannot be rewritten
//! without changing every hash after it.

use std::fmt;

use sha2::{Digest, Sha256};

/// The hash of the chain after some record.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The hash before the first record: `SHA-256("event-store log\0" ‖ name)`.
pub fn genesis(name: &str) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(b"event-store log\0");
    hasher.update(name.as_bytes());
    Hash(hasher.finalize().into())
}

/// The hash after a record: `SHA-256(hash before ‖ the record's canonical bytes)`.
pub(crate) fn link(before: Hash, record: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(before.0);
    hasher.update(record);
    Hash(hasher.finalize().into())
}
