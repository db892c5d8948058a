//! Who is the customer, what do they have, what is open, and what was said?

use contract::event::time;
use domain::{Event, account::AccountEvent};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

use crate::{
    model::{change, put},
    order::{self, OrderRow, OrderSummary},
    service::{self, ServiceRow, ServiceSummary},
    site::{self, SiteRow, SiteSummary},
    ticket::{self, TicketRow, TicketSummary},
};

/// By account id.
pub(crate) const TABLE: Table = Table::new(b'a');

/// Most comments that are shown; older ones are in the log.
const COMMENTS_MAX: usize = 50;
/// Most memos that are shown; older ones are in the log.
const MEMOS_MAX: usize = 20;

/// One account.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccountRow {
    account_id: String,
    /// Absent for a customer who has this account alone (F56).
    customer_id: Option<String>,
    holder_name: String,
    email: String,
    /// To whom and where statements go; absent: to the holder, at the first site (F58).
    bill_to: Option<BillTo>,
    /// The customer was erased: what was sealed for them can never be read again.
    holder_erased: bool,
    portal: Portal,
    sites: Vec<SiteSummary>,
    services: Vec<ServiceSummary>,
    open_orders: Vec<OrderSummary>,
    /// A customer without one is not on the way to be suspended (F72).
    open_tickets: Vec<TicketSummary>,
    /// What an agent reads before a change (F9).
    flashes: Vec<Flash>,
    /// Newest first.
    memos: Vec<Memo>,
    /// Newest first.
    comments: Vec<Comment>,
}

/// To whom and where statements go (F58).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct BillTo {
    name: String,
    address: String,
}

/// Whether the customer can pay and change things online (F85, F90).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Portal {
    Enabled,
    Disabled,
}

/// What an agent or a service said (F36).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    comment_id: String,
    text: String,
    at: String,
    actor: String,
}

/// What was done to help (F40).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Memo {
    memo_id: String,
    text: String,
    at: String,
    actor: String,
}

/// What has to be read before a change (F9).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Flash {
    flash_id: String,
    text: String,
    at: String,
    actor: String,
}

/// Whose account it is: a registered customer, or one who has it alone (F56).
pub(crate) fn customer_of(rows: &Rows<'_>, account_id: &str) -> Result<String, Fault> {
    let row: AccountRow = existing(rows, TABLE, account_id)?;
    Ok(row.customer_id.unwrap_or_else(|| format!("customer_{account_id}")))
}

/// Changes the row of the account that the event is about.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let stream = &*recorded.event.stream;
    match event {
        Event::Account(event) => apply_account(event, recorded, rows),
        Event::Site(_) => {
            let site: SiteRow = existing(rows, site::TABLE, stream)?;
            change(rows, TABLE, &site.account_id, |row: &mut AccountRow| {
                put(&mut row.sites, site.summary(), |other| other.site_id == stream);
            })
        }
        Event::Service(_) => {
            let service: ServiceRow = existing(rows, service::TABLE, stream)?;
            change(rows, TABLE, &service.account_id, |row: &mut AccountRow| {
                put(&mut row.services, service.summary(), |other| other.service_id == stream);
            })
        }
        Event::Order(_) => {
            let order: OrderRow = existing(rows, order::TABLE, stream)?;
            change(rows, TABLE, &order.account_id, |row: &mut AccountRow| {
                let orders = &mut row.open_orders;
                match order.open_summary() {
                    Some(summary) => put(orders, summary, |other| other.order_id == stream),
                    None => orders.retain(|other| other.order_id != stream),
                }
            })
        }
        Event::Ticket(_) => {
            let ticket: TicketRow = existing(rows, ticket::TABLE, stream)?;
            change(rows, TABLE, &ticket.account_id, |row: &mut AccountRow| {
                let tickets = &mut row.open_tickets;
                match ticket.open_summary() {
                    Some(summary) => put(tickets, summary, |other| other.ticket_id == stream),
                    None => tickets.retain(|other| other.ticket_id != stream),
                }
            })
        }
        Event::Customer(_)
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
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Guide(_)
        | Event::Decision(_) => Ok(()),
    }
}

