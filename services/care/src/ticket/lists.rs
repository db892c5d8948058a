//! Which tickets has an account, newest first, and which wait in a queue, oldest first?

use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use super::{Kind, Status, TicketRow};
use crate::key::{newest_first, oldest_first};

/// Tickets by account, newest first.
pub(crate) const OF_ACCOUNT: Table = Table::new(b'l');
/// Open tickets by queue, oldest first.
pub(crate) const QUEUE: Table = Table::new(b'q');

/// Where a ticket waits that nobody has assigned: no queue is named so, since no code is empty.
const UNASSIGNED: &str = "";

/// One line of either list.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    ticket_id: String,
    account_id: String,
    kind: Kind,
    site_id: Option<String>,
    summary: String,
    status: Status,
    queue: Option<String>,
    opened_at: String,
}

/// Takes a ticket out of the queue in which it waited.
pub(super) fn leave(row: &TicketRow, rows: &mut Rows<'_>) {
    rows.remove(QUEUE, waiting(row));
}

/// Shows a ticket among its account's, and in its queue while it is open.
pub(super) fn join(row: &TicketRow, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let listed = Listed {
        ticket_id: row.ticket_id.clone(),
        account_id: row.account_id.clone(),
        kind: row.kind,
        site_id: row.site_id.clone(),
        summary: row.summary.clone(),
        status: row.status,
        queue: row.queue.clone(),
        opened_at: row.opened_at.clone(),
    };
    if row.status == Status::Open {
        rows.put(QUEUE, waiting(row), &listed)?;
    }
    rows.put(OF_ACCOUNT, newest_first(&row.account_id, row.position), &listed)
}

fn waiting(row: &TicketRow) -> String {
    oldest_first(row.queue.as_deref().unwrap_or(UNASSIGNED), row.position)
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact, Id,
        testing::fixtures::{
            account, account_id, assigned, opened_ticket, other_account, reopened, resolved, sealed,
        },
        ticket::{TicketEvent, TicketKind},
    };
    use projection::{Keys, Table};
    use read_side::testing::Story;
    use serde_json::Value;

    use super::{OF_ACCOUNT, QUEUE};
    use crate::model::Care;

    fn ticket(ticket_id: &str, account_id: &str) -> Fact {
        TicketEvent::Opened {
            account_id: Id::parse(account_id).unwrap(),
            kind: TicketKind::Credit,
            site_id: None,
            summary: sealed("Wants a credit."),
        }
        .on(&Id::parse(ticket_id).unwrap())
    }

    /// Ids of the tickets whose keys begin so, in their order.
    fn listed(story: &Story, table: Table, of: &str) -> Vec<String> {
        let rows = story.rows().scan::<Value>(table, Keys::prefix(of), 100);
        rows.map(|row| row.unwrap().1["ticketId"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn f62_the_tickets_of_an_account_are_listed_newest_first() {
        let own = account_id().to_string();
        let story = Story::of(Care)
            .and(account())
            .and(other_account())
            .then(ticket("ticket_1", &own))
            .then(ticket("ticket_2", "account_8"))
            .then(ticket("ticket_3", &own));
        assert_eq!(listed(&story, OF_ACCOUNT, "account_7/"), ["ticket_3", "ticket_1"]);
    }

    #[test]
    fn f35_open_tickets_wait_in_their_queue_oldest_first() {
        let story = Story::of(Care).and(opened_ticket()).then(ticket("ticket_1", "account_7"));
        assert_eq!(listed(&story, QUEUE, "/"), ["ticket_12", "ticket_1"]);
        let story = story.then(assigned("TECH-SUPPORT"));
        assert_eq!(listed(&story, QUEUE, "/"), ["ticket_1"]);
        assert_eq!(listed(&story, QUEUE, "TECH-SUPPORT/"), ["ticket_12"]);
        let story = story.then(resolved("Done."));
        assert_eq!(listed(&story, QUEUE, "TECH-SUPPORT/"), [""; 0]);
        let story = story.then(reopened("It is back."));
        assert_eq!(listed(&story, QUEUE, "TECH-SUPPORT/"), ["ticket_12"]);
    }
}
