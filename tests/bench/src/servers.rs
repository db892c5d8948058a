//! Demarc's command route beside event stores that are servers, each over its own protocol: one
//! event of about 300 bytes per request, in a stream that must be new, on the disk when answered.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    options::Options,
    peers::{Peer, Server},
    process::{Line, measure as run},
    run::Run,
    table::{Bench, Row},
};

const GROUP: &str = "servers";
const CLIENTS: [u64; 4] = [1, 16, 64, 256];
const PEERS: [Peer; 4] = [Peer::Core, Peer::Postgres, Peer::Umadb, Peer::Sierradb];
/// What coming to rest and counting take, on average.
const OVERHEAD: Duration = Duration::from_secs(1);
/// What starting the servers takes.
const STARTING: Duration = Duration::from_secs(5);
/// How long a server may take to show what it has acknowledged.
const SHOWN_WITHIN: Duration = Duration::from_secs(10);

/// How often it is asked.
const POLL_EVERY: Duration = Duration::from_millis(100);

/// A server with the number of the next request: no two may be equal.
pub(crate) struct Target {
    pub(crate) server: Server,
    next: u64,
    /// What was acknowledged.
    done: u64,
}

impl Target {
    /// Starts a server.
    pub(crate) fn start(bench: &Bench, peer: Peer) -> anyhow::Result<Self> {
        bench.progress.now(format!("starting {}", peer.name()));
        let dir = bench.fresh(&format!("server-{peer:?}").to_lowercase())?;
        Ok(Self { server: peer.start(&dir)?, next: 0, done: 0 })
    }

    /// Sends requests at full speed, or so many in a second, and makes sure that everything that
    /// was acknowledged is there.
    pub(crate) fn load(
        &mut self,
        bench: &Bench,
        clients: u64,
        paced: Option<u64>,
    ) -> anyhow::Result<Run> {
        self.server.process.comes_to_rest()?;
        let line = Line::of("load")
            .option("--protocol", self.server.peer.protocol().argument())
            .option("--clients", clients)
            .option("--millis", bench.options.server_time().as_millis())
            .option("--first", self.next);
        let line = match paced {
            Some(rate) => line.option("--paced", rate.max(1)),
            None => line,
        };
        let measured = run(&line.with(self.server.address.to_string()))?;
        self.next += measured.count + clients;
        self.done += measured.count;
        self.shows_what_is_done()?;
        Ok(measured)
    }

    /// What was acknowledged must be there; SierraDB counts it a moment later.
    fn shows_what_is_done(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + SHOWN_WITHIN;
        let (name, done) = (self.server.peer.name(), self.done);
        loop {
            let found = self.server.count()?;
            if found >= done || self.server.peer == Peer::Empty {
                return Ok(());
            }
            anyhow::ensure!(
                Instant::now() < deadline,
                "{name} has {found} events, {done} were acknowledged"
            );
            thread::sleep(POLL_EVERY);
        }
    }
}

pub(crate) fn expected(options: &Options) -> Duration {
    let runs = CLIENTS.len() * PEERS.len() * options.rounds();
    STARTING + (options.server_time() + OVERHEAD) * u32::try_from(runs).unwrap_or(u32::MAX)
}

pub(crate) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let mut targets = Vec::new();
    for peer in PEERS {
        targets.push(Target::start(bench, peer)?);
    }
    bench.progress.done(STARTING);
    for clients in CLIENTS {
        let runs = bench.in_turns(&[0, 1, 2, 3], |bench, nth: usize| {
            let target = &mut targets[nth];
            let name = target.server.peer.name();
            bench.progress.now(format!("servers: {name}, {clients} clients"));
            let measured = target.load(bench, clients, None)?;
            bench.progress.done(bench.options.server_time() + OVERHEAD);
            Ok(measured)
        })?;
        let [ours, theirs @ ..] = runs.as_slice() else { continue };
        let row = |what: &str, run| Row::rate(GROUP, what, "events/s", run).clients(clients);
        bench.row(row("Demarc, core alone", ours));
        for (peer, run) in PEERS[1..].iter().zip(theirs) {
            let row = row(peer.name(), run).beside("Demarc, core alone", ours.per_second());
            bench.row(row);
        }
    }
    Ok(())
}
