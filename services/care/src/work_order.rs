//! What is there to do, on which day? Work orders by number, and by date (F67).
//!
//! What must stay true: every work order is in the index exactly once, under its date.

use domain::Event;
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};
use service::{Listing, listing};

use crate::{
    order::{self, Kind, OrderRow, Stage, TaskName},
    service::{self as service_view, ServiceRow, Type},
};

/// The view's name.
pub(crate) const NAME: &str = "work-order";
/// By number, which is the order's id.
pub(crate) const TABLE: Table = Table::new(b'W');
/// How they are listed by date.
pub(crate) const LISTING: Listing = Listing {
    view: NAME,
    index: Table::new(b'D'),
    fields: &["status", "serviceType", "kind", "orderType", "slot", "accountId", "siteId"],
};

/// One work order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WorkOrderRow {
    number: String,
    date: String,
    /// Absent where no technician comes.
    slot: Option<String>,
    order_type: Option<String>,
    kind: Kind,
    tasks: Vec<TaskName>,
    /// `committed`, `completed` or `cancelled`.
    status: Stage,
    account_id: String,
    site_id: String,
    /// Absent for a special request.
    service_id: Option<String>,
    /// What kind of service it is about (F65), where that is known.
    service_type: Option<Type>,
    package_from: Option<String>,
    package_to: Option<String>,
}

/// Changes the work order of the order that the event is about.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Order(_) = event else { return Ok(()) };
    let number = &*recorded.event.stream;
    if let Some(before) = rows.get::<WorkOrderRow>(TABLE, number)? {
        rows.remove(TABLE, number);
        rows.remove(LISTING.index, listing::key(&before.date, number));
    }
    let order: OrderRow = existing(rows, order::TABLE, number)?;
    let Some(row) = work_order(&order, rows)? else { return Ok(()) };
    rows.put(LISTING.index, listing::key(&row.date, number), &number)?;
    rows.put(TABLE, number, &row)
}

