//! A block: the records that shared one sync, exactly as stored.
//!
//! ```text
//! block := magic          "EVB1"
//!          length         u32, of the whole block
//!          crc32c         u32, of everything after this field
//!          first position u64
//!          record count   u32, at least 1
//!          event count    u32
//!          record count × frame, see `codec`
//!          chain          32 bytes, the hash after the last record
//! ```
//!
//! All numbers are little endian. A block that exists parsed once: its length, checksum and counts
//! are right. Its place in the log and its chain are checked by whoever knows what comes before.

use std::sync::Arc;
use std::vec;

use bytes::Bytes;

use crate::chain;
use crate::codec::{self, Input, Place, RecordView};
use crate::{CodecError, Event, Hash, Meta, NewRecord, Position, Record, Recorded};

/// Bytes before the first record.
pub(crate) const HEADER: usize = 28;
const CHAIN: usize = 32;
/// No chain ends with so many zeros: whoever finds them looks at bytes that were not written.
pub(crate) const ZEROS_MIN: usize = 8;
pub(crate) const MAGIC: [u8; 4] = *b"EVB1";
/// No block is shorter.
pub(crate) const BYTES_MIN: usize = HEADER + CHAIN;
/// No block is longer, so that lengths fit into 32 bits with room to spare.
pub(crate) const BYTES_MAX: usize = 1 << 30;
/// The memory of a longer block is given back at once.
const MEMORY_KEPT_MAX: usize = 1 << 20;
/// Actors and kinds repeat: a block's reader remembers this many.
const NAMES_MAX: usize = 16;

/// The bytes are not a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// There are fewer bytes than the block has, or more.
    #[error("the block is {needed} bytes long, but {found} bytes are here")]
    Length {
        /// What the header says, or the least a block can have.
        needed: usize,
        /// What is there.
        found: usize,
    },
    /// The first bytes are not those of a block.
    #[error("the first bytes are not those of a block")]
    Magic,
    /// The checksum is wrong.
    #[error("the checksum is wrong")]
    Checksum,
    /// The counts or the position in the header do not fit the records.
    #[error("the header's counts do not fit the records")]
    Counts,
    /// A record cannot be read.
    #[error("a record cannot be read")]
    Record(#[from] CodecError),
}

/// Records that were written together, exactly as stored. Cloning is cheap.
#[derive(Clone, PartialEq, Eq)]
pub struct Block {
    bytes: Bytes,
}

impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Block")
            .field("first_position", &self.first_position())
            .field("last_position", &self.last_position())
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

impl Block {
    /// Takes bytes that may come from anywhere: they must be exactly one block.
    pub fn parse(bytes: Bytes) -> Result<Self, BlockError> {
        let needed = length(&bytes)?;
        if needed != bytes.len() {
            return Err(BlockError::Length { needed, found: bytes.len() });
        }
        if crc32c::crc32c(&bytes[12..]) != word(&bytes, 8) {
            return Err(BlockError::Checksum);
        }
        let block = Self { bytes };
        let first = block.first_position();
        let (mut records, mut position) = (0_u64, first);
        for view in block.views() {
            let (_, view) = view?;
            let after = view.first_position.checked_add(view.count);
            if view.first_position != position {
                return Err(BlockError::Counts);
            }
            records += 1;
            position = after.ok_or(BlockError::Counts)?;
        }
        let counts = (u64::from(block.record_count()), u64::from(word(&block.bytes, 24)));
        if first == 0 || records == 0 || counts != (records, position - first) {
            return Err(BlockError::Counts);
        }
        Ok(block)
    }

    /// The position of the first event.
    pub fn first_position(&self) -> Position {
        position(&self.bytes)
    }

    /// The position of the last event.
    pub fn last_position(&self) -> Position {
        self.first_position() + u64::from(word(&self.bytes, 24)) - 1
    }

    /// How many records it has.
    pub fn record_count(&self) -> u32 {
        word(&self.bytes, 20)
    }

    /// The block as stored.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The stored hash of the chain after the last record.
    pub fn chain(&self) -> Hash {
        let mut hash = [0; CHAIN];
        hash.copy_from_slice(&self.bytes[self.bytes.len() - CHAIN..]);
        Hash(hash)
    }

    /// The hash that follows from `before` and the records: it must equal [`Block::chain`].
    pub fn chain_from(&self, before: Hash) -> Hash {
        self.bodies().flatten().fold(before, |chain, (_, body)| chain::link(chain, body))
    }

    /// The records, in order. Ends after the first error.
    pub fn records(&self) -> Records {
        let end = self.bytes.len() - CHAIN;
        Records { bytes: self.bytes.slice(HEADER..end), names: Vec::new() }
    }

