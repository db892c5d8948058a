//! Take points for a visit and give them back: what the verbs of an order say about a day's quota.

use super::{QuotaEvent, QuotaRejection, of_day};
use crate::{
    Desk, Fact, Rejection,
    order::{Appointment, OrderId, OrderRejection},
    text::Code,
};

/// The fact that an order of some type takes the points of its visit.
///
/// # Errors
/// When the slot has too few left, or the biller's data no longer knows the order type.
pub(crate) fn take(
    desk: &Desk<'_>,
    order_id: &OrderId,
    order_type: &Code,
    visit: &Appointment,
) -> Result<Fact, Rejection> {
    let points = check(desk, order_id, order_type, visit)?;
    let (slot, order_id) = (visit.slot.clone(), order_id.clone());
    Ok(QuotaEvent::PointsTaken { slot, order_id, points }.on(visit.date))
}

/// What the visit costs, if the slot has that many points left. What the order itself holds there
/// counts as free.
///
/// # Errors
/// When it has not, or the biller's data no longer knows the order type.
pub(crate) fn check(
    desk: &Desk<'_>,
    order_id: &OrderId,
    order_type: &Code,
    visit: &Appointment,
) -> Result<u32, Rejection> {
    let catalog = &desk.biller.catalog;
    let Some(points) = catalog.order_types.get(order_type).copied() else {
        let order_type = order_type.clone();
        return Err(OrderRejection::OrderTypeNotInCatalog { order_type }.into());
    };
    let Some(capacity) = catalog.slots.get(&visit.slot).copied() else {
        return Err(OrderRejection::SlotNotInCatalog { slot: visit.slot.clone() }.into());
    };
    let quota = desk.get(&of_day(visit.date));
    let own = match quota.visits.get(order_id) {
        Some(held) if held.slot == visit.slot => held.points,
        Some(_) | None => 0,
    };
    let taken = quota.taken(&visit.slot).saturating_sub(own);
    let free = capacity.saturating_sub(taken);
    if points > free {
        let (date, slot) = (visit.date, visit.slot.clone());
        return Err(QuotaRejection::SlotFull { date, slot, free, points }.into());
    }
    Ok(points)
}

/// The fact that an order gives back what it holds on the day of a visit; `None` where it holds
/// nothing, as orders do that were committed before there were quotas.
pub(crate) fn release(
    desk: &Desk<'_>,
    order_id: &OrderId,
    visit: Option<&Appointment>,
) -> Option<Fact> {
    let visit = visit?;
    let held = desk.get(&of_day(visit.date)).visits.get(order_id)?;
    let (slot, order_id) = (held.slot.clone(), order_id.clone());
    Some(QuotaEvent::PointsReleased { slot, order_id }.on(visit.date))
}

#[cfg(test)]
mod tests {
    use crate::{
        Fact,
        order::{CommitOrder, OrderEvent, ScheduleOrder, Visit},
        quota::{QuotaEvent, QuotaRejection},
        testing::{
            Given,
            fixtures::{
                TODAY, appointment, code, id, order_id, reviewed, scheduled, service, started,
                swapped,
            },
            given,
        },
    };

    fn taken(by: &str, slot: &str, points: u32) -> Fact {
        QuotaEvent::PointsTaken { slot: code(slot), order_id: id(by), points }.on(TODAY)
    }

    fn change() -> Given {
        given(service("basic")).and([started("basic"), swapped("basic", "classic")])
    }

    fn schedule(slot: &str) -> ScheduleOrder {
        ScheduleOrder {
            order_id: order_id(),
            order_type: code("UPGRADE"),
            visit: Visit::Appointment(appointment(slot)),
            comments: None,
        }
    }

    fn full(free: u32) -> QuotaRejection {
        QuotaRejection::SlotFull { date: TODAY, slot: code("08-10"), free, points: 2 }
    }

    #[test]
    fn f21_a_full_slot_is_refused_when_the_visit_is_agreed_on() {
        let almost = change().and([taken("order_1", "08-10", 5)]);
        almost.clone().when(schedule("08-10")).then_rejected(full(1));
        almost.when(schedule("10-12")).then([scheduled(Some(appointment("10-12")))]);
    }

    #[test]
    fn f24_points_are_taken_when_the_order_is_committed_and_not_before() {
        let agreed = change().and([scheduled(Some(appointment("08-10"))), reviewed()]);
        let commit = CommitOrder { order_id: order_id() };
        let committed = OrderEvent::Committed.on(&order_id());
        let facts = [committed, taken("order_1001", "08-10", 2)];
        agreed.clone().when(commit.clone()).then(facts.clone());
        agreed.clone().and([taken("order_1", "08-10", 4)]).when(commit.clone()).then(facts);
        agreed.and([taken("order_1", "08-10", 6)]).when(commit).then_rejected(full(0));
    }

    #[test]
    fn the_last_point_that_comes_back_is_free_again() {
        let slot = code("08-10");
        let released = QuotaEvent::PointsReleased { slot, order_id: id("order_1") }.on(TODAY);
        change()
            .and([taken("order_1", "08-10", 6), released])
            .when(schedule("08-10"))
            .then([scheduled(Some(appointment("08-10")))]);
    }
}