fn apply_account(
    event: &AccountEvent,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let account_id = &*recorded.event.stream;
    if let AccountEvent::Opened { customer_id, holder_name, email } = event {
        let row = AccountRow {
            account_id: account_id.to_owned(),
            customer_id: customer_id.as_ref().map(ToString::to_string),
            holder_name: holder_name.to_string(),
            email: email.to_string(),
            bill_to: None,
            holder_erased: false,
            portal: Portal::Enabled,
            sites: Vec::new(),
            services: Vec::new(),
            open_orders: Vec::new(),
            open_tickets: Vec::new(),
            flashes: Vec::new(),
            memos: Vec::new(),
            comments: Vec::new(),
        };
        return rows.put(TABLE, account_id, &row);
    }
    let at = time(recorded.meta.committed_at);
    let actor = recorded.meta.actor.to_string();
    change(rows, TABLE, account_id, |row: &mut AccountRow| match event {
        AccountEvent::Opened { .. } | AccountEvent::EmailRequested { .. } => {}
        AccountEvent::CommentAdded { comment_id, text } => {
            let (comment_id, text) = (comment_id.to_string(), text.to_string());
            row.comments.insert(0, Comment { comment_id, text, at, actor });
            row.comments.truncate(COMMENTS_MAX);
        }
        AccountEvent::MemoLeft { memo_id, text } => {
            let (memo_id, text) = (memo_id.to_string(), text.to_string());
            row.memos.insert(0, Memo { memo_id, text, at, actor });
            row.memos.truncate(MEMOS_MAX);
        }
        AccountEvent::FlashRaised { flash_id, text } => {
            let (flash_id, text) = (flash_id.to_string(), text.to_string());
            row.flashes.push(Flash { flash_id, text, at, actor });
        }
        AccountEvent::FlashCleared { flash_id } => {
            row.flashes.retain(|flash| flash.flash_id != flash_id.as_str());
        }
        AccountEvent::PortalDisabled { .. } => row.portal = Portal::Disabled,
        AccountEvent::PortalEnabled { .. } => row.portal = Portal::Enabled,
        AccountEvent::HolderErased => row.holder_erased = true,
        AccountEvent::BillToChanged { name, address } => {
            let (name, address) = (name.to_string(), address.to_string());
            row.bill_to = Some(BillTo { name, address });
        }
    })
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        account::AccountEvent,
        site::SuspensionReason,
        testing::fixtures::{
            account, account_id, assigned, bill_to, cancelled, cleared, comment, committed_change,
            flash, memo, opened_ticket, reopened, resolved, site_id, stopping_site,
        },
    };
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use super::TABLE;
    use crate::model::Care;

    fn shown(facts: Vec<Fact>, then: impl IntoIterator<Item = Fact>) -> Value {
        Story::of(Care).and(facts).and(then).row(TABLE, "account_7")
    }

    #[test]
    fn f36_the_overview_shows_what_the_customer_has_and_what_was_said() {
        let row = shown(committed_change(), [comment("c-1", "Called about speed")]);
        let traffic = "flowing";
        let expected = json!({
            "accountId": "account_7",
            "customerId": null,
            "holderName": "Jo Doe",
            "email": "jo@example.com",
            "billTo": null,
            "holderErased": false,
            "portal": "enabled",
            "sites": [{
                "siteId": "site_88", "addressId": "A-17", "address": "17 Elm St", "traffic": traffic
            }],
            "services": [{ "serviceId": "service_5", "packageId": "basic", "status": "active" }],
            "openOrders": [{
                "orderId": "order_1001",
                "kind": "serviceChange",
                "serviceId": "service_5",
                "stage": "committed",
            }],
            "openTickets": [],
            "flashes": [],
            "memos": [],
            "comments": [{
                "commentId": "c-1",
                "text": "Called about speed",
                "at": "2026-03-16T12:00:12Z",
                "actor": "jane; roles=agent",
            }],
        });
        assert_eq!(row, expected);
    }

    #[test]
    fn an_order_that_was_given_up_is_not_open() {
        assert_eq!(shown(committed_change(), [cancelled()])["openOrders"], json!([]));
    }

    #[test]
    fn f36_the_last_fifty_comments_are_shown_newest_first() {
        let said = (1..=51).map(|number| comment(&format!("c-{number}"), "Called again"));
        let row = shown(account(), said);
        let comments = row["comments"].as_array().unwrap();
        assert_eq!(comments.len(), 50);
        assert_eq!(
            (&comments[0]["commentId"], &comments[49]["commentId"]),
            (&json!("c-51"), &json!("c-2"))
        );
    }

    #[test]
    fn f72_open_tickets_tell_a_suspended_customer_from_a_warned_one() {
        let expected = json!([{
            "ticketId": "ticket_12",
            "kind": "trouble",
            "queue": "BILLING",
            "openedAt": "2026-03-16T12:00:03Z",
        }]);
        assert_eq!(shown(opened_ticket(), [assigned("BILLING")])["openTickets"], expected);
        assert_eq!(shown(opened_ticket(), [resolved("Paid.")])["openTickets"], json!([]));
        let again = [assigned("BILLING"), resolved("Paid."), reopened("It is not.")];
        assert_eq!(shown(opened_ticket(), again)["openTickets"], expected);
    }

    #[test]
    fn f9_the_flashes_that_are_to_be_read_are_shown() {
        let raised = [flash("f-1", "Dog bites."), flash("f-2", "Gate code."), cleared("f-1")];
        let expected = json!([{
            "flashId": "f-2",
            "text": "Gate code.",
            "at": "2026-03-16T12:00:04Z",
            "actor": "jane; roles=agent",
        }]);
        assert_eq!(shown(account(), raised)["flashes"], expected);
    }

    #[test]
    fn f40_the_last_twenty_memos_are_shown_newest_first() {
        let left = (1..=21).map(|number| memo(&format!("m-{number}"), "Sent a modem."));
        let row = shown(account(), left);
        let memos = row["memos"].as_array().unwrap();
        assert_eq!((memos.len(), &memos[0]["memoId"]), (20, &json!("m-21")));
        assert_eq!(memos[19]["actor"], "jane; roles=agent");
    }

    #[test]
    fn f58_where_statements_go_is_shown() {
        let row = shown(account(), [bill_to("Doe LLC", "PO Box 9")]);
        assert_eq!(row["billTo"], json!({ "name": "Doe LLC", "address": "PO Box 9" }));
    }

    #[test]
    fn f85_f90_the_portal_is_shown_closed_and_open_again() {
        let stopping = || stopping_site(SuspensionReason::NonPayment);
        assert_eq!(shown(stopping(), [])["portal"], "disabled");
        let enabled = AccountEvent::PortalEnabled { site_id: site_id() }.on(&account_id());
        assert_eq!(shown(stopping(), [enabled])["portal"], "enabled");
    }
}
