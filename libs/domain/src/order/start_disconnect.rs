//! Start a disconnect: a service is to end (F67).

use std::collections::BTreeSet;

use super::{Job, Order, OrderId, OrderRejection};
use crate::{
    Decide, Desk, Fact, Rejection, account::Account, customer::Identity, service::ServiceId,
    text::Code,
};

/// Begin a disconnect order (F67).
#[derive(Clone, Debug)]
pub struct StartDisconnect {
    /// Which.
    pub order_id: OrderId,
    /// What is to end.
    pub service_id: ServiceId,
    /// One of the biller's.
    pub reason: Code,
    /// The account's flashes that the agent has read (F9).
    pub acknowledged_flashes: BTreeSet<Code>,
}

impl Decide for StartDisconnect {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.order_id) {
            Order::NotStarted => self.start(desk),
            Order::Started(order) if self.started(&order.start.job) => Ok(vec![]),
            Order::Started(_) => Err(OrderRejection::StartedOtherwise.into()),
        }
    }
}

impl StartDisconnect {
    fn start(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let active = desk.get(&self.service_id).active()?;
        Identity::demand_before_order(desk, active.account_id)?;
        if !desk.biller.catalog.disconnect_reasons.contains(&self.reason) {
            let reason = self.reason.clone();
            return Err(OrderRejection::DisconnectReasonNotInCatalog { reason }.into());
        }
        let job = Job::Disconnect {
            service_id: self.service_id.clone(),
            package_id: active.package_id.clone(),
            reason: self.reason.clone(),
        };
        let acknowledged = match desk.get(active.account_id) {
            // What ends goes on when nobody knows any more whose it was.
            Account::Erased => BTreeSet::new(),
            account @ (Account::Unopened | Account::Open { .. }) => {
                account.acknowledged(&self.acknowledged_flashes)?
            }
        };
        Ok(vec![active.start(job, acknowledged).on(&self.order_id)])
    }

    /// The package is the service's, not the sender's.
    fn started(&self, job: &Job) -> bool {
        match job {
            Job::Disconnect { service_id, reason, .. } => {
                *service_id == self.service_id && *reason == self.reason
            }
            Job::Installation { .. }
            | Job::ServiceChange { .. }
            | Job::TroubleCall { .. }
            | Job::SpecialRequest { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StartDisconnect;
    use crate::{
        order::{CommitOrder, OrderRejection},
        service::ServiceRejection,
        testing::{
            fixtures::{
                changed_meanwhile, code, disconnect, disconnected, order_id, reviewed, scheduled,
                service, service_id, started,
            },
            given,
        },
    };

    fn start() -> StartDisconnect {
        StartDisconnect {
            order_id: order_id(),
            service_id: service_id(),
            reason: code("MOVED"),
            acknowledged_flashes: [].into(),
        }
    }

    #[test]
    fn f67_a_disconnect_is_started_on_a_service_in_use() {
        given(service("basic")).when(start()).then([disconnect("basic")]);
        given([]).when(start()).then_rejected(ServiceRejection::NotActive);
        given(service("basic"))
            .and([disconnected()])
            .when(start())
            .then_rejected(ServiceRejection::NotActive);
    }

    #[test]
    fn f67_the_reason_of_a_disconnect_is_the_billers() {
        let reason = code("WHY");
        given(service("basic"))
            .when(StartDisconnect { reason: reason.clone(), ..start() })
            .then_rejected(OrderRejection::DisconnectReasonNotInCatalog { reason });
    }

    #[test]
    fn f20_a_disconnect_that_a_change_overtook_is_not_committed() {
        given(service("basic"))
            .and([disconnect("basic"), scheduled(None), reviewed(), changed_meanwhile()])
            .when(CommitOrder { order_id: order_id() })
            .then_rejected(OrderRejection::ServiceChangedSince);
    }

    #[test]
    fn an_order_number_means_one_order() {
        given(service("basic"))
            .and([started("basic")])
            .when(start())
            .then_rejected(OrderRejection::StartedOtherwise);
    }
}
