//! The same work in fjall: events by position, streams, commands and the hash chain, in one
//! keyspace, one batch and one `fdatasync` per group.
//!
//! `PersistMode::SyncData` is used, which is what the log does, too; `SyncAll` is slower.

use std::{collections::HashMap, path::Path};

use event_store::NewRecord;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use sha2::{Digest as _, Sha256};

use super::Store;

/// As much memory for blocks as the log's index gets.
const CACHE_BYTES: u64 = 64 << 20;

/// The database; the first byte of a key says what it leads to.
pub(super) struct Fjall {
    database: Database,
    keyspace: Keyspace,
    position: u64,
    chain: [u8; 32],
}

impl Fjall {
    pub(super) fn open(dir: &Path) -> anyhow::Result<Self> {
        let database = Database::builder(dir.join("fjall")).cache_size(CACHE_BYTES).open()?;
        let keyspace = database.keyspace("log", KeyspaceCreateOptions::default)?;
        let position = match keyspace.get(b"p")? {
            Some(bytes) => u64::from_be_bytes(bytes.as_ref().try_into()?),
            None => 0,
        };
        Ok(Self { database, keyspace, position, chain: [0; 32] })
    }

    fn version(&self, stream: &str) -> anyhow::Result<u64> {
        Ok(match self.keyspace.get(key(b'h', stream.as_bytes()))? {
            Some(bytes) => u64::from_be_bytes(bytes.as_ref().try_into()?),
            None => 0,
        })
    }
}

impl Store for Fjall {
    fn append(&mut self, group: Vec<NewRecord>) -> anyhow::Result<()> {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncData));
        let mut heads: HashMap<String, u64> = HashMap::new();
        for record in group {
            let by_command = key(b'c', &record.command_id.0);
            anyhow::ensure!(!self.keyspace.contains_key(&by_command)?, "a command's id was seen");
            for event in &record.events {
                let version = match heads.get(&event.stream) {
                    Some(version) => version + 1,
                    None => self.version(&event.stream)? + 1,
                };
                self.position += 1;
                let place = self.position.to_be_bytes();
                let mut value = Vec::with_capacity(event.data.len() + 100);
                value.extend_from_slice(&record.command_id.0);
                value.extend_from_slice(&record.committed_at.to_le_bytes());
                value.extend_from_slice(&version.to_le_bytes());
                value.extend_from_slice(record.actor.as_bytes());
                value.extend_from_slice(event.stream.as_bytes());
                value.extend_from_slice(event.kind.as_bytes());
                value.extend_from_slice(&event.data);
                self.chain =
                    Sha256::new().chain_update(self.chain).chain_update(&value).finalize().into();
                let mut by_stream = key(b's', event.stream.as_bytes());
                by_stream.push(0);
                by_stream.extend_from_slice(&version.to_be_bytes());
                batch.insert(&self.keyspace, key(b'e', &place), value);
                batch.insert(&self.keyspace, by_stream, place);
                batch.insert(&self.keyspace, by_command.clone(), place);
                heads.insert(event.stream.clone(), version);
            }
        }
        for (stream, version) in heads {
            batch.insert(&self.keyspace, key(b'h', stream.as_bytes()), version.to_be_bytes());
        }
        batch.insert(&self.keyspace, &b"p"[..], self.position.to_be_bytes());
        batch.insert(&self.keyspace, &b"x"[..], self.chain);
        batch.commit()?;
        Ok(())
    }

    fn settle(&mut self) -> anyhow::Result<()> {
        Ok(())
    }

    fn count(&mut self) -> anyhow::Result<u64> {
        Ok(self.keyspace.prefix(b"e").count() as u64)
    }
}

fn key(kind: u8, rest: &[u8]) -> Vec<u8> {
    [&[kind], rest].concat()
}
