//! The rows of a read model: one-byte tables, keys in order, values as JSON, long ones packed.
//!
//! A read sees the uncommitted changes of its own batch over what is stored. Rows are JSON so that
//! a directory can be read by hand; keep a row below 100 kB, larger ones are stored badly. Rows
//! that no person could read in any form, such as lists of numbers, may be bytes.

use std::collections::btree_map::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use event_store::CommandId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::changes::{Change, ChangeRange, Changes};
use crate::fault::Fault;
use crate::packed::{packed, unpacked};
use crate::seen::Seen;

/// Tables from here on belong to this crate: checkpoint and intents.
const RESERVED: u8 = 0x80;

/// The same as [`DUE`], of what is to be performed.
pub(crate) const EFFECTS_DUE: Table = Table(0xEF);
/// The checkpoint.
pub(crate) const META: Table = Table(0xF0);
/// Intent id to intent.
pub(crate) const INTENTS: Table = Table(0xF1);
/// Due time, position, place and intent id of what is to be sent.
pub(crate) const DUE: Table = Table(0xF2);
/// A policy's own key to the intent id.
pub(crate) const INTENT_KEYS: Table = Table(0xF3);
/// Ids of intents that wait for an operator.
pub(crate) const PARKED: Table = Table(0xF4);
/// The command of an event to the ids of what the event wants of many: a table of bytes.
pub(crate) const SHEET_IDS: Table = Table(0xF5);
/// Position of the event and number of the first one to some of what it wants of many.
pub(crate) const SHEETS: Table = Table(0xF6);
/// The command of an event to what is closed of what it wants of many: a table of bytes.
pub(crate) const MARKS: Table = Table(0xF7);

/// One view of a read model: the first byte of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Table(u8);

impl Table {
    /// A table by its prefix, an ASCII byte: `const INVOICES: Table = Table::new(b'i');`.
    pub const fn new(prefix: u8) -> Table {
        assert!(prefix < RESERVED, "a table's prefix is an ASCII byte");
        Table(prefix)
    }

    /// Whether the sender changes it too, beside a batch.
    pub(crate) const fn is_shared(self) -> bool {
        self.0 >= RESERVED && self.0 < SHEET_IDS.0
    }

    pub(crate) const fn prefix(self) -> u8 {
        self.0
    }

    pub(crate) fn key(self, key: &[u8]) -> Vec<u8> {
        let mut whole = Vec::with_capacity(1 + key.len());
        whole.push(self.0);
        whole.extend_from_slice(key);
        whole
    }
}

/// A key of several parts, in the order of its parts. Parts must not contain the zero byte.
pub fn key<const N: usize>(parts: [&str; N]) -> Vec<u8> {
    parts.join("\0").into_bytes()
}

/// Which keys of a table a scan visits, and in which direction.
#[derive(Clone, Debug)]
pub struct Keys {
    from: Bound<Vec<u8>>,
    to: Bound<Vec<u8>>,
    backwards: bool,
}

impl Keys {
    /// Every key of the table.
    pub fn all() -> Keys {
        Keys { from: Bound::Unbounded, to: Bound::Unbounded, backwards: false }
    }

    /// The keys that start with `prefix`.
    pub fn prefix(prefix: impl AsRef<[u8]>) -> Keys {
        let prefix = prefix.as_ref();
        let to = successor(prefix).map_or(Bound::Unbounded, Bound::Excluded);
        Keys { from: Bound::Included(prefix.to_vec()), to, backwards: false }
    }

    /// The keys from `from` up to, and without, `to`.
    pub fn between(from: impl AsRef<[u8]>, to: impl AsRef<[u8]>) -> Keys {
        let from = Bound::Included(from.as_ref().to_vec());
        Keys { from, to: Bound::Excluded(to.as_ref().to_vec()), backwards: false }
    }

    /// The keys from `first` on.
    pub(crate) fn from(first: &[u8]) -> Keys {
        Keys { from: Bound::Included(first.to_vec()), ..Keys::all() }
    }

    /// The same keys, last one first.
    pub fn backwards(self) -> Keys {
        Keys { backwards: true, ..self }
    }

