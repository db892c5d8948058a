//! Which orders, which requests for a change, which services does a customer have and have had?
//!
//! What must stay true: what is current is whole; of what is over, the newest are shown and the
//! rest is in the log.

use domain::{Event, account::AccountEvent};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

use crate::{
    model::{change, put},
    order::{self, Kind, OrderRow, Stage},
    service::{self, ServiceRow, Status},
};

/// Orders, by account id.
pub(crate) const ORDERS: Table = Table::new(b'O');
/// Requests for changes, by account id.
pub(crate) const REQUESTS: Table = Table::new(b'R');
/// Services, by account id.
pub(crate) const SERVICES: Table = Table::new(b'V');

/// Most things that are over and shown.
const PAST_MAX: usize = 100;

/// The orders of one account (F45).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrdersRow {
    account_id: String,
    /// Newest first.
    current: Vec<Entry>,
    /// Done or given up, latest first.
    past: Vec<Entry>,
}

/// What was asked to be changed, and what became of it (F46).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestsRow {
    account_id: String,
    /// Not yet made, newest first.
    requested: Vec<Entry>,
    /// Latest first.
    made: Vec<Entry>,
}

/// One order in a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    order_id: String,
    kind: Kind,
    stage: Stage,
    service_id: Option<String>,
    package_from: Option<String>,
    package_to: Option<String>,
    campaign_code: Option<String>,
    /// When somebody comes; absent where nobody has to, or nothing is agreed on.
    visit: Option<String>,
    opened_at: String,
    opened_by: String,
    /// The start billing date of an order that is done.
    completed_on: Option<String>,
}

/// The services of one account (F49).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServicesRow {
    account_id: String,
    /// Pending and active, oldest first.
    current: Vec<ServiceRow>,
    /// Latest first.
    disconnected: Vec<ServiceRow>,
}

