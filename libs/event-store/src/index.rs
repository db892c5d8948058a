//! The index on disk: one sled tree with one-byte table prefixes and big-endian keys.
//!
//! ```text
//! n                                      the log's name
//! k                                      checkpoint: everything up to here is in the tree
//! w                                      like k, but written before the entries are
//! s stream 0 first-version(8)            the records of up to 128 events: their addresses, as
//!                                        varint differences
//! c first-position(8) command-id(16)     up to 64 commands of one generation, in order of their
//!                                        ids: id(16), record's address(8); the key names the first
//! p position(8)                          a block's address, varint: one block in 64 KiB
//! t committed-at(8, sign flipped) position(8)   the same block's address
//! ```
//!
//! Command ids are random: an entry each would cost more than everything else together, and every
//! append asks for an id that is not there. So ids are packed per generation, and a filter in
//! memory answers most questions; it is filled from the tree when the index is opened.
//!
//! Entries are single inserts, not batches: a sled batch shuts out every reader of the process
//! until it is done. They may be written twice; the checkpoint is written and synced only after
//! they are.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use crate::codec::{Input, put_varint};
use crate::command_filter::CommandFilter;
use crate::generation::{Generation, Run, Sparse};
use crate::shared::Tip;
use crate::{CommandId, Hash, Head, IndexError, Options, Position};

/// Events of one stream in one entry: keeps values far below sled's blob limit.
const RUN_MAX: usize = 128;
/// Commands in one entry.
const PACK_MAX: usize = 64;
/// Bytes of one command in it.
const PACKED_BYTES: usize = 24;
const NAME: &[u8] = b"n";
const CHECKPOINT: &[u8] = b"k";
const WITNESS: &[u8] = b"w";
/// Its presence says that the index failed when it was last in use.
const DAMAGED: &str = "DAMAGED";

/// An open index.
pub(crate) struct Index {
    tree: sled::Db,
    dir: PathBuf,
    /// sled's flush is not a sync: this handle is.
    file: File,
    filter: CommandFilter,
    /// The first positions of the generations that have packed commands, oldest first.
    packs: RwLock<Vec<Position>>,
}

impl Index {
    /// Opens the index in `dir`, or makes an empty one.
    pub(crate) fn open(dir: &Path, options: &Options) -> Result<Self, IndexError> {
        let config = sled::Config::new()
            .path(dir)
            .cache_capacity(options.index_cache_bytes)
            .flush_every_ms(None)
            .print_profile_on_drop(false);
        let tree = guarded("open", || config.open())?;
        let path = dir.join("db");
        let file = File::open(&path).map_err(|source| IndexError::Io { path, source })?;
        let filter = CommandFilter::new(options.command_filter_bytes);
        let packs = RwLock::new(Vec::new());
        let index = Self { tree, dir: dir.to_owned(), file, filter, packs };
        index.load_commands()?;
        Ok(index)
    }

    fn load_commands(&self) -> Result<(), IndexError> {
        let mut packs = self.packs.write().unwrap_or_else(PoisonError::into_inner);
        let mut entries = self.tree.scan_prefix(b"c");
        while let Some((key, value)) = guarded("read the commands", || entries.next().transpose())?
        {
            let first = *key.get(1..).and_then(<[u8]>::first_chunk).ok_or(IndexError::Entry)?;
            let first = Position::from_be_bytes(first);
            if packs.last() != Some(&first) {
                packs.push(first);
            }
            self.filter.insert(packed(&value)?.iter().map(|(id, _)| CommandId(*id)));
        }
        Ok(())
    }

    /// The name of the log it belongs to; none if it is empty.
    pub(crate) fn name(&self) -> Result<Option<Vec<u8>>, IndexError> {
        Ok(self.get("read the name", NAME)?.map(|name| name.to_vec()))
    }

    /// Whether it has no entries at all.
    pub(crate) fn is_empty(&self) -> Result<bool, IndexError> {
        guarded("read the first entry", || self.tree.first()).map(|first| first.is_none())
    }

    /// Writes down the log it belongs to.
    pub(crate) fn set_name(&self, name: &str) -> Result<(), IndexError> {
        self.put(NAME, name.as_bytes())?;
        self.sync()
    }

    /// Where everything before is in the tree.
    pub(crate) fn checkpoint(&self) -> Result<Option<Tip>, IndexError> {
        self.tip("read the checkpoint", CHECKPOINT)
    }

    /// The last block that any entry may speak of: the journal must have it.
    pub(crate) fn witness(&self) -> Result<Option<Tip>, IndexError> {
        self.tip("read the witness", WITNESS)
    }

    fn tip(&self, operation: &'static str, key: &[u8]) -> Result<Option<Tip>, IndexError> {
        let Some(value) = self.get(operation, key)? else { return Ok(None) };
        decode_tip(&value).map(Some).ok_or(IndexError::Entry)
    }

