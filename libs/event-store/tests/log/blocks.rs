//! A block travels as bytes: what is not exactly a block is refused, whatever it is.

use std::sync::LazyLock;

use bytes::Bytes;
use event_store::{Block, BlockError, Log, NewRecord, Options};
use proptest::prelude::{any, prop_assert, proptest};

use crate::support::{event, id, record};

fn block() -> Block {
    static BLOCK: LazyLock<Block> = LazyLock::new(appended);
    BLOCK.clone()
}

fn appended() -> Block {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path(), "acme", Options::default()).unwrap();
    let traced = NewRecord {
        causation: Some(id(8)),
        correlation: Some(id(9)),
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        ..record(2, 2, vec![event("b", 0, "two"), event("c", 0, "three")])
    };
    let group = vec![record(1, 1, vec![event("a", 0, "one")]), traced];
    log.append(group).unwrap().block.unwrap()
}

#[test]
fn a_block_reads_back_from_its_bytes_with_all_it_was_given() {
    let sent = block();
    let block = Block::parse(Bytes::copy_from_slice(sent.bytes())).unwrap();
    assert_eq!(block, sent);
    assert_eq!((block.first_position(), block.last_position()), (1, 3));
    assert_eq!(block.chain_from(event_store::genesis("acme")), block.chain());
    let records: Vec<_> = block.records().map(Result::unwrap).collect();
    assert_eq!((records.len(), records[1].last_position()), (2, 3));
    let meta = &records[1].meta;
    assert_eq!((meta.causation, meta.correlation), (Some(id(8)), Some(id(9))));
    assert_eq!(meta.traceparent.as_deref().map(str::len), Some(55));
    let recorded: Vec<_> =
        records.into_iter().flat_map(event_store::Record::into_recorded).collect();
    assert_eq!(block.events().map(Result::unwrap).collect::<Vec<_>>(), recorded);
}

#[test]
fn every_shorter_or_longer_block_is_refused() {
    let bytes = block().bytes().clone();
    assert!((0..bytes.len()).all(|length| Block::parse(bytes.slice(..length)).is_err()));
    let longer = Bytes::from([&bytes[..], &[0]].concat());
    assert!(matches!(Block::parse(longer), Err(BlockError::Length { .. })));
}

#[test]
fn every_flipped_bit_is_noticed() {
    let bytes = block().bytes().clone();
    let flipped = |bit: usize| {
        let mut bytes = bytes.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        Block::parse(bytes.into())
    };
    assert!((0..bytes.len() * 8).all(|bit| flipped(bit).is_err()));
}

/// A stranger can put any bytes where a record should be, with all checksums right.
fn block_around(record: &[u8]) -> Result<Block, BlockError> {
    let length = u8::try_from(record.len() % 128).unwrap();
    let record = &record[..usize::from(length)];
    let mut bytes =
        [&b"EVB1"[..], &[0; 8], &1_u64.to_le_bytes(), &[1, 0, 0, 0, 1, 0, 0, 0]].concat();
    bytes.push(length);
    bytes.extend(crc32c::crc32c(record).to_le_bytes());
    bytes.extend(record);
    bytes.extend([0; 32]);
    let length = u32::try_from(bytes.len()).unwrap();
    bytes[4..8].copy_from_slice(&length.to_le_bytes());
    let crc = crc32c::crc32c(&bytes[12..]);
    bytes[8..12].copy_from_slice(&crc.to_le_bytes());
    Block::parse(bytes.into())
}

/// The canonical bytes of the first record, which are fewer than 128.
fn first_record() -> Vec<u8> {
    let bytes = block().bytes().clone();
    let length = usize::from(bytes[28]);
    bytes[33..33 + length].to_vec()
}

#[test]
fn a_block_around_a_right_record_is_read() {
    let block = block_around(&first_record()).unwrap();
    assert_eq!(block.events().map(|event| event.unwrap().event.data).collect::<Vec<_>>(), ["one"]);
}

proptest! {
    #[test]
    fn a_hostile_record_is_an_error_and_never_a_panic(
        at in 0_usize..100,
        patch in proptest::collection::vec(any::<u8>(), 1..12),
    ) {
        let mut record = first_record();
        let at = at.min(record.len() - patch.len());
        record[at..at + patch.len()].copy_from_slice(&patch);
        let read = block_around(&record).map(|block| block.events().filter(Result::is_ok).count());
        prop_assert!(read.is_err() || read == Ok(1) || read == Ok(0));
    }

    #[test]
    fn noise_in_place_of_a_record_is_never_a_panic(
        noise in proptest::collection::vec(any::<u8>(), 0..127),
    ) {
        let read = block_around(&noise).map(|block| block.events().filter(Result::is_ok).count());
        prop_assert!(read.is_err() || read.is_ok_and(|events| events <= 1));
    }
}
