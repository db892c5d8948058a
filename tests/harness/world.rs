//! A running Demarc, in one process or in several with a nats-server between them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use crate::{
    api::Api,
    binary::{Ran, demarc, northeast, run},
    process::Process,
    script::Line,
    server::Server,
};

/// Every service that can be a process of its own, beside core.
pub const SERVICES: [&str; 6] =
    ["care", "billing", "provisioning", "notifications", "noc-bridge", "audit"];

/// The file of a second biller.
const MIDWEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/billers/midwest.toml");

/// A running Demarc. Its processes end with it.
pub struct World {
    /// Where the API answers.
    pub api: Api,
    parts: Vec<Part>,
    nats: Option<Server>,
    /// Whether whoever says who he is needs no log-in.
    believes_actors: bool,
    /// How the simulated network behaves, as `--network` takes it.
    network: String,
    /// The file of `--processor-file`.
    processor_file: Option<PathBuf>,
    dir: TempDir,
}

/// What one process runs.
struct Part {
    name: &'static str,
    process: Option<Process>,
}

impl World {
    /// Everything in one process.
    ///
    /// # Errors
    /// When it does not start.
    pub fn one_process() -> anyhow::Result<Self> {
        Self::one_process_over("")
    }

    /// The same over a network that behaves as `--network` says.
    ///
    /// # Errors
    /// When it does not start.
    pub fn one_process_over(network: &str) -> anyhow::Result<Self> {
        Self::of(None, vec!["serve"], true, network)
    }

    /// The same, with the payment processors that a file names.
    ///
    /// # Errors
    /// When it does not start.
    pub fn paying_with(processor_file: &Path) -> anyhow::Result<Self> {
        let mut world = Self::apart(None, vec!["serve"], true, "")?;
        world.processor_file = Some(processor_file.to_owned());
        world.start_again()?;
        Ok(world)
    }

    /// Everything in one process, for northeast and midwest, to which everybody logs in.
    ///
    /// # Errors
    /// When it does not start.
    pub fn with_log_in() -> anyhow::Result<Self> {
        Self::with_log_in_over("")
    }

    /// The same over a network that behaves as `--network` says.
    ///
    /// # Errors
    /// When it does not start.
    pub fn with_log_in_over(network: &str) -> anyhow::Result<Self> {
        Self::of(None, vec!["serve"], false, network)
    }

    /// Seven processes, and a nats-server between them.
    ///
    /// # Errors
    /// When one of them does not start.
    pub fn seven_processes() -> anyhow::Result<Self> {
        Self::core_and(&SERVICES)
    }

    /// The same over a network that behaves as `--network` says.
    ///
    /// # Errors
    /// When one of them does not start.
    pub fn seven_processes_over(network: &str) -> anyhow::Result<Self> {
        Self::of(Some(Server::start()?), [&["core"], &SERVICES[..]].concat(), true, network)
    }

    /// Core, some services, and a nats-server between them.
    ///
    /// # Errors
    /// When one of them does not start.
    pub fn core_and(services: &[&'static str]) -> anyhow::Result<Self> {
        Self::of(Some(Server::start()?), [&["core"], services].concat(), true, "")
    }

    fn of(
        nats: Option<Server>,
        names: Vec<&'static str>,
        believes_actors: bool,
        network: &str,
    ) -> anyhow::Result<Self> {
        let mut world = Self::apart(nats, names, believes_actors, network)?;
        world.start_again()?;
        Ok(world)
    }

    /// A world in which nothing runs yet.
    fn apart(
        nats: Option<Server>,
        names: Vec<&'static str>,
        believes_actors: bool,
        network: &str,
    ) -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let parts = names.into_iter().map(|name| Part { name, process: None }).collect();
        let (api, network) = (Api::at("")?, network.to_owned());
        Ok(Self { api, parts, nats, believes_actors, network, processor_file: None, dir })
    }

    /// Kills every process where it stands.
    pub fn kill(&mut self) {
        self.parts.iter_mut().for_each(|part| part.process = None);
    }

