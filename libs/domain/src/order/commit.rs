//! Commit: the customer agreed to what was reviewed (F24); the technician's time is taken (F21).

use super::{OrderEvent, OrderId, OrderRejection, Stage, WorkOrder};
use crate::{Decide, Desk, Fact, Rejection, quota};

/// Commit the order as it was reviewed (F24). Nothing is committed before. An order that changes no
/// price needs no review.
#[derive(Clone, Debug)]
pub struct CommitOrder {
    /// Which.
    pub order_id: OrderId,
}

impl Decide for CommitOrder {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        match &order.stage {
            Stage::Draft if order.start.job.kind().changes_price() => {
                Err(OrderRejection::NotReviewed.into())
            }
            Stage::Draft | Stage::Reviewed => self.commit(desk, order),
            Stage::Committed | Stage::Completed(_) => Ok(vec![]),
            Stage::Cancelled => Err(OrderRejection::Cancelled.into()),
        }
    }
}

impl CommitOrder {
    fn commit(&self, desk: &Desk<'_>, order: &WorkOrder) -> Result<Vec<Fact>, Rejection> {
        let Some(schedule) = &order.schedule else {
            return Err(OrderRejection::NotScheduled.into());
        };
        order.demand_authenticated(desk)?;
        order.demand_service_unchanged(desk)?;
        let committed = OrderEvent::Committed.on(&self.order_id);
        let Some(visit) = &schedule.appointment else { return Ok(vec![committed]) };
        let taken = quota::take(desk, &self.order_id, &schedule.order_type, visit)?;
        Ok(vec![committed, taken])
    }
}

#[cfg(test)]
mod tests {
    use super::CommitOrder;
    use crate::{
        biller::Biller,
        customer::{AuthenticateCustomer, CustomerRejection, Proof},
        order::{
            CancelOrder, CancelReason, ChangeOrder, ChangeReason, OrderEvent, OrderRejection,
            RescheduleOrder, Visit,
        },
        testing::{
            Given,
            fixtures::{
                appointment, cancelled, changed_meanwhile, code, id, order_id, reviewed, scheduled,
                service, started, swapped, trouble_call,
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
    fn f7_whoever_commits_moves_reopens_or_gives_up_an_order_has_authenticated_the_customer() {
        let order_id = order_id();
        let steps = [started("basic"), swapped("basic", "classic"), scheduled(None), reviewed()];
        let strict = || {
            let wants = |biller: &mut Biller| biller.customers.authenticate_before_orders = true;
            given(service("basic")).and(steps.clone()).under(wants)
        };
        let shown = AuthenticateCustomer {
            customer_id: id("customer_account_7"),
            authentication_id: code("a-1"),
            proof: Proof::CallBack,
        };
        let commit = CommitOrder { order_id: order_id.clone() };
        strict().when(commit.clone()).then_rejected(CustomerRejection::NotAuthenticated);
        let committed = OrderEvent::Committed.on(&order_id);
        strict().after(shown).when(commit).then([committed.clone()]);

        let strict = || strict().and([committed.clone()]);
        let change =
            ChangeOrder { order_id: order_id.clone(), reason: ChangeReason::CustomerRequest };
        let cancel =
            CancelOrder { order_id: order_id.clone(), reason: CancelReason::CustomerRequest };
        let visit = Visit::Appointment(appointment("08-10"));
        let reschedule = RescheduleOrder { order_id: order_id.clone(), visit };
        strict().when(change).then_rejected(CustomerRejection::NotAuthenticated);
        strict().when(cancel).then_rejected(CustomerRejection::NotAuthenticated);
        strict().when(reschedule).then_rejected(CustomerRejection::NotAuthenticated);
    }

    #[test]
    fn f24_the_reviewed_order_is_committed() {
        scheduled_change()
            .and([reviewed()])
            .when(commit())
            .then([OrderEvent::Committed.on(&order_id())]);
    }

    #[test]
    fn f38_an_order_that_changes_no_price_is_committed_without_a_review() {
        let call = given(service("basic")).and([trouble_call()]);
        call.clone().when(commit()).then_rejected(OrderRejection::NotScheduled);
        call.and([scheduled(None)]).when(commit()).then([OrderEvent::Committed.on(&order_id())]);
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
