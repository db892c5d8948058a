//! Check in: the work is done, the service changes, billing starts today (F25 to F28).
//!
//! What must stay true: what was sold, and for how much, is said here once. Nobody looks it up in
//! a later catalog.

use jiff::civil::Date;

use super::{
    CheckInStatus, Completion, Confirmation, OrderEvent, OrderId, OrderKind, OrderRejection, Stage,
    WorkOrder, progress::package,
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
        let to = package(desk, order.target())?;
        let (from, changed) = match start.kind {
            OrderKind::Installation => (None, ServiceEvent::Activated { start_billing_date }),
            OrderKind::ServiceChange => (
                Some((order.origin(), package(desk, order.origin())?)),
                ServiceEvent::PackageChanged {
                    from_package_id: order.origin().clone(),
                    to_package_id: order.target().clone(),
                    service_code: to.service_code.clone(),
                    start_billing_date,
                },
            ),
        };
        let completed = OrderEvent::Completed {
            kind: start.kind,
            account_id: start.account_id.clone(),
            site_id: start.site_id.clone(),
            service_id: start.service_id.clone(),
            from_package_id: from.map(|(id, _)| id.clone()),
            to_package_id: order.target().clone(),
            start_billing_date,
            sales_id: self.sales_id.clone(),
            sales_date: self.sales_date,
            from_monthly: from.map(|(_, package)| package.monthly),
            to_monthly: to.monthly,
            from_package_name: from.map(|(id, package)| package.name_or(id)),
            to_package_name: to.name_or(order.target()),
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::CheckInOrder;
    use crate::{
        order::{Appointment, CheckInStatus, Confirmation, OrderEvent, OrderKind, OrderRejection},
        service::ServiceEvent,
        testing::{
            fixtures::{
                TODAY, account_id, cancelled, changed_meanwhile, code, committed_change, completed,
                day, installation_in, order_id, reviewed, scheduled, service, service_id, site_id,
                started, swapped, text, usd,
            },
            given,
        },
    };

    fn check_in() -> CheckInOrder {
        CheckInOrder {
            order_id: order_id(),
            status: CheckInStatus::Completed,
            sales_id: Some(code("4711")),
            sales_date: Some(date(2026, 3, 14)),
            start_billing_date: TODAY,
            confirmed: Confirmation::Twice,
        }
    }

    #[test]
    fn f1_f20_f25_f26_an_office_only_change_is_completed_and_changes_the_service() {
        let changed = ServiceEvent::PackageChanged {
            from_package_id: code("basic"),
            to_package_id: code("classic"),
            service_code: code("HSD300"),
            start_billing_date: TODAY,
        };
        let completed = OrderEvent::Completed {
            kind: OrderKind::ServiceChange,
            account_id: account_id(),
            site_id: site_id(),
            service_id: service_id(),
            from_package_id: Some(code("basic")),
            to_package_id: code("classic"),
            start_billing_date: TODAY,
            sales_id: Some(code("4711")),
            sales_date: Some(date(2026, 3, 14)),
            from_monthly: Some(usd(4_999)),
            to_monthly: usd(6_999),
            from_package_name: Some(text("Basic")),
            to_package_name: text("Classic"),
        };
        given(committed_change())
            .when(check_in())
            .then([completed.on(&order_id()), changed.on(&service_id())]);
    }

    #[test]
    fn f25_a_completed_installation_activates_the_service() {
        let activated = ServiceEvent::Activated { start_billing_date: TODAY };
        given(installation_in("phoenix", "SB8200", "basic"))
            .and([scheduled(None), reviewed(), OrderEvent::Committed.on(&order_id())])
            .when(check_in())
            .then([completed(None, "basic"), activated.on(&service_id())]);
    }

    #[test]
    fn f25_only_a_committed_order_is_checked_in() {
        given(service("basic"))
            .and([started("basic"), swapped("basic", "classic"), scheduled(None), reviewed()])
            .when(check_in())
            .then_rejected(OrderRejection::NotCommitted);
        given(committed_change())
            .and([cancelled()])
            .when(check_in())
            .then_rejected(OrderRejection::Cancelled);
    }

    #[test]
    fn f27_start_billing_date_must_be_today() {
        let refused = OrderRejection::StartBillingDateMustBeToday { today: TODAY };
        let on = |start_billing_date| CheckInOrder { start_billing_date, ..check_in() };
        given(committed_change()).when(on(date(2026, 3, 15))).then_rejected(refused.clone());
        given(committed_change()).when(on(date(2026, 3, 17))).then_rejected(refused);
    }

    #[test]
    fn f28_enter_is_pressed_twice() {
        given(committed_change())
            .when(CheckInOrder { confirmed: Confirmation::Once, ..check_in() })
            .then_rejected(OrderRejection::CheckInNotConfirmed);
    }

    #[test]
    fn an_appointment_is_not_checked_in_before_its_date() {
        let date = date(2026, 3, 17);
        let appointment = Appointment { date, slot: code("08-10") };
        let tomorrow = given(service("basic"))
            .and([started("basic"), swapped("basic", "classic"), scheduled(Some(appointment))])
            .and([reviewed(), OrderEvent::Committed.on(&order_id())]);
        tomorrow
            .clone()
            .when(check_in())
            .then_rejected(OrderRejection::AppointmentNotReached { date });
        let done = CheckInOrder { start_billing_date: date, ..check_in() };
        tomorrow.and([day(date)]).after(done.clone()).when(done).then([]);
    }

    #[test]
    fn an_order_is_completed_once() {
        let tomorrow = day(date(2026, 3, 17));
        let done = given(committed_change()).after(check_in()).and([tomorrow]);
        done.clone().when(check_in()).then([]);
        done.when(CheckInOrder { sales_id: None, ..check_in() })
            .then_rejected(OrderRejection::CompletedOtherwise);
    }

    #[test]
    fn f20_an_order_that_another_one_overtook_is_not_completed() {
        given(committed_change())
            .and([changed_meanwhile()])
            .when(check_in())
            .then_rejected(OrderRejection::ServiceChangedSince);
    }
}
