//! Controls: readers with the mistakes that the targets look for. The same run must find them.

use std::panic::catch_unwind;

use crate::SEED;
use crate::allocation::bounded;
use crate::mutation::Mutations;

/// Whether some thousands of mutations find something wrong with a reader.
fn found(seed: &[u8], run: fn(&[u8])) -> bool {
    let seeds = [seed.to_vec()];
    catch_unwind(|| {
        seeds.iter().for_each(|seed| bounded(seed, run));
        Mutations::of(&seeds, SEED).take(crate::TRIED).for_each(|data| bounded(&data, run));
    })
    .is_err()
}

/// A text after its length, read with or without belief in the length.
fn read(data: &[u8], reserve: fn(usize, usize) -> usize) {
    let Some((length, rest)) = data.split_first_chunk::<4>() else { return };
    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap();
    let mut text: Vec<u8> = Vec::with_capacity(reserve(length, rest.len()));
    text.extend(rest.iter().take(length));
}

#[test]
fn control_a_reader_that_believes_a_length_is_found() {
    let seed = b"\x05\0\0\0hello";
    assert!(found(seed, |data| read(data, |length, _| length)));
    assert!(!found(seed, |data| read(data, |length, there| length.min(there))));
}

#[test]
fn control_a_reader_that_forgets_what_was_written_is_found() {
    // Says 7 for 07 and for +7, which are other texts.
    assert!(found(b"17", |data| {
        let text = String::from_utf8_lossy(data);
        let read = text.parse::<u64>();
        read.iter().for_each(|number| assert_eq!(number.to_string(), text));
    }));
    // Says the same number for the text that it writes.
    assert!(!found(b"17", |data| {
        let read = String::from_utf8_lossy(data).parse::<u64>();
        read.iter().for_each(|number| assert_eq!(number.to_string().parse(), Ok(*number)));
    }));
}
