//! The file of keys: a head, then a slot per owner in the order in which they came.
//!
//! ```text
//! customers.keys   head · slot · slot · ...                          128 bytes each
//! head             magic · how far the log was searched for owners to erase · CRC32C
//! slot             state · length · owner · key · CRC32C
//! ```
//!
//! Which slot is an owner's is known in memory, some 30 bytes per owner, and read from the file at
//! opening.
//!
//! What must stay true: a slot is synced before its key is given to anybody; a key is destroyed
//! where it lies; no slot is used twice; after a sync that failed no more keys are made, because
//! the system takes what was not synced for synced.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher as _, RandomState},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use storage::{Access, File, Storage};

use crate::{OWNER_CHARS_MAX, VaultError, seal::ROOT_BYTES};

/// Bytes of a slot and of the head: a whole part of a sector, so that a crash does not tear it.
const SLOT_BYTES: usize = 128;
/// What a file of keys begins with.
const MAGIC: &[u8; 8] = b"demarck1";
/// Where the parts of a slot begin.
const OWNER_AT: usize = 2;
const ROOT_AT: usize = OWNER_AT + OWNER_CHARS_MAX;
const CRC_AT: usize = ROOT_AT + ROOT_BYTES;
/// States of a slot.
const KEY: u8 = 1;
const DESTROYED: u8 = 2;
/// Slots that are read at once while the file is opened.
const READ_SLOTS: u32 = 8_192;
/// Slots at the end that are written once more when the file is opened: so many may have been
/// written and not synced, even if a sync was tried and failed.
const REWRITTEN_SLOTS: u32 = 4_096;

/// What lies in an owner's slot.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    Key([u8; ROOT_BYTES]),
    Destroyed,
}

/// An open file of keys.
#[derive(Debug)]
pub(crate) struct Keyring {
    path: PathBuf,
    file: Arc<dyn File>,
    slots: Mutex<Slots>,
    /// Slots that are on the disk.
    synced: AtomicU32,
    /// Whether a sync has failed.
    syncing: Mutex<bool>,
}

/// Whose slot is where.
#[derive(Debug, Default)]
struct Slots {
    written: u32,
    hasher: RandomState,
    /// By the hash of the owner's name.
    found: HashMap<u64, u32>,
    /// The few whose hash is another owner's too.
    collided: HashMap<Box<str>, u32>,
}

impl Keyring {
    pub(crate) fn open(storage: &Arc<dyn Storage>, dir: &Path) -> Result<Self, VaultError> {
        let path = dir.join("customers.keys");
        let failed = failure(&path, "opened");
        storage.create_dir(dir).map_err(&failed)?;
        let file = if storage.exists(&path) {
            storage.open(&path, Access::Write).map_err(&failed)?
        } else {
            let file = storage.open(&path, Access::Create).map_err(&failed)?;
            file.sync_all().map_err(&failed)?;
            storage.sync_dir(dir).map_err(&failed)?;
            file
        };
        let (slots, synced) = (Mutex::default(), AtomicU32::new(0));
        let keyring = Self { path, file, slots, synced, syncing: Mutex::new(false) };
        keyring.read_all()?;
        keyring.sync(&mut keyring.syncing())?;
        Ok(keyring)
    }

    /// An owner's entry, if there has ever been one.
    pub(crate) fn find(&self, owner: &str) -> Result<Option<Held>, VaultError> {
        let Some(slot) = self.slots().of(owner) else { return Ok(None) };
        self.synced_through(slot + 1)?;
        Ok(self.read(slot)?.filter(|(found, _)| found == owner).map(|(_, entry)| entry))
    }

    /// Makes a key for an owner, unless there is an entry already.
    pub(crate) fn add(&self, owner: &str) -> Result<Held, VaultError> {
        self.write_key(owner)?;
        self.find(owner)?.ok_or_else(|| VaultError::Damaged { path: self.path.clone() })
    }

