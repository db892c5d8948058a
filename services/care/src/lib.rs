//! Care: what an agent sees of a customer while they talk to each other: the customer with all
//! accounts, the account with all that belongs to it, sites, services, orders and tickets with
//! their history, walks through guides, and what happened lately.
//!
//! What must stay true: care only looks. It has no policies, and its rows follow from the log
//! alone, never from the biller's data, so a rebuild gives the same rows.

mod account;
mod activity;
mod customer;
mod guide;
mod interaction;
mod key;
mod model;
mod note;
mod of_account;
mod of_customer;
mod order;
mod quota;
mod service;
mod site;
mod task;
mod telephone;
mod ticket;
mod today;
mod work_order;

use std::sync::Arc;

use ::service::{Context, ReadSide, Views, read_side::Parts};
use domain::biller::Biller;

use model::Care;

/// The views of care, for whoever drives them without a process.
#[must_use]
pub fn model() -> Arc<impl Views> {
    Arc::new(Care)
}

/// Starts care over one biller's log.
///
/// # Errors
/// When its directory or its subject cannot be had.
pub async fn start(context: &Context, biller: Arc<Biller>) -> anyhow::Result<ReadSide> {
    let name = biller.name.clone();
    let live = quota::Quotas { biller };
    let parts = Parts { model: model(), performer: None, live: Some(Arc::new(live)) };
    ReadSide::start(context, &name, parts).await
}
