//! The controls: without the position check, and with ids that do not follow from the event, the
//! same checks find what was applied or sent twice.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use bus::{Message, subject};
use contract::pb::account::v1::AddComment;
use e2e::{Chance, Row, Wish, World};
use event_store::{Block, CommandId, Recorded};
use projection::{Fault, InMemory, Intents, Keys, ReadModel, Rows, Table};
use serde_json::json;

use super::{
    super::judge::{done_once, same_rows},
    STREAMS,
};

const BILLER: &str = "northeast";
const TALLY: Table = Table::new(b't');

/// How many events each stream has: whatever is applied twice is counted twice.
struct Tally;

impl ReadModel for Tally {
    fn name(&self) -> &'static str {
        "tally"
    }

    fn version(&self) -> u32 {
        1
    }

    fn apply(
        &self,
        event: &Recorded,
        rows: &mut Rows<'_>,
        _: &mut Intents<'_>,
    ) -> Result<(), Fault> {
        let count: u64 = rows.get(TALLY, &*event.event.stream)?.unwrap_or_default();
        rows.put(TALLY, &*event.event.stream, &(count + 1))
    }
}

/// A read model that applies what it is given, whether or not the positions continue.
fn applied(blocks: &[Block]) -> anyhow::Result<Vec<Row>> {
    let mut model = InMemory::new(Arc::new(Tally));
    for event in blocks.iter().flat_map(Block::events) {
        model.apply(&event?)?;
    }
    let rows = model.rows().scan::<u64>(TALLY, Keys::all(), usize::MAX);
    rows.map(|row| {
        let (key, count) = row?;
        Ok((String::from_utf8(key)?, json!(count)))
    })
    .collect()
}

/// Core alone, in whose log some accounts were opened.
fn core_with_accounts() -> anyhow::Result<World> {
    let world = World::core_and(&[])?;
    for number in 1..=5 {
        let account = format!("account_{number}");
        let json = json!({"accountId": account, "holderName": "Ada", "email": "a@example.net"});
        world.api.insist(&Wish { command: "OpenAccount", key: account, json })?;
    }
    Ok(world)
}

#[test]
fn control_without_the_position_check_what_is_published_again_is_applied_again()
-> anyhow::Result<()> {
    let mut world = core_with_accounts()?;
    let nats = world.nats()?;
    let log = blocks(nats.until_stored(STREAMS[0], 5)?)?;
    let once = nats.stored(STREAMS[0])?;
    same_rows(&applied(&log)?, &applied(&blocks(once)?)?)?;
    for message in &nats.stored(STREAMS[0])? {
        nats.publish(message)?;
    }
    let twice = blocks(nats.until_stored(STREAMS[0], 5)?)?;
    ensure!(twice.len() > log.len(), "nothing was published again");
    let found = same_rows(&applied(&log)?, &applied(&twice)?);
    ensure!(found.is_err(), "the check does not see what was applied twice");
    Ok(())
}

fn blocks(stored: Vec<e2e::Stored>) -> anyhow::Result<Vec<Block>> {
    stored.into_iter().map(|message| Ok(Block::parse(message.body)?)).collect()
}

#[test]
fn control_with_ids_of_its_own_making_a_command_is_sent_twice() -> anyhow::Result<()> {
    let mut world = core_with_accounts()?;
    // Killed after sending and before noting it, so it sends again: with the same ids, ...
    for _ in 0..2 {
        comment_on_accounts(&mut world, |event| event.meta.command_id.0.map(|byte| !byte))?;
    }
    done_once(&world.api.events(None)?)?;
    // ... and with new ones.
    let mut chance = Chance::new();
    comment_on_accounts(&mut world, |_| u128::from(chance.below(u64::MAX)).to_le_bytes())?;
    let found = done_once(&world.api.events(None)?);
    ensure!(found.is_err(), "the check does not see what was sent twice");
    Ok(())
}

/// A policy with its sender: whoever opens an account gets a comment.
fn comment_on_accounts(
    world: &mut World,
    mut id: impl FnMut(&Recorded) -> [u8; 16],
) -> anyhow::Result<()> {
    let nats = world.nats()?;
    let bus = nats.bus("careless")?;
    nats.runtime.block_on(async {
        let feed = bus.follow(BILLER, "careless").await?;
        let blocks = feed.read(1, usize::MAX).await?;
        for event in blocks.iter().flat_map(Block::events).take(5) {
            let event = event?;
            let account = event.event.stream.to_string();
            let comment = AddComment {
                account_id: account.clone(),
                comment_id: format!("{account}-welcome"),
                text: "Welcome.".to_owned(),
            };
            let contract::Outgoing { noun, verb, body } = contract::outgoing(&comment);
            let message = Message::new(body.into())
                .with_header("demarc-command-id", &CommandId(id(&event)).to_string())
                .with_header("demarc-actor", "careless; roles=service")
                .with_header("demarc-causation", &event.meta.command_id.to_string());
            let subject = subject::command(BILLER, &noun, &verb);
            let reply = bus.request(&subject, message, Duration::from_secs(10)).await?;
            let outcome = reply.headers.get("demarc-outcome").context("core has decided")?;
            let reason = reply.headers.get("demarc-reason").unwrap_or_default();
            ensure!(outcome != "invalid", "{reason}");
        }
        Ok(())
    })
}
