//! Care's read model: an event passes the views in an order in which each finds what it shows.

use contract::view::spell_out;
use event_store::Recorded;
use projection::{Fault, Intents, ReadModel, Rows, Table};
use read_side::{decoded, existing};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use service::{Listing, View, Views};

use crate::{
    account, activity, customer, guide, interaction, note, of_account, of_customer, order, quota,
    service as service_view, site, task, telephone, ticket, today, work_order,
};

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
    View {
        name: "ticket",
        about: "What is the matter, and who saw to it when, by ticket id",
        table: Some(ticket::TABLE),
    },
    View {
        name: "tickets-of-account",
        about: "Which tickets has an account, newest first? List those of an account id",
        table: Some(ticket::OF_ACCOUNT),
    },
    View {
        name: "tickets-in-queue",
        about: "Which open tickets wait, oldest first? List those of a queue; of nothing, \
                those that nobody has assigned",
        table: Some(ticket::QUEUE),
    },
    View {
        name: "task",
        about: "Who is to do what about a customer, and is it done? By task id",
        table: Some(task::TABLE),
    },
    View {
        name: "tasks-of-recipient",
        about: "What is somebody still to do, oldest first? List those of a login",
        table: Some(task::OF_RECIPIENT),
    },
    View {
        name: "interactions-of-account",
        about: "Who dealt with a customer, newest first? List those of an account id",
        table: Some(interaction::OF_ACCOUNT),
    },
    View {
        name: "interactions-of-day",
        about: "Who dealt with whom on a day? List those of a date, or of a date, a slash and an \
                agent",
        table: Some(interaction::OF_DAY),
    },
    View {
        name: "activity",
        about: "What happened between us and a customer, newest first? List those of an account id",
        table: Some(activity::TABLE),
    },
    View {
        name: "notes",
        about: "What was noted on calls, work orders and the account, newest first, by account id",
        table: Some(note::TABLE),
    },
    View {
        name: "orders",
        about: "Which orders a customer has and had, newest first, by account id",
        table: Some(of_account::ORDERS),
    },
    View {
        name: "orders-of-customer",
        about: "Which orders has a customer over all accounts, newest first? List those of a \
                customer id",
        table: Some(of_customer::ORDERS),
    },
    View {
        name: "requests",
        about: "Which changes a customer asked for, and which were made, by account id",
        table: Some(of_account::REQUESTS),
    },
    View {
        name: "services",
        about: "What a customer has and what is disconnected, by account id",
        table: Some(of_account::SERVICES),
    },
    View {
        name: "telephones",
        about: "Which numbers a customer's voice services have, native or ported, by account id",
        table: Some(telephone::TABLE),
    },
    View {
        name: work_order::NAME,
        about: "What there is to do for an order, by order id; listed by date",
        table: Some(work_order::TABLE),
    },
    View {
        name: quota::NAME,
        about: "How many points of a day's slots are taken and free, by date",
        table: None,
    },
    View {
        name: "guide",
        about: "Where a walk through a guide is, what is asked and what was answered, by guide id",
        table: Some(guide::TABLE),
    },
];

const LISTINGS: &[Listing] = &[work_order::LISTING];

impl ReadModel for Care {
    fn name(&self) -> &'static str {
        "care"
    }

    fn version(&self) -> u32 {
        6
    }

    fn apply(
        &self,
        recorded: &Recorded,
        rows: &mut Rows<'_>,
        _: &mut Intents<'_>,
    ) -> Result<(), Fault> {
        let event = decoded(recorded)?;
        customer::apply(&event, recorded, rows)?;
        today::apply(&event, rows)?;
        quota::apply(&event, recorded, rows)?;
        telephone::apply(&event, recorded, rows)?;
        service_view::apply(&event, recorded, rows)?;
        order::apply(&event, recorded, rows)?;
        ticket::apply(&event, recorded, rows)?;
        task::apply(&event, recorded, rows)?;
        interaction::apply(&event, recorded, rows)?;
        guide::apply(&event, recorded, rows)?;
        // These show what the views above have made of the event.
        activity::apply(&event, recorded, rows)?;
        work_order::apply(&event, recorded, rows)?;
        note::apply(&event, recorded, rows)?;
        of_account::apply(&event, recorded, rows)?;
        of_customer::apply(&event, recorded, rows)?;
        site::apply(&event, recorded, rows)?;
        account::apply(&event, recorded, rows)
    }
}

impl Views for Care {
    fn views(&self) -> &'static [View] {
        VIEWS
    }

    fn listings(&self) -> &'static [Listing] {
        LISTINGS
    }

    fn show(&self, row: &mut Value) {
        spell_out(row);
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
    use serde_json::json;
    use service::Views;

    use super::Care;

    #[test]
    fn amounts_are_spelled_out_when_a_row_is_shown() {
        let mut row = json!({ "monthly": { "minor": 4999, "currency": "USD" } });
        Care.show(&mut row);
        assert_eq!(row["monthly"]["text"], "49.99 USD");
    }

    #[test]
    fn an_event_about_something_unknown_is_a_fault() {
        let activated = ServiceEvent::Activated { start_billing_date: TODAY, promotion: None };
        let fault = Story::of(Care).try_then(activated.on(&service_id())).unwrap_err();
        assert_eq!(fault.to_string(), "no earlier event tells of service_5");
    }
}