    /// The address of the command's record.
    pub(crate) fn command(&self, id: CommandId) -> Result<Option<u64>, IndexError> {
        if !self.filter.may_contain(id) {
            return Ok(None);
        }
        let packs = self.packs.read().unwrap_or_else(PoisonError::into_inner);
        for &pack in packs.iter().rev() {
            let range = pack_key(pack, CommandId([0; 16]))..=pack_key(pack, id);
            let entry =
                guarded("look a command up", || self.tree.range(range).next_back().transpose())?;
            let Some((_, value)) = entry else { continue };
            let commands = packed(&value)?;
            if let Ok(at) = commands.binary_search_by_key(&id.0, |(id, _)| *id) {
                return Ok(Some(commands[at].1));
            }
        }
        Ok(None)
    }

    /// The version of the stream; 0 if it does not exist.
    pub(crate) fn stream_version(&self, stream: &str) -> Result<u64, IndexError> {
        let range = stream_key(stream, 0)..=stream_key(stream, u64::MAX);
        let last = guarded("look a stream up", || self.tree.range(range).next_back().transpose())?;
        last.map_or(Ok(0), |(key, value)| decode_run(&key, &value).map(|run| run.last()))
    }

    /// The addresses of at most `max` events of the stream, versions `from` up to `before`.
    pub(crate) fn stream(
        &self,
        stream: &str,
        from: u64,
        before: u64,
        max: usize,
    ) -> Result<Vec<u64>, IndexError> {
        let first = guarded("find a stream's entry", || {
            let range = stream_key(stream, 0)..=stream_key(stream, from);
            self.tree.range(range).next_back().transpose()
        })?;
        let start = first.map_or_else(|| stream_key(stream, from), |(key, _)| key.to_vec());
        let mut entries = self.tree.range(start..stream_key(stream, before));
        let mut addresses = Vec::new();
        while addresses.len() < max {
            let entry = guarded("read a stream's entry", || entries.next().transpose())?;
            let Some((key, value)) = entry else { break };
            let run = decode_run(&key, &value)?;
            let wanted = (run.first..before).zip(run.addresses).filter(|(at, _)| *at >= from);
            addresses.extend(wanted.map(|(_, address)| address).take(max - addresses.len()));
        }
        Ok(addresses)
    }

    /// The address of a block that starts at or before `position`.
    pub(crate) fn at_position(&self, position: Position) -> Result<Option<u64>, IndexError> {
        self.last_of("find a position", position_key(0)..=position_key(position))
    }

    /// The address of a block that starts at or before `committed_at`.
    pub(crate) fn at_time(&self, committed_at: i64) -> Result<Option<u64>, IndexError> {
        let range = time_key(i64::MIN, 0)..=time_key(committed_at, u64::MAX);
        self.last_of("find a time", range)
    }

    fn last_of(
        &self,
        operation: &'static str,
        range: std::ops::RangeInclusive<Vec<u8>>,
    ) -> Result<Option<u64>, IndexError> {
        let last = guarded(operation, || self.tree.range(range).next_back().transpose())?;
        last.map(|(_, value)| address(&value)).transpose()
    }

    /// Takes in a generation, in the order of the keys, then moves the checkpoint. Both are on
    /// the disk when this returns.
    pub(crate) fn write(&self, generation: &Generation) -> Result<(), IndexError> {
        self.put(WITNESS, &encode_tip(&generation.tip))?;
        self.write_commands(generation)?;
        let mut value = Vec::new();
        for Sparse { position, committed_at, address } in &generation.sparse {
            value.clear();
            put_varint(&mut value, *address);
            self.put(&position_key(*position), &value)?;
            self.put(&time_key(*committed_at, *position), &value)?;
        }
        let mut streams: Vec<_> = generation.streams.iter().collect();
        streams.sort_unstable_by_key(|(stream, _)| *stream);
        for (stream, run) in streams {
            for (first, addresses) in
                (run.first..).step_by(RUN_MAX).zip(run.addresses.chunks(RUN_MAX))
            {
                value.clear();
                encode_addresses(&mut value, addresses);
                self.put(&stream_key(stream, first), &value)?;
            }
        }
        self.sync()?;
        self.put(CHECKPOINT, &encode_tip(&generation.tip))?;
        self.sync()
    }

    fn write_commands(&self, generation: &Generation) -> Result<(), IndexError> {
        let pack = generation.first_position;
        // A spill that did not come to its end leaves entries that do not fit between these.
        let all = || pack_key(pack, CommandId([0; 16]))..=pack_key(pack, CommandId([0xff; 16]));
        let mut stale = self.tree.range(all()).keys();
        while let Some(key) = guarded("read stale commands", || stale.next().transpose())? {
            guarded("remove stale commands", || self.tree.remove(key))?;
        }
        let mut commands: Vec<_> = generation.commands.iter().collect();
        commands.sort_unstable();
        let mut value = Vec::with_capacity(PACK_MAX * PACKED_BYTES);
        for entry in commands.chunks(PACK_MAX) {
            value.clear();
            for (id, address) in entry {
                value.extend_from_slice(&id.0);
                value.extend_from_slice(&address.to_le_bytes());
            }
            self.put(&pack_key(pack, *entry[0].0), &value)?;
            self.filter.insert(entry.iter().map(|(id, _)| **id));
        }
        let mut packs = self.packs.write().unwrap_or_else(PoisonError::into_inner);
        if packs.last() != Some(&pack) {
            packs.push(pack);
        }
        Ok(())
    }

