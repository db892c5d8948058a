//! PostgreSQL: a prepared insert in a transaction of its own.

use std::net::SocketAddr;

use tokio_postgres::{Config, NoTls, Statement};

use crate::facts::account_id;

/// The database that the events are in: the one that every cluster has.
const DATABASE: &str = "postgres";
/// The events: nothing but what makes them a log with streams.
pub(crate) const TABLE: &str = "CREATE TABLE events (
    position bigserial PRIMARY KEY, stream text NOT NULL, version bigint NOT NULL,
    kind text NOT NULL, data bytea NOT NULL, UNIQUE (stream, version))";
const INSERT: &str = "INSERT INTO events (stream, version, kind, data) VALUES ($1, $2, $3, $4)";
const PAYLOAD: [u8; 300] = [b'x'; 300];

/// One client's connection.
pub(crate) struct Client {
    client: tokio_postgres::Client,
    insert: Option<Statement>,
}

impl Client {
    /// Connects as the user that the cluster was made by.
    pub(crate) async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let mut config = Config::new();
        config.host(address.ip().to_string()).port(address.port());
        config.user("postgres").dbname(DATABASE);
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(Self { client, insert: None })
    }

    /// Runs statements without results.
    pub(crate) async fn execute(&self, statements: &str) -> anyhow::Result<()> {
        Ok(self.client.batch_execute(statements).await?)
    }

    /// How many events there are.
    pub(crate) async fn count(&self) -> anyhow::Result<u64> {
        let row = self.client.query_one("SELECT count(*) FROM events", &[]).await?;
        Ok(u64::try_from(row.get::<_, i64>(0))?)
    }

    pub(super) async fn send(&mut self, number: u64) -> anyhow::Result<()> {
        let insert = match &self.insert {
            Some(insert) => insert.clone(),
            None => {
                let insert = self.client.prepare(INSERT).await?;
                self.insert.insert(insert).clone()
            }
        };
        let (stream, data) = (account_id(number), PAYLOAD.as_slice());
        let rows =
            self.client.execute(&insert, &[&stream, &1_i64, &"AccountOpened", &data]).await?;
        anyhow::ensure!(rows == 1, "no row was inserted");
        Ok(())
    }
}
