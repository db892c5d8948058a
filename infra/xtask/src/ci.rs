//! Everything that a change must pass, in the order in which it is cheapest to fail.

use crate::{
    powercut,
    step::{run, run_with},
    tools,
};

/// What is left out.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Cut no power: file systems are mounted for it, which needs root.
    #[arg(long)]
    skip_powercut: bool,
}

/// Installs what the tests need, then checks and tests everything.
pub(crate) fn run_everything(options: &Options) -> anyhow::Result<()> {
    if !options.skip_powercut {
        powercut::demand_root()?;
    }
    run("cargo", &["fmt", "--all", "--check"])?;
    tools::install()?;
    let denied = ["--deny", "warnings"];
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--all-features", "--"];
    run("cargo", &[&clippy[..], &denied].concat())?;
    run("cargo", &["deny", "check", "bans", "licenses", "sources"])?;
    run("cargo", &["build", "--quiet", "--workspace", "--all-targets", "--all-features"])?;
    run("cargo", &["nextest", "run", "--workspace", "--all-features"])?;
    run("cargo", &["test", "--quiet", "--workspace", "--doc", "--all-features"])?;
    let documented = ["doc", "--quiet", "--workspace", "--no-deps", "--all-features"];
    run_with("cargo", &documented, &[("RUSTDOCFLAGS", "-D warnings")])?;
    if !options.skip_powercut {
        powercut::cut_the_power(&powercut::Options::default())?;
    }
    Ok(())
}
