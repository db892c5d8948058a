//! The product writes: groups to the log, each told when its append returns, and a read model
//! that follows them, told whenever it says that it is on the disk.

use std::path::Path;
use std::sync::Arc;

use bus::Bus;
use event_store::{Log, Position};
use storage::Storage;
use tokio::sync::watch;

use crate::house;
use crate::story;
use crate::told::tell;

/// Events that the read model applies between two syncs.
const SYNC_EVENTS: u64 = 700;

/// Writes until the power goes, the log on this storage.
pub(crate) fn product(dir: &Path, storage: Arc<dyn Storage>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let log = house::open_log(dir, storage)?;
    let (bus, grown) = runtime.block_on(house::offer(&log))?;
    let rows = runtime.spawn({
        let (dir, head) = (dir.to_owned(), grown.subscribe());
        async move { follow(&dir, &bus, head).await }
    });
    let appended = std::thread::spawn(move || append(log, &grown));
    let followed = runtime.block_on(rows)?;
    // Only a failure of either leads here: whoever cuts the power sees that nobody writes.
    followed?;
    appended.join().map_err(|_| anyhow::anyhow!("the appending thread panicked"))?
}

fn append(mut log: Log, grown: &watch::Sender<Position>) -> anyhow::Result<()> {
    let mut position = log.reader().head().position;
    loop {
        for outcome in log.append(story::group_after(position))?.outcomes {
            position = position.max(outcome?.last_position);
        }
        tell("acked", position)?;
        grown.send_replace(position);
    }
}

/// A read model syncs when it closes: it is closed and opened again and again.
async fn follow(dir: &Path, bus: &Bus, head: watch::Receiver<Position>) -> anyhow::Result<()> {
    loop {
        let rows = house::start_rows(dir, bus).await?;
        let target = *head.borrow() + SYNC_EVENTS;
        rows.caught_up(target).await?;
        rows.shutdown().await;
        tell("synced", rows.status().checkpoint)?;
    }
}
