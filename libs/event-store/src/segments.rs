//! The journal as one run of bytes: which segment holds an address, and the blocks that lie there.

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use lru::LruCache;
use storage::{Access, File, Storage};

use crate::block::{self, Block};
use crate::codec::{self, Input, RecordView};
use crate::segment::{self, HEADER, SegmentFile, SegmentHeader};
use crate::{BlockError, CodecError, Damage, Fault, OpenError, Position, ReadError, Record};

/// How much is read at once when headers are skipped.
const CHUNK_BYTES: u64 = 64 << 10;
/// How much is read of a record whose length is not known yet.
const RECORD_BYTES: u64 = 2048;
/// Segments that stay open after they were read, the ones read last: opening a file costs more
/// than reading a record. Full-grown they hold 4 GiB. A file that is put in the place of an open
/// one is not seen before that is closed.
const OPEN_MAX: NonZeroUsize = NonZeroUsize::new(64).expect("it is not zero");

/// Where a segment starts.
#[derive(Clone, Copy)]
struct Slot {
    first_position: Position,
    base: u64,
}

/// All segments of a journal, in order.
pub(crate) struct Segments {
    storage: Arc<dyn Storage>,
    dir: PathBuf,
    slots: RwLock<Vec<Slot>>,
    /// Open files, by the first position of their segment.
    open: Mutex<LruCache<Position, Arc<dyn File>>>,
}

/// An address resolved: the file, the offset in it, and where the segment's blocks end.
struct Place<'a> {
    segments: &'a Segments,
    slot: Slot,
    file: Arc<dyn File>,
    offset: u64,
    left: u64,
}

impl Segments {
    /// Reads the headers of the segments in `dir` and checks that they belong to `name` and
    /// that none is missing.
    pub(crate) fn load(
        storage: &Arc<dyn Storage>,
        dir: &Path,
        name: &str,
    ) -> Result<Self, OpenError> {
        let mut slots: Vec<Slot> = Vec::new();
        let mut before: Option<SegmentFile> = None;
        for path in segment_paths(storage.as_ref(), dir)? {
            let file = SegmentFile::open_on(storage.as_ref(), &path)?;
            check_neighbours(before.as_ref(), &file, name)?;
            let SegmentHeader { first_position, base, .. } = *file.header();
            slots.push(Slot { first_position, base });
            before = Some(file);
        }
        let (storage, dir) = (Arc::clone(storage), dir.to_owned());
        let (slots, open) = (RwLock::new(slots), Mutex::new(LruCache::new(OPEN_MAX)));
        Ok(Self { storage, dir, slots, open })
    }

    /// What they lie on.
    pub(crate) fn storage(&self) -> &dyn Storage {
        self.storage.as_ref()
    }

    fn slots(&self) -> std::sync::RwLockReadGuard<'_, Vec<Slot>> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the segment that is written from now on.
    pub(crate) fn push(&self, first_position: Position, base: u64, file: Arc<dyn File>) {
        self.keep_open(first_position, file);
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        slots.push(Slot { first_position, base });
    }

    /// The last segment and its base, if there is one.
    pub(crate) fn last(&self) -> Option<(PathBuf, u64)> {
        self.slots().last().map(|slot| (self.path(slot), slot.base))
    }

    fn keep_open(&self, first_position: Position, file: Arc<dyn File>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let makes_room = open.push(first_position, file);
        drop(open);
        // Closed while nobody waits for the others.
        drop(makes_room);
    }

