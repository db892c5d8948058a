//! Many commands of one kind, one line each.
//!
//! What must stay true: lines are sent one after another, in their order; with a key prefix a line
//! has the same key in every run and wherever it stands, so that a run can be repeated until all
//! of it is done, also after lines were added; whatever happens, what was done is summed up.

use std::{
    io::BufRead,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Context,
    send::{as_text, check_json},
};
use crate::{
    client::{Answer, ClientError, part},
    exit::{InvalidInput, Rejected},
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
    /// Rejected ones and invalid ones.
    refused: u64,
    invalid: u64,
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
        let sent = self.lines(context, lines, &bar, &mut summary).await;
        bar.finish_and_clear();
        summary.show(output, began.elapsed())?;
        sent?;
        summary.verdict()
    }

    /// Sends line after line. Read as bytes: what is no text is one bad line, not the end.
    async fn lines(
        &self,
        context: &Context,
        mut lines: impl BufRead,
        bar: &ProgressBar,
        summary: &mut Summary,
    ) -> anyhow::Result<()> {
        let mut number = 0;
        loop {
            number += 1;
            let mut line = Vec::new();
            let read = lines
                .read_until(b'\n', &mut line)
                .with_context(|| format!("line {number} could not be read"))?;
            if read == 0 {
                return Ok(());
            }
            bar.inc(bar.length().map_or(1, |_| read as u64));
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            let sent = self.line(context, number, line).await;
            let Err(error) = summary.count(sent) else { continue };
            bar.suspend(|| say_refused(context.output, number, &error))?;
            if !self.keep_going || !concerns_the_line_only(&error) {
                return Err(error);
            }
        }
    }

    async fn line(&self, context: &Context, number: u64, line: &[u8]) -> anyhow::Result<Value> {
        let text = as_text(line.to_vec())
            .and_then(|text| check_json(&text).map(|()| text))
            .map_err(|problem| InvalidInput(format!("line {number} {problem}")))?;
        let key = self.key_prefix.map(|prefix| line_key(prefix, line));
        Ok(context.client.send(self.command, text, key.as_deref()).await?)
    }
}

/// Made of what the line says, not of where it stands: an inserted line shifts no other's key.
fn line_key(prefix: &str, line: &[u8]) -> String {
    format!("{prefix}-{}", Uuid::new_v5(&Uuid::NAMESPACE_OID, line))
}

/// Whether the next line can still go through.
fn concerns_the_line_only(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<ClientError>() {
        Some(ClientError::Refused(problem)) => problem.is_final(),
        Some(_) => false,
        None => error.downcast_ref::<InvalidInput>().is_some(),
    }
}

