//! Commands that are submitted to core by somebody who has them all at hand, and what of them is
//! found in the log.
//!
//! What must stay true: a command that is not accepted, or was answered before, ends the
//! measurement.

use std::ops::Range;

use bus::Bus;
use contract::{AsItIs, command};
use core_service::{Answer, Core, Decision, Submission};
use domain::actor::Actor;
use event_store::{CommandId, Position};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};

use crate::{commands::mix, facts::account_id, peers::BILLER};

/// A command as clients send it, the nth about an account.
pub(crate) fn submission(
    name: &'static str,
    json: &Value,
    account: u64,
    nth: u64,
) -> anyhow::Result<Submission> {
    let command = command::named(name).expect("it is a command");
    read(name, command.from_json(json.to_string().as_bytes(), &AsItIs), account, nth)
}

/// The same for one that was read.
pub(crate) fn read(
    name: &'static str,
    rule: command::Read,
    account: u64,
    nth: u64,
) -> anyhow::Result<Submission> {
    let actor = Actor::parse("bench; roles=service,manager")?;
    let [high, low] = [mix(account), mix(account + (nth << 48))].map(u128::from);
    let id = CommandId((high << 64 | low).to_be_bytes());
    Ok(Submission::of(name, rule?, actor, id))
}

/// What opens an account.
pub(crate) fn open(account: u64) -> Value {
    json!({
        "accountId": account_id(account),
        "holderName": format!("Jordan Customer {account}"),
        "email": format!("jordan.{account}@example.com"),
    })
}

/// Submits a command.
pub(crate) async fn accepted(core: &Core, submission: Submission) -> anyhow::Result<()> {
    let answer = core.submit(BILLER, submission).await?;
    let is_accepted =
        matches!(&answer, Answer::Decided { decision: Decision::Accepted(_), duplicate: false });
    anyhow::ensure!(is_accepted, "{answer:?}");
    Ok(())
}

/// Submits a command for each account, so many at a time.
pub(crate) async fn submit_all(
    core: &Core,
    accounts: Range<u64>,
    in_flight: usize,
    command: impl Fn(u64) -> anyhow::Result<Submission> + Copy + Send + Sync + 'static,
) -> anyhow::Result<()> {
    let submitted = stream::iter(accounts).map(|account| {
        let core = core.clone();
        let submitting = tokio::spawn(async move { accepted(&core, command(account)?).await });
        async { submitting.await? }
    });
    submitted.buffer_unordered(in_flight).try_collect().await
}

/// How many events of a kind the log holds.
pub(crate) async fn count(bus: &Bus, kind: &str) -> anyhow::Result<u64> {
    let feed = bus.follow(BILLER, "count").await?;
    let (head, mut position): (Position, _) = (feed.head().await?.position, 0);
    let mut found = 0;
    while position < head {
        for block in feed.read(position + 1, 4 << 20).await? {
            for event in block.events() {
                found += u64::from(event?.event.kind.as_ref() == kind);
            }
            position = block.last_position();
        }
    }
    Ok(found)
}
