//! An open table of a simulated disk.

use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::faults::{self, Act, Fault};
use super::names::Node;
use super::rows::Rows;
use super::{Disk, Simulated};
use crate::table::{Change, Row, Scan, Table, TableError, Value};

/// An open table.
#[derive(Debug)]
pub(super) struct SimulatedTable {
    machine: Simulated,
    dir: PathBuf,
    node: Node,
    life: u64,
    /// Others are told that it is in use as long as this lives.
    _owner: Arc<()>,
}

impl SimulatedTable {
    /// Opens the table in `dir`, or makes an empty one.
    pub(super) fn open(machine: &Simulated, dir: &Path) -> Result<Self, TableError> {
        let io = |source| TableError::Io { dir: dir.to_owned(), attempted: "opened", source };
        let mut disk = machine.disk();
        disk.admit(Act::Open).map_err(|fault| io(fault.error()))?;
        disk.make_dirs(dir).map_err(io)?;
        let node = disk.names.get(dir).ok_or(io(io::ErrorKind::NotFound.into()))?;
        let owner = Arc::new(());
        let rows = disk.tables.entry(node).or_default();
        if rows.owner.strong_count() > 0 {
            return Err(TableError::Busy { dir: dir.to_owned() });
        }
        rows.owner = Arc::downgrade(&owner);
        let (machine, life) = (machine.clone(), disk.life);
        let table = Self { machine, dir: dir.to_owned(), node, life, _owner: owner };
        table.touch(&mut disk, "opened")?;
        drop(disk);
        Ok(table)
    }

    fn io(&self, attempted: &'static str, source: io::Error) -> TableError {
        TableError::Io { dir: self.dir.clone(), attempted, source }
    }

    /// A damaged table does nothing but panic.
    fn touch(&self, disk: &mut Disk, attempted: &'static str) -> Result<(), TableError> {
        if disk.life != self.life {
            return Err(self.io(attempted, faults::off()));
        }
        let struck = disk.admit(Act::Table);
        let rows = rows(disk, self.node);
        rows.damaged |= struck == Err(Fault::Table);
        if rows.damaged {
            let panic = "the pages were damaged on purpose".to_owned();
            return Err(TableError::Panicked { dir: self.dir.clone(), attempted, panic });
        }
        struck.map_err(|fault| self.io(attempted, fault.error()))
    }

    fn read<T>(&self, look: impl FnOnce(&Rows) -> T) -> Result<T, TableError> {
        let mut disk = self.machine.disk();
        self.touch(&mut disk, "read")?;
        disk.admit(Act::Read).map_err(|fault| self.io("read", fault.error()))?;
        Ok(look(rows(&mut disk, self.node)))
    }

    fn change(&self, batch: Vec<Change>) -> Result<(), TableError> {
        let mut disk = self.machine.disk();
        self.touch(&mut disk, "written")?;
        let mut admitted = disk.admit(Act::Change);
        let bytes = |(key, value): &Change| key.len() + value.as_ref().map_or(0, Vec::len);
        let bytes = batch.iter().map(bytes).sum();
        if disk.faults.room(bytes) < bytes {
            admitted = admitted.and(Err(Fault::Full));
        }
        if matches!(admitted, Ok(()) | Err(Fault::Power)) {
            rows(&mut disk, self.node).apply(batch);
        }
        admitted.map_err(|fault| self.io("written", fault.error()))
    }
}

fn rows(disk: &mut Disk, node: Node) -> &mut Rows {
    disk.tables.get_mut(&node).expect("an open table is kept until a crash")
}

impl Table for SimulatedTable {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, TableError> {
        self.read(|rows| rows.seen.get(key).cloned())
    }

    fn scan(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Scan<'_> {
        let (from, to) = (from.map(<[u8]>::to_vec), to.map(<[u8]>::to_vec));
        Box::new(SimulatedScan { table: self, from, to, over: false })
    }

    fn put(&self, key: &[u8], value: &[u8]) -> Result<(), TableError> {
        self.change(vec![(key.to_vec(), Some(value.to_vec()))])
    }

    fn remove(&self, key: &[u8]) -> Result<(), TableError> {
        self.change(vec![(key.to_vec(), None)])
    }

    fn apply(&self, batch: &mut dyn Iterator<Item = Change>) -> Result<(), TableError> {
        self.change(batch.collect())
    }

    fn sync(&self) -> Result<(), TableError> {
        let mut disk = self.machine.disk();
        self.touch(&mut disk, "synced")?;
        disk.admit(Act::Sync).map_err(|fault| self.io("synced", fault.error()))?;
        // A synced table is there after a power cut, wherever it was made.
        for dir in self.dir.ancestors() {
            disk.names.sync(dir);
        }
        rows(&mut disk, self.node).sync();
        Ok(())
    }
}

/// What is left of a range. Nothing is held meanwhile.
struct SimulatedScan<'a> {
    table: &'a SimulatedTable,
    from: Bound<Vec<u8>>,
    to: Bound<Vec<u8>>,
    over: bool,
}

impl SimulatedScan<'_> {
    fn step(&mut self, forward: bool) -> Option<Result<Row, TableError>> {
        if self.over || is_empty(&self.from, &self.to) {
            return None;
        }
        let range = (self.from.clone(), self.to.clone());
        let found = self.table.read(|rows| {
            let mut range = rows.seen.range::<Vec<u8>, _>(range);
            let row = if forward { range.next() } else { range.next_back() };
            row.map(|(key, value)| (key.clone(), value.clone()))
        });
        let Ok(Some((key, value))) = found else {
            self.over = true;
            return found.map(|_| None).transpose();
        };
        let row = (Value::from(key.as_slice()), value);
        let end = if forward { &mut self.from } else { &mut self.to };
        *end = Bound::Excluded(key);
        Some(Ok(row))
    }
}

/// A range that a map would panic on, or that nothing can lie in.
fn is_empty(from: &Bound<Vec<u8>>, to: &Bound<Vec<u8>>) -> bool {
    match (from, to) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
        (Bound::Included(from), Bound::Included(to)) => from > to,
        (
            Bound::Included(from) | Bound::Excluded(from),
            Bound::Included(to) | Bound::Excluded(to),
        ) => from >= to,
    }
}

impl Iterator for SimulatedScan<'_> {
    type Item = Result<Row, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step(true)
    }
}

impl DoubleEndedIterator for SimulatedScan<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.step(false)
    }
}
