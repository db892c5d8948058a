//! The vault: one key per owner of personal data, outside the log, and what the keys seal.
//!
//! A text is sealed before a rule sees it and opened only for whoever may read it, so that the
//! log, the bus, every read model and every file hold sealed texts alone. Destroying a key erases
//! all that it sealed, wherever a copy of it lies, and changes no byte of the log.
//!
//! What must stay true:
//!
//! - A key is on the disk before anything is sealed with it. Whose it is may be forgotten in a
//!   crash: whoever opens the vault shows it what was sealed since ([`Vault::recover`]).
//! - A destroyed key is overwritten where it lay, and its owner never gets another one.
//! - The same text of the same owner is sealed to the same token, so that rules can compare what
//!   they cannot read. Who sees the tokens learns that, and the length, and nothing else.
//! - A token is opened only as what was sealed for the owner that it names.
//! - A secret is opened by itself alone: among other texts what is shown in its place is.

mod blind;
mod keyring;
mod seal;
mod token;

use std::{
    borrow::Cow,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use lru::LruCache;
use storage::Storage;

pub use blind::Blind;
pub use token::{MARK, SECRET_MARK, is_sealed};

use keyring::{Held, Keyring, Roots};
use seal::Seal;
use token::Token;

/// What stands where a text was whose key is destroyed.
pub const ERASED: &str = "[erased]";
/// What stands where a text is that no key opens, because it is damaged or the key is lost.
pub const UNREADABLE: &str = "[unreadable]";
/// Longest name of an owner in characters.
pub const OWNER_CHARS_MAX: usize = 64;
/// Owners whose keys are held ready in memory.
const READY_MAX: NonZeroUsize = NonZeroUsize::new(10_000).expect("it is not zero");

/// One biller's keys.
#[derive(Debug)]
pub struct Vault {
    keyring: Keyring,
    ready: Mutex<LruCache<Box<str>, Option<Arc<Seal>>>>,
}

/// Why a vault cannot do what it is asked for. Holds no personal data.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The disk says no.
    #[error("the keys in {} could not be {attempted}", path.display())]
    Io {
        /// The file of keys.
        path: PathBuf,
        /// What was attempted, like `written`.
        attempted: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A sync has failed before: what the disk holds is uncertain until the file is opened anew.
    #[error("the keys in {} could not be synced before: start again", path.display())]
    NotSynced {
        /// The file of keys.
        path: PathBuf,
    },
    /// What lies there is no key that was ever written whole.
    #[error("the keys in {} are damaged", path.display())]
    Damaged {
        /// The file of keys.
        path: PathBuf,
    },
    /// There is no chance to be had from the system.
    #[error("the system gives no random bytes: {0}")]
    NoChance(getrandom::Error),
    /// More keys than a file may hold.
    #[error("the file of keys is full")]
    Full,
    /// Not a name that an owner may have.
    #[error("an owner is named by 1 to {OWNER_CHARS_MAX} letters, digits, `-` or `_`")]
    NotAnOwner,
}

impl VaultError {
    /// Whether nothing more can be done until the keys are opened anew: what the disk holds is
    /// uncertain.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::NotSynced { .. } | Self::Io { attempted: "synced", .. })
    }
}

impl Vault {
    /// Opens the keys in a directory, or begins there.
    ///
    /// # Errors
    /// When they cannot be read, or the directory cannot be written.
    pub fn open(storage: &Arc<dyn Storage>, dir: &Path) -> Result<Self, VaultError> {
        Self::with(storage, dir, Roots::Random)
    }

