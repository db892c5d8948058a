//! Care's read model: an event passes the views in an order in which each finds what it shows.

use event_store::Recorded;
use projection::{Fault, ReadModel, Rows, Table};
use read_side::{decoded, existing};
use serde::{Serialize, de::DeserializeOwned};
use service::{View, Views};

use crate::{account, customer, order, service as service_view, site};

/// The views of care.
pub(crate) struct Care;

const VIEWS: &[View] = &[
    View {
        name: "customer",
        about: "Who the customer is, who speaks for them and who serves them, by customer id",
        table: Some(customer::TABLE),
    },
    View {
        name: "account",
        about: "Who the customer is, what they have, and what was said, by account id",
        table: Some(account::TABLE),
    },
    View {
        name: "site",
        about: "Where a line ends, what stands there and whether traffic flows, by site id",
        table: Some(site::TABLE),
    },
    View {
        name: "service",
        about: "What a customer has, and what delivers it, by service id",
        table: Some(service_view::TABLE),
    },
    View {
        name: "order",
        about: "How far an order is, and who did what to it when, by order id",
        table: Some(order::TABLE),
    },
];

impl ReadModel for Care {
    fn name(&self) -> &'static str {
        "care"
    }

    fn version(&self) -> u32 {
        3
    }

    fn apply(&self, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
        let event = decoded(recorded)?;
        customer::apply(&event, recorded, rows)?;
        service_view::apply(&event, recorded, rows)?;
        order::apply(&event, recorded, rows)?;
        // These two show what the views above have made of the event.
        site::apply(&event, recorded, rows)?;
        account::apply(&event, recorded, rows)
    }
}

impl Views for Care {
    fn views(&self) -> &'static [View] {
        VIEWS
    }
}

/// Changes a row that an earlier event must have made.
pub(crate) fn change<T: Serialize + DeserializeOwned>(
    rows: &mut Rows<'_>,
    table: Table,
    key: &str,
    change: impl FnOnce(&mut T),
) -> Result<(), Fault> {
    let mut row = existing(rows, table, key)?;
    change(&mut row);
    rows.put(table, key, &row)
}

/// Puts an item in the place of the one that is the same thing, or at the end.
pub(crate) fn put<T>(list: &mut Vec<T>, item: T, is_same: impl Fn(&T) -> bool) {
    match list.iter_mut().find(|other| is_same(other)) {
        Some(before) => *before = item,
        None => list.push(item),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        service::ServiceEvent,
        testing::fixtures::{TODAY, service_id},
    };

    use read_side::testing::Story;

    use super::Care;

    #[test]
    fn an_event_about_something_unknown_is_a_fault() {
        let activated = ServiceEvent::Activated { start_billing_date: TODAY };
        let fault = Story::of(Care).try_then(activated.on(&service_id())).unwrap_err();
        assert_eq!(fault.to_string(), "no earlier event tells of service_5");
    }
}