/// Whether what the line says cannot be used, whatever the state of things.
fn is_invalid(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<ClientError>() {
        Some(ClientError::Refused(problem)) => problem.exit_code() == 4,
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
        self.invalid += u64::from(sent.as_ref().is_err_and(is_invalid));
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

    /// What the run as a whole came to, after every line had its turn.
    fn verdict(&self) -> anyhow::Result<()> {
        match (self.refused, self.invalid) {
            (0, _) => Ok(()),
            (refused, 0) => Err(Rejected(format!("{refused} lines were rejected")).into()),
            (refused, invalid) => {
                let text = format!("{refused} lines were refused, {invalid} of them as invalid");
                Err(InvalidInput(text).into())
            }
        }
    }

    fn show(&self, output: Output, took: Duration) -> std::io::Result<()> {
        let Self { accepted, fulfilled, duplicates, refused, invalid } = self;
        let lines = accepted + fulfilled + duplicates + refused;
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = lines.saturating_mul(1000) / millis;
        if output.is_json() {
            return output.document(&json!({
                "lines": lines, "accepted": accepted, "fulfilled": fulfilled,
                "duplicates": duplicates, "refused": refused, "invalid": invalid,
                "millis": millis,
            }));
        }
        output.line(format!(
            "{lines} lines in {:.1?}, {rate}/s: {accepted} accepted, {fulfilled} fulfilled \
             already, {duplicates} answered before, {refused} refused, {invalid} of them invalid",
            took
        ))
    }
}

#[cfg(test)]
mod tests {
    use indicatif::ProgressBar;
    use serde_json::json;

    use super::{Import, Summary, concerns_the_line_only, line_key};
    use crate::{
        billers,
        cli::{Context, DEFAULT_BILLER},
        client::{Client, ClientError, Problem},
        compose::{self, Access, Calendar, LogForm, Options, Running},
        exit::{InvalidInput, Rejected},
        output::Output,
        sessions::Sessions,
    };

    #[test]
    fn a_line_has_the_same_key_in_every_run_and_wherever_it_stands() {
        let key = line_key("import-1", b"{}");
        assert_eq!(key, line_key("import-1", b"{}"));
        assert!(key.starts_with("import-1-") && key.is_ascii(), "{key}");
        assert_ne!(key, line_key("import-1", b"{ }"));
        assert_ne!(key, line_key("import-2", b"{}"));
    }

    async fn a_demarc(data: &std::path::Path) -> Running {
        compose::start(Options {
            data: data.to_owned(),
            http: "127.0.0.1:0".parse().ok(),
            billers: vec![billers::shipped_one(DEFAULT_BILLER).unwrap()],
            nats: None,
            calendar: Calendar::Manual,
            access: Access::TrustedHeader,
            reset_admin: false,
            network: provisioning::NetworkBehaviour::default(),
            processors: crate::processors::Processors::default(),
            log: "error".into(),
            log_form: LogForm::Text,
        })
        .await
        .unwrap()
    }

    async fn import(url: &str, lines: &[u8]) -> Summary {
        let client = Client::new(url, DEFAULT_BILLER, None).unwrap();
        let output = Output::new(true);
        let context = Context {
            client,
            output,
            url: url.to_owned(),
            biller: DEFAULT_BILLER.into(),
            sessions: Sessions::in_dir(Some("nowhere".into())).unwrap(),
        };
        let import =
            Import { command: "OpenAccount", key_prefix: Some("import-1"), keep_going: true };
        let mut summary = Summary::default();
        let bar = ProgressBar::hidden();
        import.lines(&context, lines, &bar, &mut summary).await.unwrap();
        summary
    }

    #[tokio::test]
    async fn a_repeated_import_sends_the_inserted_line_only_and_passes_over_what_is_no_text() {
        let data = tempfile::tempdir().unwrap();
        let running = a_demarc(data.path()).await;
        let line = |number: u8| {
            let (id, email) = (format!("account_{number}"), "ada@example.net");
            format!("{}\n", json!({"accountId": id, "holderName": "Ada Byron", "email": email}))
        };
        let (first, second, third) = (line(1), line(2), line(3));
        let sent = import(&running.url(), format!("{first}\r\n{third}").as_bytes()).await;
        assert_eq!(sent, Summary { accepted: 2, ..Summary::default() });
        let lines = [first.as_bytes(), b"{\"\xff\"}\n", second.as_bytes(), third.trim().as_bytes()];
        let sent = import(&running.url(), &lines.concat()).await;
        let expected =
            Summary { accepted: 1, duplicates: 2, refused: 1, invalid: 1, ..Summary::default() };
        assert_eq!(sent, expected);
        running.shutdown().await;
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
        summary.verdict().unwrap();
        summary.count(Err(refused(409))).unwrap_err();
        assert!(summary.verdict().unwrap_err().downcast_ref::<Rejected>().is_some());
        summary.count(Err(InvalidInput("no JSON".into()).into())).unwrap_err();
        assert!(summary.verdict().unwrap_err().downcast_ref::<InvalidInput>().is_some());
        let expected = Summary { accepted: 1, fulfilled: 1, duplicates: 1, refused: 2, invalid: 1 };
        assert_eq!(summary, expected);
    }

    fn refused(status: u16) -> anyhow::Error {
        ClientError::Refused(Problem::read(status, "{}")).into()
    }

    #[test]
    fn only_what_is_wrong_with_the_line_itself_can_be_passed_over() {
        assert!(concerns_the_line_only(&refused(409)));
        assert!(concerns_the_line_only(&refused(422)));
        assert!(concerns_the_line_only(&InvalidInput("no JSON".into()).into()));
        assert!(!concerns_the_line_only(&refused(503)));
        assert!(!concerns_the_line_only(&anyhow::anyhow!("disk")));
    }
}
