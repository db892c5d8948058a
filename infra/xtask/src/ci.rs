//! Everything that a change must pass, in the order in which it is cheapest to fail.

use crate::{
    step::{run, run_with},
    tools,
};

/// Installs what the tests need, then checks and tests everything.
pub(crate) fn run_everything() -> anyhow::Result<()> {
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
    run_with("cargo", &documented, &[("RUSTDOCFLAGS", "-D warnings")])
}
