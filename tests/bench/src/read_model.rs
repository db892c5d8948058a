//! A read model of 100,000 rows that counts, to be filled from a log: one row is read, changed and
//! written per event.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use bus::{Bus, Describe, LogSource};
use clap::Args;
use event_store::{Log, Position, Recorded};
use projection::{Fault, Handle, Intents, Limits, ReadModel, Rows, RunnerConfig, Table};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::{
    commands::Commands,
    run::{Run, memory_max},
    stores::open_log,
};

/// Events in one block while it follows.
const GROUP: u64 = 256;
const ACCOUNTS: Table = Table::new(b'a');
const BILLER: &str = "bench";

/// Options of filling it.
#[derive(Args)]
pub(crate) struct Fill {
    /// The log.
    dir: PathBuf,
    /// Where the read model is made.
    #[arg(long)]
    model: PathBuf,
    /// Streams of the events that are appended.
    #[arg(long, default_value_t = 1)]
    streams: u64,
    /// Measure how it follows so many more events, not how it is rebuilt.
    #[arg(long)]
    follow: Option<u64>,
}

#[derive(Default, Serialize, Deserialize)]
struct Account {
    events: u64,
    bytes: u64,
    last_position: u64,
    last_kind: String,
}

struct Accounts;

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
        rows.upsert(ACCOUNTS, event.event.stream.as_bytes(), |account: &mut Account| {
            account.events += 1;
            account.bytes += event.event.data.len() as u64;
            account.last_position = event.position;
            event.event.kind.as_ref().clone_into(&mut account.last_kind);
        })
    }
}

impl Fill {
    pub(crate) fn run(self) -> anyhow::Result<Run> {
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(self.fill())
    }

    async fn fill(self) -> anyhow::Result<Run> {
        let log = open_log(&self.dir)?;
        let position = log.reader().head().position;
        let (grown, head) = watch::channel(position);
        let source = LogSource { reader: log.reader(), head };
        let bus = Bus::in_process();
        bus.offer_log(BILLER, source, Describe::default()).await?;
        let began = Instant::now();
        let handle = start(&self.model, &bus).await?;
        handle.caught_up(position).await?;
        let rebuilt = Run::since(began, position);
        let run = match self.follow {
            None => rebuilt,
            Some(more) => {
                let commands = Commands::after(position, self.streams);
                follow(log, grown, commands, &handle, position + more).await?
            }
        };
        handle.shutdown().await;
        Ok(Run { memory_max: memory_max("self"), ..run })
    }
}

/// How fast it follows a writer that does not wait, up to `end`.
async fn follow(
    mut log: Log,
    grown: watch::Sender<Position>,
    mut commands: Commands,
    handle: &Handle,
    end: Position,
) -> anyhow::Result<Run> {
    let began = Instant::now();
    let start = log.reader().head().position;
    let writer = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
        let mut position = start;
        while position < end {
            let group = (position..end.min(position + GROUP)).map(|_| commands.next());
            log.append(group.collect())?;
            position = log.reader().head().position;
            grown.send_replace(position);
        }
        Ok(())
    });
    handle.caught_up(end).await?;
    let run = Run::since(began, end - start);
    writer.await??;
    Ok(run)
}

async fn start(dir: &Path, bus: &Bus) -> anyhow::Result<Handle> {
    let config = RunnerConfig {
        storage: Arc::new(storage::Os),
        dir: dir.to_owned(),
        biller: BILLER.into(),
        bus: bus.clone(),
        model: Arc::new(Accounts),
        performer: None,
        actor: "bench".into(),
        clock: Arc::new(|| 0),
        limits: Limits::default(),
    };
    Ok(projection::start(config).await?)
}
