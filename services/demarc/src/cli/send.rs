//! `demarc send`: one command, or with `--ndjson` many of one kind.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;
use service::nearest::nearest;

use super::{Context, describe, many};
use crate::{
    client::{Answer, part},
    exit::{InvalidInput, Misused, demand_printable},
    output::{DIM, GOOD, Output, STRONG, paint, words},
};

const EXAMPLES: &str = "\
Examples:
  demarc send --list
  demarc send --describe SwapPackage
  demarc send OpenDay --data '{\"date\":\"2026-10-01\"}'
  echo '{\"orderId\":\"order_1002\"}' | demarc send CommitOrder --key commit-1002
  demarc send OpenAccount --ndjson --file accounts.ndjson --key-prefix import-1

The same --key (or --key-prefix and line) again gets the same answer and changes nothing.
A line's key is the prefix and a hash of what the line says, not where it stands: lines can be
added and moved between two runs, and two equal lines of a file are one wish, done once.
With --keep-going it ends with 4 when a line was invalid, with 3 when lines were only rejected.";

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
    /// Start of the lines' idempotency keys; a hash of the line follows
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
    /// One command, given as JSON or in a file.
    pub(crate) fn one(
        command: String,
        data: Option<String>,
        file: Option<PathBuf>,
        key: Option<String>,
    ) -> Self {
        Self {
            command: Some(command),
            data,
            file,
            key,
            ndjson: false,
            key_prefix: None,
            keep_going: false,
            list: false,
            describe: None,
        }
    }

    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        if self.list {
            return describe::list(context.output);
        }
        if let Some(name) = &self.describe {
            return describe::describe(known(name)?, context.output);
        }
        demand_printable("--key", self.key.as_deref())?;
        demand_printable("--key-prefix", self.key_prefix.as_deref())?;
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
            (Some("-") | None, None) => read(Path::new("-"))?,
            (Some(data), _) => data.to_owned(),
            (None, Some(file)) => read(file)?,
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

fn read(file: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    open(file)?.0.read_to_end(&mut bytes).with_context(|| unreadable(file))?;
    Ok(as_text(bytes).map_err(|problem| InvalidInput(format!("the command {problem}")))?)
}

/// The text that the bytes are, or what is wrong with them.
pub(crate) fn as_text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let whole = error.utf8_error().valid_up_to();
        format!("is not UTF-8: it cannot be read after byte {whole}")
    })
}

fn open(file: &Path) -> anyhow::Result<(Input, Option<u64>)> {
    if file == Path::new("-") {
        return Ok((Box::new(BufReader::new(io::stdin())), None));
    }
    let opened = File::open(file).with_context(|| unreadable(file))?;
    let bytes = opened.metadata().with_context(|| unreadable(file))?.len();
    Ok((Box::new(BufReader::new(opened)), Some(bytes)))
}

fn unreadable(file: &Path) -> Misused {
    if file == Path::new("-") {
        return Misused("standard input could not be read".into());
    }
    Misused(format!("{} could not be read", file.display()))
}

/// The command of that name as the contract writes it.
pub(crate) fn known(name: &str) -> Result<&'static str, Misused> {
    if let Some(command) = contract::command::named(name) {
        return Ok(command.name);
    }
    let names = contract::command::all().map(|command| command.name);
    let hint = match nearest(name, names).first() {
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
    if !answer.revealed.is_empty() {
        output.line(format!("  {}", paint(STRONG, &answer.revealed)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{as_text, check_json, known, read};
    use crate::exit::{InvalidInput, Misused};

    #[test]
    fn an_unknown_command_names_the_nearest_one() {
        let refused = known("SuspendSite2").unwrap_err().to_string();
        assert_eq!(refused, "there is no command `SuspendSite2`: did you mean `SuspendSite`?");
        let refused = known("Bake").unwrap_err().to_string();
        assert!(refused.contains("--list"), "{refused}");
        assert_eq!(known("SuspendSite").unwrap(), "SuspendSite");
    }

    #[test]
    fn a_file_that_is_not_there_is_a_misuse_and_says_why() {
        let error = read(Path::new("/nonexist")).unwrap_err();
        assert!(error.downcast_ref::<Misused>().is_some(), "{error:?}");
        assert_eq!(error.to_string(), "/nonexist could not be read");
        assert!(error.source().is_some_and(|cause| cause.to_string().contains("No such file")));
    }

    #[test]
    fn a_text_that_is_not_utf_8_is_invalid_input() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"{\"a\":\"\xff\"}").unwrap();
        let error = read(file.path()).unwrap_err();
        assert!(error.downcast_ref::<InvalidInput>().is_some(), "{error:?}");
        assert!(error.to_string().contains("is not UTF-8"), "{error}");
        assert_eq!(as_text(b"{}".to_vec()), Ok("{}".to_owned()));
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
