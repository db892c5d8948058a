//! Destroys the keys of customers who were erased.
//!
//! What must stay true: the log says who is erased and is searched to its end, from where it was
//! searched to before, so neither a crash nor an older copy of the keys brings anybody back.

use std::{sync::Arc, time::Duration};

use domain::{
    Event,
    customer::{Customer, CustomerEvent},
};
use event_store::{Block, Position, Reader, Recorded};
use service::error;
use vault::{Vault, VaultError};

use crate::Core;

/// The kind of event that erases.
const ERASED: &str = "demarc.customer.v1.CustomerErased";
/// How much of the log is searched at once, in bytes.
const SEARCH_BYTES: usize = 1 << 20;
/// How long after a failure it is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Runs until it is aborted, or the log is closed.
pub(crate) async fn run(core: Core, biller: String) {
    let Some(desk) = core.desk(&biller) else { return };
    let mut head = desk.head.clone();
    loop {
        let (door, reader) = (Arc::clone(&desk.door), desk.reader.clone());
        let search = tokio::task::spawn_blocking(move || search(&door.vault, &reader));
        match search.await.map_err(anyhow::Error::from).flatten() {
            Ok(searched) if head.wait_for(|head| *head > searched).await.is_ok() => {}
            Ok(_closed) => return,
            Err(error) => {
                let cause = error::chain(error.as_ref());
                tracing::error!(biller, cause, "an erased customer's key may still be there");
                if error.downcast_ref().is_some_and(VaultError::is_final) {
                    // What the disk holds is uncertain until the keys are opened anew.
                    core.stop().cancel();
                    return;
                }
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    }
}

/// Searches the log to its end; says where that is.
pub(crate) fn search(vault: &Vault, reader: &Reader) -> anyhow::Result<Position> {
    // Keys that lie beside another log are searched for anew.
    let known = vault.searched()?;
    let mut searched = if known > reader.head().position { 0 } else { known };
    while searched < reader.head().position {
        let blocks = reader.read_blocks(searched + 1, SEARCH_BYTES)?;
        for recorded in blocks.iter().flat_map(Block::events) {
            let recorded = recorded?;
            if &*recorded.event.kind == ERASED {
                erase(vault, &recorded)?;
            }
            searched = recorded.position;
        }
        vault.note_searched(searched)?;
    }
    Ok(searched)
}

fn erase(vault: &Vault, recorded: &Recorded) -> anyhow::Result<()> {
    let customer_id = &*recorded.event.stream;
    vault.destroy(customer_id)?;
    let erased = contract::decode(ERASED, &recorded.event.data)?;
    let Event::Customer(CustomerEvent::Erased { account_ids }) = erased else {
        anyhow::bail!("{ERASED} holds something else");
    };
    // What was said of an account before its customer was known was sealed for the account's own.
    for implied in account_ids.iter().filter_map(Customer::implied) {
        vault.destroy(implied.as_str())?;
    }
    tracing::info!(customer_id, accounts = account_ids.len(), "a customer's keys are destroyed");
    Ok(())
}
