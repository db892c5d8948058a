//! Changes to rows that are not yet written: the overlay a batch is staged in.
//!
//! Every change since `begin` can be undone, so an event that faults halfway leaves nothing behind.

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;

use event_store::CommandId;

/// A new value, or `None` for a removed row.
pub(crate) type Change = Option<Vec<u8>>;

/// An intent that its record has closed, or that was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) id: CommandId,
    /// It stood on a sheet.
    pub(crate) on_sheet: bool,
    /// No record closed it: what was performed of it meanwhile is still to be reported.
    pub(crate) is_cancelled: bool,
}

#[derive(Default)]
pub(crate) struct Changes {
    /// Nothing lies below: what is removed leaves no trace.
    is_whole: bool,
    rows: BTreeMap<Vec<u8>, Change>,
    undo: Vec<(Vec<u8>, Option<Change>)>,
    closed: Vec<Closed>,
    closed_on_sheet: HashSet<CommandId>,
    /// How many were closed when `begin` was called last.
    closed_before: usize,
    bytes: usize,
}

/// Neighbouring changes in key order.
pub(crate) type ChangeRange<'a> = std::collections::btree_map::Range<'a, Vec<u8>, Change>;

impl Changes {
    /// Rows that lie over nothing else.
    pub(crate) fn whole() -> Changes {
        Changes { is_whole: true, ..Changes::default() }
    }

    /// `None`: this batch did not touch the key.
    pub(crate) fn get(&self, key: &[u8]) -> Option<&Change> {
        self.rows.get(key)
    }

    pub(crate) fn set(&mut self, key: Vec<u8>, change: Change) {
        let before = if self.is_whole && change.is_none() {
            self.rows.remove(&key)
        } else {
            self.bytes += key.len() + size(&change);
            self.rows.insert(key.clone(), change)
        };
        if let Some(before) = &before {
            self.bytes -= key.len() + size(before);
        }
        self.undo.push((key, before));
    }

    /// From here on, `undo` leads back to here.
    pub(crate) fn begin(&mut self) {
        self.undo.clear();
        self.closed_before = self.closed.len();
    }

    /// Takes note of an intent that is closed by these changes.
    pub(crate) fn close(&mut self, closed: Closed) {
        if self.is_whole {
            return;
        }
        self.closed.push(closed);
        if closed.on_sheet {
            self.closed_on_sheet.insert(closed.id);
        }
    }

    /// Whether these changes have closed it on its sheet.
    pub(crate) fn has_closed_on_sheet(&self, id: CommandId) -> bool {
        self.closed_on_sheet.contains(&id)
    }

    /// The intents that are closed by these changes.
    pub(crate) fn closed(&self) -> &[Closed] {
        &self.closed
    }

    pub(crate) fn undo(&mut self) {
        for undone in self.closed.drain(self.closed_before..).filter(|undone| undone.on_sheet) {
            self.closed_on_sheet.remove(&undone.id);
        }
        while let Some((key, before)) = self.undo.pop() {
            let undone = match before {
                Some(change) => {
                    self.bytes += key.len() + size(&change);
                    self.rows.insert(key.clone(), change)
                }
                None => self.rows.remove(&key),
            };
            self.bytes -= undone.map_or(0, |change| key.len() + size(&change));
        }
    }

    pub(crate) fn range(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> ChangeRange<'_> {
        self.rows.range::<[u8], _>((from, to))
    }

    /// Bytes of keys and values held, without the map's own overhead.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many rows are changed.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// In key order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Vec<u8>, &Change)> {
        self.rows.iter()
    }
}

fn size(change: &Change) -> usize {
    change.as_ref().map_or(0, Vec::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Vec<u8> {
        text.as_bytes().to_vec()
    }

    #[test]
    fn undo_leads_back_to_the_last_begin() {
        let mut changes = Changes::default();
        changes.set(key("a"), Some(key("one")));
        changes.begin();
        changes.set(key("a"), Some(key("three")));
        changes.set(key("a"), None);
        changes.set(key("b"), Some(key("two")));

        changes.undo();

        assert_eq!(changes.get(b"a"), Some(&Some(key("one"))));
        assert_eq!(changes.get(b"b"), None);
        assert_eq!(changes.bytes(), "a".len() + "one".len());
    }

    #[test]
    fn what_is_removed_leaves_no_trace_where_nothing_lies_below() {
        let mut changes = Changes::whole();
        changes.set(key("a"), Some(key("one")));
        changes.begin();
        changes.set(key("a"), None);
        changes.set(key("b"), None);
        assert_eq!((changes.get(&key("a")), changes.get(&key("b"))), (None, None));
        assert_eq!((changes.rows.len(), changes.bytes()), (0, 0));
        changes.undo();
        assert_eq!(changes.get(&key("a")), Some(&Some(key("one"))));
        assert_eq!(changes.bytes(), "a".len() + "one".len());
    }
}