    /// The file of a segment.
    fn file(&self, slot: &Slot) -> io::Result<Arc<dyn File>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(&slot.first_position) {
            return Ok(Arc::clone(file));
        }
        drop(open);
        let path = self.path(slot);
        let file = self.storage.open(&path, Access::Read).or_else(|_| {
            // There may be too many open files: those that are only kept make room.
            self.open.lock().unwrap_or_else(PoisonError::into_inner).clear();
            self.storage.open(&path, Access::Read)
        })?;
        self.keep_open(slot.first_position, Arc::clone(&file));
        Ok(file)
    }

    /// The segments from the one that holds `address` on.
    pub(crate) fn paths_from(&self, address: u64) -> Vec<PathBuf> {
        let slots = self.slots();
        let first = slots.partition_point(|slot| slot.base <= address).saturating_sub(1);
        slots[first..].iter().map(|slot| self.path(slot)).collect()
    }

    fn path(&self, slot: &Slot) -> PathBuf {
        self.dir.join(segment::file_name(slot.first_position))
    }

    /// Resolves `address`, of a journal whose blocks end at `end`. An address at the end of a
    /// sealed segment is the first block of the next one.
    fn place(&self, address: u64, end: u64) -> Result<(Place<'_>, u64), ReadError> {
        let (slot, stop) = {
            let slots = self.slots();
            let at = slots.partition_point(|slot| slot.base <= address).saturating_sub(1);
            let Some(slot) = slots.get(at) else {
                let source = io::Error::from(io::ErrorKind::NotFound);
                return Err(ReadError::Io { path: self.dir.clone(), source });
            };
            (*slot, slots.get(at + 1).map_or(end, |next| next.base))
        };
        let failed = |source| ReadError::Io { path: self.path(&slot), source };
        let file = self.file(&slot).map_err(failed)?;
        let address = address.max(slot.base + HEADER);
        let (offset, left) = (address - slot.base, stop.saturating_sub(address));
        Ok((Place { segments: self, slot, file, offset, left }, address))
    }

    /// Whole blocks from `address` on, out of one segment, at most about `max_bytes` but at least
    /// one if the segment has one; and the address after them. The first must hold the position
    /// `due`, unless that is 0; the others follow it.
    pub(crate) fn blocks(
        &self,
        address: u64,
        end: u64,
        max_bytes: u64,
        mut due: Position,
    ) -> Result<(Vec<Block>, u64), ReadError> {
        let (place, address) = self.place(address, end)?;
        if place.left == 0 {
            return Ok((Vec::new(), address));
        }
        let mut bytes = place.read(max_bytes.max(block::HEADER as u64))?;
        let first = block::length(&bytes).map_err(|error| place.broken(0, due, error))?;
        if first > bytes.len() {
            bytes = place.read(first as u64)?;
        }
        let mut blocks = Vec::new();
        let mut taken = 0;
        while let Ok(length) = block::length(&bytes[taken..]) {
            if taken + length > bytes.len() && !blocks.is_empty() {
                break;
            }
            let bytes = bytes.slice(taken..(taken + length).min(bytes.len()));
            let block = Block::parse(bytes).map_err(|error| place.broken(taken, due, error))?;
            let (found, last) = (block.first_position(), block.last_position());
            if due != 0 && !(found..=last).contains(&due) {
                return Err(place.damage(taken, due, Fault::Position { found }).into());
            }
            due = last + 1;
            taken += length;
            blocks.push(block);
        }
        Ok((blocks, address + taken as u64))
    }

    /// The record at `address`, without the rest of its block.
    pub(crate) fn record(&self, address: u64, end: u64) -> Result<Record, ReadError> {
        let (place, frame) = self.frame(address, end)?;
        block::record(frame).map_err(|error| place.broken(0, 0, error).into())
    }

    /// What `look` sees of the record at `address`, of which nothing is copied.
    pub(crate) fn view<T>(
        &self,
        address: u64,
        end: u64,
        look: impl FnOnce(&RecordView<'_>) -> Result<T, CodecError>,
    ) -> Result<T, ReadError> {
        let (place, frame) = self.frame(address, end)?;
        let view = Input(&frame).frame().and_then(RecordView::parse);
        let seen = view.and_then(|view| look(&view));
        seen.map_err(|error| place.broken(0, 0, error.into()).into())
    }

    /// The bytes that the frame of the record at `address` begins, and perhaps some after it.
    fn frame(&self, address: u64, end: u64) -> Result<(Place<'_>, Bytes), ReadError> {
        let (place, _) = self.place(address, end)?;
        let mut bytes = place.read(RECORD_BYTES)?;
        let length = codec::frame_length(&bytes);
        let length = length.map_err(|error| place.broken(0, 0, error.into()))?;
        if length > bytes.len() as u64 {
            bytes = place.read(length)?;
        }
        Ok((place, bytes))
    }

    /// The address of the block that holds `position`, found by skipping from header to header.
    pub(crate) fn skip_to(
        &self,
        mut address: u64,
        end: u64,
        position: Position,
    ) -> Result<u64, ReadError> {
        loop {
            let (place, start) = self.place(address, end)?;
            address = start;
            match place.skip(&place.read(CHUNK_BYTES)?, position)? {
                Skipped::Found(at) => return Ok(address + at),
                Skipped::Beyond(at) => address += at,
            }
        }
    }
}

