//! How the JSON of a row stands in its table: as it is, or packed where it is long.
//!
//! What must stay true: the same program makes the same bytes of the same JSON, so equal read
//! models are equal byte for byte; and what is packed is told by its first byte, with which no JSON
//! begins.
//!
//! The rows of a bill say the same names over and over. Packed they take little more than half of
//! sled's pages and of what is kept to do a commit again, which costs more than packing.

use std::borrow::Cow;

use lz4_flex::block;

/// The first byte of what is packed.
const MARK: u8 = 0;
/// What is shorter gains too little.
const PACKED_FROM: usize = 400;
/// Most bytes of a row: a damaged length makes nobody take gigabytes.
const UNPACKED_MAX: usize = 64 << 20;

/// JSON as it is stored.
pub(crate) fn packed(json: &[u8]) -> Vec<u8> {
    if json.len() < PACKED_FROM || json.len() > UNPACKED_MAX {
        return json.to_vec();
    }
    let mut packed = vec![MARK];
    packed.extend_from_slice(&block::compress_prepend_size(json));
    if packed.len() < json.len() { packed } else { json.to_vec() }
}

/// The JSON of what is stored.
///
/// # Errors
/// In words, when it is damaged.
pub(crate) fn unpacked(stored: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    let Some((&MARK, packed)) = stored.split_first() else { return Ok(stored.into()) };
    let (length, packed) = block::uncompressed_size(packed).map_err(|error| error.to_string())?;
    if length > UNPACKED_MAX {
        return Err(format!("{length} bytes are more than a row has"));
    }
    let json = block::decompress(packed, length).map_err(|error| error.to_string())?;
    match json.len() == length {
        true => Ok(json.into()),
        false => Err(format!("{} of {length} bytes are there", json.len())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{MARK, packed, unpacked};

    #[test]
    fn a_long_row_is_packed_and_a_short_one_is_not() {
        let long = br#"{"kind":"package","amount":{"minor":4999,"currency":"USD"}}"#.repeat(20);
        let stored = packed(&long);
        assert!(stored.len() < long.len() / 2, "{} of {}", stored.len(), long.len());
        assert_eq!(*unpacked(&stored).unwrap(), *long);
        assert_eq!(packed(b"{}"), b"{}");
    }

    #[test]
    fn what_is_damaged_is_said_to_be_and_takes_no_memory() {
        let mut stored = packed(&b"x".repeat(1_000));
        stored.truncate(8);
        assert!(unpacked(&stored).is_err());
        assert!(unpacked(&[MARK]).is_err());
        assert!(unpacked(&[MARK, 0xff, 0xff, 0xff, 0xff, 0]).is_err());
        let shorter = [&[MARK][..], &5_u32.to_le_bytes(), &[0x10, b'x']].concat();
        assert!(unpacked(&shorter).is_err(), "it does not have the length that it says");
    }

    proptest! {
        #[test]
        fn what_is_stored_is_what_was_said(
            part in proptest::collection::vec(1_u8.., 1..600), times in 1_usize..9
        ) {
            let json = part.repeat(times);
            assert_eq!(*unpacked(&packed(&json)).unwrap(), *json);
        }

        #[test]
        fn whatever_is_stored_is_read_or_refused(stored: Vec<u8>, mark in any::<bool>()) {
            let stored = if mark { [&[MARK][..], &stored].concat() } else { stored };
            let _read = unpacked(&stored);
        }
    }
}