    /// Makes keys for many owners, and syncs once.
    pub(crate) fn add_all(&self, owners: &[String]) -> Result<(), VaultError> {
        let slots = owners.iter().map(|owner| self.write_key(owner));
        let last = slots.reduce(|last, slot| Ok(last?.max(slot?))).transpose()?;
        last.map_or(Ok(()), |last| self.synced_through(last + 1))
    }

    /// The owner's slot, with a key in it that need not be on the disk yet.
    fn write_key(&self, owner: &str) -> Result<u32, VaultError> {
        let mut root = [0; ROOT_BYTES];
        getrandom::fill(&mut root).map_err(VaultError::NoChance)?;
        self.find_or_add(owner, KEY, &root)
    }

    /// Overwrites an owner's key, or says beforehand that there will never be one.
    pub(crate) fn destroy(&self, owner: &str) -> Result<(), VaultError> {
        let none = [0; ROOT_BYTES];
        let slot = self.find_or_add(owner, DESTROYED, &none)?;
        self.write(slot, owner, DESTROYED, &none)?;
        self.sync(&mut self.syncing())
    }

    /// How far the log was searched, as far as the head says.
    pub(crate) fn searched(&self) -> Result<u64, VaultError> {
        let mut head = [0; SLOT_BYTES];
        if self.length()? < SLOT_BYTES as u64 {
            return Ok(0);
        }
        self.file.read_exact_at(&mut head, 0).map_err(failure(&self.path, "read"))?;
        let (magic, rest) = head.split_at(MAGIC.len());
        let (searched, rest) = rest.split_at(size_of::<u64>());
        let whole = magic == MAGIC && rest.starts_with(&crc32c::crc32c(searched).to_le_bytes());
        let searched = searched.try_into().ok().filter(|_| whole);
        Ok(searched.map_or(0, u64::from_le_bytes))
    }

    /// Remembers it; not synced, for searching again is harmless.
    pub(crate) fn note_searched(&self, position: u64) -> Result<(), VaultError> {
        let searched = position.to_le_bytes();
        let crc = crc32c::crc32c(&searched).to_le_bytes();
        let mut head = [MAGIC.as_slice(), &searched, &crc].concat();
        head.resize(SLOT_BYTES, 0);
        self.file.write_all_at(&head, 0).map_err(failure(&self.path, "written"))
    }

    /// The owner's slot; written now if there was none.
    fn find_or_add(&self, owner: &str, state: u8, root: &[u8]) -> Result<u32, VaultError> {
        let mut slots = self.slots();
        if let Some(slot) = slots.of(owner)
            && self.read(slot)?.is_some_and(|(found, _)| found == owner)
        {
            return Ok(slot);
        }
        let slot = slots.written;
        let next = slot.checked_add(1).ok_or(VaultError::Full)?;
        self.write(slot, owner, state, root)?;
        slots.note(owner, slot);
        slots.written = next;
        Ok(slot)
    }

    /// Many that wait share one sync.
    fn synced_through(&self, slots: u32) -> Result<(), VaultError> {
        let is_synced = || self.synced.load(Ordering::Acquire) >= slots;
        if is_synced() {
            return Ok(());
        }
        let mut has_failed = self.syncing();
        if is_synced() { Ok(()) } else { self.sync(&mut has_failed) }
    }

    fn sync(&self, has_failed: &mut bool) -> Result<(), VaultError> {
        if *has_failed {
            return Err(VaultError::NotSynced { path: self.path.clone() });
        }
        let written = self.slots().written;
        let synced = self.file.sync_data();
        *has_failed = synced.is_err();
        synced.map_err(failure(&self.path, "synced"))?;
        self.synced.store(written, Ordering::Release);
        Ok(())
    }

