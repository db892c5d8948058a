//! A chunk: entries of a run that lie next to each other, packed into one value of the table.
//!
//! ```text
//! key     := space u8, run u64, fingerprint of the first entry (5 bytes), its order u64; all
//!            big endian, so that the chunks of a run are in the order of their entries
//! value   := entries, in the order of fingerprint and order
//! command := gap       varint, fingerprint minus the one before; 0 in the first entry
//!            address   of the record, minus the run's base, in the run's width, little endian
//! stream  := gap       varint, as above
//!            version   varint, of the first event, times 2; plus 1 if there is more than one
//!            [count]   varint, of events, if there is more than one
//!            address   of the first event's record, as above
//!            steps     varint each, from one event's record to the next one's
//! ```
//!
//! The order is the address for commands and the first version for streams. Different commands and
//! streams may have the same fingerprint. All entries of one fingerprint and order are in one
//! chunk, and all events of one entry are of one stream.

use std::ops::Range;

use storage::Change;

use crate::codec::{Input, put_varint};
use crate::key::{FINGERPRINT_BYTES, Fingerprint};
use crate::{CodecError, IndexError};

/// A chunk is closed when it has so many bytes. Sled keeps up to 16 values in one page, and moves
/// pages of more than 128 KiB into files of their own.
const FULL_BYTES: usize = 2048;
/// Events in one entry: keeps the longest chunk far below that limit.
pub(crate) const ENTRY_EVENTS_MAX: usize = 64;
/// Bytes of a chunk's key.
pub(crate) const KEY_BYTES: usize = 1 + 8 + FINGERPRINT_BYTES + 8;

/// What is looked for by its fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    Commands,
    Streams,
}

impl Space {
    /// What the keys of its chunks begin with.
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Commands => b'c',
            Self::Streams => b's',
        }
    }
}

/// How the entries of one run are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) space: Space,
    pub(crate) run: u64,
    /// The address that all others are relative to.
    pub(crate) base: u64,
    /// Bytes of a relative address.
    pub(crate) width: usize,
}

impl Form {
    /// The key of a chunk that begins with an entry.
    pub(crate) fn key(&self, fingerprint: Fingerprint, order: u64) -> [u8; KEY_BYTES] {
        let mut key = [0; KEY_BYTES];
        key[0] = self.space.byte();
        key[1..9].copy_from_slice(&self.run.to_be_bytes());
        key[9..14].copy_from_slice(&fingerprint.to_be_bytes()[8 - FINGERPRINT_BYTES..]);
        key[14..].copy_from_slice(&order.to_be_bytes());
        key
    }
}

/// The fingerprint that a chunk's key begins with.
fn first_fingerprint(key: &[u8]) -> Result<Fingerprint, IndexError> {
    let bytes = key.get(9..9 + FINGERPRINT_BYTES).filter(|_| key.len() == KEY_BYTES);
    let bytes = bytes.ok_or(IndexError::Entry)?;
    Ok(bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

/// A command's record, or consecutive events of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) fingerprint: Fingerprint,
    /// The version of the first event; 0 for a command.
    pub(crate) version: u64,
    /// The address of the first event's record.
    pub(crate) address: u64,
    /// How many events there are; 1 for a command.
    pub(crate) count: u64,
    /// Where in the chunk the steps from record to record are.
    steps: Range<usize>,
}

impl Entry {
    /// The entry of a command.
    pub(crate) fn command(fingerprint: Fingerprint, address: u64) -> Self {
        Self { fingerprint, version: 0, address, count: 1, steps: 0..0 }
    }

    /// What entries with the same fingerprint are ordered by.
    pub(crate) fn order(&self, space: Space) -> u64 {
        match space {
            Space::Commands => self.address,
            Space::Streams => self.version,
        }
    }

    /// The steps, out of the chunk that the entry was read from.
    pub(crate) fn steps<'a>(&self, chunk: &'a [u8]) -> &'a [u8] {
        &chunk[self.steps.clone()]
    }

    /// The addresses of all events' records, out of the chunk that the entry was read from.
    pub(crate) fn addresses(&self, chunk: &[u8]) -> Result<Vec<u64>, IndexError> {
        let mut steps = Input(self.steps(chunk));
        let mut address = self.address;
        let mut addresses = vec![address];
        while !steps.0.is_empty() {
            let step = steps.varint("step").map_err(|_| IndexError::Entry)?;
            address = address.checked_add(step).ok_or(IndexError::Entry)?;
            addresses.push(address);
        }
        Ok(addresses)
    }
}

