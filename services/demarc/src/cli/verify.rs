//! `demarc verify`: whether the log follows from itself, asked of audit or read from the files.
//!
//! What must stay true: no more is claimed than is proven. Files that follow from themselves may
//! have been rewritten as a whole: only an anchor that was kept elsewhere tells.

mod anchor;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;
use event_store::{VerifyError, VerifyProgress, VerifyReport};
use serde_json::{Value, json};

use self::anchor::Anchor;
use super::Context;
use crate::output::{BAD, DIM, GOOD, Output, paint, table, words};

const EXAMPLES: &str = "\
Examples:
  demarc verify                                   ask the audit service
  demarc verify --data ./data                     read every byte of the journal, trust nobody
  demarc verify --data ./backup --biller midwest --json
  demarc verify --data ./data --expect 119:9f86d081884c7d65…   it still holds what it held then

From the files alone it is proven that every checksum, position and hash follows from the one
before. Who can write the files can write all of them anew, or cut the end off: keep the last
line, the position and its hash, where the writer of the log cannot reach it, and pass it as
--expect the next time.

Ends with 1 and names the place when something is damaged or is not what was expected.
The log may be open elsewhere; nothing is written.";

/// Options of `demarc verify`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// Read the files in this data directory instead of asking a server
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// What the log must hold: a position and the hash of the chain there, kept elsewhere
    #[arg(long, value_name = "POSITION:HASH", requires = "data")]
    expect: Option<Anchor>,
}

impl Verify {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        match self.data {
            Some(data) => offline(&data, &context.biller, self.expect.as_ref(), context.output),
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
    demand_intact(value)?;
    let text = |name: &str| value.get(name).map(words::value).unwrap_or_default();
    verdict(context.output, &text("events"), &text("chain"))
}

/// What audit found wrong is an answer, not a failure to answer.
fn demand_intact(value: &Value) -> anyhow::Result<()> {
    if value.get("intact") == Some(&Value::Bool(true)) {
        return Ok(());
    }
    let said = |name: &str| value.get(name).filter(|said| !said.is_null()).map(words::value);
    let at = said("position").map(|at| format!(" at position {at}")).unwrap_or_default();
    let problem = said("problem").map(|problem| format!(": {problem}")).unwrap_or_default();
    anyhow::bail!("audit does not find the chain intact{at}{problem}")
}

fn offline(
    data: &Path,
    biller: &str,
    expect: Option<&Anchor>,
    output: Output,
) -> anyhow::Result<()> {
    let dir = log_dir(data, biller)?;
    let bar = output.progress(0, "segments");
    let mut segments = Vec::new();
    let verified = event_store::verify(&dir, |progress| {
        bar.set_length(progress.segments_total as u64);
        bar.set_position(progress.segments as u64);
        segments.push(progress);
    });
    bar.finish_and_clear();
    let paths = segment_paths(&dir)?;
    let names = paths.iter().filter_map(|path| path.file_name());
    let names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    match verified {
        Ok(report) => {
            show(output, &report, &names, &segments)?;
            demand_no_rest(&report)?;
            if let Some(anchor) = expect {
                anchor.demand(&report, &paths)?;
            }
            let head = &report.head;
            verdict(output, &head.position.to_string(), &head.chain.to_string())
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
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("journal").is_dir())
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    known.sort();
    let hint = match known.as_slice() {
        [] => "is this the directory that `demarc serve --data` was given?".to_owned(),
        known => format!("it holds the billers {}: choose with --biller", known.join(", ")),
    };
    anyhow::bail!("there is no log of {biller} in {}; {hint}", data.display())
}

/// The segments, in the order in which they were written.
fn segment_paths(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let journal = dir.join("journal");
    let entries = fs::read_dir(&journal)
        .with_context(|| format!("{} could not be listed", journal.display()))?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "seg"))
        .collect();
    paths.sort();
    Ok(paths)
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

fn verdict(output: Output, position: &str, chain: &str) -> anyhow::Result<()> {
    if output.is_json() {
        return Ok(());
    }
    output.line(paint(
        GOOD,
        format!(
            "consistent in itself: every checksum, position and hash follows from the one before; \
             ends at {position} in chain {chain}"
        ),
    ))?;
    let hint = format!("to keep elsewhere: --expect {position}:{chain}");
    Ok(output.line(paint(DIM, hint))?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options};

    use serde_json::json;

    use super::{Anchor, demand_intact, log_dir, offline};
    use crate::output::Output;

    /// Three blocks; gives where each of them ends.
    fn a_log(data: &std::path::Path) -> Vec<Anchor> {
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
        let anchors = [vec![record(0)], vec![record(1)], vec![record(2), record(3)]].map(|group| {
            log.append(group).unwrap();
            let head = log.reader().head();
            Anchor { position: head.position, chain: head.chain }
        });
        anchors.to_vec()
    }

    fn verified(data: &std::path::Path, expect: &Anchor) -> Result<(), String> {
        offline(data, "northeast", Some(expect), Output::new(true))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_log_holds_what_was_noted_of_it_also_after_it_has_grown() {
        let data = tempfile::tempdir().unwrap();
        let anchors = a_log(data.path());
        assert_eq!(anchors.iter().map(|anchor| anchor.position).collect::<Vec<_>>(), [1, 2, 4]);
        for anchor in &anchors {
            assert_eq!(verified(data.path(), anchor), Ok(()));
        }
        let genesis = Anchor { position: 0, chain: event_store::genesis("northeast") };
        assert_eq!(verified(data.path(), &genesis), Ok(()));
    }

    #[test]
    fn a_log_that_is_another_than_was_noted_is_found_out() {
        let data = tempfile::tempdir().unwrap();
        let anchors = a_log(data.path());
        let chain = anchors[0].chain;
        let refused = |position| verified(data.path(), &Anchor { position, chain }).unwrap_err();
        for rewritten in [0, 2, 4] {
            assert!(refused(rewritten).contains("is another"), "{}", refused(rewritten));
        }
        assert!(refused(3).contains("is not the end of a block"), "{}", refused(3));
        assert!(refused(5).contains("ends at position 4"), "{}", refused(5));
    }

    #[test]
    fn what_audit_finds_wrong_is_said_with_its_place() {
        demand_intact(&json!({"intact": true, "events": 2})).unwrap();
        let broken = json!({"intact": false, "problem": "a hash does not follow", "position": 7});
        assert_eq!(
            demand_intact(&broken).unwrap_err().to_string(),
            "audit does not find the chain intact at position 7: a hash does not follow"
        );
        assert!(demand_intact(&json!({})).is_err());
    }

    #[test]
    fn a_journal_is_verified_from_its_files_and_a_changed_byte_is_found() {
        let data = tempfile::tempdir().unwrap();
        a_log(data.path());
        offline(data.path(), "northeast", None, Output::new(true)).unwrap();
        let segment = data.path().join("core/northeast/journal/000000000001.seg");
        let mut bytes = fs::read(&segment).unwrap();
        let at = bytes.windows(7).position(|window| window == b"site_88").unwrap();
        bytes[at] = b'S';
        fs::write(&segment, bytes).unwrap();
        let verified = offline(data.path(), "northeast", None, Output::new(true));
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
