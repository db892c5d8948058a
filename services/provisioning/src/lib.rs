//! Provisioning: what completed orders and the NOC want of the network becomes transactions, each
//! attempted until the network does it or a person has to look (F29 to F35).
//!
//! What must stay true: the network is asked only through the [`Network`] seam, every attempt under
//! the id of its transaction; what it answered is a command to core like any other. An answer that
//! does not come in time is an answer too, code 408, and the transaction is attempted again.

mod action;
mod attempt;
mod line;
mod model;
pub mod network;
mod performer;
mod policy;
mod resp_code;
#[cfg(test)]
mod testing;
mod transaction;
mod transactions_at_site;

use std::sync::Arc;

use domain::biller::Biller;
use service::{
    Views,
    read_side::{Parts, ReadSide},
};

pub use action::Action;
pub use network::{
    Line, LineRequest, Network, NetworkError,
    behaviour::{BehaviourError, NetworkBehaviour},
};

use network::simulated::SimulatedNetwork;

/// The views and policies of provisioning, for whoever drives them without a process.
#[must_use]
pub fn model(biller: Arc<Biller>) -> Arc<impl Views> {
    Arc::new(model::Model { biller })
}

/// Starts provisioning for one biller, over a simulated network whose lines are kept in
/// `<data>/network/<biller>/`.
///
/// # Errors
/// When its directories or its subject cannot be had.
pub async fn start(
    context: &service::Context,
    biller: Arc<Biller>,
    behaviour: NetworkBehaviour,
) -> anyhow::Result<ReadSide> {
    let dir = context.data.join("network").join(&biller.name);
    let answer_max = behaviour.answer_max;
    let network = SimulatedNetwork::open(dir, &biller.policies, behaviour)?;
    let network: Arc<dyn Network> = Arc::new(network);
    let performer = performer::Technician { network: Arc::clone(&network), answer_max };
    let service_vlan = biller.policies.service_vlan;
    let live = line::LiveLine { network, answer_max, service_vlan };
    let name = biller.name.clone();
    let parts = Parts {
        model: model(biller),
        performer: Some(Arc::new(performer)),
        live: Some(Arc::new(live)),
    };
    ReadSide::start(context, &name, parts).await
}