/// Consecutive events of a stream as an entry, with its steps.
pub(crate) fn stream_entry(
    fingerprint: Fingerprint,
    version: u64,
    addresses: &[u64],
) -> (Entry, Vec<u8>) {
    let mut steps = Vec::new();
    addresses.windows(2).for_each(|pair| put_varint(&mut steps, pair[1] - pair[0]));
    let (address, count) = (addresses[0], addresses.len() as u64);
    (Entry { fingerprint, version, address, count, steps: 0..steps.len() }, steps)
}

/// Reads the entries of a chunk, one after another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    form: Form,
    fingerprint: Fingerprint,
    at: usize,
}

impl Cursor {
    /// At the first entry of the chunk of `key`.
    pub(crate) fn new(form: Form, key: &[u8]) -> Result<Self, IndexError> {
        Ok(Self { form, fingerprint: first_fingerprint(key)?, at: 0 })
    }

    /// The next entry of the chunk; none at its end.
    pub(crate) fn next(&mut self, chunk: &[u8]) -> Result<Option<Entry>, IndexError> {
        if self.at == chunk.len() {
            return Ok(None);
        }
        self.read(chunk).map(Some).map_err(|_| IndexError::Entry)
    }

    fn read(&mut self, chunk: &[u8]) -> Result<Entry, CodecError> {
        let mut input = Input(chunk.get(self.at..).unwrap_or_default());
        let gap = input.varint("gap")?;
        let fingerprint = self.fingerprint.checked_add(gap).ok_or(CodecError::Range("gap"))?;
        let (mut version, mut count) = (0, 1);
        if self.form.space == Space::Streams {
            let flagged = input.varint("version")?;
            version = flagged >> 1;
            count = if flagged & 1 == 1 { input.varint("count")?.max(1) } else { 1 };
        }
        let relative = input.take(self.form.width, "address")?;
        let relative = relative.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte));
        let address = self.form.base.checked_add(relative).ok_or(CodecError::Range("address"))?;
        let start = chunk.len() - input.0.len();
        for _ in 1..count {
            input.varint("step")?;
        }
        self.at = chunk.len() - input.0.len();
        self.fingerprint = fingerprint;
        Ok(Entry { fingerprint, version, address, count, steps: start..self.at })
    }
}

/// Packs entries that come in order into chunks.
#[derive(Debug)]
pub(crate) struct Packer {
    form: Form,
    chunk: Vec<u8>,
    first: (Fingerprint, u64),
    last: (Fingerprint, u64),
}

impl Packer {
    /// Begins a run.
    pub(crate) fn new(form: Form) -> Self {
        Self { form, chunk: Vec::with_capacity(2 * FULL_BYTES), first: (0, 0), last: (0, 0) }
    }

    /// Takes in an entry; gives the chunk before it, if that is full.
    pub(crate) fn push(&mut self, entry: &Entry, steps: &[u8]) -> Option<Change> {
        let place = (entry.fingerprint, entry.order(self.form.space));
        let full = self.chunk.len() >= FULL_BYTES && place != self.last;
        let done = if full { self.finish() } else { None };
        if self.chunk.is_empty() {
            self.first = place;
            self.last = place;
        }
        put_varint(&mut self.chunk, entry.fingerprint - self.last.0);
        self.last = place;
        if self.form.space == Space::Streams {
            let more = u64::from(entry.count > 1);
            put_varint(&mut self.chunk, entry.version << 1 | more);
            if more == 1 {
                put_varint(&mut self.chunk, entry.count);
            }
        }
        let relative = (entry.address - self.form.base).to_le_bytes();
        self.chunk.extend_from_slice(&relative[..self.form.width]);
        self.chunk.extend_from_slice(steps);
        done
    }

