//! Reschedule: a committed order gets another appointment (F68). What was agreed to stays.

use super::{Appointment, OrderEvent, OrderId, OrderRejection, Stage, schedule::check_appointment};
use crate::{Decide, Desk, Fact, Rejection};

/// Agree on another appointment for a committed order (F68).
#[derive(Clone, Debug)]
pub struct RescheduleOrder {
    /// Which.
    pub order_id: OrderId,
    /// When the technician comes instead.
    pub appointment: Appointment,
}

impl Decide for RescheduleOrder {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id).started()?;
        match &order.stage {
            Stage::Draft | Stage::Reviewed => Err(OrderRejection::NotCommitted.into()),
            Stage::Committed => {
                let agreed = order.schedule.as_ref().and_then(|it| it.appointment.as_ref());
                self.replace(desk, agreed)
            }
            Stage::Completed(_) => Err(OrderRejection::Completed.into()),
            Stage::Cancelled => Err(OrderRejection::Cancelled.into()),
        }
    }
}

impl RescheduleOrder {
    fn replace(
        &self,
        desk: &Desk<'_>,
        agreed: Option<&Appointment>,
    ) -> Result<Vec<Fact>, Rejection> {
        match agreed {
            None => Err(OrderRejection::NoAppointment.into()),
            Some(agreed) if *agreed == self.appointment => Ok(vec![]),
            Some(_) => {
                check_appointment(desk, &self.appointment)?;
                let appointment = self.appointment.clone();
                Ok(vec![OrderEvent::Rescheduled { appointment }.on(&self.order_id)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::RescheduleOrder;
    use crate::{
        Fact,
        order::{Appointment, OrderEvent, OrderRejection},
        testing::{
            fixtures::{
                TODAY, cancelled, code, committed_change, installation_in, order_id, reviewed,
                scheduled,
            },
            given,
        },
    };

    fn reschedule(days: i32, slot: &str) -> RescheduleOrder {
        let date = TODAY.checked_add(days.days()).unwrap();
        RescheduleOrder {
            order_id: order_id(),
            appointment: Appointment { date, slot: code(slot) },
        }
    }

    /// An installation with an appointment, committed.
    fn committed_visit() -> Vec<Fact> {
        let mut facts = installation_in("phoenix", "CM1000", "basic");
        let committed = OrderEvent::Committed.on(&order_id());
        let agreed = reschedule(2, "08-10").appointment;
        facts.extend([scheduled(Some(agreed)), reviewed(), committed]);
        facts
    }

    #[test]
    fn f68_a_committed_order_gets_another_appointment() {
        let wish = reschedule(9, "08-10");
        let appointment = wish.appointment.clone();
        let fact = OrderEvent::Rescheduled { appointment }.on(&order_id());
        given(committed_visit()).when(wish).then([fact]);
    }

    #[test]
    fn f68_an_appointment_is_neither_in_the_past_nor_outside_the_slots() {
        let today = TODAY;
        given(committed_visit())
            .when(reschedule(-1, "08-10"))
            .then_rejected(OrderRejection::AppointmentPassed { today });
        given(committed_visit())
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
        given(committed_visit())
            .and([cancelled()])
            .when(reschedule(1, "08-10"))
            .then_rejected(OrderRejection::Cancelled);
    }
}
