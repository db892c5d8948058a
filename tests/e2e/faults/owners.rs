//! A biller's log has one owner: whoever else is told to be it is refused by name.

use std::path::Path;

use anyhow::ensure;
use e2e::{Ended, Process, Wish, World, copy_all};
use event_store::{CommandId, Expected, Log, NewEvent, NewRecord, Options};
use serde_json::json;

use super::judge::{Claim, nothing_is_lost};

/// Starts a part on this data, which must end by itself with one line of what and one of why.
fn refused(world: &World, name: &str, data: &Path) -> anyhow::Result<Ended> {
    let mut second = Process::start(world.command(name, data), &world.said("second"))?;
    let ended = second.ended()?;
    ensure!(ended.code == Some(1), "{ended:?}");
    ensure!(!ended.said.contains("panicked"), "{ended:?}");
    let lines = ended.said.lines().filter(|line| line.contains("error:")).count();
    ensure!(lines == 1, "{ended:?}");
    Ok(ended)
}

fn open_account(world: &World, account: &str) -> anyhow::Result<()> {
    let json = json!({"accountId": account, "holderName": "Ada", "email": "a@example.net"});
    world.api.insist(&Wish { command: "OpenAccount", key: account.to_owned(), json }).map(drop)
}

#[test]
fn a_second_process_with_the_same_directory_is_refused_by_the_name_of_the_first()
-> anyhow::Result<()> {
    let world = World::one_process()?;
    let ended = refused(&world, "serve", &world.data())?;
    let (owner, lock) = (world.process("serve")?.id(), world.data().join("core/northeast/lock"));
    let expected = format!("already open for writing: process {owner} holds {}", lock.display());
    ensure!(ended.said.contains(&expected), "{ended:?}");
    open_account(&world, "account_1")
}

#[test]
fn a_second_service_with_the_same_directory_is_refused_by_name() -> anyhow::Result<()> {
    let world = World::core_and(&["billing"])?;
    let ended = refused(&world, "billing", &world.data())?;
    ensure!(ended.said.contains("billing did not start"), "{ended:?}");
    ensure!(ended.said.contains("northeast is in use by another process"), "{ended:?}");
    open_account(&world, "account_1")?;
    world.settled()
}

#[test]
fn a_second_core_with_a_directory_of_its_own_is_refused_by_the_name_of_the_first()
-> anyhow::Result<()> {
    let world = World::core_and(&[])?;
    let other = tempfile::tempdir()?;
    let ended = refused(&world, "core", other.path())?;
    let owner = format!("process {} at 127.0.0.1", world.process("core")?.id());
    let expected = format!("the log of northeast has an owner on this NATS server: {owner}");
    ensure!(ended.said.contains(&expected), "{ended:?}");
    open_account(&world, "account_1")
}

#[test]
fn an_owner_that_was_away_stops_when_it_finds_a_successor() -> anyhow::Result<()> {
    let mut world = World::core_and(&[])?;
    open_account(&world, "account_1")?;
    world.nats()?.until_stored("LOG_northeast", 1)?;
    // The first owner hears of nothing: its machine stands still, and it has lost its connection.
    world.process("core")?.pause()?;
    world.nats()?.kill()?;
    world.nats()?.start_again()?;
    let copy = tempfile::tempdir()?;
    copy_all(&world.data(), copy.path())?;
    let command = world.command("core", copy.path());
    let mut successor = Process::start(command, &world.said("successor"))?;
    let first = world.api.url();
    world.api.moved(&successor.running()?);
    open_account(&world, "account_2")?;
    world.nats()?.until_stored("LOG_northeast", 2)?;
    let away = world.process_mut("core")?;
    away.go_on()?;
    let ended = away.ended()?;
    ensure!(ended.code == Some(1), "{ended:?}");
    ensure!(ended.said.contains("somebody else writes this log"), "{ended:?}");
    ensure!(ended.said.contains("the stream holds position 2, the log ends at 1"), "{ended:?}");
    ensure!(first != world.api.url(), "the successor answers elsewhere");
    open_account(&world, "account_3")?;
    let opened = world.api.events(Some("AccountOpened"))?;
    let opened = opened.iter().map(|event| event["stream"].as_str().unwrap_or_default().to_owned());
    let claim = Claim { name: "account_".to_owned(), acknowledged: 3, sent: 3 };
    nothing_is_lost(&[claim], &opened.collect::<Vec<_>>())
}

#[test]
fn control_two_owners_that_do_not_know_of_each_other_lose_what_was_acknowledged()
-> anyhow::Result<()> {
    let (dir, copy) = (tempfile::tempdir()?, tempfile::tempdir()?);
    drop(Log::open(dir.path(), "northeast", Options::default())?);
    copy_all(dir.path(), copy.path())?;
    // One lock each: nothing keeps them apart.
    let mut one = Log::open(dir.path(), "northeast", Options::default())?;
    let mut other = Log::open(copy.path(), "northeast", Options::default())?;
    one.append(vec![record(1)])?;
    other.append(vec![record(2)])?;
    let blocks = one.reader().read_blocks(1, usize::MAX)?;
    let found: Vec<_> = blocks
        .iter()
        .flat_map(event_store::Block::events)
        .map(|event| Ok(event?.event.stream.to_string()))
        .collect::<anyhow::Result<_>>()?;
    let claim = Claim { name: "account_".to_owned(), acknowledged: 2, sent: 2 };
    let lost = nothing_is_lost(&[claim], &found).expect_err("the second history is lost");
    ensure!(lost.to_string().contains("2 was acknowledged, 1 is there"), "{lost}");
    Ok(())
}

fn record(number: u8) -> NewRecord {
    NewRecord {
        command_id: CommandId([number; 16]),
        committed_at: 0,
        actor: "owner".to_owned(),
        causation: None,
        correlation: None,
        traceparent: None,
        events: vec![NewEvent {
            stream: format!("account_{number}"),
            expected: Expected::Version(0),
            kind: "opened".to_owned(),
            schema: 1,
            data: "".into(),
        }],
    }
}
