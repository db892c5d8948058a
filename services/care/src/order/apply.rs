//! What each fact about an order changes in its row.

use contract::event::time;
use domain::{
    Event,
    order::{Appointment, Job, OrderEvent, OrderKind, Quote, Start},
};
use event_store::Recorded;
use projection::{Fault, Rows};
use read_side::existing;

use super::{Completion, OrderRow, STEPS_MAX, Schedule, Stage, Step, Summary, TABLE, WorkOrder};
use crate::{service::Campaign, today};

/// Changes the row of the order that the event is about.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Order(event) = event else { return Ok(()) };
    let order_id = &*recorded.event.stream;
    let mut row = match event {
        OrderEvent::Started(start) => started(start, recorded),
        OrderEvent::PackageSwapped { .. }
        | OrderEvent::CampaignChosen { .. }
        | OrderEvent::DeviceChosen { .. }
        | OrderEvent::Scheduled { .. }
        | OrderEvent::Rescheduled { .. }
        | OrderEvent::Reviewed(_)
        | OrderEvent::Committed
        | OrderEvent::Completed(_)
        | OrderEvent::Reopened { .. }
        | OrderEvent::Cancelled { .. } => existing(rows, TABLE, order_id)?,
    };
    advance(&mut row, event);
    assign(&mut row, event, today::of(rows, recorded)?);
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
fn started(start: &Start, recorded: &Recorded) -> OrderRow {
    let job = &start.job;
    let package = text(job.package_id());
    let (package_from, package_to) = match job.kind() {
        OrderKind::Installation => (None, package),
        OrderKind::ServiceChange
        | OrderKind::TroubleCall
        | OrderKind::SpecialRequest
        | OrderKind::Disconnect => (package, None),
    };
    let (sale_type, sale_reason, about) = match job {
        Job::Installation { .. } => (None, None, None),
        Job::ServiceChange { sale_type, sale_reason, .. } => {
            (Some(sale_type), Some(sale_reason), None)
        }
        Job::TroubleCall { problem: about, .. }
        | Job::SpecialRequest { request: about }
        | Job::Disconnect { reason: about, .. } => (None, None, Some(about)),
    };
    OrderRow {
        order_id: recorded.event.stream.to_string(),
        kind: job.kind().into(),
        account_id: start.account_id.to_string(),
        site_id: start.site_id.to_string(),
        service_id: text(job.service_id()),
        package_from,
        package_to,
        device_to: None,
        serviceability_check: None,
        sale_type: text(sale_type),
        sale_reason: text(sale_reason),
        campaign_code: text(job.campaign_code()),
        about: text(about),
        stage: Stage::Draft,
        schedule: None,
        summary: None,
        work_order: None,
        completion: None,
        cancel_reason: None,
        opened_at: time(recorded.meta.committed_at),
        opened_by: recorded.meta.actor.to_string(),
        position: recorded.position,
        steps: Vec::new(),
    }
}

