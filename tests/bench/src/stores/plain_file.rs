//! The limit that the disk sets: the same bytes, appended and synced, and nothing else.

use std::{
    fs::{File, OpenOptions},
    io::{BufReader, Read, Write},
    path::{Path, PathBuf},
};

use event_store::NewRecord;

use super::Store;

/// What a block of the log has beside its records.
const GROUP_BYTES: usize = 60;
/// What a record of the log has beside its texts and data.
const RECORD_BYTES: usize = 12;

/// One file that only grows.
pub(super) struct PlainFile {
    path: PathBuf,
    file: File,
}

impl PlainFile {
    pub(super) fn open(dir: &Path) -> anyhow::Result<Self> {
        let path = dir.join("plain");
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        Ok(Self { path, file })
    }
}

impl Store for PlainFile {
    fn append(&mut self, group: Vec<NewRecord>) -> anyhow::Result<()> {
        let mut bytes = Vec::with_capacity(group.len() * 400 + GROUP_BYTES);
        bytes.resize(GROUP_BYTES, 0);
        bytes[..4].copy_from_slice(&u32::try_from(group.len())?.to_le_bytes());
        for record in &group {
            let event = &record.events[0];
            let texts = record.actor.len() + event.stream.len() + event.kind.len();
            let length = u32::try_from(texts + event.data.len())?;
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(&[0; RECORD_BYTES - 4]);
            bytes.extend_from_slice(&record.command_id.0);
            bytes.extend_from_slice(&record.committed_at.to_le_bytes());
            bytes.extend_from_slice(record.actor.as_bytes());
            bytes.extend_from_slice(event.stream.as_bytes());
            bytes.extend_from_slice(event.kind.as_bytes());
            bytes.extend_from_slice(&event.data);
        }
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        Ok(())
    }

    fn settle(&mut self) -> anyhow::Result<()> {
        Ok(())
    }

    fn count(&mut self) -> anyhow::Result<u64> {
        let mut file = BufReader::with_capacity(1 << 20, File::open(&self.path)?);
        let (mut events, mut header) = (0, [0; GROUP_BYTES]);
        while file.read_exact(&mut header).is_ok() {
            let group = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
            for _ in 0..group {
                let mut length = [0; 4];
                file.read_exact(&mut length)?;
                let rest = (RECORD_BYTES - 4 + 16 + 8) as u64;
                let rest = i64::try_from(rest + u64::from(u32::from_le_bytes(length)))?;
                file.seek_relative(rest)?;
                events += 1;
            }
        }
        Ok(events)
    }
}
