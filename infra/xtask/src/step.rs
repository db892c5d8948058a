//! One command of a chore: announced, timed, and fatal when it fails.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context as _, bail};

/// The folder that holds the workspace.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A program of the workspace that was built: it lies beside this one.
pub(crate) fn binary(name: &str) -> anyhow::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name(name))
}

/// Runs a program in the workspace.
pub(crate) fn run(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    run_with(program, arguments, &[])
}

/// Runs a program in another folder.
pub(crate) fn run_in(folder: &Path, program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    announced(program, arguments, Command::new(program).current_dir(folder))
}

/// Runs a program in the workspace with more environment.
pub(crate) fn run_with(
    program: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> anyhow::Result<()> {
    let mut command = Command::new(program);
    command.envs(environment.iter().copied()).current_dir(root());
    announced(program, arguments, &mut command)
}

fn announced(program: &str, arguments: &[&str], command: &mut Command) -> anyhow::Result<()> {
    let line = format!("{program} {}", arguments.join(" "));
    eprintln!("\n▸ {line}");
    let start = Instant::now();
    let status = command
        .args(arguments)
        .status()
        .with_context(|| format!("{program} cannot be started: is it installed?"))?;
    if !status.success() {
        bail!("{line} failed with {status}");
    }
    eprintln!("  done in {:.1?}", start.elapsed());
    Ok(())
}

/// Whether a program runs.
pub(crate) fn is_there(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}
