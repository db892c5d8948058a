//! A Demarc to which everybody logs in, and what its people type.

use std::{io::Write as _, process::Stdio};

use anyhow::{Context as _, ensure};
use reqwest::blocking::Client;
use serde_json::{Value, json};

use crate::{
    binary::{Ran, demarc},
    desk::Desk,
    world::World,
};

/// The password that everybody chooses.
pub const GOOD_PASSWORD: &str = "a walk to the old mill";

/// A Demarc to which everybody logs in.
pub struct House {
    /// What runs.
    pub world: World,
    /// Whoever asks it without the command line.
    pub client: Client,
    /// The temporary password of `admin` at northeast.
    pub temporary: String,
}

/// A status and a document.
type Answer = (u16, Value);

impl House {
    /// Starts it, over a network that behaves as `--network` says, and reads the password that it
    /// shows.
    ///
    /// # Errors
    /// When it does not start.
    pub fn new(network: &str) -> anyhow::Result<Self> {
        let mut world = World::with_log_in_over(network)?;
        let process = world.process_mut("serve")?;
        let mut temporary = None;
        while temporary.is_none() {
            let line = process.line()?;
            ensure!(!line.is_empty(), "it shows no password");
            let shown = line.strip_prefix("The password of admin at northeast is ");
            temporary = shown.and_then(|rest| rest.split_once(':')).map(|(it, _)| it.to_owned());
        }
        let temporary = temporary.context("it was shown")?;
        Ok(Self { world, client: Client::new(), temporary })
    }

    /// The same, after `admin` has chosen a password, and the token of that session.
    ///
    /// # Errors
    /// When it does not start.
    pub fn settled(network: &str) -> anyhow::Result<(Self, String)> {
        let house = Self::new(network)?;
        let admin = house.chooses("admin", &house.temporary)?;
        Ok((house, admin))
    }

    /// Somebody logs in with a temporary password and chooses the good one; the session's token.
    ///
    /// # Errors
    /// When either is refused.
    pub fn chooses(&self, name: &str, temporary: &str) -> anyhow::Result<String> {
        let session = token(&self.log_in(name, temporary)?.1)?;
        let change = json!({ "password": temporary, "newPassword": GOOD_PASSWORD });
        token(&self.post("password", Some(&session), &change)?.1)
    }

    /// A path below the biller.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}/v1/northeast/{path}", self.world.api.url())
    }

    /// A document, whatever its status.
    ///
    /// # Errors
    /// When nobody answers with JSON.
    pub fn get(&self, path: &str, token: Option<&str>) -> anyhow::Result<Answer> {
        let mut request = self.client.get(self.url(path));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send()?;
        Ok((answer.status().as_u16(), answer.json()?))
    }

    /// What is answered to a document.
    ///
    /// # Errors
    /// When nobody answers with JSON.
    pub fn post(&self, path: &str, token: Option<&str>, body: &Value) -> anyhow::Result<Answer> {
        let mut request = self.client.post(self.url(path)).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send()?;
        Ok((answer.status().as_u16(), answer.json()?))
    }

    /// What is answered to a name and a password.
    ///
    /// # Errors
    /// When nobody answers with JSON.
    pub fn log_in(&self, name: &str, password: &str) -> anyhow::Result<Answer> {
        self.post("login", None, &json!({ "name": name, "password": password }))
    }

    /// Creates a login for an agent with a temporary password.
    ///
    /// # Errors
    /// When nobody answers with JSON.
    pub fn add(&self, admin: &str, name: &str, password: &str) -> anyhow::Result<Answer> {
        let login_id = format!("login_{name}");
        let body = json!({ "loginId": login_id, "roles": ["ROLE_AGENT"], "password": password });
        self.post("logins", Some(admin), &body)
    }

    /// The desk of whoever has this token.
    ///
    /// # Errors
    /// When the token fits into no header.
    pub fn desk(&self, token: &str) -> anyhow::Result<Desk> {
        Desk::of(&self.world, "authorization", &format!("Bearer {token}"))
    }

    /// The client, which keeps its sessions in a directory of this house.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn typed(&self, arguments: &[&str], lines: &str) -> anyhow::Result<Ran> {
        let config = self.world.data().with_file_name("config");
        let mut client = demarc()
            .args(["--url", &self.world.api.url(), "--config"])
            .arg(config)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        client.stdin.take().context("it has one")?.write_all(lines.as_bytes())?;
        Ok(client.wait_with_output()?.into())
    }
}

/// The token of a session.
///
/// # Errors
/// The document, where it is no session.
pub fn token(session: &Value) -> anyhow::Result<String> {
    Ok(session["token"].as_str().with_context(|| format!("no session: {session}"))?.to_owned())
}
