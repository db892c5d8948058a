//! A running Demarc, in one process or in seven with a nats-server between them.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use bus::nats_server::NatsServer;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    binary::{Ran, demarc, run},
    script::Line,
};

/// How long anything that is waited for may take.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// How long a process may take to end when it is asked to.
const STOP_MAX: Duration = Duration::from_secs(20);
/// How long between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Every service that can be a process of its own.
const SERVICES: [&str; 6] =
    ["care", "billing", "provisioning", "notifications", "noc-bridge", "audit"];

/// Views that hold rows, with the service they belong to.
const VIEWS: [(&str, &str); 16] = [
    ("care", "account"),
    ("care", "site"),
    ("care", "service"),
    ("care", "order"),
    ("billing", "balance"),
    ("billing", "lines"),
    ("billing", "recurring"),
    ("provisioning", "transaction"),
    ("provisioning", "site"),
    ("notifications", "message"),
    ("notifications", "by-account"),
    ("notifications", "outbox"),
    ("noc-bridge", "request"),
    ("noc-bridge", "queue"),
    ("audit", "stream"),
    ("audit", "actor"),
];

/// A running Demarc. Its processes end with it.
pub struct World {
    /// Where the API answers.
    pub url: String,
    /// The server between the processes, where there are several.
    pub nats: Option<NatsServer>,
    dir: TempDir,
    processes: Vec<Child>,
}

