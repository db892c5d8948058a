//! Blind terms: what a search index holds in the place of words.
//!
//! A term is 64 bits of SipHash-2-4, a keyed function of short texts, under a key that is the
//! biller's and lies with the keys of the customers. Whoever has an index without it can neither
//! read a term nor try whether some name is among them; they see which terms are equal and how many
//! entries each has.
//!
//! What must stay true: the key is on the disk before a term is made with it. It is made once: an
//! index that was filled under another key finds nothing and is filled again.

use std::{fmt, hash::Hasher as _, path::Path, sync::Arc};

use siphasher::sip::SipHasher24;
use storage::Storage;

use crate::VaultError;

/// Bytes of the key.
const KEY_BYTES: usize = 16;
/// The file: the key and its CRC32C.
const FILE: &str = "search.key";

/// One biller's key for terms.
#[derive(Clone)]
pub struct Blind {
    key: [u8; KEY_BYTES],
}

impl Blind {
    /// Reads the key in a directory, or makes it.
    ///
    /// # Errors
    /// When it cannot be read or written, or is damaged.
    pub fn open(storage: &Arc<dyn Storage>, dir: &Path) -> Result<Self, VaultError> {
        let path = dir.join(FILE);
        let failed = |attempted| {
            let path = path.clone();
            move |source| VaultError::Io { path, attempted, source }
        };
        if storage.exists(&path) {
            let bytes = storage::read(&**storage, &path).map_err(failed("read"))?;
            return parse(&bytes).ok_or(VaultError::Damaged { path });
        }
        let mut key = [0; KEY_BYTES];
        getrandom::fill(&mut key).map_err(VaultError::NoChance)?;
        storage.create_dir(dir).map_err(failed("opened"))?;
        let content = [key.as_slice(), &crc32c::crc32c(&key).to_le_bytes()].concat();
        storage::replace(&**storage, &path, &content).map_err(failed("written"))?;
        Ok(Self { key })
    }

    /// The term of a text. The same text of two kinds, a name and a town, is two terms.
    #[must_use]
    pub fn term(&self, kind: u8, text: &str) -> u64 {
        let mut hasher = SipHasher24::new_with_key(&self.key);
        hasher.write_u8(kind);
        hasher.write(text.as_bytes());
        hasher.finish()
    }
}

fn parse(bytes: &[u8]) -> Option<Blind> {
    let (key, crc) = bytes.split_at_checked(KEY_BYTES)?;
    let is_whole = crc == crc32c::crc32c(key).to_le_bytes();
    is_whole.then(|| key.try_into().ok().map(|key| Blind { key })).flatten()
}

impl fmt::Debug for Blind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blind")
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, sync::Arc};

    use storage::{Os, Storage};

    use super::{Blind, FILE};
    use crate::VaultError;

    fn opened(dir: &Path) -> Result<Blind, VaultError> {
        let storage: Arc<dyn Storage> = Arc::new(Os);
        Blind::open(&storage, dir)
    }

    #[test]
    fn the_key_is_made_once_and_terms_stay_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let first = opened(dir.path()).unwrap();
        let again = opened(dir.path()).unwrap();
        assert_eq!(first.term(1, "lopez"), again.term(1, "lopez"));
        assert_ne!(first.term(1, "lopez"), first.term(2, "lopez"));
        assert_ne!(first.term(1, "lopez"), first.term(1, "lopes"));
        let other = tempfile::tempdir().unwrap();
        assert_ne!(opened(other.path()).unwrap().term(1, "lopez"), first.term(1, "lopez"));
        assert_eq!(format!("{first:?}"), "Blind");
    }

    #[test]
    fn a_key_that_is_damaged_is_named_and_never_made_again() {
        let dir = tempfile::tempdir().unwrap();
        opened(dir.path()).unwrap();
        let path = dir.path().join(FILE);
        let mut bytes = fs::read(&path).unwrap();
        bytes[3] ^= 1;
        for damaged in [&bytes[..], &bytes[..7], &[]] {
            fs::write(&path, damaged).unwrap();
            let error = opened(dir.path()).unwrap_err();
            assert!(matches!(error, VaultError::Damaged { .. }), "{error}");
        }
    }
}
