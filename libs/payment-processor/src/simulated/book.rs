//! What the simulated processor has done: a row per id, and what it holds per currency.

use std::{
    io,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use storage::{Storage, Table, TableError};

use super::behaviour::Behaviour;
use crate::{Collection, Currency, Outcome, Refund, RefundOutcome};

/// What of the table is held in memory.
const CACHE_BYTES: u64 = 4 * 1024 * 1024;
/// Stands before a collection's id in the name that the processor gives the movement.
const DRAWN: &str = "sim_";
/// The same for a refund.
const GIVEN_BACK: &str = "simr_";

/// What was done. Every answer is on the disk before it is given.
#[derive(Debug)]
pub(super) struct Book {
    table: Arc<dyn Table>,
    /// One change at a time: reading, deciding and writing is one step. The sync is not part of it,
    /// so that one serves many.
    changing: Mutex<()>,
    /// Whether a sync has failed: what the disk holds is uncertain from then on.
    is_uncertain: AtomicBool,
}

/// What comes of asking.
pub(super) enum Booked<T> {
    Answer(T),
    /// As if the connection had been lost.
    NoAnswer,
    /// The id was used for something else.
    Reused,
}

/// A collection that was asked for.
#[derive(Serialize, Deserialize)]
struct Drawn {
    /// SHA-256 of what was asked, in hexadecimal digits: the token is not kept.
    content: String,
    behaviour: Behaviour,
    amount_minor: i64,
    currency: Currency,
    /// Absent until it was reached.
    outcome: Option<Outcome>,
    given_back_minor: i64,
}

/// A refund that was asked for.
#[derive(Serialize, Deserialize)]
struct GivenBack {
    content: String,
    /// Absent until it was reached.
    outcome: Option<RefundOutcome>,
}

/// Rows of one batch.
#[derive(Default)]
struct Changes(Vec<(Vec<u8>, Vec<u8>)>);

impl Book {
    pub(super) fn open(storage: &Arc<dyn Storage>, dir: &Path) -> Result<Self, TableError> {
        let table = storage.table(dir, CACHE_BYTES)?;
        Ok(Self { table, changing: Mutex::new(()), is_uncertain: AtomicBool::new(false) })
    }

    pub(super) fn collect(&self, asked: &Collection) -> io::Result<Booked<Outcome>> {
        self.synced(|| self.book_collection(asked))
    }

    pub(super) fn refund(&self, asked: &Refund) -> io::Result<Booked<RefundOutcome>> {
        self.synced(|| self.book_refund(asked))
    }

    pub(super) fn held_minor(&self, currency: Currency) -> io::Result<i64> {
        Ok(self.read(&held_key(currency))?.unwrap_or(0))
    }

    /// Books, and answers when that is on the disk. What somebody else has booked and not yet
    /// synced is synced here as well.
    fn synced<T>(&self, book: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let booked = {
            let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
            self.demand_certain()?;
            book()?
        };
        if let Err(error) = self.table.sync() {
            self.is_uncertain.store(true, Ordering::SeqCst);
            return Err(io::Error::other(error));
        }
        // Another one's sync may have failed with what was booked here.
        self.demand_certain()?;
        Ok(booked)
    }

    fn demand_certain(&self) -> io::Result<()> {
        if self.is_uncertain.load(Ordering::SeqCst) {
            return Err(io::Error::other("a sync has failed before: open the table anew"));
        }
        Ok(())
    }

    fn book_collection(&self, asked: &Collection) -> io::Result<Booked<Outcome>> {
        let content = fingerprint(asked)?;
        let known: Option<Drawn> = self.read(&collection_key(&asked.id))?;
        if let Some(known) = &known {
            match &known.outcome {
                _ if known.content != content => return Ok(Booked::Reused),
                Some(outcome) => return Ok(Booked::Answer(outcome.clone())),
                None => {}
            }
        }
        let behaviour = Behaviour::of(&asked.token);
        let is_first = known.is_none();
        let is_reached = !(is_first && behaviour == Behaviour::IsFlaky);
        let outcome = is_reached.then(|| behaviour.outcome(format!("{DRAWN}{}", asked.id)));
        let mut changes = Changes::default();
        if matches!(outcome, Some(Outcome::Paid { .. })) {
            self.hold(&mut changes, asked.currency, asked.amount_minor)?;
        }
        let answer = outcome.clone().filter(|_| behaviour != Behaviour::LosesAnswers);
        let drawn = Drawn {
            content,
            behaviour,
            amount_minor: asked.amount_minor,
            currency: asked.currency,
            outcome,
            given_back_minor: 0,
        };
        changes.set(collection_key(&asked.id), &drawn)?;
        self.write(changes)?;
        Ok(answer.map_or(Booked::NoAnswer, Booked::Answer))
    }

    fn book_refund(&self, asked: &Refund) -> io::Result<Booked<RefundOutcome>> {
        let content = fingerprint(asked)?;
        let known: Option<GivenBack> = self.read(&refund_key(&asked.id))?;
        if let Some(known) = &known {
            match &known.outcome {
                _ if known.content != content => return Ok(Booked::Reused),
                Some(outcome) => return Ok(Booked::Answer(outcome.clone())),
                None => {}
            }
        }
        let drawn = self.drawn(&asked.reference)?;
        let behaviour = drawn.as_ref().map_or(Behaviour::IsUnknown, |(_, drawn)| drawn.behaviour);
        let is_first = known.is_none();
        let mut changes = Changes::default();
        let outcome = if is_first && behaviour == Behaviour::IsFlaky {
            None
        } else {
            Some(self.give_back(&mut changes, asked, drawn)?)
        };
        let answer = outcome.clone().filter(|_| behaviour != Behaviour::LosesAnswers);
        changes.set(refund_key(&asked.id), &GivenBack { content, outcome })?;
        self.write(changes)?;
        Ok(answer.map_or(Booked::NoAnswer, Booked::Answer))
    }

    /// Gives money back, or says why not.
    fn give_back(
        &self,
        changes: &mut Changes,
        asked: &Refund,
        drawn: Option<(Vec<u8>, Drawn)>,
    ) -> io::Result<RefundOutcome> {
        let refused = |code: &str| Ok(RefundOutcome::Refused { code: code.to_owned() });
        let Some((key, mut drawn)) = drawn else { return refused("unknown_reference") };
        if drawn.behaviour == Behaviour::RefusesRefunds {
            return refused("refund_refused");
        }
        if !matches!(drawn.outcome, Some(Outcome::Paid { .. })) {
            return refused("not_paid");
        }
        if drawn.currency != asked.currency {
            return refused("other_currency");
        }
        if asked.amount_minor > drawn.amount_minor - drawn.given_back_minor {
            return refused("more_than_paid");
        }
        drawn.given_back_minor += asked.amount_minor;
        changes.set(key, &drawn)?;
        self.hold(changes, asked.currency, -asked.amount_minor)?;
        Ok(RefundOutcome::Refunded { reference: format!("{GIVEN_BACK}{}", asked.id) })
    }

    /// The collection that has a name of ours, and the key of its row.
    fn drawn(&self, reference: &str) -> io::Result<Option<(Vec<u8>, Drawn)>> {
        let Some(id) = reference.strip_prefix(DRAWN) else { return Ok(None) };
        let key = collection_key(id);
        Ok(self.read(&key)?.map(|drawn| (key, drawn)))
    }

    fn hold(&self, changes: &mut Changes, currency: Currency, by_minor: i64) -> io::Result<()> {
        let held = self.held_minor(currency)?.checked_add(by_minor);
        let held = held.ok_or_else(|| io::Error::other("more money than can be counted"))?;
        changes.set(held_key(currency), &held)
    }

    fn read<T: DeserializeOwned>(&self, key: &[u8]) -> io::Result<Option<T>> {
        let value = self.table.get(key).map_err(io::Error::other)?;
        Ok(value.map(|bytes| serde_json::from_slice(&bytes)).transpose()?)
    }

    fn write(&self, changes: Changes) -> io::Result<()> {
        let mut changes = changes.0.into_iter().map(|(key, value)| (key, Some(value)));
        self.table.apply(&mut changes).map_err(io::Error::other)
    }
}

impl Changes {
    fn set(&mut self, key: Vec<u8>, value: &impl Serialize) -> io::Result<()> {
        self.0.push((key, serde_json::to_vec(value)?));
        Ok(())
    }
}

fn fingerprint(asked: &impl Serialize) -> io::Result<String> {
    Ok(hex::encode(Sha256::digest(serde_json::to_vec(asked)?)))
}

fn collection_key(id: &str) -> Vec<u8> {
    format!("collection/{id}").into_bytes()
}

fn refund_key(id: &str) -> Vec<u8> {
    format!("refund/{id}").into_bytes()
}

fn held_key(currency: Currency) -> Vec<u8> {
    format!("held/{currency}").into_bytes()
}

#[cfg(test)]
mod tests {
    use std::{
        path::Path,
        sync::Arc,
        thread,
        time::{Duration, Instant},
    };

    use storage::{Os, Storage};

    use super::{Behaviour, Book, Booked, Changes, Drawn, collection_key, fingerprint, held_key};
    use crate::{Collection, Currency};

    const ROWS: i64 = 100_000;

    fn collection(n: i64) -> Collection {
        Collection {
            id: format!("c{n}"),
            token: super::super::TOK_OK.to_owned(),
            amount_minor: 4_999,
            currency: Currency::parse("USD").unwrap(),
            reference: format!("invoice_{n}"),
        }
    }

    /// A collection's row, as if it had been paid.
    fn paid(changes: &mut Changes, asked: &Collection) {
        let drawn = Drawn {
            content: fingerprint(asked).unwrap(),
            behaviour: Behaviour::Pays,
            amount_minor: asked.amount_minor,
            currency: asked.currency,
            outcome: Some(Behaviour::Pays.outcome(format!("sim_{}", asked.id))),
            given_back_minor: 0,
        };
        changes.set(collection_key(&asked.id), &drawn).unwrap();
    }

    #[test]
    fn a_hundred_thousand_collections_are_opened_in_no_time() {
        let dir = tempfile::tempdir().unwrap();
        let storage: Arc<dyn Storage> = Arc::new(Os);
        let book = Book::open(&storage, dir.path()).unwrap();
        for first in (0..ROWS).step_by(1_000) {
            let mut changes = Changes::default();
            (first..first + 1_000).for_each(|n| paid(&mut changes, &collection(n)));
            book.write(changes).unwrap();
        }
        let mut changes = Changes::default();
        changes.set(held_key(collection(0).currency), &(ROWS * 4_999)).unwrap();
        book.write(changes).unwrap();
        book.table.sync().unwrap();
        drop(book);

        let start = Instant::now();
        let book = Book::open(&storage, dir.path()).unwrap();
        for asked in [0, ROWS - 1, ROWS].map(collection) {
            assert!(matches!(book.collect(&asked).unwrap(), Booked::Answer(_)), "{asked:?}");
        }
        let took = start.elapsed();
        let held = book.held_minor(collection(0).currency).unwrap();
        assert_eq!(held, (ROWS + 1) * 4_999, "the one that is new was drawn");
        assert!(took < Duration::from_secs(3), "opening and three askings took {took:?}");
    }

    #[test]
    fn whoever_asks_at_the_same_time_is_counted() {
        let disk: Arc<dyn Storage> = Arc::new(storage::Simulated::new(7));
        let book = Book::open(&disk, Path::new("/processor")).unwrap();
        let ask = &|from: i64| {
            for n in from..from + 500 {
                assert!(matches!(book.collect(&collection(n)).unwrap(), Booked::Answer(_)));
            }
        };
        thread::scope(|scope| {
            for from in [0, 500, 250, 0, 500] {
                scope.spawn(move || ask(from));
            }
        });
        let held = book.held_minor(collection(0).currency).unwrap();
        assert_eq!(held, 1_000 * 4_999);
    }
}
