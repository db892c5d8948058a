//! A script of what people type and what they wait for.

use anyhow::{Context as _, bail};

/// One line of a script.
#[derive(Clone, Debug)]
pub enum Line {
    /// Who types from here on.
    As(String),
    /// A command that is accepted.
    Send {
        /// Its name.
        command: String,
        /// Its fields.
        json: String,
    },
    /// A command that is refused.
    Refused {
        /// The refusal's code.
        code: String,
        /// The command's name.
        command: String,
        /// Its fields.
        json: String,
    },
    /// A row that is waited for.
    Until {
        /// Service, view and key.
        path: String,
        /// A field of the row, with its path.
        field: String,
        /// What it is to be.
        value: String,
    },
}

/// Reads a script; comments and empty lines are left out.
///
/// # Errors
/// The line that cannot be read.
pub fn script(text: &str) -> anyhow::Result<Vec<Line>> {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| read(line).with_context(|| line.to_owned())).collect()
}

fn read(line: &str) -> anyhow::Result<Line> {
    let (word, rest) = line.split_once(' ').context("a word and what follows it")?;
    Ok(match word {
        "as" => Line::As(rest.to_owned()),
        "send" => {
            let (command, json) = rest.split_once(' ').context("a command and its JSON")?;
            Line::Send { command: command.to_owned(), json: json.to_owned() }
        }
        "refused" => {
            let mut parts = rest.splitn(3, ' ').map(str::to_owned);
            let mut next = || parts.next().context("a code, a command and its JSON");
            Line::Refused { code: next()?, command: next()?, json: next()? }
        }
        "until" => {
            let (path, condition) = rest.split_once(' ').context("a path and a condition")?;
            let (field, value) = condition.split_once('=').context("field=value")?;
            Line::Until { path: path.to_owned(), field: field.to_owned(), value: value.to_owned() }
        }
        other => bail!("{other} is not a word of scripts"),
    })
}
