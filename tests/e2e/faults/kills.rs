//! `kill -9` at random moments: under load, while starting, while the index spills.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use e2e::{Api, Chance, Wish, World, example};
use event_store::{Block, Log, Options};
use serde_json::json;

use super::judge::{Claim, nothing_is_lost};

/// Kills of each kind of process.
const ROUNDS: u64 = 100;
/// One in so many kills hits the process while it starts.
const STARTING: u64 = 4;
/// The longest that a process lives under load, and while it starts.
const LOADED_MAX: Duration = Duration::from_millis(150);
const STARTING_MAX: Duration = Duration::from_millis(80);

#[test]
fn after_a_hundred_kills_every_acknowledged_command_is_there_once_and_in_order()
-> anyhow::Result<()> {
    let (mut world, mut chance) = (World::one_process()?, Chance::new());
    let mut claims: Vec<_> = (0..4).map(|client| claim(&format!("account_{client}-"))).collect();
    for _ in 0..ROUNDS {
        let api = &world.api;
        std::thread::scope(|scope| {
            for claim in &mut claims {
                scope.spawn(move || open_accounts(api, claim));
            }
            chance.pause(LOADED_MAX);
            world.process("serve")?.kill_now()
        })?;
        world.kill();
        if chance.below(STARTING) == 0 {
            let starting = world.launch("serve")?;
            chance.pause(STARTING_MAX);
            drop(starting);
        }
        world.start_again()?;
    }
    let opened = world.api.events(Some("AccountOpened"))?;
    let opened = opened.iter().map(|event| event["stream"].as_str().unwrap_or_default().to_owned());
    nothing_is_lost(&claims, &opened.collect::<Vec<_>>())?;
    ensure!(claims.iter().all(|claim| claim.acknowledged > ROUNDS), "too little load: {claims:?}");
    let again = world.api.events(Some("DecisionFulfilled"))?;
    ensure!(again.is_empty(), "a key did not give the first answer: {again:#?}");
    world.client(&["verify"])?.well()?;
    Ok(())
}

fn claim(name: &str) -> Claim {
    Claim { name: name.to_owned(), acknowledged: 0, sent: 0 }
}

/// Opens one account after another until nobody answers. Whoever heard nothing asks again under
/// the same key; so does, now and then, whoever was answered.
fn open_accounts(api: &Api, claim: &mut Claim) {
    let mut number = claim.acknowledged.max(1);
    while open_account(api, &format!("{}{number}", claim.name)) {
        claim.acknowledged = claim.acknowledged.max(number);
        number += 1;
        claim.sent = claim.sent.max(number);
    }
    claim.sent = claim.sent.max(number);
}

fn open_account(api: &Api, account: &str) -> bool {
    let json = json!({"accountId": account, "holderName": "Ada", "email": "a@example.net"});
    let wish = Wish { command: "OpenAccount", key: account.to_owned(), json };
    api.send(&wish).is_ok_and(|(status, _)| status == 200)
}

/// Kills a writer so often, and checks each time what the next one finds.
fn kill_writers(dir: &Path, manner: &str) -> anyhow::Result<Claim> {
    let (mut claim, mut chance) = (claim("record-"), Chance::new());
    claim.sent = u64::MAX;
    for _ in 0..ROUNDS {
        let lines = live_and_die(dir, manner, &mut chance)?;
        // Killed while it was starting: it has neither found nor acknowledged anything.
        let Some(found) = lines.first() else { continue };
        let was = claim.acknowledged;
        ensure!(*found >= was, "{was} was acknowledged, {found} is there");
        claim.acknowledged = lines.last().copied().unwrap_or(0);
    }
    Ok(claim)
}

/// Runs a writer until it is killed at some moment; the numbers that it printed.
fn live_and_die(dir: &Path, manner: &str, chance: &mut Chance) -> anyhow::Result<Vec<u64>> {
    let mut command = example("writer");
    let mut writer = command.arg(dir).arg(manner).stdout(Stdio::piped()).spawn()?;
    let out = writer.stdout.take().context("its output is piped")?;
    let reading = std::thread::spawn(move || {
        let lines = BufReader::new(out).lines().map_while(Result::ok);
        lines.filter_map(|line| line.parse().ok()).collect()
    });
    chance.pause(LOADED_MAX);
    writer.kill()?;
    writer.wait()?;
    Ok(reading.join().expect("reading lines does not panic"))
}

#[test]
fn after_a_hundred_kills_of_a_writer_whose_index_spills_nothing_is_lost() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let claim = kill_writers(dir.path(), "careful")?;
    let log = Log::open(dir.path(), "writer", Options::default())?;
    let blocks = log.reader().read_blocks(1, usize::MAX)?;
    let records = blocks.iter().flat_map(Block::events).map(|event| {
        let number = u128::from_be_bytes(event?.meta.command_id.0);
        anyhow::Ok(format!("record-{number}"))
    });
    let found = records.collect::<anyhow::Result<Vec<_>>>()?;
    nothing_is_lost(&[claim], &found)?;
    ensure!(found.len() > 5_000, "too little was written: {}", found.len());
    Ok(())
}

#[test]
fn control_a_writer_that_acknowledges_before_it_writes_is_found_out() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let lost = kill_writers(dir.path(), "hasty").expect_err("what was not written is lost");
    ensure!(lost.to_string().contains("was acknowledged"), "{lost}");
    Ok(())
}