/// Changes the rows of the account that the event is about.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let stream = &*recorded.event.stream;
    match event {
        Event::Account(AccountEvent::Opened { .. }) => open(stream, rows),
        Event::Order(_) => {
            let order: OrderRow = existing(rows, order::TABLE, stream)?;
            list_order(&order, rows)?;
            match order.service_id {
                // A completed order says what its service costs.
                Some(service_id) => list_service(&service_id, rows),
                None => Ok(()),
            }
        }
        Event::Service(_) => list_service(stream, rows),
        Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Ledger(_)
        | Event::Subscription(_)
        | Event::Invoice(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Autopay(_)
        | Event::Dunning(_)
        | Event::Run(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Notification(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Customer(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Guide(_)
        | Event::Login(_)
        | Event::Decision(_) => Ok(()),
    }
}

fn open(account_id: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let account_id = account_id.to_owned();
    let orders =
        OrdersRow { account_id: account_id.clone(), current: Vec::new(), past: Vec::new() };
    rows.put(ORDERS, &account_id, &orders)?;
    let requests =
        RequestsRow { account_id: account_id.clone(), requested: Vec::new(), made: Vec::new() };
    rows.put(REQUESTS, &account_id, &requests)?;
    let services = ServicesRow {
        account_id: account_id.clone(),
        current: Vec::new(),
        disconnected: Vec::new(),
    };
    rows.put(SERVICES, &account_id, &services)
}

fn list_order(order: &OrderRow, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let entry = Entry::of(order);
    let (open, account_id) = (order.is_open(), order.account_id.as_str());
    if asks_for_a_change(order.kind) {
        let entry = entry.clone();
        change(rows, REQUESTS, account_id, |row: &mut RequestsRow| {
            file(entry, open, &mut row.requested, &mut row.made);
            row.made.retain(|entry| entry.stage == Stage::Completed);
        })?;
    }
    change(rows, ORDERS, account_id, |row: &mut OrdersRow| {
        file(entry, open, &mut row.current, &mut row.past);
    })
}

/// A trouble call and an installation change nothing that the customer has.
fn asks_for_a_change(kind: Kind) -> bool {
    match kind {
        Kind::ServiceChange | Kind::SpecialRequest | Kind::Disconnect => true,
        Kind::Installation | Kind::TroubleCall => false,
    }
}

/// Puts an order where it belongs: in its place while it is open, then in front of what is over.
fn file(entry: Entry, open: bool, current: &mut Vec<Entry>, past: &mut Vec<Entry>) {
    match current.iter().position(|other| other.order_id == entry.order_id) {
        Some(at) if open => current[at] = entry,
        None if open => current.insert(0, entry),
        place => {
            if let Some(at) = place {
                current.remove(at);
            }
            past.insert(0, entry);
            past.truncate(PAST_MAX);
        }
    }
}

fn list_service(service_id: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let service: ServiceRow = existing(rows, service::TABLE, service_id)?;
    let account_id = service.account_id.clone();
    change(rows, SERVICES, &account_id, |row: &mut ServicesRow| {
        let is_this = |other: &ServiceRow| other.service_id == service.service_id;
        match service.status {
            Status::Pending | Status::Active => {
                let service_id = service.service_id.clone();
                put(&mut row.current, service, |other| other.service_id == service_id);
            }
            Status::Disconnected if row.disconnected.iter().any(is_this) => {}
            Status::Disconnected => {
                row.current.retain(|other| !is_this(other));
                row.disconnected.insert(0, service);
                row.disconnected.truncate(PAST_MAX);
            }
        }
    })
}

impl Entry {
    pub(crate) fn of(order: &OrderRow) -> Self {
        let visit = order.schedule.as_ref().and_then(|schedule| {
            Some(format!("{} {}", schedule.date.as_ref()?, schedule.slot.as_ref()?))
        });
        let completion = order.completion.as_ref();
        Self {
            order_id: order.order_id.clone(),
            kind: order.kind,
            stage: order.stage,
            service_id: order.service_id.clone(),
            package_from: order.package_from.clone(),
            package_to: order.package_to.clone(),
            campaign_code: order.campaign_code.clone(),
            visit,
            opened_at: order.opened_at.clone(),
            opened_by: order.opened_by.clone(),
            completed_on: completion.map(|completion| completion.start_billing_date.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        testing::fixtures::{
            appointment, cancelled, committed_change, committed_visit, completed,
            completed_disconnect, disconnect, disconnected, service, trouble_call,
        },
    };
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use super::{ORDERS, PAST_MAX, REQUESTS, SERVICES};
    use crate::model::Care;

    fn story(facts: impl IntoIterator<Item = Fact>) -> Story {
        Story::of(Care).and(facts)
    }

    /// The same fact about another order.
    fn about(order: &str, fact: Fact) -> Fact {
        Fact { stream: order.to_owned(), ..fact }
    }

    fn ids(list: &Value) -> Vec<&str> {
        list.as_array().unwrap().iter().map(|entry| entry["orderId"].as_str().unwrap()).collect()
    }

    #[test]
    fn f45_orders_are_listed_newest_first_current_and_past() {
        let facts = committed_visit(&appointment("08-10")).into_iter().chain([
            about("order_2", trouble_call()),
            about("order_3", trouble_call()),
            about("order_2", cancelled()),
        ]);
        let row: Value = story(facts).row(ORDERS, "account_7");
        assert_eq!(ids(&row["current"]), ["order_3", "order_1001"]);
        assert_eq!(ids(&row["past"]), ["order_2"]);
        assert_eq!(row["current"][1]["visit"], "2026-03-16 08-10");
    }

    #[test]
    fn f46_changes_are_listed_as_requested_and_then_as_made() {
        let facts = || committed_change().into_iter().chain([about("order_2", trouble_call())]);
        let row: Value = story(facts()).row(REQUESTS, "account_7");
        let expected = json!([{
            "orderId": "order_1001",
            "kind": "serviceChange",
            "stage": "committed",
            "serviceId": "service_5",
            "packageFrom": "basic",
            "packageTo": "classic",
            "campaignCode": null,
            "visit": null,
            "openedAt": "2026-03-16T12:00:07Z",
            "openedBy": "jane; roles=agent",
            "completedOn": null,
        }]);
        assert_eq!((&row["requested"], &row["made"]), (&expected, &json!([])));
        let done = facts().chain([completed(Some("basic"), "classic")]);
        let row: Value = story(done).row(REQUESTS, "account_7");
        assert_eq!((&row["requested"], ids(&row["made"])), (&json!([]), vec!["order_1001"]));
        assert_eq!(row["made"][0]["completedOn"], "2026-03-16");
        let given_up: Value = story(facts().chain([cancelled()])).row(REQUESTS, "account_7");
        assert_eq!((&given_up["requested"], &given_up["made"]), (&json!([]), &json!([])));
    }

    #[test]
    fn f49_f69_services_are_listed_current_and_disconnected() {
        let row: Value = story(service("basic")).row(SERVICES, "account_7");
        assert_eq!(
            (&row["current"][0]["status"], &row["disconnected"]),
            (&json!("active"), &json!([]))
        );
        assert_eq!(row["current"][0]["deviceModel"], "SB8200");
        let ended = [disconnect("basic"), completed_disconnect("basic"), disconnected()];
        let row: Value =
            story(service("basic").into_iter().chain(ended)).row(SERVICES, "account_7");
        assert_eq!(
            (&row["current"], &row["disconnected"][0]["status"]),
            (&json!([]), &json!("disconnected"))
        );
        assert_eq!(row["disconnected"][0]["serviceId"], "service_5");
    }

    #[test]
    fn f45_the_last_hundred_past_orders_are_shown() {
        let over = (0..=PAST_MAX).flat_map(|number| {
            let order = format!("order_{number}");
            [about(&order, trouble_call()), about(&order, cancelled())]
        });
        let row: Value = story(service("basic").into_iter().chain(over)).row(ORDERS, "account_7");
        let past = ids(&row["past"]);
        assert_eq!((past.len(), past[0]), (PAST_MAX, "order_100"));
    }
}