    /// Only what comes after `cursor` in the direction of the scan: the next page.
    pub fn after(self, cursor: impl AsRef<[u8]>) -> Keys {
        let cursor = Bound::Excluded(cursor.as_ref().to_vec());
        if self.backwards { Keys { to: cursor, ..self } } else { Keys { from: cursor, ..self } }
    }

    fn within(&self, table: Table) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
        let from = match &self.from {
            Bound::Included(key) => Bound::Included(table.key(key)),
            Bound::Excluded(key) => Bound::Excluded(table.key(key)),
            Bound::Unbounded => Bound::Included(vec![table.0]),
        };
        let to = match &self.to {
            Bound::Included(key) => Bound::Included(table.key(key)),
            Bound::Excluded(key) => Bound::Excluded(table.key(key)),
            Bound::Unbounded => successor(&[table.0]).map_or(Bound::Unbounded, Bound::Excluded),
        };
        (from, to)
    }
}

/// The first key after everything that starts with `prefix`.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut next = prefix[..=last].to_vec();
    next[last] += 1;
    Some(next)
}

/// The rows of one read model, as seen by one event or one query.
pub struct Rows<'a> {
    base: Option<&'a dyn storage::Table>,
    /// Changes before these that are being written to the base meanwhile.
    unwritten: Option<Arc<Changes>>,
    changes: Changes,
    seen: Seen,
    /// Where a row is encoded before it is known how long it is.
    encoded: Vec<u8>,
}

