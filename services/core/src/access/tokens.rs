//! The tokens of this Demarc: signed here, and verified once, because that costs more than the
//! command that comes with one.

use std::{
    num::NonZeroUsize,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use identity::{Claims, KeyError, Keyring, TokenError};
use lru::LruCache;
use serde_json::Value;
use service::{clock, error};

use crate::Core;

/// Tokens that are known to be signed.
const KNOWN_MAX: NonZeroUsize = NonZeroUsize::new(16_384).expect("it is not zero");
/// How often the keys are read again: somebody may have rotated them.
const RELOAD_EVERY: Duration = Duration::from_secs(2);

/// The keys, and what was verified with them.
pub(crate) struct Tokens {
    keyring: Keyring,
    known: Mutex<LruCache<String, Arc<Claims>>>,
}

impl Tokens {
    pub(crate) fn open(dir: &Path) -> Result<Self, KeyError> {
        Ok(Self { keyring: Keyring::open(dir)?, known: Mutex::new(LruCache::new(KNOWN_MAX)) })
    }

    pub(crate) fn sign(&self, claims: &Claims) -> String {
        self.keyring.sign(claims)
    }

    /// What a token says, if it counts now.
    pub(crate) fn verify(&self, token: &str) -> Result<Arc<Claims>, TokenError> {
        let mut known = self.known();
        if let Some(claims) = known.get(token) {
            let counts = claims.exp > now();
            return if counts { Ok(Arc::clone(claims)) } else { Err(TokenError::Expired) };
        }
        let claims = Arc::new(self.keyring.verify(token, now())?);
        known.put(token.to_owned(), Arc::clone(&claims));
        Ok(claims)
    }

    /// The public keys, as a JSON Web Key Set.
    pub(crate) fn public(&self) -> Value {
        self.keyring.public(now())
    }

    fn reload(&self) -> Result<(), KeyError> {
        // Nothing is verified with keys that are about to be forgotten.
        let mut known = self.known();
        let before = self.public();
        self.keyring.reload()?;
        if self.public() != before {
            known.clear();
        }
        Ok(())
    }

    fn known(&self) -> std::sync::MutexGuard<'_, LruCache<String, Arc<Claims>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the keys again and again until it is aborted.
pub(crate) async fn follow(core: Core) {
    let mut every = tokio::time::interval(RELOAD_EVERY);
    loop {
        every.tick().await;
        let asked = core.clone();
        let reloaded = tokio::task::spawn_blocking(move || asked.tokens().reload()).await;
        if let Ok(Err(failure)) = reloaded {
            tracing::warn!(cause = error::chain(&failure), "the keys were not read again");
        }
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    clock::now_micros() / 1_000_000
}
