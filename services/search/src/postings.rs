//! Lists of accounts, one per term: ascending numbers, packed into chunks that are rewritten alone.
//!
//! ```text
//! term (8 bytes) · the chunk's first possible number (4 bytes)   ->   differences, 7 bits a byte
//! ```
//!
//! What must stay true: a chunk holds numbers from its own first one up to that of the next chunk;
//! there is no empty chunk; adding or removing a number changes no more than two of them.

use projection::{Fault, Keys, Rows, Table};

const TABLE: Table = Table::new(b'p');
/// Most numbers of a chunk: some 600 bytes.
pub(crate) const CHUNK_MAX: usize = 512;

/// A chunk as it is read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    first: u32,
    pub(crate) ordinals: Vec<u32>,
}

/// Adds an account to a term's list; once more changes nothing.
pub(crate) fn add(rows: &mut Rows<'_>, term: u64, ordinal: u32) -> Result<(), Fault> {
    let Some(mut chunk) = home(rows, term, ordinal)? else {
        put(rows, term, &Chunk { first: ordinal, ordinals: vec![ordinal] });
        return Ok(());
    };
    let Err(at) = chunk.ordinals.binary_search(&ordinal) else { return Ok(()) };
    if ordinal < chunk.first {
        rows.remove(TABLE, key(term, chunk.first));
        chunk.first = ordinal;
    }
    if chunk.ordinals.len() < CHUNK_MAX {
        chunk.ordinals.insert(at, ordinal);
        put(rows, term, &chunk);
        return Ok(());
    }
    // What comes at the end, as nearly everything does, leaves full chunks behind.
    let half = if at == CHUNK_MAX { at } else { CHUNK_MAX / 2 };
    let mut behind = chunk.ordinals.split_off(half);
    match at.checked_sub(half) {
        Some(at) => behind.insert(at, ordinal),
        None => chunk.ordinals.insert(at, ordinal),
    }
    put(rows, term, &chunk);
    let first = behind.first().copied().unwrap_or(ordinal);
    put(rows, term, &Chunk { first, ordinals: behind });
    Ok(())
}

/// Takes an account off a term's list; `true`: it was the last one.
pub(crate) fn remove(rows: &mut Rows<'_>, term: u64, ordinal: u32) -> Result<bool, Fault> {
    let Some(mut chunk) = at_or_below(rows, term, ordinal)? else { return Ok(false) };
    let Ok(at) = chunk.ordinals.binary_search(&ordinal) else { return Ok(false) };
    chunk.ordinals.remove(at);
    if !chunk.ordinals.is_empty() {
        put(rows, term, &chunk);
        return Ok(false);
    }
    rows.remove(TABLE, key(term, chunk.first));
    Ok(newest(rows, term)?.is_none())
}

/// The chunk in which a number is, if it is on the list.
pub(crate) fn at_or_below(
    rows: &Rows<'_>,
    term: u64,
    ordinal: u32,
) -> Result<Option<Chunk>, Fault> {
    let keys = match ordinal.checked_add(1) {
        Some(above) => Keys::between(key(term, 0), key(term, above)),
        None => Keys::prefix(term.to_be_bytes()),
    };
    read(rows, keys.backwards())
}

/// The newest account on a list.
pub(crate) fn newest(rows: &Rows<'_>, term: u64) -> Result<Option<u32>, Fault> {
    let chunk = at_or_below(rows, term, u32::MAX)?;
    Ok(chunk.and_then(|chunk| chunk.ordinals.last().copied()))
}

/// The accounts on a list, at most so many, in ascending order: for lists that are known to be
/// short.
pub(crate) fn all(rows: &Rows<'_>, term: u64, limit: usize) -> Result<Vec<u32>, Fault> {
    let chunks = rows.scan_bytes(TABLE, Keys::prefix(term.to_be_bytes()), limit);
    let mut ordinals = Vec::new();
    for chunk in chunks {
        let (key, bytes) = chunk?;
        ordinals.extend(decoded(&key, &bytes)?.ordinals);
        if ordinals.len() >= limit {
            break;
        }
    }
    ordinals.truncate(limit);
    Ok(ordinals)
}

impl Chunk {
    /// The number below everything in it, where the chunk before it may end.
    pub(crate) fn before(&self) -> Option<u32> {
        self.first.checked_sub(1)
    }
}

/// The chunk that a number belongs to: where there is one before it that one, or the first.
fn home(rows: &Rows<'_>, term: u64, ordinal: u32) -> Result<Option<Chunk>, Fault> {
    match at_or_below(rows, term, ordinal)? {
        Some(chunk) => Ok(Some(chunk)),
        None => read(rows, Keys::prefix(term.to_be_bytes())),
    }
}