    /// Leaves word that this index must not be trusted when the log is opened the next time.
    pub(crate) fn mark_damaged(&self, error: &IndexError) {
        tracing::error!(index = %self.dir.display(), error = error as &dyn std::error::Error,
            "index failed, it will be rebuilt when the log is opened again");
        if let Err(error) = std::fs::write(self.dir.join(DAMAGED), []) {
            tracing::error!(index = %self.dir.display(), error = &error as &dyn std::error::Error,
                "index could not be marked as damaged");
        }
    }

    fn get(&self, operation: &'static str, key: &[u8]) -> Result<Option<sled::IVec>, IndexError> {
        guarded(operation, || self.tree.get(key))
    }

    fn put(&self, key: &[u8], value: &[u8]) -> Result<(), IndexError> {
        guarded("insert", || self.tree.insert(key, value)).map(|_| ())
    }

    fn sync(&self) -> Result<(), IndexError> {
        guarded("flush", || self.tree.flush())?;
        let path = || self.dir.join("db");
        self.file.sync_data().map_err(|source| IndexError::Io { path: path(), source })
    }
}

/// Whether the index in `dir` failed when it was last in use.
pub(crate) fn is_marked_damaged(dir: &Path) -> bool {
    dir.join(DAMAGED).exists()
}

/// sled 0.34 panics on some damaged pages: a panic is an error like any other.
fn guarded<T>(
    operation: &'static str,
    work: impl FnOnce() -> sled::Result<T>,
) -> Result<T, IndexError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(source)) => Err(IndexError::Sled { operation, source }),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            let message = text.unwrap_or("without words").to_owned();
            Err(IndexError::Panicked { operation, message })
        }
    }
}

fn pack_key(first_position: Position, id: CommandId) -> Vec<u8> {
    [b"c", &first_position.to_be_bytes()[..], &id.0].concat()
}

fn packed(value: &[u8]) -> Result<Vec<([u8; 16], u64)>, IndexError> {
    let (commands, rest) = value.as_chunks::<PACKED_BYTES>();
    if !rest.is_empty() {
        return Err(IndexError::Entry);
    }
    let halves = commands.iter().map(|command| {
        let (id, address) = command.split_first_chunk::<16>()?;
        Some((*id, u64::from_le_bytes(*address.first_chunk()?)))
    });
    halves.collect::<Option<_>>().ok_or(IndexError::Entry)
}

fn stream_key(stream: &str, version: u64) -> Vec<u8> {
    [b"s", stream.as_bytes(), &[0], &version.to_be_bytes()].concat()
}

fn position_key(position: Position) -> Vec<u8> {
    [&b"p"[..], &position.to_be_bytes()].concat()
}

fn time_key(committed_at: i64, position: Position) -> Vec<u8> {
    let ordered = committed_at.cast_unsigned() ^ (1 << 63);
    [&b"t"[..], &ordered.to_be_bytes(), &position.to_be_bytes()].concat()
}

fn address(value: &[u8]) -> Result<u64, IndexError> {
    Input(value).varint("address").map_err(|_| IndexError::Entry)
}

fn encode_addresses(out: &mut Vec<u8>, addresses: &[u64]) {
    let mut before = 0;
    for &address in addresses {
        put_varint(out, address - before);
        before = address;
    }
}

fn decode_run(key: &[u8], value: &[u8]) -> Result<Run, IndexError> {
    let first = key.last_chunk().map(|first| u64::from_be_bytes(*first));
    let first = first.ok_or(IndexError::Entry)?;
    let mut input = Input(value);
    let mut addresses = Vec::new();
    let mut address = 0_u64;
    while !input.0.is_empty() {
        let step = input.varint("address").map_err(|_| IndexError::Entry)?;
        address = address.checked_add(step).ok_or(IndexError::Entry)?;
        addresses.push(address);
    }
    if addresses.is_empty() || first.checked_add(addresses.len() as u64).is_none() {
        return Err(IndexError::Entry);
    }
    Ok(Run { first, addresses })
}

fn encode_tip(tip: &Tip) -> Vec<u8> {
    let Tip { head: Head { position, chain, committed_at }, block, end } = tip;
    let numbers = [
        position.to_le_bytes(),
        committed_at.to_le_bytes(),
        block.to_le_bytes(),
        end.to_le_bytes(),
    ];
    [numbers.as_flattened(), &chain.0].concat()
}

fn decode_tip(value: &[u8]) -> Option<Tip> {
    let (numbers, chain) = value.split_at_checked(32)?;
    let (numbers, _) = numbers.as_chunks::<8>();
    let chain = Hash(chain.try_into().ok()?);
    let [position, committed_at, block, end] = *numbers else { return None };
    let committed_at = i64::from_le_bytes(committed_at);
    let head = Head { position: u64::from_le_bytes(position), chain, committed_at };
    Some(Tip { head, block: u64::from_le_bytes(block), end: u64::from_le_bytes(end) })
}
