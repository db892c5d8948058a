//! The checks that every fault is followed by. Each is a function of what was seen, so that its
//! control can show it something that is wrong.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use e2e::Row;
use serde_json::Value;

/// One who writes numbers 1, 2, 3, ... and waits for each acknowledgement.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    /// How its records are called in the log: this, then the number.
    pub(crate) name: String,
    /// The last number that was acknowledged.
    pub(crate) acknowledged: u64,
    /// The last number that was sent.
    pub(crate) sent: u64,
}

/// Everything that was acknowledged is there, once, in order, and nothing that nobody sent.
pub(crate) fn nothing_is_lost(claims: &[Claim], found: &[String]) -> anyhow::Result<()> {
    let mut written: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for record in found {
        let number = record.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
        written.entry(&record[..number]).or_default().push(record[number..].parse()?);
    }
    for Claim { name, acknowledged, sent } in claims {
        let numbers = written.remove(name.as_str()).unwrap_or_default();
        let last = numbers.last().copied().unwrap_or(0);
        ensure!(numbers.iter().copied().eq(1..=last), "{name}: not once and in order: {numbers:?}");
        ensure!(last >= *acknowledged, "{name}: {acknowledged} was acknowledged, {last} is there");
        ensure!(last <= *sent, "{name}: {last} is there, only {sent} was sent");
    }
    ensure!(written.is_empty(), "nobody sent {written:?}");
    Ok(())
}

/// Two read models hold the same rows.
pub(crate) fn same_rows(one: &[Row], other: &[Row]) -> anyhow::Result<()> {
    for (one, other) in one.iter().zip(other) {
        ensure!(one == other, "{one:#?}\nis not\n{other:#?}");
    }
    ensure!(one.len() == other.len(), "{} rows and {} rows", one.len(), other.len());
    Ok(())
}

/// What services did because of one event, they did once: no second record of it, and no wish
/// that was fulfilled or refused because it had been done before.
pub(crate) fn done_once(log: &[Value]) -> anyhow::Result<()> {
    let mut done: BTreeMap<[&str; 4], BTreeSet<&str>> = BTreeMap::new();
    for event in log {
        let text = |name: &str| event[name].as_str().unwrap_or_default();
        let (actor, kind, stream) = (text("actor"), text("type"), text("stream"));
        if !actor.contains("roles=service") {
            continue;
        }
        ensure!(!stream.starts_with("decision_"), "done before: {event:#}");
        // One event makes a run bill many accounts, and each bill takes a number of the one series.
        if stream.starts_with("series_") {
            continue;
        }
        let what = [actor, text("causationId"), kind, stream];
        done.entry(what).or_default().insert(text("commandId"));
    }
    let twice = done.iter().find(|(_, commands)| commands.len() > 1);
    ensure!(twice.is_none(), "done twice: {twice:?}");
    ensure!(!done.is_empty(), "no service did anything");
    Ok(())
}

/// Every message of the log was handed over, and each of them once.
pub(crate) fn mailed_once(mail: &str, log: &[Value]) -> anyhow::Result<()> {
    let lines = mail.lines().map(serde_json::from_str::<Value>);
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    let mut sent: Vec<_> = lines.iter().map(|line| line["messageId"].as_str()).collect();
    sent.sort_unstable();
    let delivered = log.iter().filter(|event| event["notification"].is_object());
    let mut delivered: Vec<_> = delivered.map(|event| event["stream"].as_str()).collect();
    delivered.sort_unstable();
    ensure!(sent == delivered, "handed over {sent:?}\nreported {delivered:?}");
    Ok(())
}
