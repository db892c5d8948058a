//! Durable append as a library: our event store beside the plain file, fjall and SQLite, all fed by
//! the same queue of closed-loop clients.

use std::time::Duration;

use crate::{
    options::Options,
    process::{Line, measure as run},
    run::Run,
    stores::Kind,
    table::{Bench, Row},
};

const GROUP: &str = "append";
const CLIENTS: [u64; 5] = [1, 16, 64, 256, 1024];
const STORES: [Kind; 4] = [Kind::PlainFile, Kind::Log, Kind::Fjall, Kind::Sqlite];
/// What opening, closing and counting take, on average.
const OVERHEAD: Duration = Duration::from_millis(800);

pub(crate) fn expected(options: &Options) -> Duration {
    let runs = CLIENTS.len() * STORES.len() * options.rounds();
    (options.time() + OVERHEAD) * u32::try_from(runs).unwrap_or(u32::MAX)
}

pub(crate) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    for clients in CLIENTS {
        let runs = bench.in_turns(&STORES, |bench, store| append(bench, store, clients))?;
        let limit = runs[0].per_second();
        for (store, run) in STORES.into_iter().zip(&runs) {
            let row = Row::rate(GROUP, store.name(), "events/s", run).clients(clients);
            bench.row(match store {
                Kind::PlainFile => row,
                Kind::Log | Kind::Fjall | Kind::Sqlite => row.beside(Kind::PlainFile.name(), limit),
            });
        }
    }
    Ok(())
}

fn append(bench: &Bench, store: Kind, clients: u64) -> anyhow::Result<Run> {
    let dir = bench.fresh("append")?;
    bench.progress.now(format!("append: {}, {clients} clients", store.name()));
    let line = Line::of("write")
        .option("--store", store.argument())
        .option("--clients", clients)
        .option("--streams", bench.options.streams)
        .option("--millis", bench.options.time().as_millis())
        .with(&dir);
    let measured = run(&line)?;
    bench.progress.done(bench.options.time() + OVERHEAD);
    std::fs::remove_dir_all(dir)?;
    Ok(measured)
}
