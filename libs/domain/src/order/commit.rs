//! Commit: the customer agreed to what was reviewed (F24).

use super::{OrderEvent, OrderId, OrderRejection, Stage};
use crate::{Decide, Desk, Fact, Rejection};

/// Commit the reviewed order (F24). Nothing is committed before.
#[derive(Clone, Debug)]
pub struct CommitOrder {
    /// Which.
    pub order_id: OrderId,
}

impl Decide for CommitOrder {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        match &order.stage {
            Stage::Draft => Err(OrderRejection::NotReviewed.into()),
            Stage::Reviewed => {
                order.demand_service_unchanged(desk)?;
                Ok(vec![OrderEvent::Committed.on(&self.order_id)])
            }
            Stage::Committed | Stage::Completed(_) => Ok(vec![]),
            Stage::Cancelled => Err(OrderRejection::Cancelled.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CommitOrder;
    use crate::{
        order::{OrderEvent, OrderRejection},
        testing::{
            Given,
            fixtures::{
                cancelled, changed_meanwhile, order_id, reviewed, scheduled, service, started,
                swapped,
            },
            given,
        },
    };

    fn commit() -> CommitOrder {
        CommitOrder { order_id: order_id() }
    }

    fn scheduled_change() -> Given {
        let steps = [started("basic"), swapped("basic", "classic"), scheduled(None)];
        given(service("basic")).and(steps)
    }

    #[test]
    fn f24_the_reviewed_order_is_committed() {
        scheduled_change()
            .and([reviewed()])
            .when(commit())
            .then([OrderEvent::Committed.on(&order_id())]);
    }

    #[test]
    fn f24_nothing_is_committed_before_the_review() {
        scheduled_change().when(commit()).then_rejected(OrderRejection::NotReviewed);
    }

    #[test]
    fn f24_another_schedule_takes_the_review_back() {
        scheduled_change()
            .and([reviewed(), scheduled(None)])
            .when(commit())
            .then_rejected(OrderRejection::NotReviewed);
    }

    #[test]
    fn a_cancelled_order_is_not_committed() {
        scheduled_change()
            .and([reviewed(), cancelled()])
            .when(commit())
            .then_rejected(OrderRejection::Cancelled);
    }

    #[test]
    fn f20_an_order_that_another_one_overtook_is_not_committed() {
        scheduled_change()
            .and([reviewed(), changed_meanwhile()])
            .when(commit())
            .then_rejected(OrderRejection::ServiceChangedSince);
    }
}
