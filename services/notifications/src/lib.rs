//! Notifications: what customers should know becomes messages, each handed over once.
//!
//! What must stay true: a message follows from its event alone, and so does its id; what is in the
//! mailbox is not put there again, even after a crash between the handing over and its report. The
//! dates in a text are the event's, never a template's. A letter about a change goes to the address
//! that was known before it. Addresses are never logged.

mod account_change;
mod addressee;
mod dunned;
mod item;
mod line;
mod mailbox;
mod message;
mod messages_of_account;
mod model;
mod money;
mod occasion;
mod outbox;
mod performer;
mod policy;
mod template;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use domain::biller::Biller;
use service::{
    Views,
    read_side::{Parts, ReadSide},
};

use mailbox::Mailbox;

/// The views and policies of notifications, for whoever drives them without a process.
#[must_use]
pub fn model(biller: Arc<Biller>) -> Arc<impl Views> {
    Arc::new(model::Model::new(biller))
}

/// Starts notifications for one biller. Messages are handed over by appending them to
/// `<data>/mail/<biller>/mail.ndjson`.
///
/// # Errors
/// When its directory, the mailbox or its subject cannot be had.
pub async fn start(context: &service::Context, biller: Arc<Biller>) -> anyhow::Result<ReadSide> {
    let name = biller.name.clone();
    let path = context.data.join("mail").join(&name).join("mail.ndjson");
    let mailbox = tokio::task::spawn_blocking(move || Mailbox::open(&path)).await??;
    let parts = Parts {
        model: model(biller),
        performer: Some(Arc::new(performer::Postman { mailbox: Arc::new(mailbox) })),
        live: None,
    };
    ReadSide::start(context, &name, parts).await
}
