//! Other processes: those that measure, each with memory of its own, and servers.
//!
//! What must stay true: a process that was started here ends here, however the bench ends.

use std::{
    ffi::{OsStr, OsString},
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};

use crate::run::Run;

/// How long a server has to start, and to come to rest.
const WAIT_MAX: Duration = Duration::from_secs(120);
/// How often it is looked whether it has.
const POLL_EVERY: Duration = Duration::from_millis(20);
/// A server that uses less than this of a processor is at rest.
const REST_TICKS: u64 = 2;
/// How long the use of the processor is watched.
const REST_WINDOW: Duration = Duration::from_millis(400);

/// A command line that is put together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line(Vec<OsString>);

impl Line {
    /// Begins with the name of one of the bench's own processes.
    pub(crate) fn of(name: &str) -> Self {
        Self(vec![name.into()])
    }

    /// Adds an argument.
    pub(crate) fn with(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.0.push(argument.as_ref().to_owned());
        self
    }

    /// Adds an option with its value.
    pub(crate) fn option(self, name: &str, value: impl ToString) -> Self {
        self.with(name).with(value.to_string())
    }

    /// The bench itself with these arguments.
    pub(crate) fn command(&self) -> anyhow::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(&self.0);
        Ok(command)
    }
}

/// Runs one of the bench's own processes to its end and gives what it measured.
pub(crate) fn measure(line: &Line) -> anyhow::Result<Run> {
    let output = line.command()?.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("{line:?} failed with {}", output.status);
    }
    let text = String::from_utf8(output.stdout)?;
    let last = text.lines().last().context("a measurement said nothing")?;
    Ok(serde_json::from_str(last)?)
}

/// A process that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    name: String,
}

impl Running {
    /// Starts a program.
    pub(crate) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().with_context(|| format!("{name} did not start"))?;
        Ok(Self { child, name })
    }

    /// Its process id.
    pub(crate) fn id(&self) -> String {
        self.child.id().to_string()
    }

    /// What it writes to standard output, if that was piped.
    pub(crate) fn stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// Kills it with `SIGKILL` and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        // A process that has ended by itself is as dead as is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits until something answers on its address.
    pub(crate) fn listens(&mut self, address: SocketAddr) -> anyhow::Result<()> {
        self.wait_for(|| TcpStream::connect(address).is_ok())
    }

    /// Waits until `it_is` so, as long as the process lives.
    pub(crate) fn wait_for(&mut self, mut it_is: impl FnMut() -> bool) -> anyhow::Result<()> {
        let deadline = Instant::now() + WAIT_MAX;
        while !it_is() {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status}", self.name);
            }
            if Instant::now() > deadline {
                bail!("{} was not ready within {WAIT_MAX:?}", self.name);
            }
            thread::sleep(POLL_EVERY);
        }
        Ok(())
    }

    /// Waits until it has done what it does after its clients have gone.
    pub(crate) fn comes_to_rest(&mut self) -> anyhow::Result<()> {
        let id = self.id();
        self.wait_for(|| {
            let before = ticks(&id);
            thread::sleep(REST_WINDOW);
            ticks(&id).saturating_sub(before) <= REST_TICKS
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The processor time of a process and of its children that have ended, in ticks.
fn ticks(id: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let fields = text.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
    let of = |nth| fields.split_whitespace().nth(nth).and_then(|field| field.parse::<u64>().ok());
    of(11).unwrap_or_default() + of(12).unwrap_or_default()
}

/// An address of this machine that nobody listens on.
pub(crate) fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// The folder that holds the workspace.
pub(crate) fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}
