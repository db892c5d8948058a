//! `world`: plays seeds until one breaks a promise, and says how to see it again.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use world::{Plan, STEPS, play};

/// Plays simulated worlds, one seed after another.
#[derive(Parser)]
struct Args {
    /// How many seeds.
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    /// The first one.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// How much may happen in each.
    #[arg(long, default_value_t = STEPS)]
    steps: usize,
    /// Tell every step.
    #[arg(long)]
    verbose: bool,
}

fn main() -> io::Result<ExitCode> {
    let Args { seeds, first, steps, verbose } = Args::parse();
    let mut plan = Plan { steps, ..Plan::default() };
    if verbose {
        plan.tell = Some(Box::new(|what| drop(writeln!(io::stdout(), "{what}"))));
    }
    let (mut events, mut crashes) = (0, 0);
    for seed in first..first + seeds {
        let outcome = match play(seed, &mut plan) {
            Ok(outcome) => outcome,
            Err(broken) => {
                writeln!(io::stderr(), "{broken}")?;
                return Ok(ExitCode::FAILURE);
            }
        };
        if verbose {
            writeln!(io::stdout(), "{outcome:#?}")?;
        }
        events += outcome.events;
        crashes += outcome.crashes;
    }
    writeln!(io::stdout(), "{seeds} worlds, {events} events, {crashes} crashes: all kept")?;
    Ok(ExitCode::SUCCESS)
}
