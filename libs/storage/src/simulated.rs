//! A disk in memory that fails, tears and forgets as it is told to, on one thread and always in
//! the same way for the same seed.
//!
//! What holds after a [`Simulated::crash`]:
//!
//! - A file has what was synced, and of what was written since any writes, each whole, torn between
//!   sectors of 512 bytes, or not at all. A sector is the old one or the new one.
//! - Of the names that were made, changed or removed, the first ones are so up to any point, and at
//!   least up to the last [`Storage::sync_dir`] of their directory.
//! - A table has what was synced, and any number of the first changes since.
//! - What was open gives errors, and locks are free.

mod content;
mod faults;
mod file;
mod names;
mod rows;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use self::content::Content;
use self::faults::{Act, Faults};
use self::file::SimulatedFile;
use self::names::{Change, Names, Node};
use self::rows::Rows;
use self::table::SimulatedTable;
use crate::chance::Chance;
use crate::{Access, File, Held, LockError, Storage, Table, TableError};

pub use self::faults::Fault;

/// A simulated disk. Clones are the same disk.
#[derive(Clone, Debug)]
pub struct Simulated {
    disk: Arc<Mutex<Disk>>,
}

/// What is on it, and what is going on.
#[derive(Debug)]
struct Disk {
    names: Names,
    next: Node,
    /// What is no file is a directory.
    files: BTreeMap<Node, Content>,
    /// The tables in directories.
    tables: BTreeMap<Node, Rows>,
    locks: BTreeMap<PathBuf, Weak<()>>,
    faults: Faults,
    /// How often it crashed: what was opened before is dead.
    life: u64,
    chance: Chance,
}

impl Simulated {
    /// An empty disk. What a crash leaves of what was not synced follows from `seed`.
    pub fn new(seed: u64) -> Self {
        let disk = Disk {
            names: Names::default(),
            next: 0,
            files: BTreeMap::new(),
            tables: BTreeMap::new(),
            locks: BTreeMap::new(),
            faults: Faults::default(),
            life: 0,
            chance: Chance::new(seed),
        };
        Self { disk: Arc::new(Mutex::new(disk)) }
    }

    /// Arms a fault for the `n`-th call of its kind from now on, the first being 1; a full disk
    /// has room for `n` more bytes.
    pub fn fail_at(&self, fault: Fault, n: u64) {
        self.disk().faults.arm(fault, n);
    }

    /// Takes all faults back. Whether one of them struck.
    pub fn heal(&self) -> bool {
        self.disk().faults.heal()
    }

    /// Cuts the power and switches the machine on again.
    pub fn crash(&self) {
        self.disk().crash();
    }