    /// The same with keys that follow from a seed, so that the same texts are sealed to the same
    /// tokens again. Only for simulations, whose people are made up: whoever knows the seed opens
    /// everything.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn made_up(storage: &Arc<dyn Storage>, dir: &Path, seed: u64) -> Result<Self, VaultError> {
        Self::with(storage, dir, Roots::Seeded(seed))
    }

    fn with(storage: &Arc<dyn Storage>, dir: &Path, roots: Roots) -> Result<Self, VaultError> {
        let ready = Mutex::new(LruCache::new(READY_MAX));
        Ok(Self { keyring: Keyring::open(storage, dir, roots)?, ready })
    }

    /// Gives many owners keys that are theirs even if the process ends at once, with one sync for
    /// all of them.
    ///
    /// # Errors
    /// When one of them has no name or the keys cannot be written.
    pub fn make_keys(&self, owners: &[String]) -> Result<(), VaultError> {
        owners.iter().try_for_each(|owner| demand_owner(owner))?;
        self.keyring.add_all(owners)
    }

    /// Makes keys in advance where few are left, with one sync.
    ///
    /// # Errors
    /// When the keys cannot be written.
    pub fn fill(&self) -> Result<(), VaultError> {
        self.keyring.fill()
    }

    /// Finds out whose the keys are with which a text was sealed before a crash. Says of each owner
    /// who has no key whether one was found in the reserve; where none was, it is lost.
    ///
    /// # Errors
    /// When the keys cannot be read.
    pub fn recover(&self, text: &str, say: &mut impl FnMut(&str, bool)) -> Result<(), VaultError> {
        let mut rest = text;
        while let Some((_, Token { owner, sealed, .. }, after)) = Token::first_in(rest) {
            rest = after;
            if sealed.is_empty() || self.keyring.find(owner)?.is_some() {
                continue;
            }
            let is_its = |root: &_| Seal::new(root).open(owner, sealed).is_some();
            say(owner, self.keyring.recover(owner, is_its));
        }
        Ok(())
    }

    /// Seals a text for its owner, who gets a key with the first one. For an owner whose key is
    /// destroyed the text is dropped: what comes back opens as [`ERASED`]. `None` where no key lies
    /// in reserve: making one waits for the disk ([`Self::make_keys`]).
    ///
    /// # Errors
    /// When the owner has no name or the keys cannot be read.
    pub fn seal(&self, owner: &str, text: &str) -> Result<Option<String>, VaultError> {
        let Some(seal) = self.seal_of(owner)? else { return Ok(None) };
        let sealed = seal.map(|seal| seal.close(owner, text));
        let sealed = sealed.as_deref().unwrap_or_default();
        Ok(Some(Token { owner, sealed, secret: None }.to_string()))
    }

    /// Seals a secret, such as a social security number, beside what is shown of it: wherever the
    /// token is opened with other texts, that stands there; [`Self::revealed`] alone opens the
    /// rest. `None` as for [`Self::seal`].
    ///
    /// # Errors
    /// As for [`Self::seal`].
    pub fn seal_secret(
        &self,
        owner: &str,
        secret: &str,
        shown: &str,
    ) -> Result<Option<String>, VaultError> {
        let Some(seal) = self.seal_of(owner)? else { return Ok(None) };
        let both = seal.map(|seal| (seal.close(owner, shown), seal.close_secret(owner, secret)));
        let (shown, secret) = both.unwrap_or_default();
        Ok(Some(Token { owner, sealed: &shown, secret: Some(&secret) }.to_string()))
    }

    /// The secret that a token seals; `None` when the text is no such token, or no key opens it.
    ///
    /// # Errors
    /// When the keys cannot be read.
    pub fn revealed(&self, token: &str) -> Result<Option<String>, VaultError> {
        let Some(("", Token { owner, secret: Some(secret), .. }, "")) = Token::first_in(token)
        else {
            return Ok(None);
        };
        let seal = self.known(owner)?.flatten();
        Ok(seal.and_then(|seal| seal.open_secret(owner, secret)))
    }

    /// A keyed digest of a text that nobody ever needs to read again, such as a PIN: equal for
    /// equal texts of one owner, worth nothing without the owner's key, and empty when that is
    /// destroyed. `None` where a crash might still forget whose the key is, because a digest does
    /// not say it: [`Self::make_keys`] waits until it is kept.
    ///
    /// # Errors
    /// As for [`Self::seal`].
    pub fn digest(&self, owner: &str, text: &str) -> Result<Option<String>, VaultError> {
        demand_owner(owner)?;
        if !self.keyring.is_synced(owner) {
            return Ok(None);
        }
        let seal = self.known(owner)?.flatten();
        Ok(Some(seal.map(|seal| seal.digest(text)).unwrap_or_default()))
    }

    /// A text with every token in it opened.
    ///
    /// # Errors
    /// When the keys cannot be read. A token that no key opens is [`ERASED`] or [`UNREADABLE`].
    pub fn opened<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, VaultError> {
        if !is_sealed(text) {
            return Ok(Cow::Borrowed(text));
        }
        let mut whole = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, token, after)) = Token::first_in(rest) {
            whole.push_str(before);
            whole.push_str(&self.open_token(&token)?);
            rest = after;
        }
        whole.push_str(rest);
        Ok(Cow::Owned(whole))
    }

    /// Whether more keys should be made in advance.
    #[must_use]
    pub fn runs_low(&self) -> bool {
        self.keyring.runs_low()
    }

    /// How far the log was searched for customers whose keys are to be destroyed, as far as is
    /// known: after a crash it may have been searched further.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn searched(&self) -> Result<u64, VaultError> {
        self.keyring.searched()
    }

    /// Remembers how far the log was searched, and syncs whose keys are whose until there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note_searched(&self, position: u64) -> Result<(), VaultError> {
        self.keyring.note_searched(position)
    }

    /// Destroys an owner's key for ever: all that it sealed is erased. Once more changes nothing.
    ///
    /// # Errors
    /// When it cannot be overwritten; then it is still there.
    pub fn destroy(&self, owner: &str) -> Result<(), VaultError> {
        demand_owner(owner)?;
        self.keyring.destroy(owner)?;
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).put(owner.into(), None);
        Ok(())
    }

    fn open_token(&self, token: &Token<'_>) -> Result<String, VaultError> {
        if token.sealed.is_empty() {
            return Ok(ERASED.to_owned());
        }
        match self.known(token.owner)? {
            None => Ok(UNREADABLE.to_owned()),
            Some(None) => Ok(ERASED.to_owned()),
            Some(Some(seal)) => {
                Ok(seal.open(token.owner, token.sealed).unwrap_or_else(|| UNREADABLE.to_owned()))
            }
        }
    }

    /// The owner's key, from the reserve if there was none; `None` when that is empty, `Some(None)`
    /// when the key is destroyed.
    fn seal_of(&self, owner: &str) -> Result<Option<Option<Arc<Seal>>>, VaultError> {
        demand_owner(owner)?;
        if let Some(seal) = self.ready.lock().unwrap_or_else(PoisonError::into_inner).get(owner) {
            return Ok(Some(seal.clone()));
        }
        Ok(self.keyring.give(owner)?.map(|entry| self.keep(owner, &entry)))
    }

    /// `None`: there has never been a key. `Some(None)`: it is destroyed.
    fn known(&self, owner: &str) -> Result<Option<Option<Arc<Seal>>>, VaultError> {
        if let Some(seal) = self.ready.lock().unwrap_or_else(PoisonError::into_inner).get(owner) {
            return Ok(Some(seal.clone()));
        }
        Ok(self.keyring.find(owner)?.map(|entry| self.keep(owner, &entry)))
    }

    /// Holds a key ready. One that was destroyed meanwhile stays destroyed.
    fn keep(&self, owner: &str, entry: &Held) -> Option<Arc<Seal>> {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seal) = ready.get(owner) {
            return seal.clone();
        }
        let seal = match entry {
            Held::Key(root) => Some(Arc::new(Seal::new(root))),
            Held::Destroyed => None,
        };
        ready.put(owner.into(), seal.clone());
        seal
    }
}

fn demand_owner(owner: &str) -> Result<(), VaultError> {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if owner.is_empty() || owner.len() > OWNER_CHARS_MAX || !owner.bytes().all(is_safe) {
        return Err(VaultError::NotAnOwner);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
