//! Billing: what a customer pays for, owes and has paid, and what follows from it. Views of
//! balances, entries, subscriptions, dunning, autopay and runs; policies that open the runs of a
//! day, do what a step of dunning says, collect what is due, and reinstate whoever has paid.
//!
//! What must stay true: billing decides nothing that core does not decide again. It holds the same
//! standings as core, because it asks the same code; a command that comes too late is refused.

mod adjustments;
mod agenda;
mod aging;
mod answers;
mod autopay;
mod balance;
mod books;
mod collector;
mod dunning;
mod invoice;
mod lines;
mod model;
mod policy;
mod read;
mod recurring;
mod run;
mod site;
mod statement;
#[cfg(test)]
mod testing;
mod today;

use std::sync::Arc;

use domain::biller::Biller;
use payment_processor::{Processor, Simulated};
use service::{Context, ReadSide, Views, read_side::Parts};
use storage::Storage;

use model::Billing;

/// The views and policies of billing, for whoever drives them without a process.
#[must_use]
pub fn model(biller: Arc<Biller>) -> Arc<impl Views> {
    Arc::new(Billing { biller })
}

/// Starts billing over one biller's log. Without a processor one is simulated, which moves no
/// money.
///
/// # Errors
/// When its directory or its subject cannot be had.
pub async fn start(
    context: &Context,
    biller: Arc<Biller>,
    processor: Option<Arc<dyn Processor>>,
) -> anyhow::Result<ReadSide> {
    let name = biller.name.clone();
    let processor = match processor {
        Some(processor) => processor,
        None => simulated(context, &name)?,
    };
    let performer = collector::Collector::new(processor);
    let live = answers::Answers::of(&biller);
    let parts = Parts {
        model: model(biller),
        performer: Some(Arc::new(performer)),
        live: Some(Arc::new(live)),
    };
    ReadSide::start(context, &name, parts).await
}

/// A processor that keeps what it has done beside the read models.
fn simulated(context: &Context, biller: &str) -> anyhow::Result<Arc<dyn Processor>> {
    let dir = context.data.join("processor").join(biller);
    let storage: Arc<dyn Storage> = Arc::new(storage::Os);
    Ok(Arc::new(Simulated::open(&storage, &dir)?))
}
