//! The NOC bridge: requests to stop traffic at a site or let it flow again, from the question to
//! the VLAN that was read back (F83, F84, F87 to F89).
//!
//! What must stay true: requested is not effective. A suspension is confirmed when the network did
//! it, a reinstatement only when the line was read back in the service VLAN; a request that does
//! neither within the biller's limit fails.

mod model;
mod performer;
mod policy;
mod queue;
mod request;
mod site;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use domain::biller::Biller;
use service::{
    Views,
    read_side::{Parts, ReadSide},
};

/// The views and policies of the bridge, for whoever drives them without a process.
#[must_use]
pub fn model(biller: Arc<Biller>) -> Arc<impl Views> {
    Arc::new(model::Model { biller })
}

/// Starts the bridge for one biller. The NOC's own system is simulated: it acknowledges at once.
///
/// # Errors
/// When its directory or its subject cannot be had.
pub async fn start(context: &service::Context, biller: Arc<Biller>) -> anyhow::Result<ReadSide> {
    let name = biller.name.clone();
    let performer = performer::Bridge {
        bus: context.bus.clone(),
        biller: name.clone(),
        service_vlan: biller.policies.service_vlan,
        read_pause: performer::READ_PAUSE,
    };
    let parts = Parts { model: model(biller), performer: Some(Arc::new(performer)), live: None };
    ReadSide::start(context, &name, parts).await
}
