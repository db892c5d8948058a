//! The binary, as a person runs it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

use anyhow::{Context as _, ensure};

/// Where the binaries are, built once per test process: cargo knows whether there is anything to
/// do. Built like everything else in the workspace, so that nothing is compiled a second time.
static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--workspace", "--all-features", "--bins", "--examples"]);
    // What the test runner says of this package is none of the build's business: build scripts
    // that ask for it would take everything for changed, now and in the next build.
    for (name, _) in std::env::vars_os() {
        let of_package = ["CARGO_MANIFEST_", "CARGO_PKG_"];
        if of_package.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            build.env_remove(name);
        }
    }
    let built = build.current_dir(&root).status();
    let built = built.expect("cargo built this test, so it can be started");
    assert!(built.success(), "demarc does not build");
    let tests = std::env::current_exe().expect("a running test has a path");
    // target/debug/deps/e2e-… lies beside target/debug/demarc.
    tests.ancestors().nth(2).expect("tests lie two folders below the binaries").to_owned()
});

/// What a run of the binary left behind.
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// What it printed.
    pub out: String,
    /// What it complained about.
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// Demands that it went well.
    ///
    /// # Errors
    /// With everything that it printed.
    pub fn well(self) -> anyhow::Result<Self> {
        ensure!(self.code == 0, "exit code {}\n{}\n{}", self.code, self.out, self.err);
        Ok(self)
    }
}

/// The binary, with nothing of the tester's own environment in the way.
pub fn demarc() -> Command {
    let mut command = Command::new(BUILT.join("demarc"));
    for name in ["URL", "BILLER", "ACTOR", "TOKEN", "CONFIG", "DATA", "NATS"] {
        command.env_remove(format!("DEMARC_{name}"));
    }
    command.stdin(Stdio::null());
    command
}

/// The data of the one biller that the tests are about: nothing is started for the others.
#[must_use]
pub fn northeast() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/billers/northeast.toml")
}

/// An example of the workspace.
pub fn example(name: &str) -> Command {
    Command::new(BUILT.join("examples").join(name))
}

/// Runs the binary to its end.
pub(crate) fn run(arguments: &[&str]) -> anyhow::Result<Ran> {
    let output = demarc().args(arguments).output().context("demarc cannot be started")?;
    Ok(output.into())
}
