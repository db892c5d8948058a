//! Check in: the work is done, the service changes, billing starts today (F25 to F28).
//!
//! What must stay true: what was sold, and for how much, is said here once. Nobody looks it up in
//! a later catalog.

use jiff::civil::Date;

use super::{
    CheckInStatus, Completed, Completion, Confirmation, OrderEvent, OrderId, OrderRejection, Sold,
    Stage, Start, Work, WorkOrder, progress::package,
};
use crate::{
    Decide, Desk, Fact, Rejection,
    calendar::today,
    service::{Promotion, Service, ServiceEvent},
    site::Site,
    subscription::{self, Sale, SubscriptionEvent},
    text::Code,
};

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
        match order.visit() {
            Some(appointment) if appointment.date > today => {
                Err(OrderRejection::AppointmentNotReached { date: appointment.date }.into())
            }
            Some(_) | None => order.demand_service_unchanged(desk),
        }
    }

    fn complete(&self, desk: &Desk<'_>, order: &WorkOrder) -> Result<Vec<Fact>, Rejection> {
        let work = order.work(desk, self.start_billing_date)?;
        let changes = self.changes(desk, order, &work)?;
        let billed = self.billed(desk, order, &work)?;
        let at = work.service_id().cloned();
        let completed = OrderEvent::Completed(Completed {
            account_id: order.start.account_id.clone(),
            site_id: order.start.site_id.clone(),
            work,
            completion: self.completion(),
        });
        let changed = at.map(|service_id| changes.into_iter().map(move |it| it.on(&service_id)));
        let completed = completed.on(&self.order_id);
        let account_id = &order.start.account_id;
        let billed = billed.into_iter().map(|event| event.on(account_id));
        Ok([completed].into_iter().chain(changed.into_iter().flatten()).chain(billed).collect())
    }

    /// What is paid for from now on, and what no longer is.
    fn billed(
        &self,
        desk: &Desk<'_>,
        order: &WorkOrder,
        work: &Work,
    ) -> Result<Vec<SubscriptionEvent>, Rejection> {
        let Start { account_id, site_id, .. } = &order.start;
        let from = self.start_billing_date;
        let Some(service_id) = work.service_id() else { return Ok(Vec::new()) };
        if let Work::Disconnected { .. } = work {
            return Ok(subscription::ended(desk, account_id, service_id, from)?);
        }
        let (Some(to), Site::Registered { market, .. }) = (work.to(), desk.get(site_id)) else {
            return Ok(Vec::new());
        };
        let device_id = match (&order.device_id, desk.get(service_id)) {
            (Some(device_id), _) => Some(device_id),
            (None, Service::Added { device_id, .. }) => Some(device_id),
            (None, Service::NotAdded) => None,
        };
        let sale = Sale {
            account_id,
            service_id,
            package_id: &to.package_id,
            promotion: work.promotion().cloned(),
            market,
            device_id,
            from,
            is_installation: work.from().is_none(),
        };
        Ok(subscription::sold(desk, &sale)?)
    }

    /// What becomes of the service.
    fn changes(
        &self,
        desk: &Desk<'_>,
        order: &WorkOrder,
        work: &Work,
    ) -> Result<Vec<ServiceEvent>, Rejection> {
        let date = self.start_billing_date;
        let mut changes = Vec::new();
        if let Some(device_id) = &order.device_id {
            changes.push(ServiceEvent::DeviceChanged { device_id: device_id.clone() });
        }
        match work {
            Work::Installed { to, promotion, .. } => {
                if let Some(swap) = &order.swap
                    && swap.from_package_id != to.package_id
                {
                    let from = &swap.from_package_id;
                    changes.push(self.package_changed(desk, from, to, None)?);
                }
                let promotion = promotion.clone();
                changes.push(ServiceEvent::Activated { start_billing_date: date, promotion });
            }
            Work::Changed { from, to, promotion, .. } => {
                let promotion = promotion.clone();
                changes.push(self.package_changed(desk, &from.package_id, to, promotion)?);
            }
            Work::Disconnected { reason, .. } => {
                let (reason, end_billing_date) = (reason.clone(), date);
                changes.push(ServiceEvent::Disconnected { reason, end_billing_date });
            }
            Work::Repaired { .. } | Work::RequestFulfilled => {}
        }
        Ok(changes)
    }

    fn package_changed(
        &self,
        desk: &Desk<'_>,
        from_package_id: &Code,
        to: &Sold,
        promotion: Option<Promotion>,
    ) -> Result<ServiceEvent, OrderRejection> {
        let sold = package(desk, &to.package_id)?;
        Ok(ServiceEvent::PackageChanged {
            from_package_id: from_package_id.clone(),
            to_package_id: to.package_id.clone(),
            service_code: sold.service_code.clone(),
            start_billing_date: self.start_billing_date,
            service_type: Some(sold.service_type),
            promotion,
        })
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
mod tests;