fn read(rows: &Rows<'_>, keys: Keys) -> Result<Option<Chunk>, Fault> {
    let mut found = rows.scan_bytes(TABLE, keys, 1);
    let Some(row) = found.next() else { return Ok(None) };
    let (key, bytes) = row?;
    decoded(&key, &bytes).map(Some)
}

fn put(rows: &mut Rows<'_>, term: u64, chunk: &Chunk) {
    rows.put_bytes(TABLE, key(term, chunk.first), encoded(chunk));
}

fn key(term: u64, first: u32) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&term.to_be_bytes());
    key[8..].copy_from_slice(&first.to_be_bytes());
    key
}

fn encoded(chunk: &Chunk) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(chunk.ordinals.len() + 4);
    let mut before = chunk.first;
    for ordinal in &chunk.ordinals {
        let mut rest = ordinal - before;
        before = *ordinal;
        while rest >= 0x80 {
            bytes.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        bytes.push(rest.to_le_bytes()[0]);
    }
    bytes
}

fn decoded(key: &[u8], bytes: &[u8]) -> Result<Chunk, Fault> {
    let damaged = || Fault::new("a list of accounts is damaged");
    let first = key.get(8..).and_then(|first| first.try_into().ok()).ok_or_else(damaged)?;
    let first = u32::from_be_bytes(first);
    let (mut ordinals, mut last) = (Vec::with_capacity(bytes.len()), first);
    let (mut difference, mut shift) = (0_u32, 0);
    for byte in bytes {
        if shift > 28 {
            return Err(damaged());
        }
        difference |= u32::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            last = last.checked_add(difference).ok_or_else(damaged)?;
            ordinals.push(last);
            (difference, shift) = (0, 0);
        }
    }
    Ok(Chunk { first, ordinals })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{
        collection::vec,
        prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest},
    };

    use projection::{Keys, Rows};

    use super::{CHUNK_MAX, TABLE, add, all, at_or_below, decoded, newest, remove};

    const TERM: u64 = 7;

    #[test]
    fn what_comes_in_order_fills_its_chunks() {
        let mut rows = Rows::in_memory();
        for ordinal in 0..2_000 {
            add(&mut rows, TERM, ordinal).unwrap();
        }
        let chunks: Vec<_> = rows
            .scan_bytes(TABLE, Keys::all(), 100)
            .map(|row| {
                row.map(|(key, bytes)| decoded(&key, &bytes).unwrap().ordinals.len()).unwrap()
            })
            .collect();
        assert_eq!(chunks, [CHUNK_MAX, CHUNK_MAX, CHUNK_MAX, 2_000 - 3 * CHUNK_MAX]);
        assert_eq!(newest(&rows, TERM).unwrap(), Some(1_999));
        assert_eq!(newest(&rows, TERM + 1).unwrap(), None);
    }

    #[test]
    fn a_chunk_that_no_number_of_ours_makes_is_refused() {
        let key = [0; 12];
        assert!(decoded(&key, &[0xff; 6]).is_err());
        assert!(decoded(&key, &[0xff, 0xff, 0xff, 0xff, 0x0f, 0x01]).is_err());
        assert!(decoded(&key[..9], &[1]).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_list_holds_what_was_added_and_not_removed(
            changes in vec((any::<bool>(), 0_u32..4_000), 0..3_000)
        ) {
            let (mut rows, mut expected) = (Rows::in_memory(), BTreeSet::new());
            // A neighbour is never touched.
            add(&mut rows, TERM + 1, 9).unwrap();
            for (is_added, ordinal) in changes {
                if is_added || ordinal > 1_000 {
                    add(&mut rows, TERM, ordinal).unwrap();
                    expected.insert(ordinal);
                } else {
                    let was_last = remove(&mut rows, TERM, ordinal).unwrap();
                    let was_there = expected.remove(&ordinal);
                    prop_assert_eq!(was_last, was_there && expected.is_empty());
                }
            }
            let expected: Vec<_> = expected.into_iter().collect();
            prop_assert_eq!(&all(&rows, TERM, 10_000).unwrap(), &expected);
            prop_assert_eq!(all(&rows, TERM + 1, 10).unwrap(), [9]);
            for row in rows.scan_bytes(TABLE, Keys::all(), 10_000) {
                let (key, bytes) = row.unwrap();
                let length = decoded(&key, &bytes).unwrap().ordinals.len();
                assert!((1..=CHUNK_MAX).contains(&length));
            }
            for ordinal in expected {
                let chunk = at_or_below(&rows, TERM, ordinal).unwrap().unwrap();
                prop_assert!(chunk.ordinals.contains(&ordinal));
            }
        }
    }
}
