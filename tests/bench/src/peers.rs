//! The servers: ours, and the event stores that it is compared with, each with its own defaults, on
//! a free port, in a directory of this run.
//!
//! What must stay true: all of them answer only what is on the disk. `cargo xtask bench` installs
//! what is missing into `.tools/peers`.

use std::{
    fs,
    net::SocketAddr,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context as _;
use tokio::runtime::Builder;

use crate::{
    load::{PostgresClient, Protocol, RespConnection, TABLE, umadb_head},
    process::{Line, Running, free_address, workspace},
};

/// Whose log the commands go to: the biller that is shipped.
pub(crate) const BILLER: &str = "northeast";
/// Its data: nothing is started for other billers.
const NORTHEAST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/billers/northeast.toml");
/// Partitions of a SierraDB.
const SIERRADB_PARTITIONS: u16 = 32;

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// A handler that reads the body and says yes.
    Empty,
    /// Core alone.
    Core,
    /// Core with every service, in one process.
    Everything,
    /// PostgreSQL.
    Postgres,
    /// UmaDB.
    Umadb,
    /// SierraDB.
    Sierradb,
}

/// A server that runs.
pub(crate) struct Server {
    pub(crate) peer: Peer,
    pub(crate) address: SocketAddr,
    pub(crate) process: Running,
}

impl Peer {
    /// Its name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty handler",
            Self::Core => "core alone",
            Self::Everything => "every service",
            Self::Postgres => "PostgreSQL",
            Self::Umadb => "UmaDB",
            Self::Sierradb => "SierraDB",
        }
    }

    /// How it is spoken to.
    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Self::Empty | Self::Core | Self::Everything => Protocol::Http,
            Self::Postgres => Protocol::Postgres,
            Self::Umadb => Protocol::Umadb,
            Self::Sierradb => Protocol::Sierradb,
        }
    }

    /// Starts it in an empty directory, and waits until it listens.
    pub(crate) fn start(self, dir: &Path) -> anyhow::Result<Server> {
        let address = free_address()?;
        let mut command = match self {
            Self::Empty => Line::of("serve").option("--http", address).command()?,
            Self::Core => {
                Line::of("serve").option("--http", address).with("--data").with(dir).command()?
            }
            Self::Everything => demarc(address, dir)?,
            Self::Postgres => postgres(address, dir)?,
            Self::Umadb => {
                let mut command = Command::new(peer("umadb"));
                command.arg("--listen").arg(address.to_string()).arg("--db-path").arg(dir);
                command
            }
            Self::Sierradb => {
                let mut command = Command::new(peer("sierradb"));
                command.arg("--client-address").arg(address.to_string()).arg("--dir").arg(dir);
                command
            }
        };
        let said = fs::File::create(dir.with_extension("log"))?;
        command.stdout(said.try_clone()?).stderr(said).stdin(Stdio::null());
        let mut process = Running::start(&mut command)?;
        process.listens(address)?;
        let mut server = Server { peer: self, address, process };
        server.prepare()?;
        Ok(server)
    }
}

impl Server {
    fn prepare(&mut self) -> anyhow::Result<()> {
        if self.peer == Peer::Postgres {
            let address = self.address;
            self.process.wait_for(|| wait(PostgresClient::connect(address)).is_ok())?;
            return wait(async { PostgresClient::connect(address).await?.execute(TABLE).await });
        }
        if self.peer == Peer::Sierradb {
            let address = self.address;
            self.process.wait_for(|| wait(RespConnection::open(address)).is_ok())?;
        }
        Ok(())
    }

    /// How many events it holds; 0 where nothing is kept.
    pub(crate) fn count(&self) -> anyhow::Result<u64> {
        let address = self.address;
        match self.peer {
            Peer::Empty => Ok(0),
            Peer::Core | Peer::Everything => head(address),
            Peer::Postgres => wait(async { PostgresClient::connect(address).await?.count().await }),
            Peer::Umadb => wait(umadb_head(address)),
            Peer::Sierradb => wait(async {
                let mut connection = RespConnection::open(address).await?;
                let mut events = 0;
                for partition in 0..SIERRADB_PARTITIONS {
                    events += connection.partition_length(partition).await?;
                }
                Ok(events)
            }),
        }
    }
}

/// The `demarc` that was built beside the bench.
pub(crate) fn demarc(address: SocketAddr, data: &Path) -> anyhow::Result<Command> {
    let bench = std::env::current_exe()?;
    let mut command = Command::new(bench.with_file_name("demarc"));
    command.args(["serve", "--manual-calendar", "--trust-actor-header", "--log", "warn"]);
    command.arg("--http").arg(address.to_string()).arg("--data").arg(data);
    command.arg("--biller-file").arg(NORTHEAST);
    command.stdout(Stdio::null());
    Ok(command)
}

/// Where our log stands, as the API says.
pub(crate) fn head(address: SocketAddr) -> anyhow::Result<u64> {
    let status = get(address, &format!("/v1/{BILLER}/status"))?;
    status["head"].as_u64().context("the status names no head")
}

/// What the API answers.
pub(crate) fn get(address: SocketAddr, path: &str) -> anyhow::Result<serde_json::Value> {
    let url = format!("http://{address}{path}");
    wait(async { Ok(reqwest::get(url).await?.error_for_status()?.json().await?) })
}

/// Debian's PostgreSQL with the defaults of `initdb`, which refuses to run as root. Only the
/// number of connections is raised, because there are more clients than the default lets in.
fn postgres(address: SocketAddr, dir: &Path) -> anyhow::Result<Command> {
    let programs = postgres_programs().context("there is no /usr/lib/postgresql/*/bin/initdb")?;
    let data = dir.join("data");
    fs::create_dir_all(&data)?;
    let user = owner("postgres");
    if let Some((uid, gid)) = user {
        chown(&data, Some(uid), Some(gid))?;
    }
    let run = |name: &str| {
        let mut command = Command::new(programs.join(name));
        if let Some((uid, gid)) = user {
            command.uid(uid).gid(gid);
        }
        command.current_dir("/").arg("-D").arg(&data);
        command
    };
    let made = run("initdb").args(["--username", "postgres", "--auth", "trust"]).output()?;
    let error = String::from_utf8_lossy(&made.stderr);
    anyhow::ensure!(made.status.success(), "initdb failed: {error}");
    let mut server = run("postgres");
    let port = address.port().to_string();
    server.args(["-h", "127.0.0.1", "-p", &port, "-c", "max_connections=300"]);
    server.args(["-c", "unix_socket_directories="]);
    Ok(server)
}

fn postgres_programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let programs = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    programs.filter(|dir| dir.join("initdb").exists()).max()
}

/// The ids of a user that a process of root can become; none if this is no root.
fn owner(user: &str) -> Option<(u32, u32)> {
    let root = fs::metadata("/proc/self")
        .is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0);
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.split(':').next() == Some(user))?;
    let mut fields = line.split(':').skip(2);
    let (uid, gid) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    root.then_some((uid, gid))
}

fn peer(name: &str) -> PathBuf {
    workspace().join(".tools/peers/bin").join(name)
}

/// Runs something short to its end.
pub(crate) fn wait<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    Builder::new_current_thread().enable_all().build()?.block_on(work)
}