    /// The last chunk, unless it is empty.
    pub(crate) fn finish(&mut self) -> Option<Change> {
        if self.chunk.is_empty() {
            return None;
        }
        let key = self.form.key(self.first.0, self.first.1).to_vec();
        let capacity = self.chunk.capacity();
        Some((key, Some(std::mem::replace(&mut self.chunk, Vec::with_capacity(capacity)))))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::{Cursor, Entry, Form, Packer, Space, first_fingerprint, stream_entry};
    use crate::run::Run;

    /// A run at `base` of so many bytes.
    fn form(space: Space, base: u64, bytes: u64) -> Form {
        Run { id: 7, level: 0, base, end: base + bytes, entries: 0 }.form(space)
    }

    /// Packs entries that are in order, reads all chunks, and gives what was read; with how many
    /// chunks there were.
    fn there_and_back(form: Form, entries: &[(Entry, Vec<u8>)]) -> (Vec<(Entry, Vec<u64>)>, usize) {
        let mut packer = Packer::new(form);
        let mut rows: Vec<_> =
            entries.iter().filter_map(|(entry, steps)| packer.push(entry, steps)).collect();
        rows.extend(packer.finish());
        assert!(rows.is_sorted_by(|(a, _), (b, _)| a < b), "keys in order, none twice");
        let mut read = Vec::new();
        for (key, chunk) in &rows {
            let chunk = chunk.as_deref().unwrap();
            let mut cursor = Cursor::new(form, key).unwrap();
            let at = read.len();
            while let Some(entry) = cursor.next(chunk).unwrap() {
                let addresses = entry.addresses(chunk).unwrap();
                read.push((entry, addresses));
            }
            assert_eq!(read[at].0.fingerprint, first_fingerprint(key).unwrap());
        }
        (read, rows.len())
    }

    proptest! {
        #[test]
        fn commands_read_back_from_their_chunks(
            mut commands in btree_set((0..1_u64 << 40, 0..1_u64 << 33), 0..900),
            base in 0..1_u64 << 60,
            alike in any::<bool>(),
        ) {
            if alike {
                commands = commands.into_iter().map(|(print, at)| (print % 3, at)).collect();
            }
            let form = form(Space::Commands, base, 1 << 33);
            let entries: Vec<_> = commands
                .iter()
                .map(|(print, at)| (Entry::command(*print, base + at), Vec::new()))
                .collect();
            let (read, chunks) = there_and_back(form, &entries);
            prop_assert!(chunks <= 1 + read.len() * 13 / 2048);
            let read = read.into_iter().map(|(entry, addresses)| {
                (entry.fingerprint, addresses.into_iter().map(|at| at - base).sum::<u64>())
            });
            prop_assert!(read.eq(commands));
        }

        #[test]
        fn streams_read_back_from_their_chunks(
            mut streams in vec(
                (0..1_u64 << 40, 1..u64::MAX >> 2, vec(0..1_u64 << 20, 1..64)),
                0..300,
            ),
            base in 0..1_u64 << 60,
        ) {
            streams.sort();
            let form = form(Space::Streams, base, 1 << 32);
            let mut entries = Vec::new();
            for (print, version, steps) in &streams {
                let mut at = base;
                let addresses = steps.iter().map(|step| { at += step; at });
                entries.push(stream_entry(*print, *version, &addresses.collect::<Vec<_>>()));
            }
            let (read, _) = there_and_back(form, &entries);
            prop_assert_eq!(read.len(), streams.len());
            for ((entry, addresses), (print, version, steps)) in read.iter().zip(&streams) {
                prop_assert_eq!((entry.fingerprint, entry.version), (*print, *version));
                prop_assert_eq!(entry.count, steps.len() as u64);
                let ends = steps.iter().scan(base, |at, step| { *at += step; Some(*at) });
                prop_assert!(ends.eq(addresses.iter().copied()));
            }
        }

        #[test]
        fn noise_in_place_of_a_chunk_is_never_a_panic(
            noise in vec(any::<u8>(), 0..200),
            streams in any::<bool>(),
        ) {
            let space = if streams { Space::Streams } else { Space::Commands };
            let form = form(space, u64::MAX - 10, 10);
            let mut cursor = Cursor::new(form, &form.key(3, 4)).unwrap();
            while let Ok(Some(entry)) = cursor.next(&noise) {
                let _: Result<_, _> = entry.addresses(&noise);
            }
        }
    }

    #[test]
    fn entries_of_one_fingerprint_and_order_share_a_chunk() {
        let form = form(Space::Streams, 0, 1 << 32);
        let entries: Vec<_> = (0..2000).map(|n| stream_entry(5, 1, &[n])).collect();
        let (read, chunks) = there_and_back(form, &entries);
        assert_eq!((read.len(), chunks), (2000, 1));
        let spread: Vec<_> = (1..=2000).map(|n| stream_entry(5, n, &[n])).collect();
        assert!(there_and_back(form, &spread).1 > 4);
    }
}
