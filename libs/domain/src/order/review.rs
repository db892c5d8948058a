//! Review: the customer hears what changes and what it costs (F24).

use super::{
    OrderEvent, OrderId, OrderKind, OrderRejection, Stage, WorkOrder, progress::package,
    schedule::check_office_only,
};
use crate::{Decide, Desk, Fact, Rejection, money::Money};

/// The Order Summary was reviewed with the customer (F24).
#[derive(Clone, Debug)]
pub struct ReviewOrder {
    /// Which.
    pub order_id: OrderId,
}

impl Decide for ReviewOrder {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        match &order.stage {
            Stage::Draft => self.review(desk, order),
            Stage::Reviewed | Stage::Committed | Stage::Completed(_) => Ok(vec![]),
            Stage::Cancelled => Err(OrderRejection::Cancelled.into()),
        }
    }
}

impl ReviewOrder {
    fn review(&self, desk: &Desk<'_>, order: &WorkOrder) -> Result<Vec<Fact>, Rejection> {
        let Some(schedule) = &order.schedule else {
            return Err(OrderRejection::NotScheduled.into());
        };
        order.demand_service_unchanged(desk)?;
        if schedule.appointment.is_none() {
            // The package may have been swapped after the order was scheduled.
            check_office_only(desk, order)?;
        }
        let monthly_before = match order.start.kind {
            OrderKind::Installation => Money::new(desk.biller.currency, 0),
            OrderKind::ServiceChange => package(desk, order.origin())?.monthly,
        };
        let monthly_after = package(desk, order.target())?.monthly;
        Ok(vec![OrderEvent::Reviewed { monthly_before, monthly_after }.on(&self.order_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::ReviewOrder;
    use crate::{
        order::{OrderEvent, OrderRejection},
        testing::{
            fixtures::{
                cancelled, changed_meanwhile, code, committed_change, installation_in, order_id,
                reviewed, scheduled, service, started, swapped, usd,
            },
            given,
        },
    };

    fn review() -> ReviewOrder {
        ReviewOrder { order_id: order_id() }
    }

    #[test]
    fn f24_the_customer_hears_the_price_before_and_after() {
        given(service("basic"))
            .and([started("basic"), swapped("basic", "classic"), scheduled(None)])
            .when(review())
            .then([reviewed()]);
    }

    #[test]
    fn f24_an_installation_costs_nothing_before() {
        let fact = OrderEvent::Reviewed { monthly_before: usd(0), monthly_after: usd(4_999) };
        given(installation_in("phoenix", "SB8200", "basic"))
            .and([scheduled(None)])
            .when(review())
            .then([fact.on(&order_id())]);
    }

    #[test]
    fn f24_there_is_nothing_to_review_before_the_order_is_scheduled() {
        given(service("basic"))
            .and([started("basic"), swapped("basic", "classic")])
            .when(review())
            .then_rejected(OrderRejection::NotScheduled);
    }

    #[test]
    fn f4_a_package_swapped_after_the_schedule_may_need_a_technician() {
        let (package_id, market) = (code("super-fast-1g"), code("phoenix"));
        given(service("basic"))
            .and([started("basic"), swapped("basic", "classic"), scheduled(None)])
            .and([swapped("basic", "super-fast-1g")])
            .when(review())
            .then_rejected(OrderRejection::ProfessionalInstallationRequired { package_id, market });
    }

    #[test]
    fn a_committed_order_was_reviewed_and_a_cancelled_one_is_over() {
        given(committed_change()).when(review()).then([]);
        given(committed_change())
            .and([cancelled()])
            .when(review())
            .then_rejected(OrderRejection::Cancelled);
    }

    #[test]
    fn f20_an_order_that_another_one_overtook_is_not_reviewed() {
        given(service("basic"))
            .and([started("basic"), swapped("basic", "classic"), scheduled(None)])
            .and([changed_meanwhile()])
            .when(review())
            .then_rejected(OrderRejection::ServiceChangedSince);
    }
}
