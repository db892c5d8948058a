//! The file of keys: a head, then slots.
//!
//! ```text
//! customers.keys   head · slot · slot · ...                          128 bytes each
//! head             magic · how far the log was searched for owners · CRC32C
//! slot             state · length · owner · key · CRC32C
//! ```
//!
//! Keys are made in advance, many with one sync, and lie in reserve until somebody needs one. Who
//! got which is written later, many at once: the log that holds what a key sealed is synced anyway,
//! and what a crash forgets of the owners is found again with it (see [`Keyring::recover`]).
//!
//! Which slot is an owner's is known in memory, some 30 bytes per owner, and read from the file at
//! opening.
//!
//! What must stay true: a key is on the disk before it is given to anybody; a key is destroyed
//! where it lies; no slot is used twice; whoever writes has `syncing` locked, so that nothing
//! overwrites a destroyed key with what it was; after a sync that failed no more keys are made,
//! because the system takes what was not synced for synced.

use std::{
    collections::{BTreeMap, HashMap, VecDeque, hash_map::Entry},
    hash::{BuildHasher as _, RandomState},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use storage::{Access, File, Storage};

use crate::{
    OWNER_CHARS_MAX, VaultError,
    seal::{ROOT_BYTES, made_up},
};

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
const RESERVED: u8 = 3;
/// Keys that lie in reserve after more were made. When half of them are gone, more are made.
const RESERVE: usize = 2_048;
/// Slots that are read at once while the file is opened.
const READ_SLOTS: u32 = 8_192;
/// Slots at the end that are written once more when the file is opened: so many may have been
/// written and not synced, even if a sync was tried and failed. Twice the reserve.
const REWRITTEN_SLOTS: u32 = 4_096;

/// A key as it lies in the file.
type Root = [u8; ROOT_BYTES];

/// What lies in an owner's slot.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    Key(Root),
    Destroyed,
}

/// Where new keys come from.
#[derive(Debug)]
pub(crate) enum Roots {
    /// Chance that nobody can repeat.
    Random,
    /// They follow from a seed and the slot: for people who are made up.
    Seeded(u64),
}

impl Roots {
    fn of(&self, slot: u32) -> Result<Root, VaultError> {
        let mut root = Root::default();
        match self {
            Self::Random => getrandom::fill(&mut root).map_err(VaultError::NoChance)?,
            Self::Seeded(seed) => root = made_up(*seed, slot),
        }
        Ok(root)
    }
}

/// An open file of keys.
#[derive(Debug)]
pub(crate) struct Keyring {
    path: PathBuf,
    file: Arc<dyn File>,
    roots: Roots,
    slots: Mutex<Slots>,
    /// Whether a sync has failed. Whoever makes keys or syncs has it locked.
    syncing: Mutex<bool>,
}

/// Whose slot is where.
#[derive(Debug, Default)]
struct Slots {
    written: u32,
    /// Keys that are on the disk and nobody's.
    reserve: VecDeque<(u32, Root)>,
    /// Keys that were given to owners who may not be on the disk.
    given: BTreeMap<u32, (Box<str>, Root)>,
    hasher: RandomState,
    /// By the hash of the owner's name.
    found: HashMap<u64, u32>,
    /// The few whose hash is another owner's too.
    collided: HashMap<Box<str>, u32>,
}

impl Keyring {
    pub(crate) fn open(
        storage: &Arc<dyn Storage>,
        dir: &Path,
        roots: Roots,
    ) -> Result<Self, VaultError> {
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
        let (slots, syncing) = (Mutex::default(), Mutex::new(false));
        let keyring = Self { path, file, roots, slots, syncing };
        keyring.read_all()?;
        keyring.sync(&mut keyring.syncing())?;
        keyring.fill()?;
        Ok(keyring)
    }

    /// An owner's entry, if there has ever been one.
    pub(crate) fn find(&self, owner: &str) -> Result<Option<Held>, VaultError> {
        self.find_in(&self.slots(), owner).map(|found| found.map(|(_, held)| held))
    }

    /// An owner's entry, with a key from the reserve if there was none; `None` where the reserve is
    /// empty.
    pub(crate) fn give(&self, owner: &str) -> Result<Option<Held>, VaultError> {
        Ok(self.give_slot(owner)?.map(|(_, held)| held))
    }

