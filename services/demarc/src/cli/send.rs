//! `demarc send`: one command, or with `--ndjson` many of one kind.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;

use super::{Context, describe, many, nearest::nearest};
use crate::{
    client::{Answer, part},
    exit::{InvalidInput, Misused},
    output::{DIM, GOOD, Output, STRONG, paint, words},
};

const EXAMPLES: &str = "\
Examples:
  demarc send --list
  demarc send --describe SwapPackage
  demarc send OpenDay --data '{\"date\":\"2026-10-01\"}' --actor 'sam; roles=administrator'
  echo '{\"orderId\":\"order_1002\"}' | demarc send CommitOrder --key commit-1002
  demarc send OpenAccount --ndjson --file accounts.ndjson --key-prefix import-1

The same --key (or --key-prefix and line) again gets the same answer and changes nothing.";

/// Options of `demarc send`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Send {
    /// Name of the command, for example SuspendSite
    #[arg(required_unless_present_any = ["list", "describe"])]
    command: Option<String>,
    /// The command as JSON (`-` or nothing: from standard input)
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    /// Read the command from a file (`-`: from standard input)
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    file: Option<PathBuf>,
    /// Idempotency key: any text, or the UUID of the command
    #[arg(long)]
    key: Option<String>,
    /// Send every line as a command of its own, one after another
    #[arg(long, conflicts_with_all = ["data", "key"])]
    ndjson: bool,
    /// Start of the lines' idempotency keys; the line's number follows
    #[arg(long, value_name = "TEXT", requires = "ndjson")]
    key_prefix: Option<String>,
    /// Go on after a line that was refused
    #[arg(long, requires = "ndjson")]
    keep_going: bool,
    /// List every command
    #[arg(long, conflicts_with_all = ["command", "describe"])]
    list: bool,
    /// Show the fields of a command
    #[arg(long, value_name = "COMMAND")]
    describe: Option<String>,
}

impl Send {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        if self.list {
            return describe::list(context.output);
        }
        if let Some(name) = &self.describe {
            return describe::describe(known(name)?, context.output);
        }
        let command = known(self.command.as_deref().unwrap_or_default())?;
        if self.ndjson {
            let import = many::Import {
                command,
                key_prefix: self.key_prefix.as_deref(),
                keep_going: self.keep_going,
            };
            let (lines, bytes) = lines(self.file.as_deref())?;
            return import.run(context, lines, bytes).await;
        }
        let body = self.body()?;
        let answer = context.client.send(command, body, self.key.as_deref()).await?;
        show(context.output, &answer)
    }

    fn body(&self) -> anyhow::Result<String> {
        let body = match (self.data.as_deref(), self.file.as_deref()) {
            (Some("-") | None, None) => io::read_to_string(io::stdin().lock())
                .context("the command could not be read from standard input")?,
            (Some(data), _) => data.to_owned(),
            (None, Some(file)) => {
                let mut text = String::new();
                open(file)?.0.read_to_string(&mut text).with_context(|| unreadable(file))?;
                text
            }
        };
        check_json(&body).map_err(|problem| InvalidInput(format!("the command {problem}")))?;
        Ok(body)
    }
}

type Input = Box<dyn BufRead + std::marker::Send>;

/// Where the lines come from, and how many bytes they are, where that is known.
fn lines(file: Option<&Path>) -> anyhow::Result<(Input, Option<u64>)> {
    open(file.unwrap_or(Path::new("-")))
}

fn open(file: &Path) -> anyhow::Result<(Input, Option<u64>)> {
    if file == Path::new("-") {
        return Ok((Box::new(BufReader::new(io::stdin())), None));
    }
    let opened = File::open(file).with_context(|| unreadable(file))?;
    let bytes = opened.metadata().with_context(|| unreadable(file))?.len();
    Ok((Box::new(BufReader::new(opened)), Some(bytes)))
}

fn unreadable(file: &Path) -> String {
    format!("{} could not be read", file.display())
}

/// The command of that name as the contract writes it.
fn known(name: &str) -> Result<&'static str, Misused> {
    if let Some(command) = contract::command::named(name) {
        return Ok(command.name);
    }
    let hint = match nearest(name, contract::command::all().map(|command| command.name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`demarc send --list` shows every command".into(),
    };
    Err(Misused(format!("there is no command `{name}`: {hint}")))
}

/// What is wrong with a text that should be a JSON object, if anything is.
pub(crate) fn check_json(text: &str) -> Result<(), String> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(_)) => Ok(()),
        Ok(_) => Err("must be a JSON object, as in {\"siteId\":\"site_88\"}".into()),
        Err(_) if text.trim().is_empty() => {
            Err("is empty: give it with --data, --file or on standard input".into())
        }
        Err(error) => Err(format!(
            "is not JSON: it cannot be read at line {}, column {}",
            error.line(),
            error.column()
        )),
    }
}

/// Writes what became of a command.
fn show(output: Output, answer: &Value) -> anyhow::Result<()> {
    if output.is_json() {
        return Ok(output.document(answer)?);
    }
    let answer: Answer = part(answer)?;
    let again = if answer.duplicate { ", as answered before" } else { "" };
    let outcome = match answer.outcome.as_str() {
        "FULFILLED" => format!("{}: it was so already", paint(GOOD, "fulfilled")),
        other => paint(GOOD, other.to_lowercase()),
    };
    output.line(format!(
        "{outcome}{again}  {}",
        paint(DIM, format!("command {}", answer.command_id))
    ))?;
    for event in &answer.events {
        let position = words::value(&event.position);
        let kind = paint(STRONG, event.short_kind());
        output.line(format!("  #{position:<6} {kind}  {}", event.stream))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{check_json, known};

    #[test]
    fn an_unknown_command_names_the_nearest_one() {
        let refused = known("SuspendSite2").unwrap_err().to_string();
        assert_eq!(refused, "there is no command `SuspendSite2`: did you mean `SuspendSite`?");
        let refused = known("Bake").unwrap_err().to_string();
        assert!(refused.contains("--list"), "{refused}");
        assert_eq!(known("SuspendSite").unwrap(), "SuspendSite");
    }

    #[test]
    fn what_is_no_json_object_is_refused_without_repeating_it() {
        assert_eq!(check_json(r#"{"siteId":"site_88"}"#), Ok(()));
        assert!(check_json("[]").unwrap_err().contains("JSON object"));
        assert!(check_json(" \n").unwrap_err().contains("is empty"));
        let error = check_json(r#"{"email": ada@example.net}"#).unwrap_err();
        assert!(error.contains("line 1, column 11") && !error.contains("ada"), "{error}");
    }
}
