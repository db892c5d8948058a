//! One segment file: a header, then blocks, then zeros.
//!
//! ```text
//! header := magic          "evstore\n"
//!           format         u32, 1
//!           crc32c         u32, of everything after this field
//!           first position u64, also the file's name
//!           base           u64, bytes of all segments before this one: address of byte 0
//!           chain          32 bytes, the hash before the first record
//!           length         u64, bytes of the file when it was made: it never has fewer
//!           name length    u8
//!           name           the log's name, then zeros up to 160 bytes in all
//! ```
//!
//! An **address** is a byte of the whole journal: the segment's base plus the offset in the file.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use storage::{Access, File, Os, Storage};

use crate::block::{self, Block};
use crate::{BlockError, Damage, Fault, Hash, Position, ReadError};

const MAGIC: [u8; 8] = *b"evstore\n";
const FORMAT: u32 = 1;
/// Bytes before the first block.
pub(crate) const HEADER: u64 = 160;
/// A log's name is at most this long.
pub(crate) const NAME_MAX: usize = 87;

/// What a segment says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentHeader {
    /// The log's name.
    pub name: String,
    /// The position of its first event.
    pub first_position: Position,
    /// Bytes of all segments before it.
    pub base: u64,
    /// The hash before its first record.
    pub chain: Hash,
    /// Bytes of the file when it was made: it never has fewer.
    pub length: u64,
}

impl SegmentHeader {
    /// The header as stored.
    pub(crate) fn encode(&self) -> [u8; 160] {
        let mut bytes = [0; 160];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&FORMAT.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.first_position.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.base.to_le_bytes());
        bytes[32..64].copy_from_slice(&self.chain.0);
        bytes[64..72].copy_from_slice(&self.length.to_le_bytes());
        bytes[72] = u8::try_from(self.name.len()).expect("names are checked when a log is opened");
        bytes[73..73 + self.name.len()].copy_from_slice(self.name.as_bytes());
        let crc = crc32c::crc32c(&bytes[16..]);
        bytes[12..16].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8; 160]) -> Result<Self, Fault> {
        let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| bytes[at + byte]));
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        if bytes[..8] != MAGIC || word(12) != crc32c::crc32c(&bytes[16..]) {
            return Err(Fault::Header);
        }
        if word(8) != FORMAT {
            return Err(Fault::Format(word(8)));
        }
        let name = bytes.get(73..73 + usize::from(bytes[72])).ok_or(Fault::Header)?;
        let name = std::str::from_utf8(name).map_err(|_| Fault::Header)?.to_owned();
        let mut chain = [0; 32];
        chain.copy_from_slice(&bytes[32..64]);
        let (first_position, base, length) = (long(16), long(24), long(64));
        Ok(Self { name, first_position, base, chain: Hash(chain), length })
    }
}

/// The file name of the segment that starts at `first_position`.
pub(crate) fn file_name(first_position: Position) -> String {
    format!("{first_position:012}.seg")
}

/// A segment open for reading.
#[derive(Debug)]
pub struct SegmentFile {
    path: PathBuf,
    file: Arc<dyn File>,
    length: u64,
    header: SegmentHeader,
}

/// What stands at an offset of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SegmentBlock {
    /// A whole block; the next offset is its own plus its length.
    Whole(Block),
    /// Nothing but zeros up to the end of the file.
    End,
    /// Something else.
    Broken(BlockError),
}

impl SegmentFile {
    /// Opens a segment of the machine's file system and reads its header.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        Self::open_on(&Os, path)
    }

    /// Opens a segment and reads its header.
    pub fn open_on(storage: &dyn Storage, path: &Path) -> Result<Self, ReadError> {
        let failed = |source| ReadError::Io { path: path.to_owned(), source };
        let file = storage.open(path, Access::Read).map_err(failed)?;
        let length = file.length().map_err(failed)?;
        // What the header cannot tell any more, the file's name does.
        let digits = path.file_stem().and_then(|stem| stem.to_str());
        let position = digits.and_then(|digits| digits.parse().ok()).unwrap_or(0);
        let damage = |fault| Damage { segment: path.to_owned(), offset: 0, position, fault };
        if length < HEADER {
            return Err(damage(Fault::Header).into());
        }
        let mut bytes = [0; 160];
        file.read_exact_at(&mut bytes, 0).map_err(failed)?;
        let header = SegmentHeader::decode(&bytes).map_err(damage)?;
        Ok(Self { path: path.to_owned(), file, length, header })
    }

    /// What it says about itself.
    pub fn header(&self) -> &SegmentHeader {
        &self.header
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the file.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The offset of the first block.
    pub fn first_offset(&self) -> u64 {
        HEADER
    }

    /// Reads what stands at `offset`.
    pub fn block_at(&self, offset: u64) -> Result<SegmentBlock, ReadError> {
        let left = self.length.saturating_sub(offset);
        let head = self.read(offset, left.min(block::HEADER as u64))?;
        let length = match block::length(&head) {
            Ok(length) if length as u64 <= left => length,
            Ok(needed) => {
                let found = usize::try_from(left).unwrap_or(usize::MAX);
                return Ok(SegmentBlock::Broken(BlockError::Length { needed, found }));
            }
            Err(error) => return self.end_or(offset, error),
        };
        match Block::parse(self.read(offset, length as u64)?) {
            Ok(block) => Ok(SegmentBlock::Whole(block)),
            Err(error) => Ok(SegmentBlock::Broken(error)),
        }
    }

    /// The position that the last whole block ends with.
    pub(crate) fn last_position(&self) -> Result<Position, ReadError> {
        let (mut offset, mut last) = (HEADER, self.header.first_position - 1);
        while let SegmentBlock::Whole(block) = self.block_at(offset)? {
            offset += block.bytes().len() as u64;
            last = block.last_position();
        }
        Ok(last)
    }

    fn end_or(&self, offset: u64, error: BlockError) -> Result<SegmentBlock, ReadError> {
        if self.zeros_from(offset)? {
            Ok(SegmentBlock::End)
        } else {
            Ok(SegmentBlock::Broken(error))
        }
    }

    /// Whether everything from `offset` on is zero.
    pub(crate) fn zeros_from(&self, mut offset: u64) -> Result<bool, ReadError> {
        while offset < self.length {
            let bytes = self.read(offset, (self.length - offset).min(1 << 20))?;
            if bytes.iter().any(|&byte| byte != 0) {
                return Ok(false);
            }
            offset += bytes.len() as u64;
        }
        Ok(true)
    }

    /// Reads `count` bytes, which must be there.
    pub(crate) fn read(&self, offset: u64, count: u64) -> Result<Bytes, ReadError> {
        read_at(self.file.as_ref(), offset, count)
            .map_err(|source| ReadError::Io { path: self.path.clone(), source })
    }

    /// The damage that `fault` is, here.
    pub(crate) fn damage(&self, offset: u64, position: Position, fault: Fault) -> Damage {
        Damage { segment: self.path.clone(), offset, position, fault }
    }
}

/// Reads `count` bytes at `offset` of `file`.
pub(crate) fn read_at(file: &dyn File, offset: u64, count: u64) -> io::Result<Bytes> {
    let mut bytes = vec![0; usize::try_from(count).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, offset)?;
    Ok(bytes.into())
}
