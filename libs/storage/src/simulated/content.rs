//! One file: what is seen of it, what is on the disk, and the writes in between.

use crate::chance::Chance;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// A write that was not synced.
#[derive(Debug)]
struct Pending {
    offset: usize,
    bytes: Vec<u8>,
}

/// A file's bytes.
#[derive(Debug, Default)]
pub(super) struct Content {
    seen: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Pending>,
}

impl Content {
    /// What is seen.
    pub(super) fn seen(&self) -> &[u8] {
        &self.seen
    }

    pub(super) fn write(&mut self, offset: usize, bytes: &[u8]) {
        put(&mut self.seen, offset, bytes);
        self.pending.push(Pending { offset, bytes: bytes.to_vec() });
    }

    pub(super) fn sync(&mut self) {
        for Pending { offset, bytes } in self.pending.drain(..) {
            put(&mut self.durable, offset, &bytes);
        }
    }

    /// A sync that failed: the pages are taken for clean, whether they reached the disk or not, and
    /// no later sync writes them.
    pub(super) fn fail_to_sync(&mut self, chance: &mut Chance) {
        for Pending { offset, bytes } in self.pending.drain(..) {
            if chance.coin() {
                put(&mut self.durable, offset, &bytes);
            }
        }
    }

    /// The power was cut: any of the pending writes is there, whole, in some of its sectors, or
    /// not at all.
    pub(super) fn crash(&mut self, chance: &mut Chance) {
        for Pending { offset, bytes } in self.pending.drain(..) {
            match chance.below(4) {
                0 => {}
                1 => put(&mut self.durable, offset, &bytes),
                _ => put_torn(&mut self.durable, offset, &bytes, chance),
            }
        }
        self.seen.clone_from(&self.durable);
    }
}

fn put(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}

fn put_torn(file: &mut Vec<u8>, offset: usize, bytes: &[u8], chance: &mut Chance) {
    let mut at = 0;
    while at < bytes.len() {
        let to_boundary = SECTOR - (offset + at) % SECTOR;
        let end = bytes.len().min(at + to_boundary);
        if chance.coin() {
            put(file, offset + at, &bytes[at..end]);
        }
        at = end;
    }
}
