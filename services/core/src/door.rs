//! The door of one biller's log: personal data is sealed here, before a rule sees it, and opened
//! here, for whoever asks over the API.
//!
//! What must stay true: whose a text is follows from the log, so a text is erased with its customer
//! wherever it was sent; what cannot be sealed is not taken.

mod known_numbers;

use std::{
    io,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use contract::{
    Closed, Door,
    door::{Owner, implied_owner, owner},
};
use domain::{Id, customer::Customer};
use event_store::Reader;
use lru::LruCache;
use serde_json::Value;
use service::error;
use tokio_util::sync::CancellationToken;
use vault::{Vault, VaultError};

use crate::key_maker::KeyMaker;

/// Nouns whose owners are remembered.
const OWNERS_MAX: NonZeroUsize = NonZeroUsize::new(50_000).expect("it is not zero");

/// Seals and opens for one biller.
pub(crate) struct BillersDoor {
    pub(crate) vault: Arc<Vault>,
    keys: KeyMaker,
    reader: Reader,
    /// Whose a noun is never changes.
    owners: Mutex<LruCache<Box<str>, Box<str>>>,
}

impl BillersDoor {
    /// The door of a biller; `stop` is cancelled when it cannot be kept any more.
    pub(crate) fn new(
        vault: Vault,
        reader: Reader,
        biller: &str,
        stop: CancellationToken,
    ) -> io::Result<Self> {
        let (vault, owners) = (Arc::new(vault), Mutex::new(LruCache::new(OWNERS_MAX)));
        let keys = KeyMaker::start(Arc::clone(&vault), biller, stop)?;
        Ok(Self { keys, vault, reader, owners })
    }

    /// A document with everything in it that is sealed opened.
    pub(crate) fn opened(&self, value: Value) -> Result<Value, VaultError> {
        Ok(match value {
            Value::String(text) => Value::String(self.vault.opened(&text)?.into_owned()),
            Value::Array(items) => {
                let items = items.into_iter().map(|item| self.opened(item));
                Value::Array(items.collect::<Result<_, _>>()?)
            }
            Value::Object(fields) => {
                let open = |(name, value)| Ok((name, self.opened(value)?));
                let fields: Result<_, VaultError> = fields.into_iter().map(open).collect();
                Value::Object(fields?)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        })
    }

    /// Whose a noun is by the log; `None` when the log does not know it.
    fn found(&self, noun_id: &str) -> Result<Option<String>, Closed> {
        if let Some(owner) = self.owners().get(noun_id) {
            return Ok(Some(owner.to_string()));
        }
        let first = self.reader.read_stream(noun_id, 1, 1).map_err(|error| closed(&error))?;
        let Some(first) = first.first() else { return Ok(None) };
        let event = contract::decode(&first.event.kind, &first.event.data)
            .map_err(|error| closed(&error))?;
        let found = match owner(noun_id, &event) {
            Some(Owner::Customer(customer_id)) => Some(customer_id.to_string()),
            Some(Owner::Account(account_id)) => self.owner_of(account_id.as_str())?,
            None => None,
        };
        if let Some(owner) = &found {
            self.owners().put(noun_id.into(), owner.as_str().into());
        }
        Ok(found)
    }

    /// Has a customer's key kept, and waits for it.
    pub(crate) async fn make_key(&self, owner: String) -> Result<(), Closed> {
        self.keys.make(owner).await
    }

    /// What came of a text. Whoever needs a key that is not there waits for the disk, and not on
    /// this thread.
    fn made(
        &self,
        owner: &str,
        made: Result<Option<String>, VaultError>,
    ) -> Result<String, Closed> {
        if self.vault.runs_low() {
            self.keys.fill();
        }
        let no_key = || Closed::NoKey { owner: owner.to_owned() };
        made.map_err(|error| closed(&error))?.ok_or_else(no_key)
    }

    fn owners(&self) -> std::sync::MutexGuard<'_, LruCache<Box<str>, Box<str>>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Door for BillersDoor {
    fn owner_of(&self, noun_id: &str) -> Result<Option<String>, Closed> {
        if Id::<Customer>::parse(noun_id).is_ok() {
            return Ok(Some(noun_id.to_owned()));
        }
        Ok(self.found(noun_id)?.or_else(|| implied_owner(noun_id)))
    }

    fn seal(&self, owner: &str, text: &str) -> Result<String, Closed> {
        self.made(owner, self.vault.seal(owner, text))
    }

    fn seal_secret(&self, owner: &str, secret: &str, shown: &str) -> Result<String, Closed> {
        self.made(owner, self.vault.seal_secret(owner, secret, shown))
    }

    fn known_numbers(&self, owner: &str) -> Result<Vec<String>, Closed> {
        known_numbers::of(&self.reader, &self.vault, owner).map_err(|error| closed(error.as_ref()))
    }

    fn digest(&self, owner: &str, secret: &str) -> Result<String, Closed> {
        let digest = self.made(owner, self.vault.digest(owner, secret))?;
        // Of whom nothing is taken any more: a rule says so.
        Ok(if digest.is_empty() { vault::ERASED.to_owned() } else { digest })
    }
}

/// Logs once, here, and tells the caller no more than it can use.
fn closed(error: &(dyn std::error::Error + 'static)) -> Closed {
    tracing::error!(cause = error::chain(error), "personal data was not sealed");
    Closed::Failed
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use contract::command;
    use event_store::{Log, Options};
    use storage::{Os, Storage};

    use super::{BillersDoor, Closed, Door, Vault};

    fn door(dir: &Path) -> BillersDoor {
        let log = Log::open(&dir.join("log"), "northeast", Options::default()).unwrap();
        let storage: Arc<dyn Storage> = Arc::new(Os);
        let vault = Vault::open(&storage, &dir.join("keys")).unwrap();
        BillersDoor::new(vault, log.reader(), "northeast", Default::default()).unwrap()
    }

    fn set_pin(door: &BillersDoor, customer_id: &str, pin: &str) -> String {
        let json = serde_json::json!({ "customerId": customer_id, "pin": pin }).to_string();
        let rule = command::named("SetPin").unwrap().from_json(json.as_bytes(), door).unwrap();
        format!("{rule:?}")
    }

    #[tokio::test]
    async fn a_digest_is_made_with_a_key_that_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let door = door(dir.path());
        let owner = "customer_7".to_owned();
        let sealed = door.seal(&owner, "Ana").unwrap();
        assert_eq!(door.digest(&owner, "258025"), Err(Closed::NoKey { owner: owner.clone() }));
        door.make_key(owner.clone()).await.unwrap();
        assert!(door.digest(&owner, "258025").is_ok());
        assert_eq!(door.seal(&owner, "Ana"), Ok(sealed), "the key that was there");
    }

    #[tokio::test]
    async fn new_customers_do_not_wait_for_the_disk_while_keys_lie_in_reserve() {
        let dir = tempfile::tempdir().unwrap();
        let door = door(dir.path());
        for owner in (0..10_000).map(|n| format!("customer_{n}")) {
            let sealed = sealed(&door, &owner).await.unwrap();
            assert_eq!(door.vault.opened(&sealed).unwrap(), "Ana");
        }
    }

    /// Waits where the thread that makes keys did not come up with the test.
    async fn sealed(door: &BillersDoor, owner: &str) -> Result<String, Closed> {
        match door.seal(owner, "Ana") {
            Err(Closed::NoKey { owner }) => door.make_key(owner).await?,
            sealed => return sealed,
        }
        door.seal(owner, "Ana")
    }

    #[test]
    fn f7_no_rule_ever_sees_a_pin() {
        let dir = tempfile::tempdir().unwrap();
        let door = door(dir.path());
        door.vault.make_keys(&["customer_7".to_owned(), "customer_8".to_owned()]).unwrap();
        let set = set_pin(&door, "customer_7", "258025");
        assert!(!set.contains("258025"), "{set}");
        assert_eq!(set_pin(&door, "customer_7", "258025"), set, "rules compare digests");
        assert_ne!(set_pin(&door, "customer_7", "258026"), set);
        let other = set_pin(&door, "customer_8", "258025");
        assert_ne!(other.replace("customer_8", "customer_7"), set, "a key of its own");
    }

    #[test]
    fn whoever_was_erased_has_no_digest() {
        let dir = tempfile::tempdir().unwrap();
        let door = door(dir.path());
        door.vault.destroy("customer_7").unwrap();
        assert_eq!(door.digest("customer_7", "258025").unwrap(), vault::ERASED);
    }
}
