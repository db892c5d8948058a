//! `cargo xtask fuzz`: gives each way in for bytes from outside to libFuzzer, for a while.
//!
//! What must stay true: the stored corpus is only read. What is learned goes to `target/fuzz`; a
//! finding that is worth keeping is copied from there by hand, under a name that says what it is.

use std::{fs, path::Path};

use anyhow::{Context as _, ensure};

use crate::step::{is_there, root, run, run_with};

/// Bytes of memory, in megabytes, that a target may ask for at once.
const ALLOCATION_MAX: u32 = 64;
/// Longest input in bytes.
const INPUT_MAX: u32 = 16_384;

/// What is fuzzed, and for how long.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// For each target.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Only this one.
    target: Option<String>,
}

/// Fuzzes one target after another; the first finding ends it.
pub(crate) fn fuzz(options: &Options) -> anyhow::Result<()> {
    if !is_there("cargo", &["fuzz", "--version"]) {
        run("cargo", &["install", "cargo-fuzz", "--locked"])?;
    }
    let folder = root().join("infra/fuzz");
    // The programs are built from what the product is built from, and libFuzzer.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let mut targets = targets(&folder)?;
    if let Some(wanted) = &options.target {
        targets.retain(|name| name == wanted);
        ensure!(!targets.is_empty(), "there is no target {wanted} in infra/fuzz/targets");
    }
    targets.iter().try_for_each(|name| one(name, options.seconds))
}

fn targets(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.join("targets"))? {
        let path = entry?.path();
        let name = path.file_stem().context("a target has a name")?;
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn one(name: &str, seconds: u32) -> anyhow::Result<()> {
    let (found, learned) = (format!("target/fuzz/found/{name}/"), format!("target/fuzz/{name}"));
    fs::create_dir_all(root().join(&found))?;
    fs::create_dir_all(root().join(&learned))?;
    let stored = format!("infra/fuzz/corpus/{name}");
    let limits = [
        format!("-max_total_time={seconds}"),
        format!("-malloc_limit_mb={ALLOCATION_MAX}"),
        format!("-max_len={INPUT_MAX}"),
        format!("-artifact_prefix={found}"),
    ];
    let mut arguments = vec!["fuzz", "run", "--fuzz-dir", "infra/fuzz"];
    arguments.extend(["--target-dir", "target/fuzz/build", name, &learned, &stored, "--"]);
    arguments.extend(limits.iter().map(String::as_str));
    // A sanitizer is asked for with an option that stable Rust keeps to itself.
    run_with("cargo", &arguments, &[("RUSTC_BOOTSTRAP", "1")])
}
