//! Schedule: order type, and office only or an appointment (F21 to F23). Some packages need a
//! technician (F4, F5).

use super::{
    Appointment, OrderEvent, OrderId, OrderKind, OrderRejection, Schedule, Visit, WorkOrder,
    swap_package::package,
};
use crate::{
    Decide, Desk, Fact, Rejection,
    calendar::today,
    site::{Site, SiteRejection},
    text::{Code, Text},
};

/// Choose order type and office only or an appointment, task SS (F21 to F23).
#[derive(Clone, Debug)]
pub struct ScheduleOrder {
    /// Which.
    pub order_id: OrderId,
    /// One of the biller's.
    pub order_type: Code,
    /// Who does the work.
    pub visit: Visit,
    /// Work order comments (F23).
    pub comments: Option<Text>,
}

impl Decide for ScheduleOrder {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        order.demand_not_committed()?;
        if order.schedule.as_ref() == Some(&self.schedule()) {
            return Ok(vec![]);
        }
        if !desk.biller.catalog.order_types.contains(&self.order_type) {
            let order_type = self.order_type.clone();
            return Err(OrderRejection::OrderTypeNotInCatalog { order_type }.into());
        }
        if order.start.kind == OrderKind::ServiceChange && order.swap.is_none() {
            return Err(OrderRejection::NothingToDo.into());
        }
        match &self.visit {
            Visit::OfficeOnly => check_office_only(desk, order)?,
            Visit::Appointment(appointment) => check_appointment(desk, appointment)?,
        }
        let Schedule { order_type, appointment, comments } = self.schedule();
        let scheduled = OrderEvent::Scheduled { order_type, appointment, comments };
        Ok(vec![scheduled.on(&self.order_id)])
    }
}

impl ScheduleOrder {
    fn schedule(&self) -> Schedule {
        let appointment = match &self.visit {
            Visit::OfficeOnly => None,
            Visit::Appointment(appointment) => Some(appointment.clone()),
        };
        Schedule {
            order_type: self.order_type.clone(),
            appointment,
            comments: self.comments.clone(),
        }
    }
}

/// Refuses an order without a technician where its package needs one (F4, F5).
pub(super) fn check_office_only(desk: &Desk<'_>, order: &WorkOrder) -> Result<(), Rejection> {
    let to = package(desk, order.target())?;
    let downgrade_or_equal = match &order.swap {
        Some(swap) => to.rank <= package(desk, &swap.from_package_id)?.rank,
        None => false,
    };
    let Site::Registered { market, .. } = desk.get(&order.start.site_id) else {
        return Err(SiteRejection::NotRegistered.into());
    };
    if downgrade_or_equal || !to.installation.needs_technician(market) {
        return Ok(());
    }
    Err(OrderRejection::ProfessionalInstallationRequired {
        package_id: order.target().clone(),
        market: market.clone(),
    }
    .into())
}

fn check_appointment(desk: &Desk<'_>, appointment: &Appointment) -> Result<(), Rejection> {
    let today = today(desk)?;
    if appointment.date < today {
        return Err(OrderRejection::AppointmentPassed { today }.into());
    }
    if !desk.biller.catalog.slots.contains(&appointment.slot) {
        let slot = appointment.slot.clone();
        return Err(OrderRejection::SlotNotInCatalog { slot }.into());
    }
    Ok(())
}
