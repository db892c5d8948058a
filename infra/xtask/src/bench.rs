//! `cargo xtask bench`: durable append beside the plain file, in the same run.

use crate::step::run;

/// What is measured.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// One JSON document in place of the table.
    #[arg(long)]
    json: bool,
}

/// Runs the benchmark of the event store.
pub(crate) fn run_append(options: &Options) -> anyhow::Result<()> {
    let bench = ["bench", "--quiet", "--package", "event-store", "--bench", "append"];
    let json: &[&str] = if options.json { &["--", "--json"] } else { &[] };
    run("cargo", &[&bench[..], json].concat())
}
