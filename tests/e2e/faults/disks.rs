//! The disk is full, the directory cannot be written, the file handles are used up: refused by the
//! name of the path and the cause, and gone on with when the cause is gone. Nothing acknowledged is
//! lost.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, ensure};
use e2e::{Api, Ended, Process, Room, SERVICES, Wish, copy_all, demarc, example, northeast};
use event_store::{Block, Log, Options};
use serde_json::json;

use super::judge::{Claim, nothing_is_lost};

/// More commands than fit into the segments that are there already.
const COMMANDS_MAX: u64 = 20_000;

/// A Demarc that is told where its data is, and by whom it is started.
struct House {
    api: Api,
    claim: Claim,
    said: tempfile::TempDir,
}

impl House {
    fn new() -> anyhow::Result<Self> {
        let claim = Claim { name: "account_".to_owned(), acknowledged: 0, sent: 0 };
        Ok(Self { api: Api::at("")?, claim, said: tempfile::tempdir()? })
    }

    fn start(&self, command: Command) -> anyhow::Result<Process> {
        Process::start(command, &self.said.path().join("serve.log"))
    }

    /// Starts it, and waits until it answers.
    fn live(&self, command: Command) -> anyhow::Result<Process> {
        let mut process = self.start(command)?;
        self.api.moved(&process.running()?);
        Ok(process)
    }

    /// Opens accounts until one is not acknowledged, at most so many.
    fn open_accounts(&mut self, count: u64) -> bool {
        let last = self.claim.acknowledged + count;
        (self.claim.acknowledged + 1..=last).all(|number| {
            self.claim.sent = self.claim.sent.max(number);
            let is_acknowledged = self.open_account(number);
            self.claim.acknowledged += u64::from(is_acknowledged);
            is_acknowledged
        })
    }

    fn open_account(&self, number: u64) -> bool {
        let account = format!("account_{number}");
        let json = json!({"accountId": account, "holderName": "Ada", "email": "a@example.net"});
        let wish = Wish { command: "OpenAccount", key: account, json };
        self.api.send(&wish).is_ok_and(|(status, _)| status == 200)
    }

    /// Comments on the first account until it is not acknowledged.
    fn comment_until_refused(&self) -> bool {
        (1..=COMMANDS_MAX).any(|number| {
            let (comment, text) = (format!("c-{number}"), "Called again about the bill.");
            let json = json!({"accountId": "account_1", "commentId": comment, "text": text});
            let wish = Wish { command: "AddComment", key: comment, json };
            !self.api.send(&wish).is_ok_and(|(status, _)| status == 200)
        })
    }

    /// Everything that was acknowledged is there, and every service goes on.
    fn is_whole(&mut self) -> anyhow::Result<()> {
        ensure!(self.open_accounts(10), "it does not take commands again");
        let opened = self.api.events(Some("AccountOpened"))?;
        let opened = opened.iter().filter_map(|event| event["stream"].as_str().map(str::to_owned));
        nothing_is_lost(std::slice::from_ref(&self.claim), &opened.collect::<Vec<_>>())?;
        self.api.settled(&SERVICES)
    }
}

fn serve(data: &Path) -> Command {
    let mut command = demarc();
    command
        .args([
            "serve",
            "--manual-calendar",
            "--trust-actor-header",
            "--http",
            "127.0.0.1:0",
            "--data",
        ])
        .arg(data);
    command.arg("--biller-file").arg(northeast());
    command
}

/// It has ended as it should: with a code, a path and a cause, and without a panic.
fn by_name(ended: &Ended, path: &Path, cause: &str) -> anyhow::Result<()> {
    ensure!(ended.code == Some(1), "{ended:?}");
    ensure!(!ended.said.contains("panicked"), "{ended:?}");
    ensure!(ended.said.contains(&*path.to_string_lossy()), "it names no path: {ended:?}");
    ensure!(ended.said.contains(cause), "it names no cause: {ended:?}");
    Ok(())
}

