//! Many commands of one kind, one line each.
//!
//! What must stay true: lines are sent one after another, in their order; with a key prefix a line
//! has the same key in every run, so that a run can be repeated until all of it is done.

use std::{
    io::BufRead,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::{Context, send::check_json};
use crate::{
    client::{Answer, ClientError, part},
    exit::InvalidInput,
    output::{BAD, Output, paint},
};

/// How a file of commands is sent.
pub(crate) struct Import<'a> {
    pub(crate) command: &'static str,
    pub(crate) key_prefix: Option<&'a str>,
    pub(crate) keep_going: bool,
}

/// What became of the lines.
#[derive(Debug, Default, PartialEq, Eq)]
struct Summary {
    accepted: u64,
    fulfilled: u64,
    duplicates: u64,
    refused: u64,
}

impl Import<'_> {
    /// Sends the lines. `bytes` is their length, where it is known.
    pub(crate) async fn run(
        &self,
        context: &Context,
        lines: impl BufRead,
        bytes: Option<u64>,
    ) -> anyhow::Result<()> {
        let output = context.output;
        let bar = match bytes {
            Some(bytes) => output.progress(bytes, self.command),
            None => output.counter(self.command),
        };
        let began = Instant::now();
        let mut summary = Summary::default();
        for (number, line) in (1..).zip(lines.lines()) {
            let line = line.with_context(|| format!("line {number} could not be read"))?;
            bar.inc(bytes.map_or(1, |_| line.len() as u64 + 1));
            if line.trim().is_empty() {
                continue;
            }
            let sent = self.line(context, number, line).await;
            let Err(error) = summary.count(sent) else { continue };
            bar.suspend(|| say_refused(output, number, &error))?;
            if !self.keep_going || !concerns_the_line_only(&error) {
                bar.suspend(|| summary.show(output, began.elapsed()))?;
                return Err(error);
            }
        }
        bar.finish_and_clear();
        summary.show(output, began.elapsed())?;
        match summary.refused {
            0 => Ok(()),
            refused => bail!("{refused} lines were refused"),
        }
    }

    async fn line(&self, context: &Context, number: u64, line: String) -> anyhow::Result<Value> {
        check_json(&line).map_err(|problem| InvalidInput(format!("line {number} {problem}")))?;
        let key = self.key_prefix.map(|prefix| line_key(prefix, number));
        Ok(context.client.send(self.command, line, key.as_deref()).await?)
    }
}

fn line_key(prefix: &str, number: u64) -> String {
    format!("{prefix}-{number}")
}

/// Whether the next line can still go through.
fn concerns_the_line_only(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<ClientError>() {
        Some(ClientError::Refused(problem)) => problem.is_final(),
        Some(_) => false,
        None => error.downcast_ref::<InvalidInput>().is_some(),
    }
}

fn say_refused(output: Output, number: u64, error: &anyhow::Error) -> std::io::Result<()> {
    if output.is_json() {
        return output.document(&json!({"line": number, "refused": error.to_string()}));
    }
    output.line(format!("{} line {number}: {error}", paint(BAD, "refused")))
}

impl Summary {
    fn count(&mut self, sent: anyhow::Result<Value>) -> anyhow::Result<()> {
        let answer = sent.and_then(|answer| Ok(part::<Answer>(&answer)?));
        let counter = match &answer {
            Err(_) => &mut self.refused,
            Ok(answer) if answer.duplicate => &mut self.duplicates,
            Ok(answer) if answer.outcome == "FULFILLED" => &mut self.fulfilled,
            Ok(_) => &mut self.accepted,
        };
        *counter += 1;
        answer.map(drop)
    }

    fn show(&self, output: Output, took: Duration) -> std::io::Result<()> {
        let Self { accepted, fulfilled, duplicates, refused } = self;
        let lines = accepted + fulfilled + duplicates + refused;
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = lines.saturating_mul(1000) / millis;
        if output.is_json() {
            return output.document(&json!({
                "lines": lines, "accepted": accepted, "fulfilled": fulfilled,
                "duplicates": duplicates, "refused": refused, "millis": millis,
            }));
        }
        output.line(format!(
            "{lines} lines in {:.1?}, {rate}/s: {accepted} accepted, {fulfilled} fulfilled \
             already, {duplicates} answered before, {refused} refused",
            took
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Summary, concerns_the_line_only, line_key};
    use crate::{
        client::{ClientError, Problem},
        exit::InvalidInput,
    };

    #[test]
    fn a_line_has_the_same_key_in_every_run() {
        assert_eq!(line_key("import-1", 17), "import-1-17");
    }

    #[test]
    fn lines_are_counted_by_what_became_of_them() {
        let mut summary = Summary::default();
        let answer = |outcome, duplicate| {
            Ok(json!({"commandId": "c", "outcome": outcome, "duplicate": duplicate}))
        };
        summary.count(answer("ACCEPTED", false)).unwrap();
        summary.count(answer("ACCEPTED", true)).unwrap();
        summary.count(answer("FULFILLED", false)).unwrap();
        summary.count(Err(InvalidInput("no JSON".into()).into())).unwrap_err();
        let expected = Summary { accepted: 1, fulfilled: 1, duplicates: 1, refused: 1 };
        assert_eq!(summary, expected);
    }

    #[test]
    fn only_what_is_wrong_with_the_line_itself_can_be_passed_over() {
        let refused =
            |status| anyhow::Error::from(ClientError::Refused(Problem::read(status, "{}")));
        assert!(concerns_the_line_only(&refused(409)));
        assert!(concerns_the_line_only(&refused(422)));
        assert!(concerns_the_line_only(&InvalidInput("no JSON".into()).into()));
        assert!(!concerns_the_line_only(&refused(503)));
        assert!(!concerns_the_line_only(&anyhow::anyhow!("disk")));
    }
}