    /// The events, in order, each with its record's meta. Ends after the first error.
    pub fn events(&self) -> Events {
        Events { records: self.records(), meta: None, position: 0, events: Vec::new().into_iter() }
    }

    /// Whether its memory is worth keeping for another one.
    pub(crate) fn is_small(&self) -> bool {
        self.bytes.len() <= MEMORY_KEPT_MAX
    }

    /// Its memory, if it is not large and nobody else looks at it any more; or none.
    pub(crate) fn into_memory(self) -> Vec<u8> {
        if !self.bytes.is_unique() {
            return Vec::new();
        }
        let memory = Vec::from(self.bytes);
        if memory.capacity() <= MEMORY_KEPT_MAX { memory } else { Vec::new() }
    }

    /// The canonical bytes of every record, each with the offset of its frame.
    fn bodies(&self) -> impl Iterator<Item = Result<(usize, &[u8]), CodecError>> {
        let end = self.bytes.len() - CHAIN;
        let mut input = Input(&self.bytes[HEADER..end]);
        std::iter::from_fn(move || {
            let offset = end - input.0.len();
            let body = (offset < end).then(|| input.frame())?;
            if body.is_err() {
                input = Input(&[]);
            }
            Some(body.map(|body| (offset, body)))
        })
    }

    /// What the index needs to know of every record, without copying any text, and the offset of
    /// its frame.
    pub(crate) fn views(
        &self,
    ) -> impl Iterator<Item = Result<(usize, RecordView<'_>), CodecError>> {
        self.bodies().map(|body| {
            let (offset, body) = body?;
            Ok((offset, RecordView::parse(body)?))
        })
    }
}

fn owned_meta(view: &RecordView<'_>, actor: Arc<str>) -> Meta {
    Meta {
        command_id: view.command_id,
        committed_at: view.committed_at,
        actor,
        causation: view.causation,
        correlation: view.correlation,
        traceparent: view.traceparent.map(Arc::from),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(word)
}

/// The first position that the header claims.
pub(crate) fn position(header: &[u8]) -> Position {
    let mut position = [0; 8];
    position.copy_from_slice(&header[12..20]);
    u64::from_le_bytes(position)
}

/// The last position that the header claims; 0 if it cannot be.
pub(crate) fn last_position(header: &[u8]) -> Position {
    let after = position(header).checked_add(u64::from(word(header, 24)));
    after.and_then(|after| after.checked_sub(1)).unwrap_or(0)
}

/// The length of the block whose first bytes these are.
pub(crate) fn length(bytes: &[u8]) -> Result<usize, BlockError> {
    if bytes.len() < HEADER {
        return Err(BlockError::Length { needed: BYTES_MIN, found: bytes.len() });
    }
    if bytes[..4] != MAGIC {
        return Err(BlockError::Magic);
    }
    let length = word(bytes, 4) as usize;
    if !(BYTES_MIN..=BYTES_MAX).contains(&length) {
        return Err(BlockError::Length { needed: length, found: bytes.len() });
    }
    Ok(length)
}

/// What stands behind the records of a block that follows `before`, whatever its header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Its chain: all of it is here.
    Whole,
    /// Its chain but for the last bytes, and zeros in their place.
    CutShort,
    /// Anything else, or not all records.
    Other,
}

/// Reads on until the chain of the records so far stands behind them.
pub(crate) fn ending(bytes: &[u8], before: Hash) -> Ending {
    let mut input = Input(bytes.get(HEADER..).unwrap_or_default());
    let mut chain = before;
    while let Ok(body) = input.frame() {
        chain = chain::link(chain, body);
        let stored = input.0.get(..CHAIN).unwrap_or_default();
        let same = stored.iter().zip(chain.0).take_while(|(stored, due)| **stored == *due).count();
        let zeros = &stored[same..];
        if same == CHAIN {
            return Ending::Whole;
        }
        if same >= CHAIN - ZEROS_MIN && zeros.iter().all(|byte| *byte == 0) {
            return Ending::CutShort;
        }
    }
    Ending::Other
}

/// The records of a block.
#[derive(Clone, Debug)]
pub struct Records {
    bytes: Bytes,
    names: Vec<Arc<str>>,
}

/// The record whose frame these bytes begin with.
pub(crate) fn record(frame: Bytes) -> Result<Record, BlockError> {
    let mut records = Records { bytes: frame, names: Vec::new() };
    let body = records.body()?;
    records.read(&body)
}

