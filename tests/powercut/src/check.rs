//! What must be left after a power cut: every acknowledged event, once and in order, its chain
//! whole, its command still known; and rows that end equal to a fresh fold of the log.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use bus::Bus;
use event_store::{Block, Log, Reader};
use projection::InMemory;
use storage::Os;

use crate::house::{self, LOG, ROWS};
use crate::story;
use crate::told::{Lost, tell};

/// How much of the log is read at once, in bytes.
const READ_BYTES: usize = 4 << 20;
/// Commands that are looked up, and sent again.
const COMMANDS_MAX: u64 = 500;

/// Checks the log and the read model; both are on the disk when it returns.
pub(crate) fn product(dir: &Path, acked: u64, synced: u64) -> anyhow::Result<()> {
    let (log, fold) = log(dir, acked)?;
    let head = log.reader().head().position;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let kept = set_aside(dir)?;
        // Nobody offers a log here: what it shows is what the directory held.
        let rows = house::start_rows(dir, &Bus::in_process()).await?;
        let held = rows.status().checkpoint;
        rows.shutdown().await;
        let aside = set_aside(dir)? - kept;
        if aside == 0 {
            Lost::unless_found("position of the rows", synced, held)?;
        }
        let (bus, _grown) = house::offer(&log).await?;
        let rows = house::start_rows(dir, &bus).await?;
        rows.caught_up(head).await.context("the read model does not catch up")?;
        let same = rows.query(|rows| Ok(rows.dump()? == fold.rows().dump()?))?;
        ensure!(same, "the rows are not those of a fresh fold");
        rows.shutdown().await;
        tell("rows", held)?;
        tell("aside", aside)?;
        anyhow::Ok(())
    })?;
    tell("head", head)?;
    Ok(())
}

/// Directories of the read model that were set aside as damaged.
fn set_aside(dir: &Path) -> anyhow::Result<u64> {
    let Ok(entries) = std::fs::read_dir(dir.join(ROWS)) else { return Ok(0) };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let names = names.collect::<std::io::Result<Vec<_>>>()?;
    Ok(names.iter().filter(|name| name.contains(".damaged-")).count() as u64)
}

/// Checks the log; gives it, and what its events add up to.
fn log(dir: &Path, acked: u64) -> anyhow::Result<(Log, InMemory)> {
    let mut log = house::open_log(dir, Arc::new(Os)).context("the log does not open")?;
    let reader = log.reader();
    let head = reader.head();
    Lost::unless_found("position", acked, head.position)?;
    let verified = event_store::verify(&dir.join(LOG), |_| ()).context("it is not whole")?;
    // An empty log has no segment that could name it.
    ensure!(head.position == 0 || verified.head == head, "{:?} is not {head:?}", verified.head);
    ensure!(!verified.torn, "a torn tail was not cut");
    let fold = read(&reader)?;
    check_commands(&mut log, &reader, head.position)?;
    Ok((log, fold))
}

/// Reads everything: position after position, version after version, what was written there.
fn read(reader: &Reader) -> anyhow::Result<InMemory> {
    let mut fold = house::fold();
    let mut versions = BTreeMap::new();
    let mut due = 1;
    loop {
        let blocks = reader.read_blocks(due, READ_BYTES)?;
        if blocks.is_empty() {
            break;
        }
        for event in blocks.iter().flat_map(Block::events) {
            let event = event?;
            ensure!(event.position == due, "position {} stands at {due}", event.position);
            ensure!(story::is_told(&event), "position {due} holds what was not written there");
            let version = versions.entry(event.event.stream.clone()).or_insert(0);
            *version += 1;
            ensure!(event.event.version == *version, "a version is missing before {due}");
            fold.apply(&event)?;
            due += 1;
        }
    }
    ensure!(due == reader.head().position + 1, "the log ends at {due}, before its head");
    for (stream, version) in versions {
        ensure!(reader.stream_version(&stream)? == version, "the index has lost {stream}");
    }
    Ok(fold)
}

/// Commands are found where they are, and writing them again changes nothing.
fn check_commands(log: &mut Log, reader: &Reader, head: u64) -> anyhow::Result<()> {
    let step = usize::try_from(head / COMMANDS_MAX + 1)?;
    let known: Vec<_> = (1..=head).rev().step_by(step).collect();
    for &number in &known {
        let found = reader.find_command(story::id(number))?.map(|record| record.first_position);
        ensure!(found == Some(number), "command {number} is at {found:?}");
    }
    let beyond = reader.find_command(story::id(head + 1))?;
    ensure!(beyond.is_none(), "a command is known that is not in the log");
    let again = log.append(known.into_iter().map(story::record).collect())?;
    ensure!(again.block.is_none(), "a command was written twice");
    Ok(())
}
