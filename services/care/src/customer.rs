//! Which accounts belong to one customer (F56)?

use domain::{Event, customer::CustomerEvent};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::model::change;

/// By customer id.
pub(crate) const TABLE: Table = Table::new(b'c');

/// One customer, with all their accounts.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CustomerRow {
    customer_id: String,
    name: String,
    account_ids: Vec<String>,
    /// What was sealed for them can never be read again.
    erased: bool,
}

/// Changes the row of the customer that the event is about. Whoever has one account alone has no
/// row: the account says all.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Customer(event) = event else { return Ok(()) };
    let customer_id = &*recorded.event.stream;
    match event {
        CustomerEvent::Registered { name } => {
            let row = CustomerRow {
                customer_id: customer_id.to_owned(),
                name: name.to_string(),
                account_ids: Vec::new(),
                erased: false,
            };
            rows.put(TABLE, customer_id, &row)
        }
        CustomerEvent::AccountAdded { account_id } => {
            change(rows, TABLE, customer_id, |row: &mut CustomerRow| {
                row.account_ids.push(account_id.to_string());
            })
        }
        CustomerEvent::Erased { .. } if rows.get::<CustomerRow>(TABLE, customer_id)?.is_none() => {
            Ok(())
        }
        CustomerEvent::Erased { .. } => {
            change(rows, TABLE, customer_id, |row: &mut CustomerRow| row.erased = true)
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        customer::CustomerEvent,
        testing::fixtures::{account, account_id, customer, customer_id, id},
    };
    use read_side::testing::Story;
    use serde_json::json;

    use super::TABLE;
    use crate::model::Care;

    fn added(account: &str) -> Fact {
        CustomerEvent::AccountAdded { account_id: id(account) }.on(&customer_id())
    }

    #[test]
    fn f56_a_customer_shows_all_accounts_and_that_they_were_erased() {
        let story =
            Story::of(Care).then(customer()).then(added("account_8")).then(added("account_9"));
        let mut row = json!({
            "customerId": "customer_4",
            "name": "Harbor Cafe",
            "accountIds": ["account_8", "account_9"],
            "erased": false,
        });
        assert_eq!(story.row::<serde_json::Value>(TABLE, "customer_4"), row);
        let erased = CustomerEvent::Erased { account_ids: vec![id("account_8"), id("account_9")] };
        row["erased"] = json!(true);
        assert_eq!(
            story.then(erased.on(&customer_id())).row::<serde_json::Value>(TABLE, "customer_4"),
            row
        );
    }

    #[test]
    fn whoever_has_one_account_alone_is_erased_without_a_row() {
        let erased = CustomerEvent::Erased { account_ids: vec![account_id()] };
        let story = Story::of(Care).and(account());
        assert!(story.try_then(erased.on(&id("customer_account_7"))).is_ok());
    }
}