/// How far the headers of a chunk led.
enum Skipped {
    /// The block begins so many bytes on.
    Found(u64),
    /// The next header that is not in the chunk begins so many bytes on.
    Beyond(u64),
}

impl Place<'_> {
    fn skip(&self, bytes: &[u8], position: Position) -> Result<Skipped, Damage> {
        let (mut at, mut due) = (0, position);
        while let Some(header) = bytes.get(at..).filter(|rest| rest.len() >= block::HEADER) {
            if block::last_position(header) >= position {
                return Ok(Skipped::Found(at as u64));
            }
            at += block::length(header).map_err(|error| self.broken(at, due, error))?;
            due = block::last_position(header) + 1;
        }
        if at > 0 {
            return Ok(Skipped::Beyond(at as u64));
        }
        let (needed, found) = (block::HEADER, bytes.len());
        Err(self.broken(0, due, BlockError::Length { needed, found }))
    }

    /// Reads `count` bytes, or fewer if the journal or the file ends before.
    fn read(&self, count: u64) -> Result<Bytes, ReadError> {
        let count = count.min(self.left);
        let read = |count| segment::read_at(self.file.as_ref(), self.offset, count);
        let read = match read(count) {
            // The file was cut: what is left of it tells where.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => self
                .file
                .length()
                .and_then(|length| read(count.min(length.saturating_sub(self.offset)))),
            read => read,
        };
        read.map_err(|source| ReadError::Io { path: self.segments.path(&self.slot), source })
    }

    fn broken(&self, further: usize, due: Position, error: BlockError) -> Damage {
        self.damage(further, due, Fault::Block(error))
    }

    fn damage(&self, further: usize, due: Position, fault: Fault) -> Damage {
        let offset = self.offset + further as u64;
        let segment = self.segments.path(&self.slot);
        Damage { segment, offset, position: due, fault }
    }
}

/// The segments in `dir`, in the order of their names.
pub(crate) fn segment_paths(storage: &dyn Storage, dir: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let listed = storage.list(dir);
    let mut paths = listed.map_err(|source| ReadError::Io { path: dir.to_owned(), source })?;
    paths.retain(|path| {
        let digits = path
            .file_stem()
            .is_some_and(|stem| stem.as_encoded_bytes().iter().all(u8::is_ascii_digit));
        digits && path.extension().is_some_and(|extension| extension == "seg")
    });
    // Positions beyond twelve digits have longer names, and come later.
    paths.sort_by_key(|path| (path.as_os_str().len(), path.clone()));
    Ok(paths)
}

/// Checks what the headers of two neighbours say about each other.
pub(crate) fn check_neighbours(
    before: Option<&SegmentFile>,
    segment: &SegmentFile,
    name: &str,
) -> Result<(), Damage> {
    let header = segment.header();
    let named = segment.path().file_name().is_some_and(|found| {
        found.as_encoded_bytes() == segment::file_name(header.first_position).as_bytes()
    });
    if header.name != name {
        let fault = Fault::Foreign { found: header.name.clone() };
        return Err(segment.damage(0, header.first_position, fault));
    }
    let due = before.map_or(1, |before| before.header().first_position + 1);
    let first = before.is_none();
    let fits = if first { header.first_position == 1 } else { header.first_position >= due };
    if !named || !fits || (first && header.base != 0) {
        let fault = Fault::Position { found: header.first_position };
        return Err(segment.damage(0, due, fault));
    }
    let Some(before) = before else { return Ok(()) };
    let needed = header.base.saturating_sub(before.header().base);
    if needed <= HEADER || before.length() < needed {
        let lost_from = before.last_position().map_or(due, |last| last + 1);
        let fault = Fault::Missing { found: before.length(), needed };
        return Err(before.damage(before.length(), lost_from, fault));
    }
    Ok(())
}
