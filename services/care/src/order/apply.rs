//! What each fact about an order changes in its row.

use contract::event::time;
use domain::{
    Event,
    order::{OrderEvent, OrderKind},
};
use event_store::Recorded;
use projection::{Fault, Rows};
use read_side::existing;

use super::{Completion, OrderRow, STEPS_MAX, Schedule, Stage, Step, Summary, TABLE};

/// Changes the row of the order that the event is about.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Order(event) = event else { return Ok(()) };
    let order_id = &*recorded.event.stream;
    let mut row = match started(event, order_id) {
        Some(row) => row,
        None => existing(rows, TABLE, order_id)?,
    };
    advance(&mut row, event);
    row.steps.push(Step {
        step: step(event).to_owned(),
        at: time(recorded.meta.committed_at),
        actor: recorded.meta.actor.to_string(),
        position: recorded.position,
    });
    let dropped = row.steps.len().saturating_sub(STEPS_MAX);
    row.steps.drain(..dropped);
    rows.put(TABLE, order_id, &row)
}

/// The row of a new order.
fn started(event: &OrderEvent, order_id: &str) -> Option<OrderRow> {
    let OrderEvent::Started {
        kind,
        account_id,
        site_id,
        service_id,
        package_id,
        sale_type,
        sale_reason,
        campaign_code,
        acknowledged_flashes: _,
    } = event
    else {
        return None;
    };
    let (package_from, package_to) = match kind {
        OrderKind::Installation => (None, Some(package_id.to_string())),
        OrderKind::ServiceChange => (Some(package_id.to_string()), None),
    };
    Some(OrderRow {
        order_id: order_id.to_owned(),
        kind: (*kind).into(),
        account_id: account_id.to_string(),
        site_id: site_id.to_string(),
        service_id: service_id.to_string(),
        package_from,
        package_to,
        serviceability_check: None,
        sale_type: text(sale_type.as_ref()),
        sale_reason: text(sale_reason.as_ref()),
        campaign_code: text(campaign_code.as_ref()),
        stage: Stage::Draft,
        schedule: None,
        summary: None,
        completion: None,
        cancel_reason: None,
        steps: Vec::new(),
    })
}

fn advance(row: &mut OrderRow, event: &OrderEvent) {
    match event {
        OrderEvent::Started { .. } => {}
        OrderEvent::PackageSwapped {
            method: _,
            from_package_id,
            from_service_code: _,
            to_package_id,
            to_service_code: _,
            serviceability_check,
        } => {
            row.package_from = Some(from_package_id.to_string());
            row.package_to = Some(to_package_id.to_string());
            row.serviceability_check = text(serviceability_check.as_ref());
            take_review_back(row);
        }
        OrderEvent::Scheduled { order_type, appointment, comments } => {
            row.schedule = Some(Schedule {
                order_type: order_type.to_string(),
                office_only: appointment.is_none(),
                date: text(appointment.as_ref().map(|it| &it.date)),
                slot: text(appointment.as_ref().map(|it| &it.slot)),
                comments: text(comments.as_ref()),
            });
            take_review_back(row);
        }
        OrderEvent::Rescheduled { appointment } => {
            if let Some(schedule) = &mut row.schedule {
                schedule.date = Some(appointment.date.to_string());
                schedule.slot = Some(appointment.slot.to_string());
            }
        }
        OrderEvent::Reviewed { monthly_before, monthly_after } => {
            row.stage = Stage::Reviewed;
            row.summary = Some(Summary {
                monthly_before: (*monthly_before).into(),
                monthly_after: (*monthly_after).into(),
            });
        }
        OrderEvent::Committed => row.stage = Stage::Committed,
        OrderEvent::Completed { start_billing_date, sales_id, sales_date, .. } => {
            row.stage = Stage::Completed;
            row.completion = Some(Completion {
                start_billing_date: start_billing_date.to_string(),
                sales_id: text(sales_id.as_ref()),
                sales_date: text(sales_date.as_ref()),
            });
        }
        OrderEvent::Cancelled { reason } => {
            row.stage = Stage::Cancelled;
            row.cancel_reason = Some((*reason).into());
        }
    }
}

/// The customer has not heard of the change (F24).
fn take_review_back(row: &mut OrderRow) {
    row.stage = Stage::Draft;
    row.summary = None;
}

