//! The same work in SQLite: WAL, `synchronous=FULL`, one transaction per group.

use std::path::Path;

use event_store::NewRecord;
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use super::Store;

/// The cache is as large as that of the log's index: 64 MiB.
const SCHEMA: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -65536;
CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY, stream TEXT NOT NULL, version INTEGER NOT NULL,
    kind TEXT NOT NULL, actor TEXT NOT NULL, committed_at INTEGER NOT NULL,
    command BLOB NOT NULL, data BLOB NOT NULL, UNIQUE (stream, version));
CREATE TABLE IF NOT EXISTS commands (id BLOB PRIMARY KEY, position INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chain (one INTEGER PRIMARY KEY, hash BLOB NOT NULL);
";
const VERSION: &str = "SELECT max(version) FROM events WHERE stream = ?1";
const EVENT: &str = "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const COMMAND: &str = "INSERT INTO commands VALUES (?1, ?2)";
const CHAIN: &str = "INSERT OR REPLACE INTO chain VALUES (1, ?1)";

/// The database.
pub(super) struct Sqlite {
    connection: Connection,
    position: i64,
    chain: [u8; 32],
}

impl Sqlite {
    pub(super) fn open(dir: &Path) -> anyhow::Result<Self> {
        let connection = Connection::open(dir.join("events.sqlite"))?;
        connection.execute_batch(SCHEMA)?;
        let head = "SELECT max(position) FROM events";
        let position: Option<i64> = connection.query_row(head, [], |row| row.get(0))?;
        Ok(Self { connection, position: position.unwrap_or_default(), chain: [0; 32] })
    }
}

impl Store for Sqlite {
    fn append(&mut self, group: Vec<NewRecord>) -> anyhow::Result<()> {
        let transaction = self.connection.transaction()?;
        {
            let mut version = transaction.prepare_cached(VERSION)?;
            let mut insert = transaction.prepare_cached(EVENT)?;
            let mut remember = transaction.prepare_cached(COMMAND)?;
            for record in &group {
                let (event, command) = (&record.events[0], &record.command_id.0);
                self.position += 1;
                let last: Option<Option<i64>> =
                    version.query_row([&event.stream], |row| row.get(0)).optional()?;
                let next = last.flatten().unwrap_or_default() + 1;
                insert.execute(params![
                    self.position,
                    event.stream,
                    next,
                    event.kind,
                    record.actor,
                    record.committed_at,
                    command,
                    event.data.as_ref(),
                ])?;
                remember.execute(params![command, self.position])?;
                let hash = Sha256::new().chain_update(self.chain).chain_update(command);
                let hash = hash.chain_update(next.to_le_bytes()).chain_update(&event.stream);
                self.chain = hash.chain_update(&event.data).finalize().into();
            }
            transaction.prepare_cached(CHAIN)?.execute([&self.chain])?;
        }
        transaction.commit()?;
        Ok(())
    }

    fn settle(&mut self) -> anyhow::Result<()> {
        Ok(())
    }

    fn count(&mut self) -> anyhow::Result<u64> {
        let count = "SELECT count(*) FROM events";
        Ok(u64::try_from(self.connection.query_row(count, [], |row| row.get::<_, i64>(0))?)?)
    }
}
