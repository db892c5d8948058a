//! Did nobody rewrite the past? Every block is read from the log and its hashes are computed again.

use bus::{Bus, Feed};
use event_store::{Block, genesis};
use serde_json::{Value, json};
use service::{LiveError, error};

/// How much of the log is read at once, in bytes.
const READ_BYTES: usize = 4 << 20;

/// Reads the whole log up to where it ends now. Costs a read of it; nothing is kept in memory.
pub(crate) async fn verify(bus: &Bus, biller: &str) -> Result<Value, LiveError> {
    let feed = bus.follow(biller, "audit-chain").await.map_err(|error| failed(&error))?;
    let head = feed.head().await.map_err(|error| failed(&error))?;
    let mut found = Found { position: 0, records: 0, blocks: 0, chain: genesis(biller) };
    while found.position < head.position {
        found = next(&feed, found, head.position).await?;
    }
    let intact = found.position > head.position || found.chain == head.chain;
    if !intact {
        return Err(LiveError(format!(
            "the chain ends in {} at position {}, but the log says {}",
            found.chain, found.position, head.chain
        )));
    }
    Ok(json!({
        "intact": true,
        "events": found.position,
        "records": found.records,
        "blocks": found.blocks,
        "chain": found.chain.to_string(),
    }))
}

struct Found {
    position: u64,
    records: u64,
    blocks: u64,
    chain: event_store::Hash,
}

async fn next(feed: &Feed, found: Found, until: u64) -> Result<Found, LiveError> {
    let blocks = feed.read(found.position + 1, READ_BYTES).await.map_err(|error| failed(&error))?;
    if blocks.is_empty() {
        return Err(LiveError(format!("the log ends at {}, not at {until}", found.position)));
    }
    let checking = tokio::task::spawn_blocking(move || {
        blocks.iter().take_while(|block| block.first_position() <= until).try_fold(found, check)
    });
    checking.await.map_err(|_| LiveError("checking a block failed: see audit's log".to_owned()))?
}

fn check(before: Found, block: &Block) -> Result<Found, LiveError> {
    let expected = before.position + 1;
    if block.first_position() != expected {
        let found = block.first_position();
        return Err(LiveError(format!("position {expected} is missing: {found} follows")));
    }
    let chain = block.chain_from(before.chain);
    if chain != block.chain() {
        return Err(LiveError(format!("the chain is broken in the block at position {expected}")));
    }
    Ok(Found {
        position: block.last_position(),
        records: before.records + u64::from(block.record_count()),
        blocks: before.blocks + 1,
        chain,
    })
}

fn failed(error: &(dyn std::error::Error + 'static)) -> LiveError {
    LiveError(error::chain(error))
}

#[cfg(test)]
mod tests {
    use domain::{
        site::SuspensionReason,
        testing::fixtures::{site, suspended_site},
    };
    use event_store::genesis;
    use serde_json::json;

    use super::{Found, READ_BYTES, check, verify};
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
        assert_eq!(verify(&offered.bus, BILLER).await.unwrap(), expected);
    }

    #[tokio::test]
    async fn a_log_that_continues_another_past_is_a_broken_chain() {
        let offered = Offered::begun_as("somebody-else").await.and(site());
        let broken = verify(&offered.bus, BILLER).await.unwrap_err();
        assert_eq!(broken.to_string(), "the chain is broken in the block at position 1");
    }

    #[tokio::test]
    async fn a_block_that_is_missing_or_follows_on_another_is_named() {
        let feed = offered().await.bus.follow(BILLER, "test").await.unwrap();
        let blocks = feed.read(1, READ_BYTES).await.unwrap();
        let begin = || Found { position: 0, records: 0, blocks: 0, chain: genesis(BILLER) };
        let refused = |found, block| check(found, block).err().unwrap().to_string();
        assert_eq!(refused(begin(), &blocks[1]), "position 1 is missing: 4 follows");
        let rewritten =
            Found { chain: genesis("rewritten"), ..check(begin(), &blocks[0]).unwrap() };
        let broken = "the chain is broken in the block at position 4";
        assert_eq!(refused(rewritten, &blocks[1]), broken);
    }
}
