//! One log and one read model in a directory, as the product puts them together.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, Describe, LogSource};
use event_store::{Log, Options, Position, Recorded};
use projection::{Fault, Handle, InMemory, Intents, Limits, ReadModel, Rows, RunnerConfig, Table};
use serde::{Deserialize, Serialize};
use storage::{Os, Storage};
use tokio::sync::watch;

use crate::story::BILLER;

const ACCOUNTS: Table = Table::new(b'a');
/// The folder of the log.
pub(crate) const LOG: &str = "log";
/// The folder of the read model.
pub(crate) const ROWS: &str = "accounts";

/// What is known of an account.
#[derive(Default, Serialize, Deserialize)]
struct Account {
    events: u64,
    bytes: u64,
    last_position: u64,
}

/// Every account, with what happened to it.
pub(crate) struct Accounts;

impl ReadModel for Accounts {
    fn name(&self) -> &'static str {
        "accounts"
    }

    fn version(&self) -> u32 {
        1
    }

    fn apply(
        &self,
        event: &Recorded,
        rows: &mut Rows<'_>,
        _: &mut Intents<'_>,
    ) -> Result<(), Fault> {
        let stream = event.event.stream.as_bytes();
        rows.upsert(ACCOUNTS, stream, |account: &mut Account| {
            account.events += 1;
            account.bytes += event.event.data.len() as u64;
            account.last_position = event.position;
        })?;
        // A row of its own, so that the directory grows with the log.
        rows.put(ACCOUNTS, event.position.to_be_bytes(), &event.event.version)
    }
}

/// Opens the log on a storage. Segments and generations are so small that a second of writing
/// rolls and spills.
pub(crate) fn open_log(dir: &Path, storage: Arc<dyn Storage>) -> anyhow::Result<Log> {
    let (segment_bytes, spill_events) = (2 << 20, 2_000);
    let options = Options { segment_bytes, spill_events, storage, ..Options::default() };
    Ok(Log::open(&dir.join(LOG), BILLER, options)?)
}

/// Offers the log on a bus, and how to say that it grew.
pub(crate) async fn offer(log: &Log) -> anyhow::Result<(Bus, watch::Sender<Position>)> {
    let reader = log.reader();
    let (grown, head) = watch::channel(reader.head().position);
    let bus = Bus::in_process();
    bus.offer_log(BILLER, LogSource { reader, head }, Describe::default()).await?;
    Ok((bus, grown))
}

/// Starts the read model; without a log on the bus it waits.
pub(crate) async fn start_rows(dir: &Path, bus: &Bus) -> anyhow::Result<Handle> {
    let config = RunnerConfig {
        storage: Arc::new(Os),
        dir: dir.join(ROWS),
        biller: BILLER.into(),
        bus: bus.clone(),
        model: Arc::new(Accounts),
        performer: None,
        actor: "powercut".into(),
        clock: Arc::new(|| 0),
        limits: Limits { request_timeout: Duration::from_secs(1), ..Limits::default() },
    };
    Ok(projection::start(config).await?)
}

/// The read model in memory, before the first event.
pub(crate) fn fold() -> InMemory {
    InMemory::new(Arc::new(Accounts))
}
