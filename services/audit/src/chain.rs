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
