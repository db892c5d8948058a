//! Review: the customer hears what changes and what it costs (F24).

use super::{
    OrderEvent, OrderId, OrderKind, OrderRejection, Stage, WorkOrder, schedule::check_office_only,
    swap_package::package,
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