    /// Everything that can be read from files.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let disk = self.disk();
        let files = disk.names.all().filter_map(|(path, node)| {
            let content = disk.files.get(&node)?;
            Some((path.to_owned(), content.seen().to_vec()))
        });
        files.collect()
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk {
    /// Lets `act` happen, or says what hinders it.
    fn admit(&mut self, act: Act) -> Result<(), Fault> {
        if self.faults.dark() {
            return Err(Fault::Power);
        }
        self.faults.strike(act).map_or(Ok(()), Err)
    }

    fn crash(&mut self) {
        self.life += 1;
        self.faults.light();
        self.locks.clear();
        self.names.crash(&mut self.chance);
        let named: BTreeSet<_> = self.names.all().map(|(_, node)| node).collect();
        self.files.retain(|node, _| named.contains(node));
        self.tables.retain(|node, _| named.contains(node));
        self.files.values_mut().for_each(|file| file.crash(&mut self.chance));
        self.tables.values_mut().for_each(|table| table.crash(&mut self.chance));
    }

    fn is_dir(&self, dir: &Path) -> bool {
        let root = dir.parent().is_none();
        root || self.names.get(dir).is_some_and(|node| !self.files.contains_key(&node))
    }

    fn file(&self, path: &Path) -> io::Result<Node> {
        let node = self.names.get(path).ok_or(io::ErrorKind::NotFound)?;
        let is_file = self.files.contains_key(&node);
        if is_file { Ok(node) } else { Err(io::ErrorKind::IsADirectory.into()) }
    }

    /// Changes a name, unless a fault strikes; the power may fail after it as well as before.
    fn rename(&mut self, change: Change) -> io::Result<()> {
        match self.admit(Act::Change) {
            Ok(()) => {
                self.names.change(change);
                Ok(())
            }
            Err(fault) => {
                if fault == Fault::Power {
                    self.names.change(change);
                }
                Err(fault.error())
            }
        }
    }

    /// Makes an empty file, or a directory if there is no content.
    fn make(&mut self, path: &Path, content: Option<Content>) -> io::Result<Node> {
        if !path.parent().is_none_or(|dir| self.is_dir(dir)) {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.next += 1;
        let node = self.next;
        self.files.extend(content.map(|content| (node, content)));
        self.rename(Change::Link(path.to_owned(), node)).map(|()| node)
    }

    fn make_dirs(&mut self, dir: &Path) -> io::Result<()> {
        let missing: Vec<_> = dir.ancestors().take_while(|dir| !self.is_dir(dir)).collect();
        missing.into_iter().rev().try_for_each(|dir| match self.names.get(dir) {
            Some(_) => Err(io::ErrorKind::NotADirectory.into()),
            None => self.make(dir, None).map(|_| ()),
        })
    }

    fn sync_dir(&mut self, dir: &Path) -> io::Result<()> {
        if !self.is_dir(dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.admit(Act::Open).and_then(|()| self.admit(Act::Sync)).map_err(Fault::error)?;
        self.names.sync(dir);
        Ok(())
    }
}

impl Storage for Simulated {
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn File>> {
        let mut disk = self.disk();
        disk.admit(Act::Open).map_err(Fault::error)?;
        let node = match access {
            Access::Read | Access::Write => disk.file(path)?,
            // A file that was there keeps its content until the new one's name is on the disk.
            Access::Create => {
                if disk.is_dir(path) {
                    return Err(io::ErrorKind::IsADirectory.into());
                }
                disk.make(path, Some(Content::default()))?
            }
        };
        let writable = access != Access::Read;
        Ok(Arc::new(SimulatedFile { machine: self.clone(), node, life: disk.life, writable }))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let mut disk = self.disk();
        disk.admit(Act::Open).map_err(Fault::error)?;
        if disk.is_dir(dir) {
            Ok(disk.names.children(dir))
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }

    fn exists(&self, path: &Path) -> bool {
        let disk = self.disk();
        disk.is_dir(path) || disk.names.get(path).is_some()
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        let mut disk = self.disk();
        disk.make_dirs(dir)?;
        dir.ancestors().try_for_each(|dir| disk.sync_dir(dir))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut disk = self.disk();
        if disk.names.get(from).is_none() || !to.parent().is_none_or(|dir| disk.is_dir(dir)) {
            return Err(io::ErrorKind::NotFound.into());
        }
        if disk.is_dir(to) && !disk.names.children(to).is_empty() {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        disk.rename(Change::Rename(from.to_owned(), to.to_owned()))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut disk = self.disk();
        let inside = disk.names.subtree(path);
        if inside.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        inside.into_iter().rev().try_for_each(|path| disk.rename(Change::Unlink(path)))
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.disk().sync_dir(dir)
    }

    fn lock(&self, path: &Path) -> Result<Held, LockError> {
        let failed = |source| LockError::Io { path: path.to_owned(), source };
        let mut disk = self.disk();
        disk.admit(Act::Open).map_err(|fault| failed(fault.error()))?;
        if disk.locks.get(path).is_some_and(|held| held.strong_count() > 0) {
            let owner = format!("process {}", std::process::id());
            return Err(LockError::Held { path: path.to_owned(), owner });
        }
        if disk.names.get(path).is_none() {
            disk.make(path, Some(Content::default())).map_err(failed)?;
        }
        let held = Arc::new(());
        disk.locks.insert(path.to_owned(), Arc::downgrade(&held));
        Ok(Held::new(held))
    }

    fn table(&self, dir: &Path, _cache_bytes: u64) -> Result<Arc<dyn Table>, TableError> {
        SimulatedTable::open(self, dir).map(|table| Arc::new(table) as Arc<dyn Table>)
    }
}
