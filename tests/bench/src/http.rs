//! Commands over HTTP and over NATS beside a handler that does nothing, with the same server code
//! and the same clients; and how long they take at half of that load.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::{body::Body, extract::Path, routing::post};
use bus::{Bus, Endpoint, Handler, Message, nats_server::NatsServer, subject};
use clap::Args;
use core_service::{Access, Calendar, Core};
use domain::biller::Biller;
use futures::FutureExt as _;
use service::{
    Context, ReadSide,
    http::{Readiness, health_routes, listen},
    telemetry::{self, LogForm},
};
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use crate::{
    options::Options,
    peers::{BILLER, Peer, wait},
    process::{Line, Running, measure as run},
    run::Run,
    servers::Target,
    table::{Bench, Row},
};

const GROUP: &str = "http";
const CLIENTS: [u64; 2] = [64, 256];
const PEERS: [Peer; 3] = [Peer::Empty, Peer::Core, Peer::Everything];
/// Largest body of a command, as in our gateway.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// What coming to rest takes, on average.
const OVERHEAD: Duration = Duration::from_secs(1);
/// Measurements in a round: each server with each number of clients, at half load, and over NATS.
const MEASUREMENTS: u32 = 6 + 3 + 2;
/// What starting the servers takes.
const STARTING: Duration = Duration::from_secs(2);

/// Options of a server.
#[derive(Args)]
pub(crate) struct Serve {
    /// Where it listens; over NATS it does not.
    #[arg(long)]
    http: Option<SocketAddr>,
    /// Answer over this NATS server.
    #[arg(long)]
    nats: Option<String>,
    /// Core, with its log here; none: a handler that does nothing.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Beside core what an agent asks: care and search.
    #[arg(long)]
    care: bool,
}

pub(crate) fn expected(options: &Options) -> Duration {
    let runs = u32::try_from(options.rounds()).unwrap_or(u32::MAX) * MEASUREMENTS;
    STARTING + (options.server_time() + OVERHEAD) * runs
}

pub(crate) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let mut targets = Vec::new();
    for peer in PEERS {
        targets.push(Target::start(bench, peer)?);
    }
    bench.progress.done(STARTING);
    let mut halves = [0; 3];
    for clients in CLIENTS {
        let runs = load_all(bench, &mut targets, clients, None)?;
        let limit = runs[0].per_second();
        for (peer, run) in PEERS.into_iter().zip(&runs) {
            let row = Row::rate(GROUP, format!("HTTP: {}", peer.name()), "requests/s", run);
            let row = row.clients(clients);
            bench.row(if peer == Peer::Empty { row } else { row.beside("empty handler", limit) });
        }
        if clients == CLIENTS[0] {
            halves = [0, 1, 2].map(|nth| runs[nth].per_second() / 2);
        }
    }
    let clients = CLIENTS[0];
    let runs = load_all(bench, &mut targets, clients, Some(halves))?;
    for (nth, run) in (1..).zip(&runs[1..]) {
        let what = format!("HTTP at half of that load: {}", PEERS[nth].name());
        bench.row(Row::rate(GROUP, what, "requests/s", run).clients(clients));
    }
    drop(targets);
    measure_nats(bench)
}

fn load_all(
    bench: &Bench,
    targets: &mut [Target],
    clients: u64,
    halves: Option<[u64; 3]>,
) -> anyhow::Result<Vec<Run>> {
    bench.in_turns(&[0, 1, 2], |bench, nth: usize| {
        let target = &mut targets[nth];
        bench.progress.now(format!("http: {}, {clients} clients", target.server.peer.name()));
        let measured = target.load(bench, clients, halves.map(|halves| halves[nth]))?;
        bench.progress.done(bench.options.server_time() + OVERHEAD);
        Ok(measured)
    })
}

