//! Change: a committed order is open again, so that package, campaign, device and visit can be
//! chosen anew (F68). The customer has to agree once more; the visit is free for others until then.

use super::{ChangeReason, OrderEvent, OrderId, OrderRejection, Stage};
use crate::{Decide, Desk, Fact, Rejection, quota};

/// Open a committed order again (F68). Its review is taken back.
#[derive(Clone, Debug)]
pub struct ChangeOrder {
    /// Which.
    pub order_id: OrderId,
    /// Why.
    pub reason: ChangeReason,
}

impl Decide for ChangeOrder {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        match &order.stage {
            Stage::Draft | Stage::Reviewed => Ok(vec![]),
            Stage::Committed => {
                order.demand_authenticated(desk)?;
                let reopened = OrderEvent::Reopened { reason: self.reason }.on(&self.order_id);
                let released = quota::release(desk, &self.order_id, order.visit());
                Ok([reopened].into_iter().chain(released).collect())
            }
            Stage::Completed(_) => Err(OrderRejection::Completed.into()),
            Stage::Cancelled => Err(OrderRejection::Cancelled.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ChangeOrder;
    use crate::{
        order::{
            ChangeReason, CommitOrder, OrderEvent, OrderRejection, ReviewOrder, ScheduleOrder,
            Visit,
        },
        testing::{
            fixtures::{
                appointment, cancelled, code, committed_change, committed_visit, completed,
                order_id, released, taken,
            },
            given,
        },
    };

    fn change() -> ChangeOrder {
        ChangeOrder { order_id: order_id(), reason: ChangeReason::CustomerRequest }
    }

    #[test]
    fn f68_a_committed_order_is_open_again_and_its_visit_is_free() {
        let agreed = appointment("08-10");
        let reopened = OrderEvent::Reopened { reason: ChangeReason::CustomerRequest };
        given(committed_visit(&agreed))
            .when(change())
            .then([reopened.on(&order_id()), released(&agreed)]);
    }

    #[test]
    fn f24_f68_a_changed_order_is_reviewed_and_committed_again() {
        let wanted = appointment("10-12");
        let schedule = ScheduleOrder {
            order_id: order_id(),
            order_type: code("UPGRADE"),
            visit: Visit::Appointment(wanted.clone()),
            comments: None,
        };
        let commit = CommitOrder { order_id: order_id() };
        let changed = given(committed_visit(&appointment("08-10"))).after(change()).after(schedule);
        changed.clone().when(commit.clone()).then_rejected(OrderRejection::NotReviewed);
        let committed = OrderEvent::Committed.on(&order_id());
        changed
            .after(ReviewOrder { order_id: order_id() })
            .when(commit)
            .then([committed, taken(&wanted)]);
    }

    #[test]
    fn f68_what_is_over_is_not_changed() {
        given(committed_change())
            .and([cancelled()])
            .when(change())
            .then_rejected(OrderRejection::Cancelled);
        given(committed_change())
            .and([completed(Some("basic"), "classic")])
            .when(change())
            .then_rejected(OrderRejection::Completed);
        given([]).when(change()).then_rejected(OrderRejection::NotStarted);
    }
}