fn advance(row: &mut OrderRow, event: &OrderEvent) {
    match event {
        OrderEvent::Started(_) => {}
        OrderEvent::PackageSwapped {
            method: _,
            from_package_id,
            from_service_code: _,
            to_package_id,
            to_service_code: _,
            serviceability_check,
        } => {
            // An installation comes from no package, whatever was ordered first.
            row.package_from = row.package_from.as_ref().map(|_| from_package_id.to_string());
            row.package_to = Some(to_package_id.to_string());
            row.serviceability_check = text(serviceability_check.as_ref());
            take_review_back(row);
        }
        OrderEvent::CampaignChosen { campaign_code } => {
            row.campaign_code = text(campaign_code.as_ref());
            take_review_back(row);
        }
        OrderEvent::DeviceChosen { device_id } => {
            row.device_to = Some(device_id.to_string());
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
        OrderEvent::Rescheduled { appointment } => reschedule(row, appointment.as_ref()),
        OrderEvent::Reviewed(quote) => {
            row.stage = Stage::Reviewed;
            row.summary = Some(summary(quote));
        }
        OrderEvent::Committed => row.stage = Stage::Committed,
        OrderEvent::Completed(completed) => {
            let completion = &completed.completion;
            row.stage = Stage::Completed;
            row.completion = Some(Completion {
                start_billing_date: completion.start_billing_date.to_string(),
                sales_id: text(completion.sales_id.as_ref()),
                sales_date: text(completion.sales_date.as_ref()),
            });
        }
        OrderEvent::Reopened { .. } => take_review_back(row),
        OrderEvent::Cancelled { reason } => {
            row.stage = Stage::Cancelled;
            row.cancel_reason = Some((*reason).into());
        }
    }
}

/// A committed order is a work order until it is open again (F67).
fn assign(row: &mut OrderRow, event: &OrderEvent, today: String) {
    match event {
        OrderEvent::Committed | OrderEvent::Rescheduled { .. } => {
            let visit = row.schedule.as_ref().and_then(|schedule| schedule.date.clone());
            row.work_order = Some(WorkOrder {
                number: row.order_id.clone(),
                date: visit.unwrap_or(today),
                tasks: OrderKind::from(row.kind).tasks().iter().map(|it| (*it).into()).collect(),
            });
        }
        OrderEvent::Reopened { .. } => row.work_order = None,
        OrderEvent::Started(_)
        | OrderEvent::PackageSwapped { .. }
        | OrderEvent::CampaignChosen { .. }
        | OrderEvent::DeviceChosen { .. }
        | OrderEvent::Scheduled { .. }
        | OrderEvent::Reviewed(_)
        | OrderEvent::Completed(_)
        | OrderEvent::Cancelled { .. } => {}
    }
}

fn reschedule(row: &mut OrderRow, appointment: Option<&Appointment>) {
    if let Some(schedule) = &mut row.schedule {
        schedule.office_only = appointment.is_none();
        schedule.date = text(appointment.map(|it| &it.date));
        schedule.slot = text(appointment.map(|it| &it.slot));
    }
}

fn summary(quote: &Quote) -> Summary {
    let prorated = quote.prorated.as_ref();
    Summary {
        monthly_before: quote.monthly_before.into(),
        monthly_after: quote.monthly_after.into(),
        prorated: prorated.map(|prorated| prorated.amount.into()),
        prorated_from: text(prorated.map(|prorated| &prorated.from)),
        campaign: quote.promotion.as_ref().map(Campaign::from),
    }
}

/// The customer has not heard of the change (F24).
fn take_review_back(row: &mut OrderRow) {
    row.stage = Stage::Draft;
    row.summary = None;
}

fn step(event: &OrderEvent) -> &'static str {
    match event {
        OrderEvent::Started(_) => "started",
        OrderEvent::PackageSwapped { .. } => "package swapped",
        OrderEvent::CampaignChosen { .. } => "campaign chosen",
        OrderEvent::DeviceChosen { .. } => "device chosen",
        OrderEvent::Scheduled { .. } => "scheduled",
        OrderEvent::Rescheduled { .. } => "rescheduled",
        OrderEvent::Reviewed(_) => "reviewed",
        OrderEvent::Committed => "committed",
        OrderEvent::Completed(_) => "completed",
        OrderEvent::Reopened { .. } => "open again",
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
        order::{Appointment, ChangeReason, OrderEvent},
        testing::fixtures::{
            TODAY, cancelled, code, committed_change, committed_visit, completed, installation_in,
            order_id, scheduled, service, swapped, trouble_call,
        },
    };
    use jiff::civil::date;
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
            "deviceTo": null,
            "serviceabilityCheck": null,
            "saleType": "EXISTING",
            "saleReason": "SPEED",
            "campaignCode": null,
            "about": null,
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
                "prorated": { "minor": 1032, "currency": "USD", "text": "10.32 USD" },
                "proratedFrom": "2026-03-16",
                "campaign": null,
            },
            "workOrder": {
                "number": "order_1001", "date": "2026-03-16", "tasks": ["serviceChange"]
            },
            "completion": {
                "startBillingDate": "2026-03-16", "salesId": "4711", "salesDate": "2026-03-14"
            },
            "cancelReason": null,
            "openedAt": "2026-03-16T12:00:07Z",
            "openedBy": "jane; roles=agent",
            "position": 7,
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
    fn f67_an_order_shows_its_tasks_from_the_commit_until_it_is_open_again() {
        let visit = Appointment { date: date(2026, 3, 19), slot: code("08-10") };
        let row = shown(committed_visit(&visit), []);
        let expected =
            json!({ "number": "order_1001", "date": "2026-03-19", "tasks": ["serviceChange"] });
        assert_eq!(row["workOrder"], expected);
        let moved = OrderEvent::Rescheduled { appointment: None };
        let row = shown(committed_visit(&visit), [moved.on(&order_id())]);
        assert_eq!(row["workOrder"]["date"], "2026-03-16");
        assert_eq!(
            (&row["schedule"]["officeOnly"], &row["schedule"]["slot"]),
            (&json!(true), &Value::Null)
        );
        let reopened = OrderEvent::Reopened { reason: ChangeReason::CustomerRequest };
        let row = shown(committed_visit(&visit), [reopened.on(&order_id())]);
        assert_eq!((&row["workOrder"], &row["stage"]), (&Value::Null, &json!("draft")));
    }

    #[test]
    fn f38_a_trouble_call_says_what_is_wrong() {
        let row = shown(service("basic"), [trouble_call()]);
        assert_eq!((&row["kind"], &row["about"]), (&json!("troubleCall"), &json!("NO-SERVICE")));
        assert_eq!((&row["packageFrom"], &row["packageTo"]), (&Value::Null, &Value::Null));
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