/// Core alone, and an endpoint that does nothing, each over a NATS server of its own.
fn measure_nats(bench: &mut Bench) -> anyhow::Result<()> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let clients = CLIENTS[0];
    let runs = bench.in_turns(&[false, true], |bench, is_core| {
        bench.progress.now(format!("http: over NATS, {clients} clients"));
        let nats = runtime.block_on(NatsServer::start())?;
        let line = Line::of("serve").option("--nats", nats.url());
        let line = match is_core {
            true => line.with("--data").with(bench.fresh("core-over-nats")?),
            false => line,
        };
        let mut server = Running::start(&mut line.command()?)?;
        let address = nats.url().trim_start_matches("nats://").to_owned();
        server.wait_for(|| wait(answers(&nats.url())).is_ok())?;
        let load = Line::of("load").option("--protocol", "nats").option("--clients", clients);
        let load =
            load.option("--millis", bench.options.server_time().as_millis()).option("--first", 1);
        let measured = run(&load.with(address))?;
        if is_core {
            let (found, done) = (wait(events_over(&nats.url()))?, measured.count);
            anyhow::ensure!(found >= done, "core has {found} events, {done} were acknowledged");
        }
        bench.progress.done(bench.options.server_time() + OVERHEAD);
        Ok(measured)
    })?;
    let [empty, core] = runs.as_slice() else { return Ok(()) };
    let row = |what: &str, run| Row::rate(GROUP, what, "requests/s", run).clients(clients);
    bench.row(row("NATS: empty endpoint", empty));
    bench.row(row("NATS: core alone", core).beside("empty endpoint", empty.per_second()));
    Ok(())
}

/// Whether somebody answers commands, with a yes or a no.
async fn answers(url: &str) -> anyhow::Result<()> {
    let client = async_nats::connect(url).await?;
    client.request(subject::command(BILLER, "account", "open"), "no command".into()).await?;
    Ok(())
}

/// How many events core's log holds.
async fn events_over(url: &str) -> anyhow::Result<u64> {
    let feed = Bus::nats(url, "count").await?.follow(BILLER, "count").await?;
    Ok(feed.head().await?.position)
}

impl Serve {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        Builder::new_multi_thread().enable_all().build()?.block_on(self.serve())
    }

    async fn serve(self) -> anyhow::Result<()> {
        telemetry::start("warn", LogForm::Text)?;
        let stop = CancellationToken::new();
        let bus = match &self.nats {
            Some(url) => Bus::nats(url, "bench").await?,
            None => Bus::in_process(),
        };
        let readiness = Readiness::default();
        let mut routes = health_routes(readiness.clone());
        let (mut core, mut endpoint) = (None, None);
        let mut read_sides = Vec::new();
        match self.data {
            Some(data) => {
                let context = Context { bus, data };
                let biller = Arc::new(contract::biller::parse(contract::biller::SHIPPED)?);
                let running = core_service::start(
                    &context,
                    std::slice::from_ref(&biller),
                    Calendar::Manual,
                    stop.clone(),
                )
                .await?;
                if self.care {
                    read_sides.push(search_beside(&running.core, &context, &biller).await?);
                    read_sides.push(care::start(&context, biller).await?);
                }
                routes = routes.merge(running.core.routes(Access::TrustedHeader));
                core = Some(running);
            }
            None => {
                routes = routes.route("/v1/{biller}/commands/{command}", post(nothing));
                endpoint = Some(bus.serve(empty_endpoint(), empty_handler()).await?);
            }
        }
        let mut listening = None;
        if let Some(address) = self.http {
            listening = Some(listen(address, routes, stop.clone()).await?);
        }
        readiness.ready();
        stop.cancelled().await;
        drop((core, endpoint, listening, read_sides));
        Ok(())
    }
}

/// Search as the product runs it.
pub(crate) async fn search_beside(
    core: &Core,
    context: &Context,
    biller: &Biller,
) -> anyhow::Result<ReadSide> {
    let (vault, blind) = core.search_keys(&biller.name).context("core has no keys")?;
    let (side, finder) = search::start(context, biller, search::Keys { vault, blind }).await?;
    core.finds_with(&biller.name, finder);
    Ok(side)
}

/// Reads the body, as everybody must.
async fn nothing(Path(_names): Path<(String, String)>, body: Body) -> &'static str {
    match axum::body::to_bytes(body, BODY_BYTES_MAX).await {
        Ok(_) => "{}",
        Err(_) => "the body is too large",
    }
}

fn empty_endpoint() -> Endpoint {
    Endpoint {
        service: "empty".to_owned(),
        version: "1.0.0".to_owned(),
        description: "Says yes".to_owned(),
        subject: subject::commands(BILLER),
        queue_group: "core".to_owned(),
    }
}

fn empty_handler() -> Handler {
    let yes = || Message::default().with_header("demarc-outcome", "accepted");
    Arc::new(move |_subject, _message| async move { yes() }.boxed())
}
