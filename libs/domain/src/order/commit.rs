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
