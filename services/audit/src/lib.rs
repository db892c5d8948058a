//! Audit: the history of any noun, its state at any moment, who was refused what, and proof that
//! nobody rewrote the past.
//!
//! What must stay true: it keeps its own copy of every event, so an auditor asks a service that
//! changes nothing; its verification reads the log itself, block by block.

mod actor;
mod chain;
mod decision;
mod history;
mod model;
mod stream;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use domain::biller::Biller;
use futures::{FutureExt, future::BoxFuture};
use projection::Handle;
use serde_json::Value;
use service::{Context, Live, LiveError, ReadSide, Views, read_side::Parts};

use model::Audit;

/// The views of audit, for whoever asks which there are.
#[must_use]
pub fn model(biller: &Biller) -> Arc<impl Views> {
    Arc::new(Audit { biller: biller.name.clone() })
}

/// Starts the service over one biller's log.
///
/// # Errors
/// When its directory or its subject cannot be had.
pub async fn start(context: &Context, biller: Arc<Biller>) -> anyhow::Result<ReadSide> {
    let live = Answers { bus: context.bus.clone(), biller: biller.name.clone() };
    let parts = Parts { model: model(&biller), performer: None, live: Some(Arc::new(live)) };
    ReadSide::start(context, &biller.name, parts).await
}

/// What is computed when somebody asks.
struct Answers {
    bus: bus::Bus,
    biller: String,
}

impl Live for Answers {
    fn show<'a>(
        &'a self,
        handle: &'a Handle,
        view: &'a str,
        key: &'a str,
        as_of: Option<u64>,
    ) -> BoxFuture<'a, Result<Option<Value>, LiveError>> {
        async move {
            match view {
                "history" => history::of(handle, key, as_of),
                "state" => history::state(handle, key, as_of),
                "chain" if key == "verification" => {
                    chain::verify(&self.bus, &self.biller, &handle.status()).await.map(Some)
                }
                _ => Ok(None),
            }
        }
        .boxed()
    }
}