impl<'a> Rows<'a> {
    /// Rows that live in memory only: for views of the past, and for tests.
    pub fn in_memory() -> Rows<'static> {
        Rows::with(None, Changes::whole())
    }

    pub(crate) fn over(base: &'a dyn storage::Table, changes: Changes) -> Rows<'a> {
        Rows::with(Some(base), changes)
    }

    fn with(base: Option<&'a dyn storage::Table>, changes: Changes) -> Rows<'a> {
        Rows { base, unwritten: None, changes, seen: Seen::default(), encoded: Vec::new() }
    }

    /// The same, where other changes are on their way to the base: how much of them is there
    /// already makes no difference.
    pub(crate) fn with_unwritten(self, unwritten: Option<Arc<Changes>>) -> Rows<'a> {
        Rows { unwritten, ..self }
    }

    /// The row with this key, if there is one.
    pub fn get<T: DeserializeOwned>(
        &self,
        table: Table,
        key: impl AsRef<[u8]>,
    ) -> Result<Option<T>, Fault> {
        let whole = table.key(key.as_ref());
        if let Some(change) = self.changed(&whole) {
            return change.as_deref().map(|value| decode(&whole, value)).transpose();
        }
        self.stored(table, &whole)?.map(|value| decode(&whole, &value)).transpose()
    }

    /// Writes a row, whether or not there was one.
    pub fn put<T: Serialize>(
        &mut self,
        table: Table,
        key: impl AsRef<[u8]>,
        row: &T,
    ) -> Result<(), Fault> {
        let whole = table.key(key.as_ref());
        self.encoded.clear();
        serde_json::to_writer(&mut self.encoded, row).map_err(|error| {
            Fault::because(format!("row {} is not encoded", name(&whole)), error)
        })?;
        self.changes.set(whole, Some(packed(&self.encoded)));
        Ok(())
    }

    /// The row with this key in a table of bytes.
    pub fn get_bytes(&self, table: Table, key: impl AsRef<[u8]>) -> Result<Option<Vec<u8>>, Fault> {
        self.with_bytes(table, key, |row| row.map(<[u8]>::to_vec))
    }

    /// What is read of the bytes of a row, which are not copied.
    pub(crate) fn with_bytes<T>(
        &self,
        table: Table,
        key: impl AsRef<[u8]>,
        read: impl FnOnce(Option<&[u8]>) -> T,
    ) -> Result<T, Fault> {
        let whole = table.key(key.as_ref());
        if let Some(change) = self.changed(&whole) {
            return Ok(read(change.as_deref()));
        }
        Ok(read(self.stored(table, &whole)?.as_deref()))
    }

    /// Writes a row of a table of bytes.
    pub fn put_bytes(&mut self, table: Table, key: impl AsRef<[u8]>, row: Vec<u8>) {
        self.changes.set(table.key(key.as_ref()), Some(row));
    }

    /// The same as [`Rows::scan`] in a table of bytes.
    pub fn scan_bytes(
        &self,
        table: Table,
        keys: Keys,
        limit: usize,
    ) -> impl Iterator<Item = Result<(Vec<u8>, Vec<u8>), Fault>> + '_ {
        self.raw(table, &keys).take(limit).map(|row| {
            let (whole, value) = row?;
            Ok((whole[1..].to_vec(), value))
        })
    }

    /// Removes a row, if there is one.
    pub fn remove(&mut self, table: Table, key: impl AsRef<[u8]>) {
        self.changes.set(table.key(key.as_ref()), None);
    }

    /// Changes a row that exists; `false`: there is none, and nothing happened.
    pub fn update<T: Serialize + DeserializeOwned>(
        &mut self,
        table: Table,
        key: impl AsRef<[u8]>,
        change: impl FnOnce(&mut T),
    ) -> Result<bool, Fault> {
        let Some(mut row) = self.get::<T>(table, key.as_ref())? else { return Ok(false) };
        change(&mut row);
        self.put(table, key, &row)?;
        Ok(true)
    }

    /// Changes a row, which starts as its default if there is none.
    pub fn upsert<T: Serialize + DeserializeOwned + Default>(
        &mut self,
        table: Table,
        key: impl AsRef<[u8]>,
        change: impl FnOnce(&mut T),
    ) -> Result<(), Fault> {
        let mut row = self.get::<T>(table, key.as_ref())?.unwrap_or_default();
        change(&mut row);
        self.put(table, key, &row)
    }

    /// At most `limit` rows in key order, each with its key (without the table's byte).
    pub fn scan<T: DeserializeOwned>(
        &self,
        table: Table,
        keys: Keys,
        limit: usize,
    ) -> impl Iterator<Item = Result<(Vec<u8>, T), Fault>> + '_ {
        self.raw(table, &keys).take(limit).map(|row| {
            let (whole, value) = row?;
            let row = decode(&whole, &value)?;
            Ok((whole[1..].to_vec(), row))
        })
    }

    fn stored(&self, table: Table, whole: &[u8]) -> Result<Option<storage::Value>, Fault> {
        let Some(base) = self.base else { return Ok(None) };
        let read = || base.get(whole);
        self.seen.find(table, whole, read).map_err(|error| unreadable(whole, error))
    }

    /// What became of a key since the base was whole.
    fn changed(&self, whole: &[u8]) -> Option<&Change> {
        self.layers().find_map(|changes| changes.get(whole))
    }

    /// Whether changes that are not in the base yet have closed an intent on its sheet. A row of
    /// its own that is found then is one that the sender has written since.
    pub(crate) fn has_closed_on_sheet(&self, id: CommandId) -> bool {
        self.layers().any(|changes| changes.has_closed_on_sheet(id))
    }

    /// The newest first.
    fn layers(&self) -> impl Iterator<Item = &Changes> {
        std::iter::once(&self.changes).chain(self.unwritten.as_deref())
    }

    fn raw(&self, table: Table, keys: &Keys) -> Merged<'_> {
        let (from, to) = keys.within(table);
        let (from, to) = match hollow(&from, &to) {
            true => (Bound::Included(vec![table.0]), Bound::Excluded(vec![table.0])),
            false => (from, to),
        };
        Merged {
            stored: self.base.map(|base| base.scan(as_slice(&from), as_slice(&to))),
            next_stored: None,
            layers: self
                .layers()
                .map(|changes| Layer {
                    rest: changes.range(as_slice(&from), as_slice(&to)),
                    next: None,
                })
                .collect(),
            backwards: keys.backwards,
        }
    }

    /// The keys of a table, for tables whose keys say everything.
    pub(crate) fn keys(
        &self,
        table: Table,
        keys: Keys,
    ) -> impl Iterator<Item = Result<Vec<u8>, Fault>> + '_ {
        self.raw(table, &keys).map(|row| row.map(|(whole, _)| whole[1..].to_vec()))
    }

    pub(crate) fn changes(&mut self) -> &mut Changes {
        &mut self.changes
    }

    pub(crate) fn into_changes(self) -> Changes {
        self.changes
    }

    /// Every row of every table, byte for byte: what two equal read models have in common.
    ///
    /// For tests and for looking into small read models: it is not bounded.
    pub fn dump(&self) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, Fault> {
        (0..RESERVED).map(Table).flat_map(|table| self.raw(table, &Keys::all())).collect()
    }
}

