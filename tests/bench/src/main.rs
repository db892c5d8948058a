//! `bench`: one table of what the product reaches, beside the limits of the machine and beside its
//! peers, measured in one run.
//!
//! What must stay true: whatever was acknowledged is counted in the store afterwards, so nobody
//! wins by not doing the work; every ratio stands beside something of the same run.

mod append;
mod bills;
mod bus_rates;
mod child;
mod commands;
mod disk;
mod facts;
mod group_commit;
mod http;
mod intents;
mod load;
mod machine;
mod operator;
mod options;
mod peers;
mod process;
mod progress;
mod project;
mod read;
mod read_model;
mod run;
mod servers;
mod start;
mod stores;
mod submitted;
mod sustained;
mod table;

use clap::Parser;

/// As in the product, so that a server in here is what it is there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures everything, or is one of the processes that are measured.
#[derive(Parser)]
#[command(name = "bench", about, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(flatten)]
    options: options::Options,
    #[command(subcommand)]
    child: Option<child::Child>,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.child {
        Some(child) => child.run(),
        None => table::measure_all(cli.options),
    }
}
