//! `demarc login`, `demarc logout` and `demarc password`: sessions begin, end, and get another
//! password.
//!
//! What must stay true: a password is asked for at the terminal or read from standard input, never
//! taken from the command line, where everybody on the machine could read it.

use std::io::{self, BufRead as _, IsTerminal as _};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use super::Context;
use crate::{
    client::part,
    exit::{InvalidInput, Misused},
    output::{GOOD, STRONG, paint},
    sessions::Session,
};

const LOGIN_EXAMPLES: &str = "\
Examples:
  demarc login --name admin                       asks for the password
  demarc login --name jane --biller midwest
  demarc login --name jane < passwords            a line each: the password, and if it is temporary
                                                  the one to change it to
The session is kept in ~/.config/demarc (--config names another directory), and everything else uses
it until it ends after 12 hours, or with `demarc logout`.";

const LOGOUT_EXAMPLES: &str = "\
Examples:
  demarc logout                                   ends every session of the login, wherever it is";

const PASSWORD_EXAMPLES: &str = "\
Examples:
  demarc password                                 asks for the password, and for another one";

/// Options of `demarc login`.
#[derive(Args, Debug)]
#[command(after_help = LOGIN_EXAMPLES)]
pub(crate) struct Login {
    /// Name of the login
    #[arg(long)]
    name: String,
}

/// Options of `demarc logout`.
#[derive(Args, Debug)]
#[command(after_help = LOGOUT_EXAMPLES)]
pub(crate) struct Logout {}

/// Options of `demarc password`.
#[derive(Args, Debug)]
#[command(after_help = PASSWORD_EXAMPLES)]
pub(crate) struct Password {}

impl Login {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let password = asked("password: ")?.context(missing())?;
        let body = json!({ "name": self.name, "password": password });
        // A session of before, temporary or ended, must not be in the way of another one.
        let answer = context.client.without_token().post_json(&["login"], &body).await?;
        let session: Session = part(&answer)?;
        context.sessions.keep(&context.url, &context.biller, &session)?;
        if !session.must_change {
            return welcome(context, &session);
        }
        let temporary = "the password is temporary, choose another one";
        if io::stdin().is_terminal() {
            context.output.line(temporary)?;
        }
        match chosen()? {
            Some(chosen) => change(context, &session, &password, &chosen).await,
            None => {
                let how = format!("{temporary}: {}", paint(STRONG, "demarc password"));
                Ok(context.output.line(how)?)
            }
        }
    }
}

impl Logout {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let ended = context.client.post(&["logout"]).await;
        context.sessions.forget(&context.url, &context.biller)?;
        match ended {
            Ok(_) => Ok(context.output.line(paint(GOOD, "logged out"))?),
            Err(error) => Err(error.into()),
        }
    }
}

impl Password {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let session = context.sessions.find(&context.url, &context.biller)?;
        let session = session.context(Misused("nobody is logged in: demarc login".into()))?;
        let password = asked("password: ")?.context(missing())?;
        let chosen = chosen()?.context(missing())?;
        change(context, &session, &password, &chosen).await
    }
}

async fn change(
    context: &Context,
    session: &Session,
    password: &str,
    chosen: &str,
) -> anyhow::Result<()> {
    let client = context.client.with_token(&session.token);
    let body = json!({ "password": password, "newPassword": chosen });
    let answer = client.post_json(&["password"], &body).await?;
    let session: Session = part(&answer)?;
    context.sessions.keep(&context.url, &context.biller, &session)?;
    welcome(context, &session)
}

fn welcome(context: &Context, session: &Session) -> anyhow::Result<()> {
    let Session { name, roles, expires_at, .. } = session;
    if context.output.is_json() {
        let document = json!({ "name": name, "roles": roles, "expiresAt": expires_at });
        return Ok(context.output.document(&document)?);
    }
    let verdict = paint(GOOD, "logged in");
    let line = format!("{verdict} as {name} ({}) until {expires_at}", roles.join(", "));
    Ok(context.output.line(line)?)
}

/// A password that is typed without being seen, or the next line of standard input.
fn asked(prompt: &str) -> anyhow::Result<Option<String>> {
    if io::stdin().is_terminal() {
        return Ok(Some(rpassword::prompt_password(prompt)?));
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let line = line.trim_end_matches(['\r', '\n']);
    Ok((!line.is_empty()).then(|| line.to_owned()))
}

/// A new password, typed twice where it is typed.
fn chosen() -> anyhow::Result<Option<String>> {
    let chosen = asked("new password: ")?;
    if io::stdin().is_terminal() && asked("again: ")? != chosen {
        return Err(InvalidInput("the two are not the same".into()).into());
    }
    Ok(chosen)
}

fn missing() -> InvalidInput {
    InvalidInput("there is no password on standard input".into())
}
