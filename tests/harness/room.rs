//! A disk of its own for a test: small, and made full or read-only as it is told. It lives in a
//! namespace that ends with it, so nothing stays mounted.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

/// How long a room outlives a test that was killed, in seconds.
const ALONE_MAX: &str = "600";

/// A mounted disk that only those in its namespace see.
pub struct Room {
    holder: Child,
    dir: TempDir,
}

impl Room {
    /// A disk of so many MiB.
    ///
    /// # Errors
    /// When this machine permits no namespaces: then nothing can be shown, and the test fails.
    pub fn new(size: u32) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let script = "mount -t tmpfs -o size=$1m demarc \"$2\" && echo ready && exec sleep $3";
        let mut holder = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"])
            .arg(size.to_string())
            .arg(dir.path())
            .arg(ALONE_MAX)
            .stdout(Stdio::piped())
            .spawn()?;
        let out = holder.stdout.take().context("its output is piped")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        ensure!(line == "ready\n", "unshare and mount are needed to have a full disk");
        Ok(Self { holder, dir })
    }

    /// Where the disk is mounted, for those inside.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The same place as it is seen from outside.
    #[must_use]
    pub fn from_outside(&self) -> PathBuf {
        let inside = self.dir().strip_prefix("/").unwrap_or(self.dir());
        Path::new(&format!("/proc/{}/root", self.holder.id())).join(inside)
    }

    /// The same command, inside.
    #[must_use]
    pub fn inside(&self, command: &Command) -> Command {
        let mut inside = Command::new("nsenter");
        inside.args(["--target", &self.holder.id().to_string()]);
        inside.args(["--user", "--preserve-credentials", "--mount", "--"]);
        inside.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => inside.env(name, value),
                None => inside.env_remove(name),
            };
        }
        inside
    }

    /// Mounts the disk again with other options: `ro`, `rw`, `size=64m`.
    ///
    /// # Errors
    /// When the disk is in use and cannot become read-only.
    pub fn remount(&self, options: &str) -> anyhow::Result<()> {
        let mut command = Command::new("mount");
        command.arg("-o").arg(format!("remount,{options}")).arg(self.dir());
        ensure!(self.inside(&command).status()?.success(), "{command:?}");
        Ok(())
    }

    /// Fills the disk to its last byte.
    ///
    /// # Errors
    /// When it cannot be written to at all.
    pub fn fill(&self) -> anyhow::Result<()> {
        let mut ballast = File::create(self.from_outside().join("ballast"))?;
        for size in [64 << 10, 4 << 10, 1] {
            let piece = vec![0x2a; size];
            while ballast.write_all(&piece).is_ok() {}
        }
        Ok(())
    }

    /// Takes away what filled it.
    ///
    /// # Errors
    /// When it was not filled.
    pub fn make_room(&self) -> anyhow::Result<()> {
        Ok(std::fs::remove_file(self.from_outside().join("ballast"))?)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // It may have ended already, which is what is wanted.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