    /// Sees to it that many owners have entries that are on the disk, and syncs once at most.
    pub(crate) fn add_all(&self, owners: &[String]) -> Result<(), VaultError> {
        for owner in owners {
            self.add(owner)?;
        }
        let mut has_failed = self.syncing();
        let is_synced = owners.iter().all(|owner| self.is_synced(owner));
        if is_synced { Ok(()) } else { self.sync(&mut has_failed) }
    }

    /// Whether an owner's entry is on the disk under the owner's name.
    pub(crate) fn is_synced(&self, owner: &str) -> bool {
        let slots = self.slots();
        slots.of(owner).is_some_and(|slot| !slots.given.contains_key(&slot))
    }

    /// Whether more keys should be made.
    pub(crate) fn runs_low(&self) -> bool {
        self.slots().reserve.len() < RESERVE / 2
    }

    /// Makes keys in advance where few are left: one write and one sync.
    pub(crate) fn fill(&self) -> Result<(), VaultError> {
        let mut has_failed = self.syncing();
        if !self.runs_low() {
            return Ok(());
        }
        let (first, left) = {
            let slots = self.slots();
            (slots.written, slots.reserve.len())
        };
        let count = RESERVE - left;
        let end = u32::try_from(count).ok().and_then(|count| first.checked_add(count));
        let end = end.ok_or(VaultError::Full)?;
        let (mut roots, mut bytes) = (VecDeque::with_capacity(count), Vec::new());
        for slot in first..end {
            let root = self.roots.of(slot)?;
            bytes.extend_from_slice(&written("", RESERVED, &root)?);
            roots.push_back((slot, root));
        }
        let made = self.file.write_all_at(&bytes, offset(first));
        made.map_err(failure(&self.path, "written"))?;
        self.sync(&mut has_failed)?;
        let mut slots = self.slots();
        slots.reserve.append(&mut roots);
        slots.written = end;
        Ok(())
    }

    /// Gives an owner who has no entry the key in reserve that `fits`, if one does: who it was
    /// given to was forgotten in a crash.
    pub(crate) fn recover(&self, owner: &str, fits: impl Fn(&Root) -> bool) -> bool {
        let mut slots = self.slots();
        let found = slots.reserve.iter().position(|(_, root)| fits(root));
        let found = found.and_then(|at| slots.reserve.remove(at));
        let Some((slot, root)) = found else { return false };
        slots.give(owner, slot, root);
        true
    }

