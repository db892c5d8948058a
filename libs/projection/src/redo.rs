//! What a commit of many rows is about to write, kept in the same table until all of it is written.
//!
//! sled makes a batch of its own whole or not at all, but while it applies one nobody in the
//! process can read any table of sled, this one or another. So many rows are written one by one,
//! and whatever is left half written is finished from here.
//!
//! What must stay true: the parts are written before the mark, the mark before the first row, and
//! it is removed after the last one. Of what sled was given, some first changes survive a crash: so
//! where a row is, the mark and the parts are as well. Writing all of it again changes nothing.

use storage::TableError;

use crate::changes::{Change, Changes};
use crate::fault::Fault;
use crate::rows::META;

/// Bytes of a part. Some of them are one page of sled's, and a large page is a file of its own.
const PART_BYTES: usize = 4 << 10;
/// How many parts there are, while rows are being written.
const MARK: &[u8] = b"redo";
/// Follows a key that is removed.
const REMOVED: u32 = u32::MAX;

/// Keeps what is about to be written.
pub(crate) fn keep(table: &dyn storage::Table, changes: &Changes) -> Result<(), TableError> {
    let mut parts = 0_u32;
    let mut part = Vec::with_capacity(PART_BYTES);
    for (key, change) in changes.iter() {
        put(&mut part, key, change);
        if part.len() >= PART_BYTES {
            table.put(&key_of(parts), &part)?;
            part.clear();
            parts += 1;
        }
    }
    if !part.is_empty() {
        table.put(&key_of(parts), &part)?;
        parts += 1;
    }
    table.put(&META.key(MARK), &parts.to_be_bytes())
}

/// All of it is written.
pub(crate) fn forget(table: &dyn storage::Table) -> Result<(), TableError> {
    table.remove(&META.key(MARK))
}

/// Finishes what was left half written; `false`: nothing was.
pub(crate) fn finish(table: &dyn storage::Table) -> Result<bool, Unfinished> {
    let Some(parts) = table.get(&META.key(MARK))? else { return Ok(false) };
    let parts = parts.as_ref().try_into().map_err(|_| damaged())?;
    for number in 0..u32::from_be_bytes(parts) {
        let part = table.get(&key_of(number))?.ok_or_else(damaged)?;
        write(table, &part)?;
    }
    forget(table)?;
    Ok(true)
}

/// Why what was left half written is not finished.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfinished {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Damaged(#[from] Fault),
}

fn damaged() -> Unfinished {
    Fault::new("what was being written when the table was left is not there as a whole").into()
}

fn key_of(part: u32) -> Vec<u8> {
    META.key(&[MARK, b"/", &part.to_be_bytes()].concat())
}

fn put(part: &mut Vec<u8>, key: &[u8], change: &Change) {
    put_length(part, key.len());
    part.extend_from_slice(key);
    match change {
        Some(value) => {
            put_length(part, value.len());
            part.extend_from_slice(value);
        }
        None => part.extend_from_slice(&REMOVED.to_be_bytes()),
    }
}

fn put_length(part: &mut Vec<u8>, length: usize) {
    // No row is near that: rows stay below 100 kB.
    let length = u32::try_from(length).unwrap_or(REMOVED - 1);
    part.extend_from_slice(&length.to_be_bytes());
}

fn write(table: &dyn storage::Table, mut part: &[u8]) -> Result<(), Unfinished> {
    while !part.is_empty() {
        let length = take_length(&mut part)?;
        let key = take(&mut part, length)?;
        match take_length(&mut part)? {
            REMOVED => table.remove(key)?,
            length => table.put(key, take(&mut part, length)?)?,
        }
    }
    Ok(())
}

fn take_length(part: &mut &[u8]) -> Result<u32, Unfinished> {
    let (length, rest) = part.split_first_chunk::<4>().ok_or_else(damaged)?;
    *part = rest;
    Ok(u32::from_be_bytes(*length))
}

fn take<'a>(part: &mut &'a [u8], length: u32) -> Result<&'a [u8], Unfinished> {
    let length = usize::try_from(length).map_err(|_| damaged())?;
    let (taken, rest) = part.split_at_checked(length).ok_or_else(damaged)?;
    *part = rest;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use std::{ops::Bound, path::Path, sync::Arc};

    use storage::{Os, Storage};

    use super::{finish, forget, keep, key_of};
    use crate::changes::Changes;

    fn changes() -> Changes {
        let mut changes = Changes::default();
        for number in 0..200_u32 {
            let value = vec![b'v'; usize::try_from(number).unwrap() * 7];
            changes.set(format!("a{number:03}").into_bytes(), Some(value));
        }
        changes.set(b"b".to_vec(), None);
        changes.set(b"c".to_vec(), Some(Vec::new()));
        changes
    }

    fn table(dir: &Path) -> Arc<dyn storage::Table> {
        let storage: Arc<dyn Storage> = Arc::new(Os);
        let table = storage.table(dir, 1 << 20).unwrap();
        table.put(b"b", b"is removed").unwrap();
        table
    }

    #[test]
    fn what_was_kept_is_written_and_only_once() {
        let dir = tempfile::tempdir().unwrap();
        let table = table(dir.path());
        keep(&*table, &changes()).unwrap();
        assert!(table.get(b"a007").unwrap().is_none(), "nothing is written yet");
        assert!(finish(&*table).unwrap());
        for (key, change) in changes().iter() {
            let stored = table.get(key).unwrap().map(|value| value.to_vec());
            assert_eq!(stored, *change);
        }
        assert!(!finish(&*table).unwrap(), "it is finished");
    }

    #[test]
    fn what_is_written_is_not_written_again() {
        let dir = tempfile::tempdir().unwrap();
        let table = table(dir.path());
        keep(&*table, &changes()).unwrap();
        forget(&*table).unwrap();
        assert!(!finish(&*table).unwrap());
        assert_eq!(table.scan(Bound::Included(b"a"), Bound::Excluded(b"c")).count(), 1);
    }

    #[test]
    fn a_part_that_is_missing_or_cut_is_no_part() {
        let dir = tempfile::tempdir().unwrap();
        let table = table(dir.path());
        keep(&*table, &changes()).unwrap();
        let part = table.get(&key_of(1)).unwrap().unwrap();
        table.put(&key_of(1), &part[..part.len() - 1]).unwrap();
        assert!(finish(&*table).is_err());
        table.remove(&key_of(1)).unwrap();
        assert!(finish(&*table).is_err());
        table.put(&key_of(1), &part).unwrap();
        assert!(finish(&*table).unwrap());
    }
}
