//! Reschedule: a committed order gets another appointment, or needs none (F68). What was agreed to
//! stays; the points of the visit move with it (F21).

use super::{
    Appointment, OrderEvent, OrderId, OrderRejection, Schedule, Stage, Visit, WorkOrder,
    schedule::{check_appointment, check_office_only},
};
use crate::{Decide, Desk, Fact, Rejection, quota};

/// Agree on another appointment for a committed order, or on doing it from the office (F68).
#[derive(Clone, Debug)]
pub struct RescheduleOrder {
    /// Which.
    pub order_id: OrderId,
    /// When the technician comes instead, or that nobody has to.
    pub visit: Visit,
}

impl Decide for RescheduleOrder {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        match (&order.stage, &order.schedule) {
            (Stage::Draft | Stage::Reviewed, _) | (Stage::Committed, None) => {
                Err(OrderRejection::NotCommitted.into())
            }
            (Stage::Committed, Some(schedule)) => self.replace(desk, order, schedule),
            (Stage::Completed(_), _) => Err(OrderRejection::Completed.into()),
            (Stage::Cancelled, _) => Err(OrderRejection::Cancelled.into()),
        }
    }
}

impl RescheduleOrder {
    fn replace(
        &self,
        desk: &Desk<'_>,
        order: &WorkOrder,
        schedule: &Schedule,
    ) -> Result<Vec<Fact>, Rejection> {
        order.demand_authenticated(desk)?;
        let released = quota::release(desk, &self.order_id, order.visit());
        let taken = match (&schedule.appointment, &self.visit) {
            (None, Visit::OfficeOnly) => return Ok(vec![]),
            (Some(agreed), Visit::Appointment(wanted)) if agreed == wanted => return Ok(vec![]),
            (None, Visit::Appointment(_)) => return Err(OrderRejection::NoAppointment.into()),
            (Some(_), Visit::OfficeOnly) => {
                check_office_only(desk, order)?;
                None
            }
            (Some(_), Visit::Appointment(wanted)) => {
                check_appointment(desk, wanted)?;
                Some(quota::take(desk, &self.order_id, &schedule.order_type, wanted)?)
            }
        };
        let rescheduled = OrderEvent::Rescheduled { appointment: self.appointment() };
        let facts = [rescheduled.on(&self.order_id)];
        Ok(facts.into_iter().chain(released).chain(taken).collect())
    }

    fn appointment(&self) -> Option<Appointment> {
        match &self.visit {
            Visit::OfficeOnly => None,
            Visit::Appointment(appointment) => Some(appointment.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::RescheduleOrder;
    use crate::{
        Fact,
        order::{Appointment, OrderEvent, OrderRejection, Visit},
        quota::{QuotaEvent, QuotaRejection},
        testing::{
            fixtures::{
                TODAY, cancelled, code, committed_change, committed_visit, id, installation_in,
                order_id, released, reviewed, scheduled, service_in, started, swapped, taken,
            },
            given,
        },
    };

    fn on(days: i32, slot: &str) -> Appointment {
        Appointment { date: TODAY.checked_add(days.days()).unwrap(), slot: code(slot) }
    }

    fn reschedule(days: i32, slot: &str) -> RescheduleOrder {
        RescheduleOrder { order_id: order_id(), visit: Visit::Appointment(on(days, slot)) }
    }

    fn office_only() -> RescheduleOrder {
        RescheduleOrder { order_id: order_id(), visit: Visit::OfficeOnly }
    }

    fn rescheduled(appointment: Option<Appointment>) -> Fact {
        OrderEvent::Rescheduled { appointment }.on(&order_id())
    }

    /// Agreed on in two days.
    fn committed() -> Vec<Fact> {
        committed_visit(&on(2, "08-10"))
    }

    #[test]
    fn f21_f68_a_committed_order_gets_another_appointment_and_its_points_move() {
        let (agreed, wanted) = (on(2, "08-10"), on(9, "08-10"));
        let moved = rescheduled(Some(wanted.clone()));
        let facts = [moved, released(&agreed), taken(&wanted)];
        given(committed()).when(reschedule(9, "08-10")).then(facts);
        let other_slot = on(2, "10-12");
        given(committed()).when(reschedule(2, "10-12")).then([
            rescheduled(Some(other_slot.clone())),
            released(&agreed),
            taken(&other_slot),
        ]);
    }

    #[test]
    fn f21_f68_a_visit_is_not_moved_into_a_full_slot() {
        let (slot, date) = (code("13-15"), on(3, "13-15").date);
        let full =
            QuotaEvent::PointsTaken { slot: slot.clone(), order_id: id("order_1"), points: 2 };
        given(committed())
            .and([full.on(date)])
            .when(reschedule(3, "13-15"))
            .then_rejected(QuotaRejection::SlotFull { date, slot, free: 1, points: 2 });
    }

    #[test]
    fn f21_f68_an_order_that_needs_no_visit_after_all_gives_its_points_back() {
        given(committed()).when(office_only()).then([rescheduled(None), released(&on(2, "08-10"))]);
    }

    #[test]
    fn f4_f68_a_package_that_needs_a_technician_keeps_its_visit() {
        let to = "gigablast-pon";
        let facts = service_in("phoenix", "ONT-G", "super-fast-1g-pon");
        let (package_id, market) = (code(to), code("phoenix"));
        given(facts)
            .and([started("super-fast-1g-pon"), swapped("super-fast-1g-pon", to)])
            .and([scheduled(Some(on(2, "08-10"))), reviewed()])
            .and([OrderEvent::Committed.on(&order_id())])
            .when(office_only())
            .then_rejected(OrderRejection::ProfessionalInstallationRequired { package_id, market });
    }

    #[test]
    fn f68_an_appointment_is_neither_in_the_past_nor_outside_the_slots() {
        let today = TODAY;
        given(committed())
            .when(reschedule(-1, "08-10"))
            .then_rejected(OrderRejection::AppointmentPassed { today });
        given(committed())
            .when(reschedule(1, "03-04"))
            .then_rejected(OrderRejection::SlotNotInCatalog { slot: code("03-04") });
    }

    #[test]
    fn f68_only_a_committed_visit_is_moved() {
        let draft = installation_in("phoenix", "CM1000", "basic");
        given(draft).when(reschedule(1, "08-10")).then_rejected(OrderRejection::NotCommitted);
        given(committed_change())
            .when(reschedule(1, "08-10"))
            .then_rejected(OrderRejection::NoAppointment);
        given(committed())
            .and([cancelled()])
            .when(reschedule(1, "08-10"))
            .then_rejected(OrderRejection::Cancelled);
    }
}