    /// Whether a sync has failed. One at a time.
    fn syncing(&self) -> MutexGuard<'_, bool> {
        self.syncing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, slot: u32, owner: &str, state: u8, root: &[u8]) -> Result<(), VaultError> {
        let mut bytes = [0; SLOT_BYTES];
        let length = u8::try_from(owner.len()).map_err(|_| VaultError::NotAnOwner)?;
        bytes[..OWNER_AT].copy_from_slice(&[state, length]);
        bytes[OWNER_AT..][..owner.len()].copy_from_slice(owner.as_bytes());
        bytes[ROOT_AT..CRC_AT].copy_from_slice(root);
        let crc = crc32c::crc32c(&bytes[..CRC_AT]).to_le_bytes();
        bytes[CRC_AT..CRC_AT + crc.len()].copy_from_slice(&crc);
        self.file.write_all_at(&bytes, offset(slot)).map_err(failure(&self.path, "written"))
    }

    /// Whose slot it is and what lies in it; `None` when it was never written whole.
    fn read(&self, slot: u32) -> Result<Option<(String, Held)>, VaultError> {
        let mut bytes = [0; SLOT_BYTES];
        self.file.read_exact_at(&mut bytes, offset(slot)).map_err(failure(&self.path, "read"))?;
        Ok(parse(&bytes).map(|(owner, entry)| (owner.to_owned(), entry)))
    }

    /// Finds out whose slots there are. What a crash cut short was given to nobody.
    fn read_all(&self) -> Result<(), VaultError> {
        let count = (self.length()? / SLOT_BYTES as u64).saturating_sub(1);
        let count = u32::try_from(count).map_err(|_| VaultError::Full)?;
        let mut slots = self.slots();
        let mut bytes = vec![0; READ_SLOTS as usize * SLOT_BYTES];
        while slots.written < count {
            let first = slots.written;
            let page = (count - first).min(READ_SLOTS);
            let bytes = &mut bytes[..page as usize * SLOT_BYTES];
            self.file.read_exact_at(bytes, offset(first)).map_err(failure(&self.path, "read"))?;
            slots.note_all(first, bytes);
            if first + page + REWRITTEN_SLOTS > count {
                let written = self.file.write_all_at(bytes, offset(first));
                written.map_err(failure(&self.path, "written"))?;
            }
            slots.written += page;
        }
        Ok(())
    }

    fn length(&self) -> Result<u64, VaultError> {
        self.file.length().map_err(failure(&self.path, "read"))
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    fn of(&self, owner: &str) -> Option<u32> {
        let slot = self.collided.get(owner);
        slot.or_else(|| self.found.get(&self.hasher.hash_one(owner))).copied()
    }

    /// Notes the owners of a page of slots. What was never written whole was given to nobody.
    fn note_all(&mut self, first: u32, page: &[u8]) {
        for (slot, bytes) in (first..).zip(page.chunks_exact(SLOT_BYTES)) {
            match parse(bytes) {
                Some((owner, _)) => self.note(owner, slot),
                None => tracing::warn!(slot, "a slot of the keys was never written whole"),
            }
        }
    }

    fn note(&mut self, owner: &str, slot: u32) {
        let hash = self.hasher.hash_one(owner);
        match self.found.entry(hash) {
            Entry::Vacant(entry) => {
                entry.insert(slot);
            }
            Entry::Occupied(_) => {
                self.collided.insert(owner.into(), slot);
            }
        }
    }
}

fn parse(bytes: &[u8]) -> Option<(&str, Held)> {
    let owner = bytes.get(OWNER_AT..OWNER_AT + usize::from(*bytes.get(1)?))?;
    let root = bytes.get(ROOT_AT..CRC_AT)?.try_into().ok()?;
    let crc = crc32c::crc32c(&bytes[..CRC_AT]).to_le_bytes();
    if !bytes[CRC_AT..].starts_with(&crc) {
        return None;
    }
    let entry = match bytes[0] {
        KEY => Held::Key(root),
        DESTROYED => Held::Destroyed,
        _ => return None,
    };
    Some((std::str::from_utf8(owner).ok()?, entry))
}

/// Where a slot begins: after the head.
fn offset(slot: u32) -> u64 {
    (u64::from(slot) + 1) * SLOT_BYTES as u64
}

fn failure(path: &Path, attempted: &'static str) -> impl Fn(io::Error) -> VaultError + use<> {
    let path = path.to_owned();
    move |source| VaultError::Io { path: path.clone(), attempted, source }
}
