//! One block, as it comes from a disk, from JetStream, or from the owner of a log.

use std::collections::BTreeSet;

use bytes::Bytes;
use event_store::{Block, Record};

use crate::seal::seal_block;

/// Reads a block as it is, and once more with its checksums put right, which is how a fuzzer gets
/// behind them.
pub fn block(data: &[u8]) {
    read(data);
    let mut sealed = data.to_vec();
    seal_block(&mut sealed);
    read(&sealed);
}

fn read(data: &[u8]) {
    let Ok(block) = Block::parse(Bytes::copy_from_slice(data)) else { return };
    assert_eq!(block.bytes().as_ref(), data, "a block is its bytes");
    check(&block);
}

/// Checks a block that was read: it cannot say more than its bytes hold.
pub(crate) fn check(block: &Block) {
    let bytes = block.bytes().len();
    let records: Result<Vec<_>, _> = block.records().collect();
    let events = block.events().count() as u64;
    let Ok(records) = records else { return };
    assert_eq!(records.len(), usize::try_from(block.record_count()).expect("it fits"));
    assert_eq!(block.last_position() + 1 - block.first_position(), events);
    let positions: BTreeSet<_> = block.events().flatten().map(|event| event.position).collect();
    assert_eq!(positions.len() as u64, events, "a position is there twice");
    assert!(events * 4 <= bytes as u64, "{events} events cannot be in {bytes} bytes");
    for (record, frame) in records.iter().zip(frames(block)) {
        assert_reads_back(record, frame);
    }
}

/// What a record says is stored as its bytes, or as fewer where its numbers had idle zeros.
fn assert_reads_back(record: &Record, stored: &[u8]) {
    let written = encode(record);
    assert!(written.len() <= stored.len(), "{} bytes became {}", stored.len(), written.len());
    if written.len() == stored.len() {
        assert_eq!(written, stored, "a record says the same in two ways");
    }
}

/// The bytes of each record, found as the format says and not as the reader does.
fn frames(block: &Block) -> Vec<&[u8]> {
    let mut rest = &block.bytes()[28..block.bytes().len() - 32];
    let mut frames = Vec::new();
    while let Some((length, after)) = varint(rest) {
        let record = &after[4..4 + usize::try_from(length).expect("the block was read")];
        rest = &after[4 + record.len()..];
        frames.push(record);
    }
    frames
}

/// A number in LEB128, and what follows it.
pub(crate) fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let length = bytes.iter().take(10).position(|byte| *byte < 0x80)? + 1;
    let (number, rest) = bytes.split_at(length);
    let bits = number.iter().rev().fold(0_u64, |bits, byte| bits << 7 | u64::from(byte & 0x7f));
    Some((bits, rest))
}

/// The documented bytes of a record.
fn encode(record: &Record) -> Vec<u8> {
    let meta = &record.meta;
    let flags = u8::from(meta.causation.is_some())
        | u8::from(meta.correlation.is_some()) << 1
        | u8::from(meta.traceparent.is_some()) << 2;
    let mut out = vec![flags];
    put_number(&mut out, record.first_position);
    out.extend(meta.command_id.0);
    out.extend(meta.committed_at.to_le_bytes());
    put(&mut out, meta.actor.as_bytes());
    meta.causation.iter().chain(&meta.correlation).for_each(|id| out.extend(id.0));
    meta.traceparent.iter().for_each(|text| put(&mut out, text.as_bytes()));
    put_number(&mut out, record.events.len() as u64);
    for event in &record.events {
        put(&mut out, event.stream.as_bytes());
        put_number(&mut out, event.version);
        put(&mut out, event.kind.as_bytes());
        put_number(&mut out, u64::from(event.schema));
        put(&mut out, &event.data);
    }
    out
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(u8::try_from(number & 0x7f).expect("seven bits") | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).expect("seven bits"));
}
