//! The door of a simulated operator: personal data is sealed as core does it, under keys that
//! follow from the seed.
//!
//! What must stay true: the same commands in the same order are sealed to the same tokens.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use contract::{
    Closed, Door,
    door::{Owner, implied_owner, owner},
};
use domain::{Id, customer::Customer};
use event_store::Reader;
use service::error;
use vault::{Vault, VaultError};

/// Seals for one simulated biller.
pub(super) struct SeededDoor {
    vault: Vault,
    reader: Reader,
    /// Whose a noun is never changes.
    owners: Mutex<HashMap<String, String>>,
}

impl SeededDoor {
    pub(super) fn new(vault: Vault, reader: Reader) -> Self {
        Self { vault, reader, owners: Mutex::default() }
    }

    /// Writes whose the keys are, for whoever opens the directory later.
    pub(super) fn close(&self) -> Result<(), VaultError> {
        self.vault.note_searched(self.reader.head().position)
    }

    fn found(&self, noun_id: &str) -> Result<Option<String>, Closed> {
        let known =
            self.owners.lock().unwrap_or_else(PoisonError::into_inner).get(noun_id).cloned();
        if known.is_some() {
            return Ok(known);
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
            let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
            owners.insert(noun_id.to_owned(), owner.clone());
        }
        Ok(found)
    }

    /// What is sealed, with a key that is made where none is left.
    fn made(
        &self,
        make: impl Fn(&Vault) -> Result<Option<String>, VaultError>,
    ) -> Result<String, Closed> {
        loop {
            match make(&self.vault).map_err(|error| closed(&error))? {
                Some(made) => return Ok(made),
                None => self.vault.fill().map_err(|error| closed(&error))?,
            }
        }
    }
}

impl Door for SeededDoor {
    fn owner_of(&self, noun_id: &str) -> Result<Option<String>, Closed> {
        if Id::<Customer>::parse(noun_id).is_ok() {
            return Ok(Some(noun_id.to_owned()));
        }
        Ok(self.found(noun_id)?.or_else(|| implied_owner(noun_id)))
    }

    fn seal(&self, owner: &str, text: &str) -> Result<String, Closed> {
        self.made(|vault| vault.seal(owner, text))
    }

    fn seal_secret(&self, owner: &str, secret: &str, shown: &str) -> Result<String, Closed> {
        self.made(|vault| vault.seal_secret(owner, secret, shown))
    }

    /// Nobody who is made up has a PIN that could be one of them.
    fn known_numbers(&self, _: &str) -> Result<Vec<String>, Closed> {
        Ok(Vec::new())
    }

    fn digest(&self, owner: &str, secret: &str) -> Result<String, Closed> {
        let owners = [owner.to_owned()];
        self.vault.make_keys(&owners).map_err(|error| closed(&error))?;
        self.made(|vault| vault.digest(owner, secret))
    }
}

fn closed(error: &(dyn std::error::Error + 'static)) -> Closed {
    tracing::error!(cause = error::chain(error), "nothing is sealed");
    Closed::Failed
}
