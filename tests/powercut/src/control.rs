//! Controls: writers that leave one sync out. What the power takes from them shows that the check
//! would find it if the product lost it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::ensure;
use storage::{File, Flaw, Os, Storage};

use crate::story;
use crate::told::{Lost, tell};

/// The disk only says that it has synced.
#[derive(Debug)]
pub(crate) struct Unsynced;

impl Flaw for Unsynced {
    fn file(&self, file: Arc<dyn File>) -> Arc<dyn File> {
        Arc::new(UnsyncedFile(file))
    }

    fn sync_dir(&self, _disk: &dyn Storage, _dir: &Path) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
struct UnsyncedFile(Arc<dyn File>);

impl File for UnsyncedFile {
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(bytes, offset)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn sync_all(&self) -> io::Result<()> {
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        self.0.length()
    }
}

/// The row that says how far the rows are.
const POSITION: &[u8] = b"position";
/// Rows between two acknowledgements.
const ROWS_AT_ONCE: u64 = 200;
/// Bytes of the rows in memory.
const CACHE_BYTES: u64 = 16 << 20;

/// Rows in a table that is synced before they are acknowledged, on a disk with nothing else.
pub(crate) fn write_synced_rows(dir: &Path) -> anyhow::Result<()> {
    let table = Os.table(&rows(dir), CACHE_BYTES)?;
    write_rows(|batch| {
        table.apply(&mut batch.into_iter().map(|(key, value)| (key, Some(value))))?;
        Ok(table.sync()?)
    })
}

/// The same rows, acknowledged after sled's own flush.
pub(crate) fn write_flushed_rows(dir: &Path) -> anyhow::Result<()> {
    let sled = sled::Config::new().path(rows(dir)).cache_capacity(CACHE_BYTES);
    let sled = sled.flush_every_ms(None).open()?;
    write_rows(|rows| {
        let mut batch = sled::Batch::default();
        rows.into_iter().for_each(|(key, value)| batch.insert(key, value));
        sled.apply_batch(batch)?;
        sled.flush()?;
        Ok(())
    })
}

type Batch = Vec<(Vec<u8>, Vec<u8>)>;

fn write_rows(mut commit: impl FnMut(Batch) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut position: u64 = 0;
    loop {
        let numbers = position + 1..=position + ROWS_AT_ONCE;
        let row = |number: u64| (number.to_be_bytes().to_vec(), story::data(number));
        let mut batch: Batch = numbers.map(row).collect();
        position += ROWS_AT_ONCE;
        batch.push((POSITION.to_vec(), position.to_be_bytes().to_vec()));
        commit(batch)?;
        tell("synced", position)?;
    }
}

/// Checks that the rows are where they were said to be.
pub(crate) fn check_rows(dir: &Path, synced: u64) -> anyhow::Result<()> {
    let table = Os.table(&rows(dir), CACHE_BYTES)?;
    let held = table.get(POSITION)?.map(|bytes| bytes.as_ref().try_into().map(u64::from_be_bytes));
    let held = held.transpose()?.unwrap_or(0);
    Lost::unless_found("position of the rows", synced, held)?;
    for number in 1..=held {
        let found = table.get(&number.to_be_bytes())?;
        ensure!(found.is_some_and(|row| row == story::data(number)), "row {number} is another");
    }
    Ok(())
}

fn rows(dir: &Path) -> PathBuf {
    dir.join("rows")
}