impl Records {
    fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.names.iter().find(|known| known.as_ref() == text) {
            return Arc::clone(known);
        }
        let name: Arc<str> = text.into();
        if self.names.len() < NAMES_MAX {
            self.names.push(Arc::clone(&name));
        }
        name
    }

    fn read(&mut self, body: &Bytes) -> Result<Record, BlockError> {
        let view = RecordView::parse(body)?;
        let actor = self.name(view.actor);
        // A stranger's count must not reserve memory that its bytes cannot fill.
        let mut events = Vec::with_capacity(view.count.min(64).try_into().unwrap_or(0));
        for event in view.events() {
            let event = event?;
            events.push(Event {
                stream: event.stream.into(),
                version: event.version,
                kind: self.name(event.kind),
                schema: event.schema,
                data: body.slice_ref(event.data),
            });
        }
        let first_position = view.first_position;
        Ok(Record { meta: Arc::new(owned_meta(&view, actor)), first_position, events })
    }

    fn body(&mut self) -> Result<Bytes, CodecError> {
        let mut input = Input(&self.bytes);
        let body = self.bytes.slice_ref(input.frame()?);
        let rest = input.0.len();
        self.bytes = self.bytes.slice(self.bytes.len() - rest..);
        Ok(body)
    }
}

impl Iterator for Records {
    type Item = Result<Record, BlockError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.bytes.is_empty() {
            return None;
        }
        let record = self.body().map_err(BlockError::from).and_then(|body| self.read(&body));
        if record.is_err() {
            self.bytes = Bytes::new();
        }
        Some(record)
    }
}

/// The events of a block.
#[derive(Clone, Debug)]
pub struct Events {
    records: Records,
    meta: Option<Arc<Meta>>,
    position: Position,
    events: vec::IntoIter<Event>,
}

impl Iterator for Events {
    type Item = Result<Recorded, BlockError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let (Some(meta), Some(event)) = (&self.meta, self.events.next()) {
                let position = self.position;
                self.position += 1;
                return Some(Ok(Recorded { position, meta: Arc::clone(meta), event }));
            }
            match self.records.next()? {
                Ok(record) => {
                    self.position = record.first_position;
                    self.meta = Some(record.meta);
                    self.events = record.events.into_iter();
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// A block that is being filled.
pub(crate) struct BlockBuilder {
    bytes: Vec<u8>,
    scratch: Vec<u8>,
    chain: Hash,
    first: Position,
    records: u32,
    events: u32,
}

impl BlockBuilder {
    /// An empty block whose first event will have `first`, after the chain `before`; in the
    /// memory of another, with room for records of `capacity` bytes.
    pub(crate) fn new(first: Position, before: Hash, mut bytes: Vec<u8>, capacity: usize) -> Self {
        bytes.clear();
        bytes.reserve(capacity + HEADER + CHAIN);
        bytes.resize(HEADER, 0);
        Self { bytes, scratch: Vec::new(), chain: before, first, records: 0, events: 0 }
    }

    /// The position the next event will have.
    pub(crate) fn next_position(&self) -> Position {
        self.first + u64::from(self.events)
    }

    /// Bytes that can still be taken.
    pub(crate) fn room(&self) -> usize {
        BYTES_MAX - CHAIN - self.bytes.len()
    }

    /// Adds a record, its events having `versions`; gives the offset of its frame.
    pub(crate) fn push(
        &mut self,
        record: &NewRecord,
        committed_at: i64,
        versions: &[u64],
    ) -> usize {
        let offset = self.bytes.len();
        let place = Place { first_position: self.next_position(), committed_at, versions };
        self.scratch.clear();
        codec::put_record(&mut self.scratch, record, &place);
        codec::put_frame(&mut self.bytes, &self.scratch);
        self.chain = chain::link(self.chain, &self.scratch);
        self.records += 1;
        self.events += u32::try_from(versions.len()).expect("a block is shorter than 4 GiB");
        offset
    }

    /// The block, unless it is empty.
    pub(crate) fn finish(mut self) -> Option<Block> {
        if self.records == 0 {
            return None;
        }
        self.bytes.extend_from_slice(&self.chain.0);
        let length = u32::try_from(self.bytes.len()).expect("a block is shorter than 4 GiB");
        self.bytes[..4].copy_from_slice(&MAGIC);
        self.bytes[4..8].copy_from_slice(&length.to_le_bytes());
        self.bytes[12..20].copy_from_slice(&self.first.to_le_bytes());
        self.bytes[20..24].copy_from_slice(&self.records.to_le_bytes());
        self.bytes[24..28].copy_from_slice(&self.events.to_le_bytes());
        let crc = crc32c::crc32c(&self.bytes[12..]);
        self.bytes[8..12].copy_from_slice(&crc.to_le_bytes());
        Some(Block { bytes: self.bytes.into() })
    }
}
