//! A run: the index entries of consecutive blocks, sorted, packed into chunks, never changed. The
//! table holds its chunks and the lines of its filter; the manifest says that it is there.

use std::ops::Bound::{Excluded, Included};

use storage::{Change, Table};

use crate::IndexError;
use crate::chunk::{ENTRY_EVENTS_MAX, Entry, Form, Packer, Space, stream_entry};
use crate::filter::{Filter, Probe};
use crate::generation::Generation;

/// Lines of a filter in one value of the table: 4 KiB, far below sled's limit of 128 KiB for 16.
const PIECE_LINES: usize = 64;
/// So much is written between two syncs, so that the journal's own syncs do not wait for long.
const SYNC_BYTES: usize = 1 << 20;
/// What the keys of a filter's pieces begin with.
pub(crate) const FILTER: u8 = b'f';

/// What the manifest says of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Its number. No other run has it.
    pub(crate) id: u64,
    /// How often its entries were merged.
    pub(crate) level: u64,
    /// The journal's address from which on it covers the blocks.
    pub(crate) base: u64,
    /// The address after the last block that it covers.
    pub(crate) end: u64,
    /// How many entries it has, of commands and of streams.
    pub(crate) entries: u64,
}

impl Run {
    /// How its entries are written.
    pub(crate) fn form(&self, space: Space) -> Form {
        let bits = u64::BITS - (self.end - self.base).leading_zeros();
        let width = usize::try_from(bits.div_ceil(8)).expect("at most 8");
        Form { space, run: self.id, base: self.base, width }
    }
}

/// The key of a piece of the filter of a run.
pub(crate) fn filter_key(run: u64, piece: u32) -> Vec<u8> {
    [&[FILTER][..], &run.to_be_bytes(), &piece.to_be_bytes()].concat()
}

/// Writes a run, one space after the other.
pub(crate) struct RunWriter<'a> {
    table: &'a dyn Table,
    run: Run,
    filter: Filter,
    packer: Packer,
    space: Space,
    unsynced: usize,
}

impl<'a> RunWriter<'a> {
    /// Begins with the commands of `run`.
    pub(crate) fn new(table: &'a dyn Table, run: Run) -> Self {
        let (filter, space) = (Filter::with_room_for(run.entries), Space::Commands);
        let packer = Packer::new(run.form(space));
        Self { table, run, filter, packer, space, unsynced: 0 }
    }

    /// Goes on with the streams.
    pub(crate) fn begin_streams(&mut self) -> Result<(), IndexError> {
        let last = self.packer.finish();
        self.put(last)?;
        self.space = Space::Streams;
        self.packer = Packer::new(self.run.form(self.space));
        Ok(())
    }

    /// Takes in the next entry.
    pub(crate) fn push(&mut self, entry: &Entry, steps: &[u8]) -> Result<(), IndexError> {
        self.filter.insert(Probe::new(self.space, entry.fingerprint));
        let full = self.packer.push(entry, steps);
        self.put(full)
    }

    /// Writes what is left, and the filter. Nothing is synced yet.
    pub(crate) fn finish(mut self) -> Result<Filter, IndexError> {
        let last = self.packer.finish();
        self.put(last)?;
        let filter = std::mem::replace(&mut self.filter, Filter::with_room_for(0));
        for (nth, piece) in (0..).zip(filter.pieces(PIECE_LINES)) {
            self.put(Some((filter_key(self.run.id, nth), Some(piece))))?;
        }
        Ok(filter)
    }

    fn put(&mut self, row: Option<Change>) -> Result<(), IndexError> {
        let Some((key, Some(value))) = row else { return Ok(()) };
        self.table.put(&key, &value)?;
        self.unsynced += key.len() + value.len();
        if self.unsynced >= SYNC_BYTES {
            self.unsynced = 0;
            self.table.sync()?;
        }
        Ok(())
    }
}

/// Writes what a generation holds as the run `id`. Nothing is synced yet.
pub(crate) fn write_generation(
    table: &dyn Table,
    id: u64,
    generation: &Generation,
) -> Result<(Run, Filter), IndexError> {
    let commands = generation.commands.iter();
    let mut commands: Vec<_> = commands.map(|(key, at)| (key.fingerprint(), *at)).collect();
    commands.sort_unstable();
    let streams = generation.streams.iter();
    let mut streams: Vec<_> = streams.map(|(key, it)| (key.fingerprint(), it)).collect();
    streams.sort_unstable_by_key(|(fingerprint, versions)| (*fingerprint, versions.first));
    let pieces = streams.iter().map(|(_, it)| it.count().div_ceil(ENTRY_EVENTS_MAX));
    let entries = (commands.len() + pieces.sum::<usize>()) as u64;
    let (base, end) = (generation.base, generation.tip.end);
    let run = Run { id, level: 0, base, end, entries };
    let mut writer = RunWriter::new(table, run);
    for (fingerprint, address) in commands {
        writer.push(&Entry::command(fingerprint, address), &[])?;
    }
    writer.begin_streams()?;
    let mut entries = Vec::new();
    for same in streams.chunk_by(|(a, _), (b, _)| a == b) {
        for (fingerprint, versions) in same {
            let addresses: Vec<_> = generation.addresses(versions).collect();
            let pieces = (versions.first..).step_by(ENTRY_EVENTS_MAX);
            let pieces = pieces.zip(addresses.chunks(ENTRY_EVENTS_MAX));
            entries.extend(pieces.map(|(first, it)| stream_entry(*fingerprint, first, it)));
        }
        // Streams with the same fingerprint lie in one another.
        entries.sort_by_key(|(entry, _)| entry.version);
        for (entry, steps) in entries.drain(..) {
            writer.push(&entry, &steps)?;
        }
    }
    Ok((run, writer.finish()?))
}

/// The filter of a run that is in the table.
pub(crate) fn load_filter(table: &dyn Table, run: &Run) -> Result<Filter, IndexError> {
    let mut bytes = Vec::new();
    let (from, to) = (filter_key(run.id, 0), filter_key(run.id + 1, 0));
    for row in table.scan(Included(&from), Excluded(&to)) {
        bytes.extend_from_slice(&row?.1);
    }
    let whole = bytes.len() as u64 == Filter::size_for(run.entries);
    if whole { Filter::from_bytes(&bytes) } else { Err(IndexError::Entry) }
}
