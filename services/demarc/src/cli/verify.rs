//! `demarc verify`: proof that the log is whole and that nobody rewrote it, from the service that
//! keeps it or from the files themselves.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;
use event_store::{VerifyError, VerifyProgress, VerifyReport};
use serde_json::{Value, json};

use super::Context;
use crate::output::{BAD, GOOD, Output, paint, table};

const EXAMPLES: &str = "\
Examples:
  demarc verify                                   ask the audit service
  demarc verify --data ./data                     read every byte of the journal, trust nobody
  demarc verify --data ./backup --biller midwest --json

Ends with 1 and names the place when something is damaged or was changed.
The log may be open elsewhere; nothing is written.";

/// Options of `demarc verify`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// Read the files in this data directory instead of asking a server
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Verify {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        match self.data {
            Some(data) => offline(&data, &context.biller, context.output),
            None => online(context).await,
        }
    }
}

async fn online(context: &Context) -> anyhow::Result<()> {
    let answer = context.client.get(&["audit", "chain", "verification"], &[]).await?;
    let value = answer.get("value").unwrap_or(&answer);
    if context.output.is_json() {
        context.output.document(&answer)?;
    } else {
        context.output.line(table::value(&context.biller, value))?;
    }
    let intact = value.get("intact").and_then(Value::as_bool);
    anyhow::ensure!(intact == Some(true), "audit did not find the chain intact");
    verdict(context.output)
}

fn offline(data: &Path, biller: &str, output: Output) -> anyhow::Result<()> {
    let dir = log_dir(data, biller)?;
    let bar = output.progress(0, "segments");
    let mut segments = Vec::new();
    let verified = event_store::verify(&dir, |progress| {
        bar.set_length(progress.segments_total as u64);
        bar.set_position(progress.segments as u64);
        segments.push(progress);
    });
    bar.finish_and_clear();
    let names = segment_names(&dir)?;
    match verified {
        Ok(report) => {
            show(output, &report, &names, &segments)?;
            demand_no_rest(&report)?;
            verdict(output)
        }
        Err(error) => {
            if !output.is_json() {
                show_whole_segments(output, &names, &segments)?;
                output.line(paint(BAD, "NOT WHOLE"))?;
            }
            Err(broken(error, &dir))
        }
    }
}

/// Bytes after the last whole block may be harmless, but from the files alone nobody can tell.
fn demand_no_rest(report: &VerifyReport) -> anyhow::Result<()> {
    anyhow::ensure!(
        !report.torn,
        "what follows position {} is no whole block: if a write was in progress, run it again; if \
         one was interrupted, opening the log cuts it; anything else is damage",
        report.head.position
    );
    Ok(())
}

fn broken(error: VerifyError, dir: &Path) -> anyhow::Error {
    anyhow::Error::from(error).context(format!("the log in {} is not whole", dir.display()))
}

/// Where a biller's log is, in a data directory or a copy of one.
fn log_dir(data: &Path, biller: &str) -> anyhow::Result<PathBuf> {
    let dir = data.join("core").join(biller);
    if dir.join("journal").is_dir() {
        return Ok(dir);
    }
    let mut known: Vec<_> = fs::read_dir(data.join("core"))
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    known.sort();
    let hint = match known.as_slice() {
        [] => "is this the directory that `demarc serve --data` was given?".to_owned(),
        known => format!("it holds the billers {}: choose with --biller", known.join(", ")),
    };
    anyhow::bail!("there is no log of {biller} in {}; {hint}", data.display())
}

fn segment_names(dir: &Path) -> anyhow::Result<Vec<String>> {
    let journal = dir.join("journal");
    let entries = fs::read_dir(&journal)
        .with_context(|| format!("{} could not be listed", journal.display()))?;
    let mut names: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| name.ends_with(".seg"))
        .collect();
    names.sort();
    Ok(names)
}

fn show(
    output: Output,
    report: &VerifyReport,
    names: &[String],
    segments: &[VerifyProgress],
) -> anyhow::Result<()> {
    let chain = report.head.chain.to_string();
    let summary = json!({
        "log": report.name, "events": report.head.position, "records": report.records,
        "blocks": report.blocks, "streams": report.streams, "segments": report.segments,
        "bytes": report.bytes, "chain": chain, "torn_tail": report.torn,
    });
    if output.is_json() {
        return Ok(output.document(&summary)?);
    }
    show_whole_segments(output, names, segments)?;
    output.line(table::value("journal", &summary))?;
    Ok(())
}

fn show_whole_segments(
    output: Output,
    names: &[String],
    segments: &[VerifyProgress],
) -> anyhow::Result<()> {
    let mut table = table::table(["segment", "events", "bytes"]);
    let (mut events, mut bytes) = (0, 0);
    for (name, read) in names.iter().zip(segments) {
        let own = [read.events - events, read.bytes - bytes].map(|count| count.to_string());
        table.add_row([name.clone()].into_iter().chain(own));
        (events, bytes) = (read.events, read.bytes);
    }
    Ok(output.line(table::fitted(table))?)
}

fn verdict(output: Output) -> anyhow::Result<()> {
    if output.is_json() {
        return Ok(());
    }
    Ok(output.line(paint(GOOD, "whole: every checksum, position and hash is as it was written"))?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options};

    use super::{log_dir, offline};
    use crate::output::Output;

    fn a_log_with_two_records(data: &std::path::Path) {
        let mut log =
            Log::open(&data.join("core/northeast"), "northeast", Options::default()).unwrap();
        let record = |version: u8| NewRecord {
            command_id: CommandId([version; 16]),
            committed_at: 1,
            actor: "jane".into(),
            causation: None,
            correlation: None,
            traceparent: None,
            events: vec![NewEvent {
                stream: "site_88".into(),
                expected: Expected::Version(u64::from(version)),
                kind: "demarc.site.v1.SiteRegistered".into(),
                schema: 1,
                data: "x".into(),
            }],
        };
        log.append(vec![record(0)]).unwrap();
        log.append(vec![record(1)]).unwrap();
    }

    #[test]
    fn a_journal_is_verified_from_its_files_and_a_changed_byte_is_found() {
        let data = tempfile::tempdir().unwrap();
        a_log_with_two_records(data.path());
        offline(data.path(), "northeast", Output::new(true)).unwrap();
        let segment = data.path().join("core/northeast/journal/000000000001.seg");
        let mut bytes = fs::read(&segment).unwrap();
        let at = bytes.windows(7).position(|window| window == b"site_88").unwrap();
        bytes[at] = b'S';
        fs::write(&segment, bytes).unwrap();
        let verified = offline(data.path(), "northeast", Output::new(true));
        assert!(verified.is_err(), "a changed byte was not found");
    }

    #[test]
    fn a_directory_without_the_log_says_which_logs_there_are() {
        let data = tempfile::tempdir().unwrap();
        let error = log_dir(data.path(), "northeast").unwrap_err().to_string();
        assert!(error.contains("demarc serve --data"), "{error}");
        fs::create_dir_all(data.path().join("core/midwest/journal")).unwrap();
        let error = log_dir(data.path(), "northeast").unwrap_err().to_string();
        assert!(error.contains("midwest"), "{error}");
        assert!(log_dir(data.path(), "midwest").is_ok());
    }
}
