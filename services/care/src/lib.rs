//! Care: what an agent sees of a customer while they talk to each other. Five views: `account`,
//! with everything that belongs to it; `site`; `service`; `order`, with its history; `guide`, a
//! walk through questions.
//!
//! What must stay true: care only looks. It has no policies, and its rows follow from the log
//! alone, never from the biller's data, so a rebuild gives the same rows.

mod account;
mod guide;
mod model;
mod order;
mod service;
mod site;

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
    let parts = Parts { model: model(), performer: None, live: None };
    ReadSide::start(context, &biller.name, parts).await
}
