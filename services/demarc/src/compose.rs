//! The composition root: which parts make one running Demarc.

use anyhow::Context as _;
use std::{net::SocketAddr, path::PathBuf};

/// What is started, and where.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Directory that holds the log and the read models.
    pub(crate) data: PathBuf,
    /// Address of the HTTP API; port 0 takes a free one.
    pub(crate) http: SocketAddr,
    /// Files with billers' data; none: the shipped example.
    pub(crate) biller_files: Vec<PathBuf>,
    /// Address of a NATS server; none: everything in this process.
    pub(crate) nats: Option<String>,
    /// Who opens the days.
    pub(crate) calendar: Calendar,
}

/// Who opens the billers' days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Calendar {
    /// The wall clock, in the biller's time zone.
    WallClock,
    /// Whoever sends `OpenDay`.
    Manual,
}

/// A Demarc that runs in this process.
#[derive(Debug)]
pub(crate) struct Running {
    url: String,
}

impl Running {
    /// Where its HTTP API listens, for example `http://127.0.0.1:8020`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stops it, after what is under way is done.
    pub(crate) async fn shutdown(self) -> anyhow::Result<()> {
        Ok(())
    }
}

/// Runs everything in this process until it is told to stop.
pub(crate) async fn serve(options: Options) -> anyhow::Result<()> {
    start(options).await.map(drop)
}

/// Runs one service against NATS until it is told to stop.
pub(crate) async fn run(service: &str, options: Options) -> anyhow::Result<()> {
    start(options).await.with_context(|| format!("{service} was not started"))?;
    Ok(())
}

/// Starts everything in this process.
pub(crate) async fn start(options: Options) -> anyhow::Result<Running> {
    let Options { data, http, biller_files, nats, calendar } = options;
    anyhow::bail!("nothing is wired yet: {data:?} {http} {biller_files:?} {nats:?} {calendar:?}")
}
