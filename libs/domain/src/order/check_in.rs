//! Check in: the work is done, the service changes, billing starts today (F25 to F28).

use jiff::civil::Date;

use super::{
    CheckInStatus, Completion, Confirmation, OrderEvent, OrderId, OrderKind, OrderRejection, Stage,
    WorkOrder, swap_package::package,
};
use crate::{Decide, Desk, Fact, Rejection, calendar::today, service::ServiceEvent, text::Code};

/// Check a committed order in (F25 to F28).
#[derive(Clone, Debug)]
pub struct CheckInOrder {
    /// Which.
    pub order_id: OrderId,
    /// What became of it.
    pub status: CheckInStatus,
    /// Who sold it, as needed (F26).
    pub sales_id: Option<Code>,
    /// When it was sold, as needed (F26).
    pub sales_date: Option<Date>,
    /// Must be today (F27).
    pub start_billing_date: Date,
    /// The second Enter (F28).
    pub confirmed: Confirmation,
}

impl Decide for CheckInOrder {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        match &order.stage {
            Stage::Draft | Stage::Reviewed => Err(OrderRejection::NotCommitted.into()),
            Stage::Committed => {
                self.check(desk, order)?;
                match self.status {
                    CheckInStatus::Completed => self.complete(desk, order),
                }
            }
            Stage::Completed(completion) if *completion == self.completion() => Ok(vec![]),
            Stage::Completed(_) => Err(OrderRejection::CompletedOtherwise.into()),
            Stage::Cancelled => Err(OrderRejection::Cancelled.into()),
        }
    }
}

impl CheckInOrder {
    fn check(&self, desk: &Desk<'_>, order: &WorkOrder) -> Result<(), Rejection> {
        if self.confirmed == Confirmation::Once {
            return Err(OrderRejection::CheckInNotConfirmed.into());
        }
        let today = today(desk)?;
        if self.start_billing_date != today {
            return Err(OrderRejection::StartBillingDateMustBeToday { today }.into());
        }
        let appointment = order.schedule.as_ref().and_then(|it| it.appointment.as_ref());
        match appointment {
            Some(appointment) if appointment.date > today => {
                Err(OrderRejection::AppointmentNotReached { date: appointment.date }.into())
            }
            Some(_) | None => order.demand_service_unchanged(desk),
        }
    }

    fn complete(&self, desk: &Desk<'_>, order: &WorkOrder) -> Result<Vec<Fact>, Rejection> {
        let start = &order.start;
        let start_billing_date = self.start_billing_date;
        let (from_package_id, changed) = match start.kind {
            OrderKind::Installation => (None, ServiceEvent::Activated { start_billing_date }),
            OrderKind::ServiceChange => (
                Some(order.origin().clone()),
                ServiceEvent::PackageChanged {
                    from_package_id: order.origin().clone(),
                    to_package_id: order.target().clone(),
                    service_code: package(desk, order.target())?.service_code.clone(),
                    start_billing_date,
                },
            ),
        };
        let completed = OrderEvent::Completed {
            kind: start.kind,
            account_id: start.account_id.clone(),
            site_id: start.site_id.clone(),
            service_id: start.service_id.clone(),
            from_package_id,
            to_package_id: order.target().clone(),
            start_billing_date,
            sales_id: self.sales_id.clone(),
            sales_date: self.sales_date,
        };
        Ok(vec![completed.on(&self.order_id), changed.on(&start.service_id)])
    }

    fn completion(&self) -> Completion {
        Completion {
            start_billing_date: self.start_billing_date,
            sales_id: self.sales_id.clone(),
            sales_date: self.sales_date,
        }
    }
}
