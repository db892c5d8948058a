//! One process of the product: where it answers, what it said, and how it is paused and ended.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};

/// How long a process may take to end when it is asked to, or when it must.
const STOP_MAX: Duration = Duration::from_secs(20);
/// How long between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Lines that a failed test shows of what each process said.
const SHOWN_LINES: usize = 40;

/// A running process; it is killed when this is dropped.
pub struct Process {
    child: Child,
    out: Option<BufReader<ChildStdout>>,
    said: PathBuf,
    from: u64,
}

/// What a process has in memory, in KiB.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Now.
    pub now: u64,
    /// At its largest.
    pub peak: u64,
}

/// How a process ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// What it said on standard error.
    pub said: String,
}

impl Process {
    /// Starts a process whose standard error is kept at the end of the file `said`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(mut command: Command, said: &Path) -> anyhow::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(said)?;
        let from = file.metadata()?.len();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::try_clone(&file)?);
        let child = command.spawn().with_context(|| format!("{command:?} cannot be started"))?;
        Ok(Self { child, out: None, said: said.to_owned(), from })
    }

    /// Waits until it says on standard output that it runs, and where it answers HTTP.
    ///
    /// # Errors
    /// What it said when it ended instead.
    pub fn running(&mut self) -> anyhow::Result<String> {
        let out = self.child.stdout.take().context("nobody has asked before")?;
        self.out = Some(BufReader::new(out));
        let line = self.line()?;
        ensure!(!line.is_empty(), "it did not start: {}", self.ended()?.said);
        let url = line.split_whitespace().find(|word| word.starts_with("http://"));
        Ok(url.unwrap_or_default().trim_end_matches(';').to_owned())
    }

    /// The next line that it says on standard output; empty when it says no more.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        self.out.as_mut().context("it runs")?.read_line(&mut line)?;
        Ok(line)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it where it stands.
    pub fn kill(&mut self) {
        // It may have ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Kills it where it stands, while others still look at it.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn kill_now(&self) -> anyhow::Result<()> {
        signal("KILL", self.id())
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// When it does not end.
    pub fn stop(mut self) -> anyhow::Result<()> {
        signal("TERM", self.id())?;
        self.ended().map(drop)
    }

    /// From now on it does nothing, and nobody tells those who wait for it.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn pause(&self) -> anyhow::Result<()> {
        signal("STOP", self.id())
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn go_on(&self) -> anyhow::Result<()> {
        signal("CONT", self.id())
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// When it does not end.
    pub fn ended(&mut self) -> anyhow::Result<Ended> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Ended { code: status.code(), said: self.said()? });
            }
            if start.elapsed() > STOP_MAX {
                self.kill();
                bail!("process {} does not end: {}", self.id(), self.said()?);
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// What it has said on standard error since it was started.
    ///
    /// # Errors
    /// When that cannot be read.
    pub fn said(&self) -> anyhow::Result<String> {
        let bytes = fs::read(&self.said)?;
        let own = bytes.get(usize::try_from(self.from)?..).unwrap_or_default();
        Ok(String::from_utf8_lossy(own).into_owned())
    }

    /// What it has in memory.
    ///
    /// # Errors
    /// When it has ended.
    pub fn memory(&self) -> anyhow::Result<Memory> {
        memory_of(&format!("/proc/{}/status", self.id()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        // Shown by the test runner when the test has failed.
        let said = self.said().unwrap_or_default();
        let lines: Vec<_> = said.lines().collect();
        let shown = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
        eprintln!("{}:\n{}\n", self.said.display(), shown.join("\n"));
    }
}

/// What this process has in memory.
///
/// # Errors
/// When the system does not say.
pub fn own_memory() -> anyhow::Result<Memory> {
    memory_of("/proc/self/status")
}

fn memory_of(status: &str) -> anyhow::Result<Memory> {
    let text = fs::read_to_string(status)?;
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.with_context(|| format!("{status} has no {name}"))?.parse().context("in KiB")
    };
    Ok(Memory { now: field("VmRSS:")?, peak: field("VmHWM:")? })
}

/// Sends a signal.
pub(crate) fn signal(name: &str, process: u32) -> anyhow::Result<()> {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(process.to_string()).status()?;
    ensure!(sent.success(), "kill -{name} {process}");
    Ok(())
}
