//! Cancel: an order that is not completed is given up. Its visit is free for others (F21).

use super::{CancelReason, OrderEvent, OrderId, OrderRejection, Stage};
use crate::{Decide, Desk, Fact, Rejection, quota};

/// Give up an order that is not completed.
#[derive(Clone, Debug)]
pub struct CancelOrder {
    /// Which.
    pub order_id: OrderId,
    /// Why.
    pub reason: CancelReason,
}

impl Decide for CancelOrder {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        match &order.stage {
            // What nobody agreed to may be given up by whoever finds it.
            Stage::Draft | Stage::Reviewed => Ok(vec![self.cancelled()]),
            Stage::Committed => {
                order.demand_authenticated(desk)?;
                let released = quota::release(desk, &self.order_id, order.visit());
                Ok([self.cancelled()].into_iter().chain(released).collect())
            }
            Stage::Completed(_) => Err(OrderRejection::Completed.into()),
            Stage::Cancelled => Ok(vec![]),
        }
    }
}

impl CancelOrder {
    fn cancelled(&self) -> Fact {
        OrderEvent::Cancelled { reason: self.reason }.on(&self.order_id)
    }
}

#[cfg(test)]
mod tests {
    use super::CancelOrder;
    use crate::{
        order::{
            CancelReason, CheckInOrder, CheckInStatus, Confirmation, OrderEvent, OrderRejection,
        },
        testing::{
            fixtures::{
                TODAY, appointment, cancelled, committed_change, committed_visit, order_id,
                released, service, started,
            },
            given,
        },
    };

    fn cancel(reason: CancelReason) -> CancelOrder {
        CancelOrder { order_id: order_id(), reason }
    }

    #[test]
    fn an_order_that_is_not_completed_is_cancelled_once() {
        let reason = CancelReason::NotServiceable;
        let fact = OrderEvent::Cancelled { reason }.on(&order_id());
        given(service("basic")).and([started("basic")]).when(cancel(reason)).then([fact.clone()]);
        given(committed_change()).when(cancel(reason)).then([fact]);
        given(committed_change()).and([cancelled()]).when(cancel(reason)).then([]);
    }

    #[test]
    fn f21_f68_the_visit_of_a_cancelled_order_is_free_for_others() {
        let agreed = appointment("08-10");
        given(committed_visit(&agreed))
            .when(cancel(CancelReason::CustomerRequest))
            .then([cancelled(), released(&agreed)]);
    }

    #[test]
    fn a_completed_order_is_not_cancelled() {
        let check_in = CheckInOrder {
            order_id: order_id(),
            status: CheckInStatus::Completed,
            sales_id: None,
            sales_date: None,
            start_billing_date: TODAY,
            confirmed: Confirmation::Twice,
        };
        given(committed_change())
            .after(check_in)
            .when(cancel(CancelReason::EnteredInError))
            .then_rejected(OrderRejection::Completed);
    }

    #[test]
    fn an_order_that_nobody_started_is_not_cancelled() {
        given([])
            .when(cancel(CancelReason::EnteredInError))
            .then_rejected(OrderRejection::NotStarted);
    }
}
