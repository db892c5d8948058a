//! What the sender has taken to send or perform, until its record closes it.
//!
//! In memory only. After a restart nothing is sent before the log was read to its end, and what
//! core had answered by then is closed by its record. Whatever is written to the rows is noticed
//! here, under the same lock, so nothing that is due is overlooked and nothing is held for ever.

use std::collections::HashSet;
use std::ops::Bound::{Excluded, Included};

use event_store::CommandId;

use crate::changes::Changes;
use crate::rows::{DUE, INTENT_KEYS, INTENTS};

/// Intents that were taken, and how far the entries of `DUE` were looked at.
#[derive(Default)]
pub(crate) struct Underway {
    ids: HashSet<CommandId>,
    /// No entry before this key need be looked at.
    next: Vec<u8>,
}

impl Underway {
    /// The key, without its table, from which on entries are looked at.
    pub(crate) fn next(&self) -> &[u8] {
        &self.next
    }

    /// An entry was looked at.
    pub(crate) fn looked_at(&mut self, key: &[u8]) {
        self.next.clear();
        self.next.extend_from_slice(key);
        self.next.push(0);
    }

    /// Takes an intent; `false`: it was taken before.
    pub(crate) fn take(&mut self, id: CommandId) -> bool {
        self.ids.insert(id)
    }

    /// Whether an intent was taken, and is neither given back nor closed.
    pub(crate) fn has(&self, id: CommandId) -> bool {
        self.ids.contains(&id)
    }

    /// Whoever finds it due may take it again.
    pub(crate) fn give_back(&mut self, id: CommandId) {
        self.ids.remove(&id);
    }

    /// Every entry is looked at again: what was to be written of those given back was not.
    pub(crate) fn look_again(&mut self) {
        self.next.clear();
    }

    /// Changes are written: who was closed is forgotten, and who is due is looked at. Returns who
    /// was closed and is not underway: the sender may have put those aside in the meantime.
    pub(crate) fn notice(&mut self, changes: &Changes) -> Vec<CommandId> {
        let mut due = changes.range(Included(&[DUE.prefix()]), Excluded(&[INTENT_KEYS.prefix()]));
        if let Some((key, _)) = due.find(|(_, change)| change.is_some())
            && key[1..] < self.next[..]
        {
            self.next.clear();
            self.next.extend_from_slice(&key[1..]);
        }
        let intents = changes.range(Included(&[INTENTS.prefix()]), Excluded(&[DUE.prefix()]));
        let closed = intents.filter(|(_, change)| change.is_none());
        let closed = closed.filter_map(|(key, _)| Some(CommandId(key[1..].try_into().ok()?)));
        closed.filter(|id| !self.ids.remove(id)).collect()
    }

    /// Other rows take the place of these: what is still open in them stays taken.
    pub(crate) fn hand_over<E>(
        &mut self,
        is_open: impl Fn(CommandId) -> Result<bool, E>,
    ) -> Result<Underway, E> {
        let mut ids = HashSet::new();
        for id in &self.ids {
            if is_open(*id)? {
                ids.insert(*id);
            }
        }
        Ok(Underway { ids, next: Vec::new() })
    }
}
