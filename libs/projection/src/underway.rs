//! What the sender has taken to send or perform, until its record closes it.
//!
//! In memory only. After a restart nothing is sent before the log was read to its end, and what
//! core had answered by then is closed by its record. Whatever is written to the rows is noticed
//! here, under the same lock, so nothing that is due is overlooked and nothing is held for ever.

use std::collections::HashMap;
use std::ops::Bound::{Excluded, Included};

use event_store::CommandId;

use crate::changes::{Changes, Closed};
use crate::lane::Lane;
use crate::rows::{SHEETS, Table};

/// Where an intent stood when it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In a row of its own.
    Row,
    /// On a sheet: there is no row of its own unless it is given back.
    Sheet,
}

/// Intents that were taken, and how far the entries of the lanes and the sheets were looked at.
#[derive(Default)]
pub(crate) struct Underway {
    taken: HashMap<CommandId, Origin>,
    /// No entry of commands before this key need be looked at.
    next_command: Vec<u8>,
    /// The same of effects.
    next_effect: Vec<u8>,
    /// No row of a sheet before this key need be looked at.
    next_sheet: Vec<u8>,
}

impl Underway {
    /// The key, without its table, from which on entries of a lane are looked at.
    pub(crate) fn next(&self, lane: Lane) -> &[u8] {
        match lane {
            Lane::Commands => &self.next_command,
            Lane::Effects => &self.next_effect,
        }
    }

    fn next_mut(&mut self, lane: Lane) -> &mut Vec<u8> {
        match lane {
            Lane::Commands => &mut self.next_command,
            Lane::Effects => &mut self.next_effect,
        }
    }

    /// The key, without its table, from which on sheets are looked at.
    pub(crate) fn next_sheet(&self) -> &[u8] {
        &self.next_sheet
    }

    /// An entry of a lane was looked at.
    pub(crate) fn looked_at(&mut self, lane: Lane, key: &[u8]) {
        go_behind(self.next_mut(lane), key);
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
        Lane::ALL.into_iter().for_each(|lane| self.next_mut(lane).clear());
        self.next_sheet.clear();
    }

    /// Changes are written: who was closed is forgotten, and who is due is looked at. Returns who
    /// was closed and is not underway as it stood: the sender may have put those aside since.
    pub(crate) fn notice(&mut self, changes: &Changes) -> Vec<Closed> {
        for lane in Lane::ALL {
            go_back(self.next_mut(lane), lane.table(), changes);
        }
        go_back(&mut self.next_sheet, SHEETS, changes);
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
fn go_back(next: &mut Vec<u8>, table: Table, changes: &Changes) {
    let (first, end) = ([table.prefix()], [table.prefix() + 1]);
    let mut written = changes.range(Included(&first), Excluded(&end));
    if let Some((key, _)) = written.find(|(_, change)| change.is_some())
        && key[1..] < next[..]
    {
        next.clear();
        next.extend_from_slice(&key[1..]);
    }
}
