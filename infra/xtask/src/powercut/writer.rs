//! The process that writes until the power goes, and what it told before.
//!
//! What must stay true: what it told is read from its pipe to the end, and it tells nothing after
//! it was stopped.

use std::{
    fs,
    io::Read as _,
    path::Path,
    process::{Child, Command, Stdio},
    thread::JoinHandle,
    time::Duration,
};

use anyhow::{Context as _, ensure};

use crate::step::binary;

/// How long threads may take to stop: one may wait for the disk.
const STOP_TRIES: u32 = 10_000;

/// What must survive.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Acknowledged {
    /// The last position of the log.
    pub(super) acked: u64,
    /// The last position that the rows have on the disk.
    pub(super) synced: u64,
}

/// A process that writes.
pub(super) struct Writer {
    child: Child,
    told: Option<JoinHandle<std::io::Result<String>>>,
}

impl Writer {
    /// Lets a kind of writer loose on a folder.
    pub(super) fn start(name: &str, folder: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new(binary("powercut")?)
            .args(["write", "--writer", name])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .context("the writer cannot be started")?;
        let mut out = child.stdout.take().context("the writer has a pipe")?;
        // Read all the time, or the writer would wait for its pipe and not for its disk.
        let told = std::thread::spawn(move || {
            let mut text = String::new();
            out.read_to_string(&mut text).map(|_| text)
        });
        Ok(Self { child, told: Some(told) })
    }

    /// Stops it where it is; returns when each of its threads stands still.
    pub(super) fn stop(&self) -> anyhow::Result<()> {
        let pid = self.child.id();
        let stopped = Command::new("kill").args(["-STOP", &pid.to_string()]).status()?;
        ensure!(stopped.success(), "the writer cannot be stopped: is it running?");
        for _ in 0..STOP_TRIES {
            let states = states(pid)?;
            ensure!(!states.iter().any(|state| state == "Z"), "the writer ended by itself");
            if states.iter().all(|state| state == "T") {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        anyhow::bail!("the writer does not stop: {:?}", states(pid)?)
    }

    /// Ends it; what it told before it was stopped.
    pub(super) fn kill(mut self) -> anyhow::Result<Acknowledged> {
        self.child.kill()?;
        self.child.wait()?;
        let told = self.told.take().context("it is killed once")?;
        let told = told.join().map_err(|_| anyhow::anyhow!("the pipe was not read"))??;
        let of = |what: &str| last(&told, what).unwrap_or(0);
        Ok(Acknowledged { acked: of("acked"), synced: of("synced") })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Where something failed before, the first complaint is the one that counts.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// The last number that was told of something. A line that is not whole was not told.
pub(super) fn last(told: &str, what: &str) -> Option<u64> {
    let whole = told.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().rev().find_map(|line| line.strip_prefix(what)?.trim().parse().ok())
}

/// The state of each thread: the letter after the name in brackets.
fn states(pid: u32) -> anyhow::Result<Vec<String>> {
    let mut states = Vec::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let stat = fs::read_to_string(thread?.path().join("stat"))?;
        let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
        states.push(after.chars().take(1).collect());
    }
    Ok(states)
}
