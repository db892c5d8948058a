//! Schedule: order type, and office only or an appointment (F21 to F23). Some packages need a
//! technician (F4, F5).

use super::{
    Appointment, OrderEvent, OrderId, OrderKind, OrderRejection, Schedule, Visit, WorkOrder,
    progress::package,
};
use crate::{
    Decide, Desk, Fact, Rejection,
    calendar::today,
    quota,
    sealed::Sealed,
    site::{Site, SiteRejection},
    text::Code,
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
    pub comments: Option<Sealed>,
}

impl Decide for ScheduleOrder {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        order.demand_not_committed()?;
        if order.schedule.as_ref() == Some(&self.schedule()) {
            return Ok(vec![]);
        }
        if !desk.biller.catalog.order_types.contains_key(&self.order_type) {
            let order_type = self.order_type.clone();
            return Err(OrderRejection::OrderTypeNotInCatalog { order_type }.into());
        }
        if order.start.job.kind() == OrderKind::ServiceChange && order.swap.is_none() {
            return Err(OrderRejection::NothingToDo.into());
        }
        match &self.visit {
            Visit::OfficeOnly => check_office_only(desk, order)?,
            Visit::Appointment(appointment) => {
                check_appointment(desk, appointment)?;
                quota::check(desk, &self.order_id, &self.order_type, appointment)?;
            }
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
    let Some(package_id) = order.target() else { return Ok(()) };
    let to = package(desk, package_id)?;
    let downgrade_or_equal = match &order.swap {
        Some(swap) if order.start.job.kind() == OrderKind::ServiceChange => {
            to.rank <= package(desk, &swap.from_package_id)?.rank
        }
        Some(_) | None => false,
    };
    let Site::Registered { market, .. } = desk.get(&order.start.site_id) else {
        return Err(SiteRejection::NotRegistered.into());
    };
    if downgrade_or_equal || !to.installation.needs_technician(market) {
        return Ok(());
    }
    Err(OrderRejection::ProfessionalInstallationRequired {
        package_id: package_id.clone(),
        market: market.clone(),
    }
    .into())
}

/// Refuses an appointment that nobody can keep.
pub(super) fn check_appointment(
    desk: &Desk<'_>,
    appointment: &Appointment,
) -> Result<(), Rejection> {
    let today = today(desk)?;
    if appointment.date < today {
        return Err(OrderRejection::AppointmentPassed { today }.into());
    }
    if !desk.biller.catalog.slots.contains_key(&appointment.slot) {
        let slot = appointment.slot.clone();
        return Err(OrderRejection::SlotNotInCatalog { slot }.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::ScheduleOrder;
    use crate::{
        order::{Appointment, OrderEvent, OrderRejection, Visit},
        testing::{
            Given,
            fixtures::{
                TODAY, code, committed_change, installation_in, order_id, scheduled, sealed,
                service, service_in, started, swapped,
            },
            given,
        },
    };

    fn office_only() -> ScheduleOrder {
        ScheduleOrder {
            order_id: order_id(),
            order_type: code("UPGRADE"),
            visit: Visit::OfficeOnly,
            comments: None,
        }
    }

    fn visit(date: Date, slot: &str) -> ScheduleOrder {
        let visit = Visit::Appointment(Appointment { date, slot: code(slot) });
        ScheduleOrder { visit, ..office_only() }
    }

    fn swap(from: &str, to: &str) -> Given {
        given(service(from)).and([started(from), swapped(from, to)])
    }

    #[test]
    fn f21_f22_f23_an_order_is_done_from_the_office_with_comments() {
        let comments = Some(sealed("Upgrade by phone."));
        let fact = OrderEvent::Scheduled {
            order_type: code("UPGRADE"),
            appointment: None,
            comments: comments.clone(),
        };
        swap("basic", "classic")
            .when(ScheduleOrder { comments, ..office_only() })
            .then([fact.on(&order_id())]);
    }

    #[test]
    fn f21_the_order_type_is_the_billers() {
        let order_type = code("SURVEY");
        swap("basic", "classic")
            .when(ScheduleOrder { order_type: order_type.clone(), ..office_only() })
            .then_rejected(OrderRejection::OrderTypeNotInCatalog { order_type });
    }

    #[test]
    fn f4_an_upgrade_to_super_fast_needs_a_technician() {
        let (package_id, market) = (code("super-fast-1g"), code("phoenix"));
        let upgrade = swap("basic", "super-fast-1g");
        upgrade
            .clone()
            .when(office_only())
            .then_rejected(OrderRejection::ProfessionalInstallationRequired { package_id, market });
        let appointment = Appointment { date: TODAY, slot: code("08-10") };
        upgrade.when(visit(TODAY, "08-10")).then([scheduled(Some(appointment))]);
    }

    #[test]
    fn f4_a_downgrade_to_super_fast_needs_none() {
        swap("gigablast", "super-fast-1g").when(office_only()).then([scheduled(None)]);
    }

    #[test]
    fn f4_a_change_within_a_tier_needs_none() {
        swap("super-fast-1g-pon", "super-fast-1g").when(office_only()).then([scheduled(None)]);
    }

    #[test]
    fn f4_an_installation_of_super_fast_needs_a_technician() {
        let (package_id, market) = (code("super-fast-1g"), code("northern_virginia"));
        given(installation_in("northern_virginia", "SB8200", "super-fast-1g"))
            .when(office_only())
            .then_rejected(OrderRejection::ProfessionalInstallationRequired { package_id, market });
    }

    #[test]
    fn f5_gigablast_is_self_installed_in_all_markets() {
        swap("basic", "gigablast").when(office_only()).then([scheduled(None)]);
    }

    #[test]
    fn f5_gigablast_fiber_is_self_installed_in_northern_virginia_only() {
        let (from, to) = ("super-fast-1g-pon", "gigablast-pon");
        let upgrade = |market| {
            given(service_in(market, "ONT-G", from)).and([started(from), swapped(from, to)])
        };
        upgrade("northern_virginia").when(office_only()).then([scheduled(None)]);
        let (package_id, market) = (code(to), code("phoenix"));
        upgrade("phoenix")
            .when(office_only())
            .then_rejected(OrderRejection::ProfessionalInstallationRequired { package_id, market });
    }

    #[test]
    fn an_appointment_is_in_a_slot_and_not_in_the_past() {
        let slot = code("20-22");
        swap("basic", "classic")
            .when(visit(TODAY, "20-22"))
            .then_rejected(OrderRejection::SlotNotInCatalog { slot });
        swap("basic", "classic")
            .when(visit(date(2026, 3, 15), "08-10"))
            .then_rejected(OrderRejection::AppointmentPassed { today: TODAY });
    }

    #[test]
    fn an_order_that_changes_nothing_is_not_scheduled() {
        given(service("basic"))
            .and([started("basic")])
            .when(office_only())
            .then_rejected(OrderRejection::NothingToDo);
    }

    #[test]
    fn f24_a_committed_order_is_not_scheduled_again() {
        given(committed_change())
            .when(visit(TODAY, "08-10"))
            .then_rejected(OrderRejection::Committed);
    }
}