    /// Overwrites an owner's key, or says beforehand that there will never be one.
    pub(crate) fn destroy(&self, owner: &str) -> Result<(), VaultError> {
        let slot = self.add(owner)?;
        let mut has_failed = self.syncing();
        let destroyed = written(owner, DESTROYED, &Root::default())?;
        let written = self.file.write_all_at(&destroyed, offset(slot));
        written.map_err(failure(&self.path, "written"))?;
        self.slots().given.remove(&slot);
        self.sync(&mut has_failed)
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

    /// Remembers it, once the owners of the keys that were given until now are on the disk. Not
    /// synced itself: searching again is harmless.
    pub(crate) fn note_searched(&self, position: u64) -> Result<(), VaultError> {
        let mut has_failed = self.syncing();
        self.sync(&mut has_failed)?;
        let searched = position.to_le_bytes();
        let crc = crc32c::crc32c(&searched).to_le_bytes();
        let mut head = [MAGIC.as_slice(), &searched, &crc].concat();
        head.resize(SLOT_BYTES, 0);
        self.file.write_all_at(&head, 0).map_err(failure(&self.path, "written"))
    }

    /// The owner's slot, with a key in it if there was none; makes keys where there is no other.
    fn add(&self, owner: &str) -> Result<u32, VaultError> {
        loop {
            match self.give_slot(owner)? {
                Some((slot, _)) => return Ok(slot),
                None => self.fill()?,
            }
        }
    }

    fn give_slot(&self, owner: &str) -> Result<Option<(u32, Held)>, VaultError> {
        let mut slots = self.slots();
        if let Some(found) = self.find_in(&slots, owner)? {
            return Ok(Some(found));
        }
        let Some((slot, root)) = slots.reserve.pop_front() else { return Ok(None) };
        slots.give(owner, slot, root);
        Ok(Some((slot, Held::Key(root))))
    }

    fn find_in(&self, slots: &Slots, owner: &str) -> Result<Option<(u32, Held)>, VaultError> {
        let Some(slot) = slots.of(owner) else { return Ok(None) };
        if let Some((name, root)) = slots.given.get(&slot) {
            return Ok((**name == *owner).then_some((slot, Held::Key(*root))));
        }
        let mut bytes = [0; SLOT_BYTES];
        self.file.read_exact_at(&mut bytes, offset(slot)).map_err(failure(&self.path, "read"))?;
        // It was whole when it was noted: nobody gets another key because of what became of it.
        let damaged = || VaultError::Damaged { path: self.path.clone() };
        let (name, state, root) = parse(&bytes).ok_or_else(damaged)?;
        let held = if state == KEY { Held::Key(root) } else { Held::Destroyed };
        Ok((name == owner).then_some((slot, held)))
    }

    /// Writes whose the keys are that were given, and syncs.
    fn sync(&self, has_failed: &mut bool) -> Result<(), VaultError> {
        if *has_failed {
            return Err(VaultError::NotSynced { path: self.path.clone() });
        }
        let given = self.slots().given.clone();
        self.write_given(&given)?;
        let synced = self.file.sync_data();
        *has_failed = synced.is_err();
        synced.map_err(failure(&self.path, "synced"))?;
        self.slots().given.retain(|slot, _| !given.contains_key(slot));
        Ok(())
    }

    /// Slots that lie beside each other are written at once.
    fn write_given(&self, given: &BTreeMap<u32, (Box<str>, Root)>) -> Result<(), VaultError> {
        let slots: Vec<_> = given.iter().collect();
        for run in slots.chunk_by(|(slot, _), (next, _)| *slot + 1 == **next) {
            let mut bytes = Vec::with_capacity(run.len() * SLOT_BYTES);
            for (_, (owner, root)) in run {
                bytes.extend_from_slice(&written(owner, KEY, root)?);
            }
            let written = self.file.write_all_at(&bytes, offset(*run[0].0));
            written.map_err(failure(&self.path, "written"))?;
        }
        Ok(())
    }

    /// Whether a sync has failed. One at a time.
    fn syncing(&self) -> MutexGuard<'_, bool> {
        self.syncing.lock().unwrap_or_else(PoisonError::into_inner)
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
        let mut holes = 0;
        for (slot, bytes) in (first..).zip(page.chunks_exact(SLOT_BYTES)) {
            match parse(bytes) {
                Some((_, RESERVED, root)) => self.reserve.push_back((slot, root)),
                Some((owner, ..)) => self.note(owner, slot),
                None => holes += 1,
            }
        }
        if holes > 0 {
            tracing::warn!(first, holes, "slots of the keys were never written whole");
        }
    }

    fn give(&mut self, owner: &str, slot: u32, root: Root) {
        self.note(owner, slot);
        self.given.insert(slot, (owner.into(), root));
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

/// A slot as it lies in the file.
fn written(owner: &str, state: u8, root: &Root) -> Result<[u8; SLOT_BYTES], VaultError> {
    let mut bytes = [0; SLOT_BYTES];
    let length = u8::try_from(owner.len()).map_err(|_| VaultError::NotAnOwner)?;
    bytes[..OWNER_AT].copy_from_slice(&[state, length]);
    bytes[OWNER_AT..][..owner.len()].copy_from_slice(owner.as_bytes());
    bytes[ROOT_AT..CRC_AT].copy_from_slice(root);
    let crc = crc32c::crc32c(&bytes[..CRC_AT]).to_le_bytes();
    bytes[CRC_AT..CRC_AT + crc.len()].copy_from_slice(&crc);
    Ok(bytes)
}

fn parse(bytes: &[u8]) -> Option<(&str, u8, Root)> {
    let state = *bytes.first()?;
    let owner = bytes.get(OWNER_AT..OWNER_AT + usize::from(*bytes.get(1)?))?;
    let root = bytes.get(ROOT_AT..CRC_AT)?.try_into().ok()?;
    let crc = crc32c::crc32c(&bytes[..CRC_AT]).to_le_bytes();
    let whole = matches!(state, KEY | DESTROYED | RESERVED) && bytes[CRC_AT..].starts_with(&crc);
    whole.then_some((std::str::from_utf8(owner).ok()?, state, root))
}

/// Where a slot begins: after the head.
fn offset(slot: u32) -> u64 {
    (u64::from(slot) + 1) * SLOT_BYTES as u64
}

fn failure(path: &Path, attempted: &'static str) -> impl Fn(io::Error) -> VaultError + use<> {
    let path = path.to_owned();
    move |source| VaultError::Io { path: path.clone(), attempted, source }
}