    /// Asks every process to end, core first, and waits for each.
    ///
    /// # Errors
    /// The process that did not end.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        self.parts.iter_mut().filter_map(|part| part.process.take()).try_for_each(Process::stop)
    }

    /// Starts every process that does not run, on what the former ones left.
    ///
    /// # Errors
    /// When one does not start.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        let names = self.parts.iter().filter(|part| part.process.is_none()).map(|part| part.name);
        // All of them start at the same time.
        let started = names.map(|name| Ok((name, self.launch(name)?)));
        for (name, mut process) in started.collect::<anyhow::Result<Vec<_>>>()? {
            let url = process.running().with_context(|| name.to_owned())?;
            if matches!(name, "core" | "serve") {
                self.api.moved(&url);
            }
            self.part(name).process = Some(process);
        }
        Ok(())
    }

    /// Starts a part, without waiting for it to answer.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn launch(&self, name: &str) -> anyhow::Result<Process> {
        Process::start(self.command(name, &self.data()), &self.said(name))
    }

    /// How a part is started on this data.
    #[must_use]
    pub fn command(&self, name: &str, data: &Path) -> Command {
        let mut command = demarc();
        match name {
            "serve" => command.args(["serve", "--manual-calendar"]),
            "core" => command.args(["run", "core", "--manual-calendar"]),
            service => command.args(["run", service]),
        };
        if let Some(nats) = &self.nats {
            command.args(["--nats", &nats.url()]);
        }
        command.args(["--network", &self.network]);
        if let Some(file) = &self.processor_file {
            command.arg("--processor-file").arg(file);
        }
        command.args(["--http", "127.0.0.1:0", "--data"]).arg(data);
        command.arg("--biller-file").arg(northeast());
        match name {
            "core" | "serve" if self.believes_actors => command.arg("--trust-actor-header"),
            "serve" => command.arg("--biller-file").arg(MIDWEST),
            _ => &mut command,
        };
        command
    }

    fn part(&mut self, name: &str) -> &mut Part {
        let part = self.parts.iter_mut().find(|part| part.name == name);
        part.expect("it is part of this world")
    }

    /// Kills one process where it stands.
    pub fn kill_one(&mut self, name: &str) {
        self.part(name).process = None;
    }

    /// One process, while it runs.
    ///
    /// # Errors
    /// When it does not run.
    pub fn process(&self, name: &str) -> anyhow::Result<&Process> {
        let part = self.parts.iter().find(|part| part.name == name);
        part.and_then(|part| part.process.as_ref()).with_context(|| format!("{name} runs"))
    }

    /// The same, to wait for its end.
    ///
    /// # Errors
    /// When it does not run.
    pub fn process_mut(&mut self, name: &str) -> anyhow::Result<&mut Process> {
        self.part(name).process.as_mut().with_context(|| format!("{name} runs"))
    }

    /// The server between the processes.
    ///
    /// # Errors
    /// When everything is in one process.
    pub fn nats(&mut self) -> anyhow::Result<&mut Server> {
        self.nats.as_mut().context("there is a server")
    }

    /// The directory in which everything is kept.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// The file that holds what a part has said.
    #[must_use]
    pub fn said(&self, name: &str) -> PathBuf {
        self.dir.path().join(format!("{name}.log"))
    }

    /// Waits until every service has applied the whole log and has nothing left to do.
    ///
    /// # Errors
    /// The status when the time was up.
    pub fn settled(&self) -> anyhow::Result<()> {
        let names = self.parts.iter().map(|part| part.name);
        // Search runs wherever core does.
        let names: Vec<_> = match self.nats {
            Some(_) => names.map(|name| if name == "core" { "search" } else { name }).collect(),
            None => SERVICES.into_iter().chain(["search"]).collect(),
        };
        self.api.settled(&names)
    }

    /// Runs the client against this Demarc.
    ///
    /// # Errors
    /// When the binary cannot be started.
    pub fn client(&self, arguments: &[&str]) -> anyhow::Result<Ran> {
        run(&[&["--url", &self.api.url()][..], arguments].concat())
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
            Line::Until { path, field, value } => self.api.until_row(path, field, value)?,
        }
        Ok(())
    }

    fn send(&self, actor: &str, command: &str, json: &str) -> anyhow::Result<Ran> {
        self.client(&["--actor", actor, "send", command, "--data", json])
    }
}