/// Ranges that contain nothing make the standard library's maps panic: a cursor beyond the end.
fn hollow(from: &Bound<Vec<u8>>, to: &Bound<Vec<u8>>) -> bool {
    match (from, to) {
        (Bound::Included(from), Bound::Included(to)) => from > to,
        (Bound::Included(from) | Bound::Excluded(from), Bound::Excluded(to))
        | (Bound::Excluded(from), Bound::Included(to)) => from >= to,
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
    }
}

fn as_slice(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    match bound {
        Bound::Included(key) => Bound::Included(key),
        Bound::Excluded(key) => Bound::Excluded(key),
        Bound::Unbounded => Bound::Unbounded,
    }
}

fn decode<T: DeserializeOwned>(whole: &[u8], value: &[u8]) -> Result<T, Fault> {
    let json = unpacked(value)
        .map_err(|error| Fault::new(format!("row {} is not unpacked: {error}", name(whole))))?;
    serde_json::from_slice(&json)
        .map_err(|error| Fault::because(format!("row {} is not decoded", name(whole)), error))
}

fn unreadable(whole: &[u8], error: storage::TableError) -> Fault {
    Fault::because(format!("row {} is not read", name(whole)), error)
}

/// A key as an operator can read it.
fn name(whole: &[u8]) -> String {
    whole.escape_ascii().to_string()
}

/// What is stored and what has changed since, as one sequence in key order.
struct Merged<'a> {
    stored: Option<storage::Scan<'a>>,
    next_stored: Option<storage::Row>,
    /// The newest first.
    layers: Vec<Layer<'a>>,
    backwards: bool,
}

/// Changes in key order.
struct Layer<'a> {
    rest: ChangeRange<'a>,
    next: Option<(&'a [u8], &'a Change)>,
}

impl Layer<'_> {
    fn look_ahead(&mut self, backwards: bool) {
        if self.next.is_none() {
            let next = if backwards { self.rest.next_back() } else { self.rest.next() };
            self.next = next.map(|(key, change)| (key.as_slice(), change));
        }
    }
}

impl Merged<'_> {
    fn look_ahead(&mut self) -> Result<(), Fault> {
        self.layers.iter_mut().for_each(|layer| layer.look_ahead(self.backwards));
        if self.next_stored.is_some() {
            return Ok(());
        }
        let Some(stored) = &mut self.stored else { return Ok(()) };
        let next = if self.backwards { stored.next_back() } else { stored.next() };
        self.next_stored =
            next.transpose().map_err(|error| Fault::because("rows are not scanned", error))?;
        Ok(())
    }

    /// The change that comes next, unless what is stored comes before it; it hides what is stored
    /// and what has changed earlier under the same key.
    fn take_change(&mut self) -> Option<(Vec<u8>, Change)> {
        let keys = || self.layers.iter().filter_map(|layer| layer.next).map(|(key, _)| key);
        let key = if self.backwards { keys().max() } else { keys().min() }?;
        if let Some((stored, _)) = &self.next_stored {
            let order = key.cmp(stored);
            if order.is_ne() && order.is_gt() != self.backwards {
                return None;
            }
            self.next_stored.take_if(|_| order.is_eq());
        }
        let layers = self.layers.iter_mut();
        let mut found = layers.filter_map(|layer| layer.next.take_if(|(next, _)| *next == key));
        let change = found.next().map(|(_, change)| change.clone());
        found.for_each(drop);
        Some((key.to_vec(), change?))
    }
}

impl Iterator for Merged<'_> {
    type Item = Result<(Vec<u8>, Vec<u8>), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Err(fault) = self.look_ahead() {
                return Some(Err(fault));
            }
            match self.take_change() {
                Some((key, Some(value))) => return Some(Ok((key, value))),
                Some((_, None)) => {}
                None => {
                    let (key, value) = self.next_stored.take()?;
                    return Some(Ok((key.to_vec(), value.to_vec())));
                }
            }
        }
    }
}
