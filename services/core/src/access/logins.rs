//! The logins of one biller as they are now: read from the log once and kept until a fact about any
//! login is committed.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::{
    Aggregate,
    login::{Login, LoginId},
};
use event_store::Reader;
use lru::LruCache;
use service::error;
use tokio::task::spawn_blocking;

use crate::states;

/// Logins kept in memory.
const KEPT_MAX: NonZeroUsize = NonZeroUsize::new(4_096).expect("it is not zero");

/// What is known of a biller's logins.
pub(crate) struct Logins {
    reader: Reader,
    /// Counts the commits that were about a login.
    commits: Arc<AtomicU64>,
    kept: Mutex<LruCache<LoginId, Kept>>,
}

/// A login as it was after so many commits.
#[derive(Clone)]
struct Kept {
    commits: u64,
    login: Arc<Login>,
}

impl Logins {
    pub(crate) fn new(reader: Reader, commits: Arc<AtomicU64>) -> Self {
        Self { reader, commits, kept: Mutex::new(LruCache::new(KEPT_MAX)) }
    }

    /// A login as it is now; `None` when the log cannot be read, which is logged here.
    pub(crate) async fn find(&self, login_id: &LoginId) -> Option<Arc<Login>> {
        // What is committed after this makes what is read below old.
        let commits = self.commits.load(Ordering::Acquire);
        if let Some(login) = self.kept(login_id, commits) {
            return Some(login);
        }
        let (reader, stream) = (self.reader.clone(), login_id.as_str().to_owned());
        let read = spawn_blocking(move || states::read(&reader, &stream)).await.ok()?;
        let noun = read
            .inspect_err(|failure| {
                tracing::error!(cause = error::chain(failure), "a login was not read");
            })
            .ok()?;
        let login = noun.and_then(<Login as Aggregate>::from).unwrap_or(Login::NotCreated);
        let login = Arc::new(login);
        let kept = Kept { commits, login: Arc::clone(&login) };
        self.cache().put(login_id.clone(), kept);
        Some(login)
    }

    fn kept(&self, login_id: &LoginId, commits: u64) -> Option<Arc<Login>> {
        let mut cache = self.cache();
        let kept = cache.get(login_id)?;
        (kept.commits == commits).then(|| Arc::clone(&kept.login))
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, LruCache<LoginId, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
