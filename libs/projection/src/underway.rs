//! What the sender has taken to send or perform, until its record closes it.
//!
//! In memory only. After a restart nothing is sent before the log was read to its end, and what
//! core had answered by then is closed by its record. Whatever is written to the rows is noticed
//! here, under the same lock, so nothing that is due is overlooked and nothing is held for ever.

use std::collections::HashMap;
use std::ops::Bound::{Excluded, Included};

use event_store::CommandId;

use crate::changes::{Changes, Closed};
use crate::rows::{DUE, INTENT_KEYS, SHEETS, Table};

/// Where an intent stood when it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In a row of its own.
    Row,
    /// On a sheet: there is no row of its own unless it is given back.
    Sheet,
}

/// Intents that were taken, and how far the entries of `DUE` and the sheets were looked at.
#[derive(Default)]
pub(crate) struct Underway {
    taken: HashMap<CommandId, Origin>,
    /// No entry before this key need be looked at.
    next: Vec<u8>,
    /// No row of a sheet before this key need be looked at.
    next_sheet: Vec<u8>,
}

impl Underway {
    /// The key, without its table, from which on entries are looked at.
    pub(crate) fn next(&self) -> &[u8] {
        &self.next
    }

    /// The key, without its table, from which on sheets are looked at.
    pub(crate) fn next_sheet(&self) -> &[u8] {
        &self.next_sheet
    }

    /// An entry was looked at.
    pub(crate) fn looked_at(&mut self, key: &[u8]) {
        go_behind(&mut self.next, key);
    }

    /// All of a sheet's row was looked at.
    pub(crate) fn looked_at_sheet(&mut self, key: &[u8]) {
        go_behind(&mut self.next_sheet, key);
    }

    /// Takes an intent; `false`: it was taken before.
    pub(crate) fn take(&mut self, id: CommandId, origin: Origin) -> bool {
        let before = self.taken.get(&id).copied();
        self.taken.insert(id, before.unwrap_or(origin));
        before.is_none()
    }

    /// Whether an intent was taken, and is neither given back nor closed.
    pub(crate) fn has(&self, id: CommandId) -> bool {
        self.taken.contains_key(&id)
    }

    /// Whoever finds it due may take it again.
    pub(crate) fn give_back(&mut self, id: CommandId) {
        self.taken.remove(&id);
    }

    /// Every entry and sheet is looked at again: what was to be written of those given back was
    /// not.
    pub(crate) fn look_again(&mut self) {
        self.next.clear();
        self.next_sheet.clear();
    }

    /// Changes are written: who was closed is forgotten, and who is due is looked at. Returns who
    /// was closed and is not underway as it stood: the sender may have put those aside since.
    pub(crate) fn notice(&mut self, changes: &Changes) -> Vec<Closed> {
        go_back(&mut self.next, DUE, INTENT_KEYS.prefix(), changes);
        go_back(&mut self.next_sheet, SHEETS, SHEETS.prefix() + 1, changes);
        let closed = changes.closed().iter().filter(|closed| {
            let taken = self.taken.remove(&closed.id);
            taken.is_none() || (closed.on_sheet && taken == Some(Origin::Row))
        });
        closed.copied().collect()
    }

    /// Other rows take the place of these: what is still open in them stays taken, as it stands
    /// there.
    pub(crate) fn hand_over<E>(
        &mut self,
        stands: impl Fn(CommandId) -> Result<Option<Origin>, E>,
    ) -> Result<Underway, E> {
        let mut taken = HashMap::new();
        for id in self.taken.keys() {
            if let Some(origin) = stands(*id)? {
                taken.insert(*id, origin);
            }
        }
        Ok(Underway { taken, ..Underway::default() })
    }
}

fn go_behind(next: &mut Vec<u8>, key: &[u8]) {
    next.clear();
    next.extend_from_slice(key);
    next.push(0);
}

/// What is written before `next` is looked at.
fn go_back(next: &mut Vec<u8>, table: Table, end: u8, changes: &Changes) {
    let mut written = changes.range(Included(&[table.prefix()]), Excluded(&[end]));
    if let Some((key, _)) = written.find(|(_, change)| change.is_some())
        && key[1..] < next[..]
    {
        next.clear();
        next.extend_from_slice(&key[1..]);
    }
}
