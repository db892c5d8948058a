//! `cargo xtask bench`: installs the peers where they are missing, builds the bench, and runs it.

use std::path::Path;

use anyhow::Context as _;

use crate::{
    step::{is_there, root, run},
    tools,
};

/// Event stores that are servers: the crate, its version, and the program in it.
const PEERS: [(&str, &str, &str); 2] =
    [("umadb", "0.7.8", "umadb"), ("sierradb-server", "0.3.1", "sierradb")];

/// What is measured.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Options {
    /// Options of the bench: `--help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Runs the bench with what was said on the command line.
pub(crate) fn measure(options: &Options) -> anyhow::Result<()> {
    let arguments: Vec<&str> = options.arguments.iter().map(String::as_str).collect();
    let is_given = |word: &str| arguments.contains(&word);
    tools::install()?;
    if !is_given("--help") && (!is_given("--only") || is_given("servers")) {
        install_peers()?;
    }
    // Together, so that both are built with the same features and neither is built twice.
    run("cargo", &["build", "--quiet", "--release", "--package", "bench", "--package", "demarc"])?;
    let xtask = std::env::current_exe()?;
    let target = xtask.ancestors().nth(2).context("xtask is not in a target directory")?;
    run(&target.join("release/bench").to_string_lossy(), &arguments)
}

fn install_peers() -> anyhow::Result<()> {
    if !has_postgres() {
        install_from_debian(&["postgresql"])?;
    }
    let peers = root().join(".tools/peers");
    for (package, version, program) in PEERS {
        if peers.join("bin").join(program).exists() {
            continue;
        }
        // UmaDB compiles its messages while it is built.
        if !is_there("protoc", &["--version"]) {
            install_from_debian(&["protobuf-compiler", "libprotobuf-dev"])?;
        }
        let place = peers.to_string_lossy();
        let install = ["install", package, "--version", version, "--locked", "--root", &place];
        run("cargo", &install)?;
    }
    Ok(())
}

/// A new machine has no list of packages yet.
fn install_from_debian(packages: &[&str]) -> anyhow::Result<()> {
    run("apt-get", &["update", "--quiet"])?;
    run("apt-get", &[&["install", "--yes", "--no-install-recommends"], packages].concat())
}

/// Debian keeps the programs of each version in a folder of their own.
fn has_postgres() -> bool {
    let versions = Path::new("/usr/lib/postgresql").read_dir();
    let mut programs = versions.into_iter().flatten().flatten();
    programs.any(|version| version.path().join("bin/initdb").exists())
}
