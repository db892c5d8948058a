//! Billing: what a customer owes, why, and what follows from it. Three views: `balance`; `lines`,
//! charge by charge and payment by payment; `recurring`, what is paid every month. Three policies:
//! a completed order is charged, a debt past due suspends, its payment reinstates, again where the
//! NOC failed.
//!
//! What must stay true: billing decides nothing that core does not decide again. It holds the same
//! ledger as core, because it asks the same code; a command that comes too late is refused.

mod balance;
mod lines;
mod model;
mod policy;
mod recurring;
mod site;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use domain::biller::Biller;
use service::{Context, ReadSide, Views, read_side::Parts};

use model::Billing;

/// The views and policies of billing, for whoever drives them without a process.
#[must_use]
pub fn model(biller: Arc<Biller>) -> Arc<impl Views> {
    Arc::new(Billing { biller })
}

/// Starts billing over one biller's log.
///
/// # Errors
/// When its directory or its subject cannot be had.
pub async fn start(context: &Context, biller: Arc<Biller>) -> anyhow::Result<ReadSide> {
    let name = biller.name.clone();
    let parts = Parts { model: model(biller), performer: None, live: None };
    ReadSide::start(context, &name, parts).await
}