#[test]
fn a_full_disk_stops_core_by_name_and_loses_nothing() -> anyhow::Result<()> {
    let (room, mut house) = (Room::new(64)?, House::new()?);
    let command = room.inside(&serve(room.dir()));
    let mut process = house.live(command)?;
    ensure!(house.open_accounts(100), "there is room");
    room.fill()?;
    // There is no key for one more customer; those who are there are served until the log is full.
    ensure!(!house.open_accounts(COMMANDS_MAX), "there is no room");
    ensure!(house.comment_until_refused(), "there is no room for this either");
    by_name(&process.ended()?, &room.dir().join("core/northeast/journal"), "No space left")?;
    // Still full: whether it starts or not, it says why and takes nothing that it cannot keep.
    let mut again = house.start(room.inside(&serve(room.dir())))?;
    match again.running() {
        Ok(url) => house.api.moved(&url),
        Err(_) => by_name(&again.ended()?, room.dir(), "No space left")?,
    }
    house.open_accounts(COMMANDS_MAX);
    again.kill();
    room.make_room()?;
    let _process = house.live(room.inside(&serve(room.dir())))?;
    house.is_whole()
}

#[test]
fn a_directory_that_cannot_be_written_is_refused_by_name() -> anyhow::Result<()> {
    let (room, mut house) = (Room::new(64)?, House::new()?);
    let process = house.live(room.inside(&serve(room.dir())))?;
    ensure!(house.open_accounts(100), "it can be written");
    process.stop()?;
    room.remount("ro")?;
    let mut refused = house.start(room.inside(&serve(room.dir())))?;
    by_name(&refused.ended()?, &room.dir().join("core/northeast"), "Read-only file system")?;
    room.remount("rw")?;
    let _process = house.live(room.inside(&serve(room.dir())))?;
    house.is_whole()
}

#[test]
fn too_few_file_handles_are_refused_by_name() -> anyhow::Result<()> {
    let (dir, mut house) = (tempfile::tempdir()?, House::new()?);
    let process = house.live(serve(dir.path()))?;
    ensure!(house.open_accounts(100), "there are enough");
    process.stop()?;
    let all = serve(dir.path());
    let mut few = Command::new("prlimit");
    few.arg("--nofile=16:16").arg("--").arg(all.get_program()).args(all.get_args());
    by_name(&house.start(few)?.ended()?, dir.path(), "Too many open files")?;
    let _process = house.live(serve(dir.path()))?;
    house.is_whole()
}

#[test]
fn file_handles_that_run_out_stop_core_by_name_and_lose_nothing() -> anyhow::Result<()> {
    let (dir, mut house) = (tempfile::tempdir()?, House::new()?);
    let mut process = house.live(serve(dir.path()))?;
    ensure!(house.open_accounts(100), "there are enough");
    // Below what is open already: nothing more can be opened.
    let limit = Command::new("prlimit")
        .args(["--pid", &process.id().to_string(), "--nofile=8:4096"])
        .status()?;
    ensure!(limit.success(), "prlimit");
    ensure!(!house.open_accounts(COMMANDS_MAX), "a segment needs a handle");
    by_name(&process.ended()?, &dir.path().join("core/northeast/journal"), "Too many open files")?;
    let _process = house.live(serve(dir.path()))?;
    house.is_whole()
}

#[test]
fn control_on_a_full_disk_a_writer_that_acknowledges_before_it_writes_is_found_out()
-> anyhow::Result<()> {
    for (manner, is_found_out) in [("careful", false), ("hasty", true)] {
        let room = Room::new(8)?;
        let mut command = example("writer");
        command.arg(room.dir()).arg(manner);
        // It writes until nothing fits any more.
        let ran = room.inside(&command).stderr(Stdio::inherit()).output()?;
        ensure!(!ran.status.success(), "there is no room");
        let lines = String::from_utf8(ran.stdout)?;
        let last = lines.lines().last().context("it has acknowledged something")?.parse()?;
        let copy = tempfile::tempdir()?;
        copy_all(&room.from_outside(), copy.path())?;
        let found = records(&Log::open(copy.path(), "writer", Options::default())?)?;
        let claim = Claim { name: "record-".to_owned(), acknowledged: last, sent: u64::MAX };
        let judged = nothing_is_lost(&[claim], &found);
        ensure!(judged.is_err() == is_found_out, "{manner}: {judged:?}");
    }
    Ok(())
}

fn records(log: &Log) -> anyhow::Result<Vec<String>> {
    let blocks = log.reader().read_blocks(1, usize::MAX)?;
    let events = blocks.iter().flat_map(Block::events);
    events
        .map(|event| Ok(format!("record-{}", u128::from_be_bytes(event?.meta.command_id.0))))
        .collect()
}