fn step(event: &OrderEvent) -> &'static str {
    match event {
        OrderEvent::Started { .. } => "started",
        OrderEvent::PackageSwapped { .. } => "package swapped",
        OrderEvent::Scheduled { .. } => "scheduled",
        OrderEvent::Rescheduled { .. } => "rescheduled",
        OrderEvent::Reviewed { .. } => "reviewed",
        OrderEvent::Committed => "committed",
        OrderEvent::Completed { .. } => "completed",
        OrderEvent::Cancelled { .. } => "cancelled",
    }
}

fn text<T: ToString>(value: Option<&T>) -> Option<String> {
    value.map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        order::Appointment,
        testing::fixtures::{
            TODAY, cancelled, code, committed_change, completed, installation_in, scheduled,
            swapped,
        },
    };
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use super::TABLE;
    use crate::model::Care;

    fn shown(facts: Vec<Fact>, then: impl IntoIterator<Item = Fact>) -> Value {
        Story::of(Care).and(facts).and(then).row(TABLE, "order_1001")
    }

    #[test]
    fn a_completed_change_tells_its_whole_story() {
        let row = shown(committed_change(), [completed(Some("basic"), "classic")]);
        let step = |step: &str, second: &str, position: u64| {
            let at = format!("2026-03-16T12:00:{second}Z");
            json!({ "step": step, "at": at, "actor": "jane; roles=agent", "position": position })
        };
        let expected = json!({
            "orderId": "order_1001",
            "kind": "serviceChange",
            "accountId": "account_7",
            "siteId": "site_88",
            "serviceId": "service_5",
            "packageFrom": "basic",
            "packageTo": "classic",
            "serviceabilityCheck": null,
            "saleType": "EXISTING",
            "saleReason": "SPEED",
            "campaignCode": null,
            "stage": "completed",
            "schedule": {
                "orderType": "UPGRADE",
                "officeOnly": true,
                "date": null,
                "slot": null,
                "comments": null,
            },
            "summary": {
                "monthlyBefore": { "minor": 4999, "currency": "USD", "text": "49.99 USD" },
                "monthlyAfter": { "minor": 6999, "currency": "USD", "text": "69.99 USD" },
            },
            "completion": {
                "startBillingDate": "2026-03-16", "salesId": "4711", "salesDate": "2026-03-14"
            },
            "cancelReason": null,
            "steps": [
                step("started", "07", 7),
                step("package swapped", "08", 8),
                step("scheduled", "09", 9),
                step("reviewed", "10", 10),
                step("committed", "11", 11),
                step("completed", "12", 12),
            ],
        });
        assert_eq!(row, expected);
    }

    #[test]
    fn an_installation_comes_from_no_package() {
        let row = shown(installation_in("phoenix", "SB8200", "basic"), []);
        assert_eq!(row["kind"], "installation");
        assert_eq!((&row["packageFrom"], &row["packageTo"]), (&Value::Null, &json!("basic")));
        assert_eq!(row["stage"], "draft");
    }

    #[test]
    fn f24_a_change_after_the_review_takes_the_review_back() {
        let mut reviewed = committed_change();
        reviewed.pop();
        let row = shown(reviewed, [swapped("basic", "gigablast")]);
        assert_eq!((&row["stage"], &row["summary"]), (&json!("draft"), &Value::Null));
        assert_eq!(row["packageTo"], "gigablast");
    }

    #[test]
    fn f22_an_appointment_is_not_office_only() {
        let appointment = Appointment { date: TODAY, slot: code("08-10") };
        let row =
            shown(installation_in("phoenix", "SB8200", "basic"), [scheduled(Some(appointment))]);
        let expected = json!({
            "orderType": "UPGRADE",
            "officeOnly": false,
            "date": "2026-03-16",
            "slot": "08-10",
            "comments": null,
        });
        assert_eq!(row["schedule"], expected);
    }

    #[test]
    fn an_order_that_was_given_up_says_why() {
        let row = shown(committed_change(), [cancelled()]);
        assert_eq!(row["stage"], "cancelled");
        assert_eq!(row["cancelReason"], "customerRequest");
    }

    #[test]
    fn the_last_hundred_steps_are_shown() {
        let row = shown(committed_change(), (0..96).map(|_| swapped("basic", "classic")));
        let steps = row["steps"].as_array().unwrap();
        assert_eq!((steps.len(), &steps[0]["step"]), (100, &json!("package swapped")));
    }
}
