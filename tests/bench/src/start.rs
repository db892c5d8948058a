//! Start-up of the whole product after `kill -9`, and what memory it takes.

use std::time::{Duration, Instant};

use crate::{
    facts,
    options::Options,
    peers::{BILLER, Peer, demarc, get, head},
    process::{Line, Running, free_address},
    run::{memory_max, micros},
    table::{Bench, Row},
};

const GROUP: &str = "start";
const EVENTS: u64 = 1_000_000;
const EVENTS_QUICK: u64 = 50_000;
const CLIENTS: u64 = 16;
const MIB: u64 = 1 << 20;

pub(crate) fn expected(options: &Options) -> Duration {
    options.expected(60, 12)
}

pub(crate) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let events = bench.options.events(EVENTS, EVENTS_QUICK);
    let data = bench.fresh("start")?;
    bench.progress.now("start: writing a log of real events");
    facts::write(&data.join("core").join(BILLER), BILLER, events)?;
    let address = free_address()?;
    bench.progress.now("start: filling every read model");
    let began = Instant::now();
    let mut server = Running::start(&mut demarc(address, &data)?)?;
    server.listens(address)?;
    server.wait_for(|| caught_up(address).unwrap_or(false))?;
    let filled = events * 1_000_000 / micros(began.elapsed()).max(1);
    bench.row(Row::new(GROUP, "every read model filled from the log", filled, "events/s"));
    let memory = memory_max(&server.id()) / MIB;
    bench.row(Row::new(GROUP, "while they are filled: memory", memory, "MiB at most"));
    bench.progress.now("start: kill -9 while commands are written");
    let load = Line::of("load").option("--protocol", Peer::Core.protocol().argument());
    let load = load.option("--clients", CLIENTS).option("--millis", 60_000);
    // Far behind the accounts that are in the log.
    let load = load.option("--first", 1_u64 << 32).with(address.to_string());
    let mut command = load.command()?;
    command.stderr(std::process::Stdio::null()).stdout(std::process::Stdio::null());
    let clients = Running::start(&mut command)?;
    let wanted = events + bench.options.events(20_000, 2_000);
    server.wait_for(|| head(address).is_ok_and(|head| head > wanted))?;
    let acknowledged = head(address)?;
    server.kill();
    drop(clients);
    bench.progress.now("start: after kill -9");
    let began = Instant::now();
    let mut server = Running::start(&mut demarc(address, &data)?)?;
    server.listens(address)?;
    let took = micros(began.elapsed()) / 1000;
    let found = head(address)?;
    anyhow::ensure!(found >= acknowledged, "{found} events are there of {acknowledged}");
    bench.row(Row::new(GROUP, format!("demarc serve after kill -9, {events} events"), took, "ms"));
    server.wait_for(|| caught_up(address).unwrap_or(false))?;
    let took = micros(began.elapsed()) / 1000;
    bench.row(Row::new(GROUP, "until every read model has caught up", took, "ms"));
    bench.row(Row::new(GROUP, "memory", memory_max(&server.id()) / MIB, "MiB at most"));
    bench.progress.done(bench.options.expected(60, 12));
    drop(server);
    std::fs::remove_dir_all(data)?;
    Ok(())
}

/// Whether every service is where the log is.
fn caught_up(address: std::net::SocketAddr) -> anyhow::Result<bool> {
    let status = get(address, &format!("/v1/{BILLER}/status"))?;
    let services = status["services"].as_array().cloned().unwrap_or_default();
    let behind = |service: &serde_json::Value| service["checkpoint"] != status["head"];
    Ok(!services.is_empty() && !services.iter().any(behind))
}
