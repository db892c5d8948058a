//! Destroys the keys of customers who were erased, and finds in the log whose the keys are that a
//! crash made the vault forget.
//!
//! What must stay true: whoever is told of an erasure finds nothing any more; the log says who is
//! erased and is searched from where it was searched to before, so neither a crash nor an older
//! copy of the keys brings anybody back.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::{
    Event,
    customer::{Customer, CustomerEvent},
};
use event_store::{Block, Position, Reader, Recorded};
use service::error;
use vault::{Vault, VaultError};

use crate::{Answer, Committed, Core, Decision, Submission, SubmitError};

/// The command that erases.
pub(crate) const COMMAND: &str = "EraseCustomer";

/// The kind of event that erases.
const ERASED: &str = "demarc.customer.v1.CustomerErased";
/// After so many positions it is noted how far the log was searched: what comes after is searched
/// once more at the next start.
const NOTED_EVERY: Position = 65_536;
/// After so many customers in a row whose keys are lost the rest is not looked for: the vault is
/// older than the log, and what it had in reserve is found.
const LOST_MAX: usize = 1_000;
/// How much of the log is searched at once, in bytes.
const SEARCH_BYTES: usize = 1 << 20;
/// How long after a failure it is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Sends the command that erases, and answers when the keys are destroyed. It is done even if
/// whoever sent it goes away.
pub(crate) async fn submit(
    core: Core,
    biller: String,
    submission: Submission,
) -> Result<Answer, SubmitError> {
    let sent = tokio::spawn(async move {
        let desk = core.desk(&biller).ok_or(SubmitError::UnknownBiller)?;
        let answer = desk.inbox.submit(submission).await?;
        loop {
            let (door, reader) = (Arc::clone(&desk.door), desk.reader.clone());
            let answered = answer.clone();
            let destroyed =
                tokio::task::spawn_blocking(move || destroy(&door.vault, &reader, &answered));
            match destroyed.await.map_err(anyhow::Error::from).flatten() {
                Ok(()) => return Ok(answer),
                Err(failed) => report(&core, &biller, &failed),
            }
            if core.stop().is_cancelled() {
                return Ok(Answer::Unavailable);
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    });
    sent.await.unwrap_or(Ok(Answer::Unavailable))
}

/// Destroys the keys of whoever the command has erased, or had erased already.
fn destroy(vault: &Vault, reader: &Reader, answer: &Answer) -> anyhow::Result<()> {
    let events = match answer {
        Answer::Decided { decision: Decision::Accepted(events), .. } => events,
        // Somebody else's command did it a moment ago, and may still be at it.
        Answer::Decided { decision: Decision::Fulfilled, .. } => {
            return search(vault, reader).map(|_| ());
        }
        Answer::Decided { decision: Decision::Rejected { .. }, .. }
        | Answer::RuleFailed
        | Answer::Unavailable => return Ok(()),
    };
    for Committed { stream, version, .. } in events {
        let recorded = reader.read_stream(stream, *version, 1)?;
        let mut erased = recorded.iter().filter(|recorded| &*recorded.event.kind == ERASED);
        erased.try_for_each(|recorded| erase(vault, recorded))?;
    }
    Ok(())
}

/// Notes from time to time how far the log was searched, so that a start has little to search. Runs
/// until it is aborted, or the log is closed.
pub(crate) async fn run(core: Core, biller: String) {
    let Some(desk) = core.desk(&biller) else { return };
    let mut head = desk.head.clone();
    let mut searched = *head.borrow();
    while head.wait_for(|head| *head >= searched + NOTED_EVERY).await.is_ok() {
        let (door, reader) = (Arc::clone(&desk.door), desk.reader.clone());
        let search = tokio::task::spawn_blocking(move || search(&door.vault, &reader));
        match search.await.map_err(anyhow::Error::from).flatten() {
            Ok(end) => searched = end,
            Err(failed) => {
                report(&core, &biller, &failed);
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    }
}

fn report(core: &Core, biller: &str, failed: &anyhow::Error) {
    let cause = error::chain(failed.as_ref());
    tracing::error!(
        biller,
        cause,
        "the log was not searched for erased customers, or a key not destroyed"
    );
    if failed.downcast_ref().is_some_and(VaultError::is_final) {
        // What the disk holds is uncertain until the keys are opened anew.
        core.stop().cancel();
    }
}

/// Before anybody is answered: what a crash made the vault forget is found, and an older copy of
/// the keys brings nobody back.
pub(crate) fn begin(vault: &Vault, reader: &Reader) -> anyhow::Result<()> {
    recover(vault, reader)?;
    search(vault, reader)?;
    Ok(())
}

/// Finds whose the keys are with which the events were sealed that the vault may not know of.
fn recover(vault: &Vault, reader: &Reader) -> anyhow::Result<()> {
    let mut lost = BTreeSet::new();
    let mut in_a_row = 0;
    each(reader, start(vault, reader)?, |recorded| {
        if in_a_row == LOST_MAX {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&recorded.event.data);
        vault.recover(&text, &mut |owner, is_found| match is_found {
            true => in_a_row = 0,
            false => in_a_row += usize::from(lost.insert(owner.to_owned())),
        })?;
        Ok(())
    })?;
    if let Some(customer_id) = lost.first() {
        let customers = lost.len();
        tracing::error!(customers, customer_id, "keys are lost: what they sealed is unreadable");
    }
    Ok(())
}

/// Searches the log for who was erased, and notes how far; says where that is.
fn search(vault: &Vault, reader: &Reader) -> anyhow::Result<Position> {
    let end = each(reader, start(vault, reader)?, |recorded| match &*recorded.event.kind {
        ERASED => erase(vault, recorded),
        _ => Ok(()),
    })?;
    vault.note_searched(end)?;
    Ok(end)
}

/// How far the log was searched. Keys that lie beside another log are searched for anew.
fn start(vault: &Vault, reader: &Reader) -> Result<Position, VaultError> {
    let known = vault.searched()?;
    Ok(if known > reader.head().position { 0 } else { known })
}

/// Shows every event after a position; says how far the log goes.
fn each(
    reader: &Reader,
    mut after: Position,
    mut show: impl FnMut(&Recorded) -> anyhow::Result<()>,
) -> anyhow::Result<Position> {
    while after < reader.head().position {
        for recorded in reader.read_blocks(after + 1, SEARCH_BYTES)?.iter().flat_map(Block::events)
        {
            let recorded = recorded?;
            show(&recorded)?;
            after = recorded.position;
        }
    }
    Ok(after)
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
