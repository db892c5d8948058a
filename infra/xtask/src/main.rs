//! Chores of the project: `cargo xtask ci` installs what the tests need and runs everything that a
//! change must pass; `cargo xtask tools` only installs; `cargo xtask bench` measures; `cargo xtask
//! powercut` takes the power away; `cargo xtask fuzz` tries what nobody would write.

mod bench;
mod ci;
mod fuzz;
mod powercut;
mod step;
mod tools;

use clap::Parser;

/// Chores of the project.
#[derive(Parser)]
#[command(name = "cargo xtask")]
enum Chore {
    /// Install what the tests need, then check and test everything.
    Ci(ci::Options),
    /// Install what the tests need into `.tools`.
    Tools,
    /// Measure everything beside the limits of the machine and beside peers, in one run.
    Bench(bench::Options),
    /// Give every way in for bytes from outside to a fuzzer.
    Fuzz(fuzz::Options),
    /// Cut the power of the store at random moments, and look at what is left. Needs root.
    Powercut(powercut::Options),
}

fn main() -> anyhow::Result<()> {
    match Chore::parse() {
        Chore::Ci(options) => ci::run_everything(&options),
        Chore::Tools => tools::install(),
        Chore::Bench(options) => bench::measure(&options),
        Chore::Fuzz(options) => fuzz::fuzz(&options),
        Chore::Powercut(options) => powercut::cut_the_power(&options),
    }
}
