//! Cancel: an order that is not completed is given up.

use super::{CancelReason, OrderEvent, OrderId, OrderRejection, Stage};
use crate::{Decide, Desk, Fact, Rejection};

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
            Stage::Draft | Stage::Reviewed | Stage::Committed => {
                Ok(vec![OrderEvent::Cancelled { reason: self.reason }.on(&self.order_id)])
            }
            Stage::Completed(_) => Err(OrderRejection::Completed.into()),
            Stage::Cancelled => Ok(vec![]),
        }
    }
}