/// `None` where nothing is agreed on.
fn work_order(order: &OrderRow, rows: &Rows<'_>) -> Result<Option<WorkOrderRow>, Fault> {
    let Some(work_order) = &order.work_order else { return Ok(None) };
    let service = match &order.service_id {
        Some(id) => Some(existing::<ServiceRow>(rows, service_view::TABLE, id)?),
        None => None,
    };
    let schedule = order.schedule.as_ref();
    Ok(Some(WorkOrderRow {
        number: work_order.number.clone(),
        date: work_order.date.clone(),
        slot: schedule.and_then(|schedule| schedule.slot.clone()),
        order_type: schedule.map(|schedule| schedule.order_type.clone()),
        kind: order.kind,
        tasks: work_order.tasks.clone(),
        status: order.stage,
        account_id: order.account_id.clone(),
        site_id: order.site_id.clone(),
        service_id: order.service_id.clone(),
        service_type: service.and_then(|service| service.service_type),
        package_from: order.package_from.clone(),
        package_to: order.package_to.clone(),
    }))
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        order::{Appointment, ChangeReason, OrderEvent},
        testing::fixtures::{
            appointment, cancelled, code, committed_change, committed_visit, order_id, service,
        },
    };
    use jiff::civil::date;
    use projection::Keys;
    use read_side::testing::Story;
    use serde_json::{Value, json};
    use service::{Filter, listing::Size};

    use super::{LISTING, TABLE};
    use crate::model::Care;

    /// The keys of the index.
    fn listed(story: &Story) -> Vec<String> {
        let rows = story.rows().scan::<String>(LISTING.index, Keys::all(), 10);
        rows.map(|row| String::from_utf8(row.unwrap().0).unwrap()).collect()
    }

    #[test]
    fn f67_a_work_order_shows_its_tasks_and_status() {
        let story = Story::of(Care).and(committed_visit(&appointment("08-10")));
        let expected = json!({
            "number": "order_1001",
            "date": "2026-03-16",
            "slot": "08-10",
            "orderType": "UPGRADE",
            "kind": "serviceChange",
            "tasks": ["serviceChange"],
            "status": "committed",
            "accountId": "account_7",
            "siteId": "site_88",
            "serviceId": "service_5",
            "serviceType": "internet",
            "packageFrom": "basic",
            "packageTo": "classic",
        });
        assert_eq!(story.row::<Value>(TABLE, "order_1001"), expected);
        let row: Value = story.then(cancelled()).row(TABLE, "order_1001");
        assert_eq!(row["status"], "cancelled");
    }

    #[test]
    fn f67_a_work_order_is_listed_once_under_its_date() {
        let moved = Appointment { date: date(2026, 3, 20), slot: code("10-12") };
        let moved = OrderEvent::Rescheduled { appointment: Some(moved) };
        let reopened = OrderEvent::Reopened { reason: ChangeReason::CustomerRequest };
        let story = Story::of(Care).and(committed_visit(&appointment("08-10")));
        assert_eq!(listed(&story), ["2026-03-16/order_1001"]);
        let story = story.then(moved.on(&order_id()));
        assert_eq!(listed(&story), ["2026-03-20/order_1001"]);
        assert_eq!(listed(&story.then(reopened.on(&order_id()))), Vec::<String>::new());
    }

    /// Three visits on three days; the last one is cancelled.
    fn three() -> Story {
        let about = |order: &str, day| {
            let order = order.to_owned();
            let steps = on(day).split_off(service("basic").len());
            let steps = steps.into_iter().filter(|fact| fact.stream == "order_1001");
            steps.map(move |fact| Fact { stream: order.clone(), ..fact })
        };
        let cancelled = Fact { stream: "order_3".to_owned(), ..cancelled() };
        Story::of(Care)
            .and(service("basic"))
            .and(about("order_1001", 16))
            .and(about("order_2", 17))
            .and(about("order_3", 18))
            .then(cancelled)
    }

    fn on(day: i8) -> Vec<Fact> {
        committed_visit(&Appointment { date: date(2026, 3, day), slot: code("08-10") })
    }

    /// The numbers of a page, and what the next one comes after.
    fn page(
        story: &Story,
        days: (Option<&str>, Option<&str>),
        fields: &[(&str, &str)],
        after: Option<&str>,
    ) -> (Vec<String>, Option<String>) {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let filter = Filter {
            from: days.0.map(str::to_owned),
            to: days.1.map(str::to_owned),
            fields: fields.collect(),
        };
        assert_eq!(LISTING.refuses(&filter), None);
        let size = Size { rows_max: 2, bytes_max: 100_000 };
        let shown = |key: &str| story.rows().get::<Value>(TABLE, key);
        let page = LISTING.page(story.rows(), shown, (&filter, after), size).unwrap();
        (page.rows.into_iter().map(|(number, _)| number).collect(), page.next)
    }

    #[test]
    fn f67_work_orders_are_filtered_by_days_status_and_service_type() {
        let story = three();
        let all = (None, None);
        let (from, to) = (Some("2026-03-17"), Some("2026-03-17"));
        assert_eq!(
            page(&story, (from, None), &[], None),
            (vec!["order_2".into(), "order_3".into()], None)
        );
        assert_eq!(page(&story, (from, to), &[], None), (vec!["order_2".into()], None));
        assert_eq!(page(&story, all, &[("status", "cancelled")], None).0, ["order_3"]);
        let committed = [("status", "committed"), ("serviceType", "internet")];
        assert_eq!(page(&story, all, &committed, None).0, ["order_1001", "order_2"]);
        assert_eq!(page(&story, all, &[("serviceType", "voice")], None), (vec![], None));
    }

    #[test]
    fn f67_a_page_of_work_orders_says_where_the_next_one_begins() {
        let story = three();
        let (first, next) = page(&story, (None, None), &[], None);
        assert_eq!(
            (first, next.as_deref()),
            (vec!["order_1001".into(), "order_2".into()], Some("2026-03-17/order_2"))
        );
        let (second, next) = page(&story, (None, None), &[], next.as_deref());
        assert_eq!((second, next), (vec!["order_3".to_owned()], None));
    }

    #[test]
    fn f67_an_order_is_no_work_order_before_it_is_committed() {
        let mut draft = committed_change();
        draft.pop();
        assert_eq!(listed(&Story::of(Care).and(draft)), Vec::<String>::new());
    }
}
