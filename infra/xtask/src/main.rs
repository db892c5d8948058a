//! Chores of the project: `cargo xtask ci` installs what the tests need and runs everything that a
//! change must pass; `cargo xtask tools` only installs; `cargo xtask bench` measures.

mod bench;
mod ci;
mod step;
mod tools;

use clap::Parser;

/// Chores of the project.
#[derive(Parser)]
#[command(name = "cargo xtask")]
enum Chore {
    /// Install what the tests need, then check and test everything.
    Ci,
    /// Install what the tests need into `.tools`.
    Tools,
    /// Measure the append path beside the plain file, in one run.
    Bench(bench::Options),
}

fn main() -> anyhow::Result<()> {
    match Chore::parse() {
        Chore::Ci => ci::run_everything(),
        Chore::Tools => tools::install(),
        Chore::Bench(options) => bench::run_append(&options),
    }
}
