//! The processes that the table starts: each measures one thing and says it on standard output.

use std::{
    io::Write as _,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::{Args, Subcommand};

use crate::{
    bills,
    group_commit::{self, Work},
    http, intents, load, read, read_model,
    run::{Run, memory_max},
    stores::{Kind, open_log},
};

/// One of the bench's own processes.
#[derive(Subcommand)]
pub(crate) enum Child {
    /// Append to a store.
    #[command(hide = true)]
    Write(Write),
    /// Open a log and say how long it took.
    #[command(hide = true)]
    Open {
        /// Where it is.
        dir: PathBuf,
    },
    /// Go through a log.
    #[command(hide = true)]
    Scan(read::Scan),
    /// Read streams here and there.
    #[command(hide = true)]
    Streams(read::Streams),
    /// Fill a read model.
    #[command(hide = true)]
    Project(read_model::Fill),
    /// Charge accounts.
    #[command(hide = true)]
    Charge(intents::Charge),
    /// Bill accounts, or take a step of dunning with them.
    #[command(hide = true)]
    Bill(bills::Bill),
    /// Send requests to a server.
    #[command(hide = true)]
    Load(load::Load),
    /// Serve HTTP or NATS with core alone, or with nothing.
    #[command(hide = true)]
    Serve(http::Serve),
}

/// Options of an append.
#[derive(Args)]
pub(crate) struct Write {
    dir: PathBuf,
    #[arg(long)]
    store: Kind,
    #[arg(long)]
    clients: u64,
    #[arg(long)]
    streams: u64,
    /// What the store holds already.
    #[arg(long, default_value_t = 0)]
    after: u64,
    #[arg(long, default_value_t = u64::MAX)]
    events: u64,
    #[arg(long, default_value_t = 1_000_000_000)]
    millis: u64,
    #[arg(long)]
    tell: bool,
}

impl Child {
    /// Measures, and says what was measured.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let run = match self {
            Self::Write(options) => options.run()?,
            Self::Open { dir } => open(&dir)?,
            Self::Scan(options) => options.run()?,
            Self::Streams(options) => options.run()?,
            Self::Project(options) => options.run()?,
            Self::Charge(options) => options.run()?,
            Self::Bill(options) => options.run()?,
            Self::Load(options) => options.run()?,
            Self::Serve(options) => return options.run(),
        };
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&run)?)?;
        Ok(())
    }
}

impl Write {
    fn run(self) -> anyhow::Result<Run> {
        let Self { clients, after, streams, events, tell, .. } = self;
        let work = Work {
            clients,
            after,
            streams,
            events,
            time: Duration::from_millis(self.millis),
            tell,
        };
        let mut store = self.store.open(&self.dir)?;
        let run = group_commit::write(&mut *store, work)?;
        let found = store.count()?;
        let expected = after + run.count;
        anyhow::ensure!(found == expected, "{found} events are there, {expected} were written");
        Ok(run)
    }
}

fn open(dir: &std::path::Path) -> anyhow::Result<Run> {
    let began = Instant::now();
    let log = open_log(dir)?;
    let run = Run::since(began, log.reader().head().position);
    Ok(Run { memory_max: memory_max("self"), ..run })
}
