//! Which accounts and orders somebody opened last (F93): a list for each who asks over the API.
//!
//! It is no fact about a customer and so not in the log; it lies in a table of its own, is written
//! to the disk now and then, and whoever loses it misses a convenience.
//!
//! What must stay true: it holds ids and times alone, [`OPENED_MAX`] for each actor.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use service::error;
use storage::{Storage, Table};

use crate::Core;

/// Most that is remembered of what one actor opened.
pub(crate) const OPENED_MAX: usize = 20;
/// How much of it is held in memory, in bytes.
const CACHE_BYTES: u64 = 1 << 20;
/// How often what is new is made to survive a crash.
const SYNC_EVERY: Duration = Duration::from_secs(5);

/// What the actors of one biller opened.
#[derive(Debug)]
pub(crate) struct Recents {
    table: Arc<dyn Table>,
    /// One list is changed at a time.
    turn: Mutex<()>,
    is_synced: AtomicBool,
}

/// What was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Opened {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    /// Whose order it is, or the account itself.
    pub(crate) account_id: String,
    /// When, in microseconds since 1970.
    pub(crate) at: i64,
}

/// What kind of thing was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    Account,
    Order,
}

impl Recents {
    pub(crate) fn open(storage: &dyn Storage, dir: &Path) -> anyhow::Result<Self> {
        let opened = storage.create_dir(dir).map_err(anyhow::Error::from);
        let opened = opened.and_then(|()| Ok(storage.table(dir, CACHE_BYTES)?));
        let table = opened.with_context(|| format!("what was opened last in {}", dir.display()))?;
        Ok(Self { table, turn: Mutex::default(), is_synced: AtomicBool::new(true) })
    }

    /// Somebody opened something: it is the newest on the list, and there once.
    pub(crate) fn note(&self, actor: &str, opened: Opened) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut list = self.of(actor);
        list.retain(|other| (other.kind, &other.id) != (opened.kind, &opened.id));
        list.insert(0, opened);
        list.truncate(OPENED_MAX);
        let written = serde_json::to_vec(&list).map_err(anyhow::Error::from);
        let written = written.and_then(|row| Ok(self.table.put(actor.as_bytes(), &row)?));
        if let Err(error) = written {
            tracing::warn!(cause = error::chain(error.as_ref()), "what was opened is not noted");
        }
        self.is_synced.store(false, Ordering::Release);
    }

    /// What somebody opened, newest first.
    pub(crate) fn of(&self, actor: &str) -> Vec<Opened> {
        let row = self.table.get(actor.as_bytes()).map_err(anyhow::Error::from);
        let list = row.and_then(|row| match row {
            Some(row) => Ok(serde_json::from_slice(&row)?),
            None => Ok(Vec::new()),
        });
        list.unwrap_or_else(|error| {
            tracing::warn!(cause = error::chain(error.as_ref()), "what was opened is not known");
            Vec::new()
        })
    }

    /// Makes what was noted survive a crash.
    pub(crate) fn sync(&self) {
        if self.is_synced.swap(true, Ordering::AcqRel) {
            return;
        }
        if let Err(error) = self.table.sync() {
            tracing::warn!(cause = error::chain(&error), "what was opened may be forgotten");
            self.is_synced.store(false, Ordering::Release);
        }
    }
}

/// Runs until it is aborted.
pub(crate) async fn keep(core: Core, biller: String) {
    loop {
        tokio::time::sleep(SYNC_EVERY).await;
        let core = core.clone();
        let biller = biller.clone();
        let sync = move || core.desk(&biller).map(|desk| desk.recents.sync());
        if tokio::task::spawn_blocking(sync).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use storage::Os;

    use super::{Kind, OPENED_MAX, Opened, Recents};

    fn opened(kind: Kind, id: &str) -> Opened {
        Opened { kind, id: id.to_owned(), account_id: "account_7".to_owned(), at: 0 }
    }

    #[test]
    fn f93_the_last_twenty_are_listed_newest_first_and_each_once() {
        let dir = tempfile::tempdir().unwrap();
        let recents = Recents::open(&Os, dir.path()).unwrap();
        for number in 0..30 {
            recents.note("jane", opened(Kind::Account, &format!("account_{number}")));
        }
        recents.note("jane", opened(Kind::Order, "order_1"));
        recents.note("jane", opened(Kind::Account, "account_20"));
        recents.note("sam", opened(Kind::Account, "account_1"));
        let list = recents.of("jane");
        assert_eq!(list.len(), OPENED_MAX);
        let ids: Vec<_> = list.iter().take(4).map(|opened| opened.id.as_str()).collect();
        assert_eq!(ids, ["account_20", "order_1", "account_29", "account_28"]);
        assert_eq!(list.iter().filter(|opened| opened.id == "account_20").count(), 1);
        assert_eq!(recents.of("sam"), [opened(Kind::Account, "account_1")]);
        assert_eq!(recents.of("joe"), []);
    }

    #[test]
    fn f93_what_was_opened_is_known_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let recents = Recents::open(&Os, dir.path()).unwrap();
        recents.note("jane", opened(Kind::Order, "order_1"));
        recents.sync();
        drop(recents);
        let recents = Recents::open(&Os, dir.path()).unwrap();
        assert_eq!(recents.of("jane"), [opened(Kind::Order, "order_1")]);
    }
}
