//! Did nobody rewrite the past? Every block is read from the log and its hashes are computed again,
//! and what audit has seen before must still be there.
//!
//! What must stay true: a log that is not what it was is an answer, with what is wrong and where;
//! an error only says that the log could not be read.

use bus::{Bus, Feed};
use event_store::{Block, genesis};
use projection::{FaultCause, Status};
use serde_json::{Value, json};
use service::{LiveError, error};

/// How much of the log is read at once, in bytes.
const READ_BYTES: usize = 4 << 20;

/// Why there is no proof.
#[derive(Debug)]
enum Trouble {
    /// The log is not what it was.
    Broken { position: u64, problem: String },
    /// The log cannot be read.
    Reach(LiveError),
}

/// Reads the whole log up to where it ends now. Costs a read of it; nothing is kept in memory.
pub(crate) async fn verify(bus: &Bus, biller: &str, status: &Status) -> Result<Value, LiveError> {
    let found = match witnessed(status) {
        Ok(()) => read(bus, biller).await,
        Err(broken) => Err(broken),
    };
    match found {
        Ok(found) => Ok(json!({
            "intact": true,
            "events": found.position,
            "records": found.records,
            "blocks": found.blocks,
            "chain": found.chain.to_string(),
        })),
        Err(Trouble::Broken { position, problem }) => {
            Ok(json!({ "intact": false, "position": position, "problem": problem }))
        }
        Err(Trouble::Reach(error)) => Err(error),
    }
}

/// A log can be whole in itself and still not be the one that audit has seen.
fn witnessed(status: &Status) -> Result<(), Trouble> {
    let Some(fault) = &status.fault else { return Ok(()) };
    match fault.cause {
        FaultCause::LogBehind { .. } | FaultCause::LogRewritten => {
            Err(broken(fault.position, fault.reason.clone()))
        }
        FaultCause::Refused { .. } | FaultCause::Undecodable | FaultCause::Directory => Ok(()),
    }
}

async fn read(bus: &Bus, biller: &str) -> Result<Found, Trouble> {
    let feed = bus.follow(biller, "audit-chain").await.map_err(|error| out_of_reach(&error))?;
    let head = feed.head().await.map_err(|error| out_of_reach(&error))?;
    let mut found = Found { position: 0, records: 0, blocks: 0, chain: genesis(biller) };
    while found.position < head.position {
        found = next(&feed, found, head.position).await?;
    }
    if found.position == head.position && found.chain != head.chain {
        let problem = format!("the chain ends in {}, but the log says {}", found.chain, head.chain);
        return Err(broken(found.position, problem));
    }
    Ok(found)
}

#[derive(Debug)]
struct Found {
    position: u64,
    records: u64,
    blocks: u64,
    chain: event_store::Hash,
}

async fn next(feed: &Feed, found: Found, until: u64) -> Result<Found, Trouble> {
    let from = found.position + 1;
    let blocks = feed.read(from, READ_BYTES).await.map_err(|error| out_of_reach(&error))?;
    if blocks.is_empty() {
        return Err(broken(from, format!("the log ends at {}, not at {until}", found.position)));
    }
    let checking = tokio::task::spawn_blocking(move || {
        blocks.iter().take_while(|block| block.first_position() <= until).try_fold(found, check)
    });
    checking.await.map_err(|error| out_of_reach(&error))?
}

fn check(before: Found, block: &Block) -> Result<Found, Trouble> {
    let expected = before.position + 1;
    if block.first_position() != expected {
        let found = block.first_position();
        return Err(broken(expected, format!("position {expected} is missing: {found} follows")));
    }
    let chain = block.chain_from(before.chain);
    if chain != block.chain() {
        let problem = format!("the chain is broken in the block at position {expected}");
        return Err(broken(expected, problem));
    }
    Ok(Found {
        position: block.last_position(),
        records: before.records + u64::from(block.record_count()),
        blocks: before.blocks + 1,
        chain,
    })
}

fn broken(position: u64, problem: String) -> Trouble {
    Trouble::Broken { position, problem }
}

fn out_of_reach(error: &(dyn std::error::Error + 'static)) -> Trouble {
    Trouble::Reach(LiveError(error::chain(error)))
}

#[cfg(test)]
mod tests {
    use domain::{
        site::SuspensionReason,
        testing::fixtures::{site, suspended_site},
    };
    use event_store::genesis;
    use serde_json::json;

    use projection::{FaultCause, FaultStatus, State, Status};

    use super::{Found, READ_BYTES, Trouble, check, verify};
    use crate::testing::{BILLER, Offered};

    /// Two blocks: three events, and three more.
    async fn offered() -> Offered {
        let rest = suspended_site(SuspensionReason::Abuse).into_iter().skip(3);
        Offered::begun_as(BILLER).await.and(site()).and(rest)
    }

    #[tokio::test]
    async fn a_log_that_nobody_rewrote_is_intact() {
        let offered = offered().await;
        let head = offered.bus.follow(BILLER, "test").await.unwrap().head().await.unwrap();
        let expected = json!({
            "intact": true,
            "events": 6,
            "records": 6,
            "blocks": 2,
            "chain": head.chain.to_string(),
        });
        assert_eq!(verify(&offered.bus, BILLER, &healthy()).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn a_log_that_continues_another_past_is_a_broken_chain() {
        let offered = Offered::begun_as("somebody-else").await.and(site());
        let broken = verify(&offered.bus, BILLER, &healthy()).await.unwrap();
        let problem = "the chain is broken in the block at position 1";
        assert_eq!(broken, json!({ "intact": false, "position": 1, "problem": problem }));
    }

    #[tokio::test]
    async fn a_log_that_is_whole_but_not_the_one_that_was_seen_is_broken() {
        let offered = offered().await;
        let fault = FaultStatus {
            position: 4,
            cause: FaultCause::LogRewritten,
            reason: "the log's hash at position 3 is not the one seen before".to_owned(),
        };
        let status = Status { fault: Some(fault), ..healthy() };
        let broken = verify(&offered.bus, BILLER, &status).await.unwrap();
        assert_eq!((&broken["intact"], &broken["position"]), (&json!(false), &json!(4)));
    }

    fn healthy() -> Status {
        Status {
            service: "audit".to_owned(),
            biller: BILLER.to_owned(),
            version: 1,
            state: State::Live,
            checkpoint: 6,
            head: 6,
            lag: 0,
            rate: 0,
            duplicates: 0,
            refilled_gaps: 0,
            fault: None,
            unreachable: None,
            rebuild: None,
            rebuild_fault: None,
            pending_intents: 0,
            parked: Vec::new(),
        }
    }

    #[tokio::test]
    async fn a_block_that_is_missing_or_follows_on_another_is_named() {
        let feed = offered().await.bus.follow(BILLER, "test").await.unwrap();
        let blocks = feed.read(1, READ_BYTES).await.unwrap();
        let begin = || Found { position: 0, records: 0, blocks: 0, chain: genesis(BILLER) };
        let refused = |found, block| match check(found, block).unwrap_err() {
            Trouble::Broken { problem, .. } => problem,
            Trouble::Reach(error) => error.to_string(),
        };
        assert_eq!(refused(begin(), &blocks[1]), "position 1 is missing: 4 follows");
        let rewritten =
            Found { chain: genesis("rewritten"), ..check(begin(), &blocks[0]).unwrap() };
        let broken = "the chain is broken in the block at position 4";
        assert_eq!(refused(rewritten, &blocks[1]), broken);
    }
}
