//! Start a trouble call: something is wrong with a service (F38).

use std::collections::BTreeSet;

use super::{Job, Order, OrderId, OrderRejection};
use crate::{Decide, Desk, Fact, Rejection, service::ServiceId, text::Code};

/// Begin a trouble call, TC (F38).
#[derive(Clone, Debug)]
pub struct StartTroubleCall {
    /// Which.
    pub order_id: OrderId,
    /// What does not work.
    pub service_id: ServiceId,
    /// One of the biller's.
    pub problem: Code,
    /// The account's flashes that the agent has read (F9).
    pub acknowledged_flashes: BTreeSet<Code>,
}

impl Decide for StartTroubleCall {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.order_id) {
            Order::NotStarted => self.start(desk),
            Order::Started(order) if order.start.job == self.job() => Ok(vec![]),
            Order::Started(_) => Err(OrderRejection::StartedOtherwise.into()),
        }
    }
}

impl StartTroubleCall {
    fn start(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let active = desk.get(&self.service_id).active()?;
        if !desk.biller.catalog.problems.contains(&self.problem) {
            let problem = self.problem.clone();
            return Err(OrderRejection::ProblemNotInCatalog { problem }.into());
        }
        let acknowledged = desk.get(active.account_id).acknowledged(&self.acknowledged_flashes)?;
        Ok(vec![active.start(self.job(), acknowledged).on(&self.order_id)])
    }

    fn job(&self) -> Job {
        Job::TroubleCall { service_id: self.service_id.clone(), problem: self.problem.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::StartTroubleCall;
    use crate::{
        order::{OrderRejection, SwapMethod, SwapPackage},
        service::ServiceRejection,
        testing::{
            fixtures::{
                code, id, installation_in, order_id, service, service_code, service_id, started,
                trouble_call,
            },
            given,
        },
    };

    fn start() -> StartTroubleCall {
        StartTroubleCall {
            order_id: order_id(),
            service_id: service_id(),
            problem: code("NO-SERVICE"),
            acknowledged_flashes: [].into(),
        }
    }

    #[test]
    fn f38_a_trouble_call_is_an_order_without_a_package_change() {
        given(service("basic")).when(start()).then([trouble_call()]);
        let swap = SwapPackage {
            order_id: order_id(),
            method: SwapMethod::Swap,
            from_package_id: code("basic"),
            to_package_id: code("classic"),
            to_service_code: service_code("classic"),
            package_group: code("Data Packages"),
            serviceability_check: None,
        };
        given(service("basic"))
            .after(start())
            .when(swap)
            .then_rejected(OrderRejection::NothingIsSold);
    }

    #[test]
    fn f38_a_trouble_call_is_about_a_service_in_use_and_a_known_problem() {
        let order = StartTroubleCall { order_id: id("order_2"), ..start() };
        given(installation_in("phoenix", "SB8200", "basic"))
            .when(order)
            .then_rejected(ServiceRejection::NotActive);
        let problem = code("GHOSTS");
        given(service("basic"))
            .when(StartTroubleCall { problem: problem.clone(), ..start() })
            .then_rejected(OrderRejection::ProblemNotInCatalog { problem });
    }

    #[test]
    fn an_order_number_means_one_order() {
        given(service("basic"))
            .and([started("basic")])
            .when(start())
            .then_rejected(OrderRejection::StartedOtherwise);
        given(service("basic"))
            .after(start())
            .when(StartTroubleCall { problem: code("SLOW"), ..start() })
            .then_rejected(OrderRejection::StartedOtherwise);
    }
}
