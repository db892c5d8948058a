//! Which orders has a customer, not just one of their accounts, newest first (F56)?

use domain::Event;
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

use crate::{
    account,
    key::newest_first,
    of_account::Entry,
    order::{self, OrderRow},
};

/// By customer, newest first.
pub(crate) const ORDERS: Table = Table::new(b'C');

/// An order among its customer's.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderOfCustomer {
    customer_id: String,
    account_id: String,
    site_id: String,
    #[serde(flatten)]
    order: Entry,
}

/// Shows the order that the event is about among its customer's. Accounts and orders must be
/// applied before.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Order(_) = event else { return Ok(()) };
    let order: OrderRow = existing(rows, order::TABLE, &recorded.event.stream)?;
    let customer_id = account::customer_of(rows, &order.account_id)?;
    let key = newest_first(&customer_id, order.position);
    let row = OrderOfCustomer {
        customer_id,
        account_id: order.account_id.clone(),
        site_id: order.site_id.clone(),
        order: Entry::of(&order),
    };
    rows.put(ORDERS, key, &row)
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        testing::fixtures::{cancelled, service, started, trouble_call},
    };
    use projection::Keys;
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use super::ORDERS;
    use crate::model::Care;

    fn listed(story: &Story, of: &str) -> Vec<Value> {
        let rows = story.rows().scan::<Value>(ORDERS, Keys::prefix(of), 100);
        rows.map(|row| row.unwrap().1).collect()
    }

    #[test]
    fn f56_the_orders_of_a_customer_are_listed_newest_first_and_once() {
        let second = Fact { stream: "order_2".to_owned(), ..trouble_call() };
        let story = Story::of(Care).and(service("basic")).then(started("basic")).then(second);
        let story = story.then(cancelled());
        let rows = listed(&story, "customer_account_7/");
        let ids: Vec<_> = rows.iter().map(|row| row["orderId"].as_str().unwrap()).collect();
        assert_eq!(ids, ["order_2", "order_1001"]);
        assert_eq!(
            (&rows[1]["stage"], &rows[1]["siteId"]),
            (&json!("cancelled"), &json!("site_88"))
        );
        assert_eq!(listed(&story, "customer_7/"), Vec::<Value>::new());
    }
}