impl World {
    /// Everything in one process.
    ///
    /// # Errors
    /// When it does not start.
    pub fn one_process() -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let (process, url) = serve(dir.path())?;
        Ok(Self { url, nats: None, dir, processes: vec![process] })
    }

    /// Seven processes, and a nats-server between them.
    ///
    /// # Errors
    /// When one of them does not start.
    pub async fn seven_processes() -> anyhow::Result<Self> {
        let nats = NatsServer::start().await?;
        let dir = tempfile::tempdir()?;
        let (data, server) = (text(dir.path())?, nats.url());
        let common = ["--nats", &server, "--data", &data, "--http", "127.0.0.1:0"];
        let core = [&["run", "core", "--manual-calendar"][..], &common].concat();
        let (core, url) = start(&core)?;
        let mut world = Self { url, nats: Some(nats), dir, processes: vec![core] };
        for service in SERVICES {
            let arguments = [&["run", service][..], &common].concat();
            world.processes.push(start(&arguments)?.0);
        }
        Ok(world)
    }

    /// Kills every process where it stands.
    pub fn kill(&mut self) {
        for mut process in self.processes.drain(..) {
            // It may have ended already, which is what is wanted.
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Asks every process to end, core first, and waits for each.
    ///
    /// # Errors
    /// The process that did not end.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        self.processes.drain(..).try_for_each(end)
    }

    /// Starts everything in one process again, on what the killed one left.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        let (process, url) = serve(self.dir.path())?;
        self.processes.push(process);
        self.url = url;
        Ok(())
    }

    /// The directory in which everything is kept.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.dir.path()
    }

    /// Runs the client against this Demarc.
    ///
    /// # Errors
    /// When the binary cannot be started.
    pub fn client(&self, arguments: &[&str]) -> anyhow::Result<Ran> {
        run(&[&["--url", &self.url][..], arguments].concat())
    }

    /// Plays a script; every line must come true.
    ///
    /// # Errors
    /// The line that did not, and what was seen in its place.
    pub fn play(&self, lines: &[Line]) -> anyhow::Result<()> {
        let mut actor = String::from("developer");
        for line in lines {
            if let Line::As(name) = line {
                actor.clone_from(name);
            }
            self.line(&actor, line).with_context(|| format!("{line:?}"))?;
        }
        Ok(())
    }

    fn line(&self, actor: &str, line: &Line) -> anyhow::Result<()> {
        match line {
            Line::As(_) => {}
            Line::Send { command, json } => {
                self.send(actor, command, json)?.well()?;
            }
            Line::Refused { code, command, json } => {
                let ran = self.send(actor, command, json)?;
                let said = ran.out + &ran.err;
                ensure!(ran.code == 3 && said.contains(code), "exit code {}: {said}", ran.code);
            }
            Line::Until { path, field, value } => self.until(path, field, value)?,
        }
        Ok(())
    }

    fn send(&self, actor: &str, command: &str, json: &str) -> anyhow::Result<Ran> {
        self.client(&["--actor", actor, "send", command, "--data", json])
    }

    /// Waits until a row has a value: `care/site/site_88`, `state`, `stopped`.
    ///
    /// # Errors
    /// What the row was when the time was up.
    pub fn until(&self, path: &str, field: &str, value: &str) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            let row = self.get(path)?;
            let found = row.pointer(&format!("/value/{}", field.replace('.', "/")));
            let found = found.map(|found| found.to_string().replace('"', "")).unwrap_or_default();
            if found == value {
                return Ok(());
            }
            if start.elapsed() > WAIT_MAX {
                bail!("{path} never had {field}={value}; it is {row:#}");
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Waits until a service is in a state.
    ///
    /// # Errors
    /// The status when the time was up.
    pub fn until_state(&self, service: &str, state: &str) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            let status = self.get("status")?;
            let services = status["services"].as_array().context("a status lists services")?;
            if services.iter().any(|it| it["service"] == service && it["state"] == state) {
                return Ok(());
            }
            if start.elapsed() > WAIT_MAX {
                bail!("{service} is never {state}: {status:#}");
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// A document of the API below the biller, whatever its status.
    ///
    /// # Errors
    /// When nobody answers with JSON.
    pub fn get(&self, path: &str) -> anyhow::Result<Value> {
        let url = format!("{}/v1/northeast/{path}", self.url);
        let client = reqwest::blocking::Client::new();
        Ok(client.get(url).send()?.json()?)
    }

    /// Every row of every service, without what differs between two runs of the same script:
    /// times, positions, and ids that are derived from them.
    ///
    /// # Errors
    /// When a service does not answer.
    pub fn rows(&self) -> anyhow::Result<Vec<(String, Value)>> {
        let mut rows = Vec::new();
        for (service, view) in VIEWS {
            let page = self.get(&format!("{service}/{view}?limit=1000"))?;
            let page =
                page["rows"].as_array().with_context(|| format!("{service} {view}: {page}"))?;
            let row = |row: &Value| {
                let key = row["key"].as_str().unwrap_or_default().to_owned();
                (format!("{service}/{view}/{key}"), timeless(&row["value"]))
            };
            rows.extend(page.iter().map(row).filter(|(path, _)| !path.contains("/decision_")));
        }
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(rows)
    }

    /// Waits until every service has applied the whole log and has nothing left to do.
    ///
    /// # Errors
    /// The status when the time was up.
    pub fn settled(&self) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            let status = self.get("status")?;
            let services = status["services"].as_array().context("a status lists services")?;
            let quiet = services.iter().all(|service| {
                service["state"] == "live"
                    && service["checkpoint"] == status["head"]
                    && service["pending_intents"] == 0
            });
            if quiet && self.get("status")?["head"] == status["head"] {
                return Ok(());
            }
            if start.elapsed() > WAIT_MAX {
                bail!("not settled: {status:#}");
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Asks a process to end, and waits until it has.
fn end(mut process: Child) -> anyhow::Result<()> {
    let id = process.id().to_string();
    ensure!(Command::new("kill").args(["-TERM", &id]).status()?.success(), "kill {id}");
    let start = Instant::now();
    while process.try_wait()?.is_none() {
        if start.elapsed() > STOP_MAX {
            process.kill()?;
            bail!("process {id} does not stop");
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(())
}

fn serve(dir: &Path) -> anyhow::Result<(Child, String)> {
    let data = text(dir)?;
    start(&["serve", "--manual-calendar", "--data", &data, "--http", "127.0.0.1:0"])
}

/// Starts a server and reads from its first line where it answers.
fn start(arguments: &[&str]) -> anyhow::Result<(Child, String)> {
    let mut process = demarc()
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .context("demarc cannot be started")?;
    let out = process.stdout.take().context("its output is piped")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    let url = line.split_whitespace().find(|word| word.starts_with("http://"));
    let Some(url) = url else {
        process.kill()?;
        bail!("{arguments:?} did not start: {line}");
    };
    Ok((process, url.trim_end_matches(';').to_owned()))
}

fn text(path: &Path) -> anyhow::Result<String> {
    Ok(path.to_str().context("a temporary directory has a readable path")?.to_owned())
}

/// The same value without what differs between two runs.
fn timeless(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, _)| !differs(name));
            Value::Object(kept.map(|(name, value)| (name.clone(), timeless(value))).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(timeless).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Times and positions: two runs of one script never agree on them.
fn differs(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "acknowledgedAt",
        "at",
        "createdAt",
        "deliveredAt",
        "endedAt",
        "finishedAt",
        "firstAt",
        "lastAt",
        "lastPosition",
        "position",
        "requestedAt",
        "timeLimit",
    ];
    NAMES.contains(&name)
}
