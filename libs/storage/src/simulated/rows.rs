//! One table: the rows that are seen, the rows that are on the disk, and the changes in between.

use std::collections::BTreeMap;
use std::sync::Weak;

use crate::chance::Chance;
use crate::table::{Change, Value};

/// A table's rows.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) seen: BTreeMap<Vec<u8>, Value>,
    durable: BTreeMap<Vec<u8>, Value>,
    /// What was changed together is kept or lost together.
    pending: Vec<Vec<Change>>,
    /// Every call panics, as sled does on damaged pages.
    pub(super) damaged: bool,
    /// Whoever has it open.
    pub(super) owner: Weak<()>,
}

impl Rows {
    pub(super) fn apply(&mut self, batch: Vec<Change>) {
        batch.iter().for_each(|change| set(&mut self.seen, change));
        self.pending.push(batch);
    }

    pub(super) fn sync(&mut self) {
        self.keep(self.pending.len());
    }

    /// The power was cut: any number of first changes is there.
    pub(super) fn crash(&mut self, chance: &mut Chance) {
        self.keep(chance.prefix(self.pending.len()));
        self.pending.clear();
        self.seen.clone_from(&self.durable);
        self.owner = Weak::new();
    }

    fn keep(&mut self, count: usize) {
        self.pending.drain(..count).flatten().for_each(|change| set(&mut self.durable, &change));
    }
}

fn set(rows: &mut BTreeMap<Vec<u8>, Value>, (key, value): &Change) {
    match value {
        Some(value) => {
            rows.insert(key.clone(), value.as_slice().into());
        }
        None => {
            rows.remove(key);
        }
    }
}
