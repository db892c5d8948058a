//! Who is written to, and about what? What is remembered of accounts, sites, orders and the day.

use domain::{
    Event, account::AccountEvent, calendar::CalendarEvent, order::OrderEvent, site::SiteEvent,
};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

const HOLDERS: Table = Table::new(b'h');
const SITES: Table = Table::new(b's');
const ORDERS: Table = Table::new(b'w');
const CALENDAR: Table = Table::new(b'c');
/// The only row of the calendar.
const TODAY: &str = "today";

/// The holder of an account. Personal data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub(crate) name: String,
    pub(crate) email: String,
}

/// A site and whose it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) account_id: String,
    pub(crate) address: String,
}

/// An order, whose it is and what the service will be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ordered {
    pub(crate) account_id: String,
    /// Absent where the order leaves packages alone.
    pub(crate) package_id: Option<String>,
}

/// Remembers what later messages need.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let stream = recorded.event.stream.as_bytes();
    match event {
        Event::Account(AccountEvent::Opened { holder_name, email, .. }) => {
            let (name, email) = (holder_name.as_str().to_owned(), email.as_str().to_owned());
            rows.put(HOLDERS, stream, &Holder { name, email })
        }
        Event::Site(SiteEvent::Registered { account_id, address, .. }) => {
            // An address of several lines would end the subject of a message.
            let address = address.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
            rows.put(SITES, stream, &Place { account_id: account_id.to_string(), address })
        }
        Event::Order(event) => order(event, &recorded.event.stream, rows),
        Event::Calendar(CalendarEvent::DayOpened { date, .. }) => {
            rows.put(CALENDAR, TODAY, &date.to_string())
        }
        Event::Customer(_)
        | Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Ledger(_)
        | Event::Provisioning(_)
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Guide(_)
        | Event::Decision(_) => Ok(()),
    }
}

fn order(event: &OrderEvent, order_id: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
    match event {
        OrderEvent::Started(start) => {
            let account_id = start.account_id.to_string();
            let package_id = start.job.package_id().map(ToString::to_string);
            rows.put(ORDERS, order_id, &Ordered { account_id, package_id })
        }
        OrderEvent::PackageSwapped { to_package_id, .. } => {
            let ordered = self::ordered(rows, order_id)?;
            let package_id = Some(to_package_id.to_string());
            rows.put(ORDERS, order_id, &Ordered { package_id, ..ordered })
        }
        OrderEvent::Scheduled { .. }
        | OrderEvent::Rescheduled { .. }
        | OrderEvent::CampaignChosen { .. }
        | OrderEvent::DeviceChosen { .. }
        | OrderEvent::Reviewed(_)
        | OrderEvent::Committed
        | OrderEvent::Completed(_)
        | OrderEvent::Reopened { .. }
        | OrderEvent::Cancelled { .. } => Ok(()),
    }
}

/// The holder of an account.
pub(crate) fn holder(rows: &Rows<'_>, account_id: &str) -> Result<Holder, Fault> {
    let never = || Fault::new(format!("{account_id} was never opened"));
    rows.get(HOLDERS, account_id)?.ok_or_else(never)
}

/// A site and whose it is.
pub(crate) fn place(rows: &Rows<'_>, site_id: &str) -> Result<Place, Fault> {
    let never = || Fault::new(format!("{site_id} was never registered"));
    rows.get(SITES, site_id)?.ok_or_else(never)
}

/// An order, whose it is and what the service will be.
pub(crate) fn ordered(rows: &Rows<'_>, order_id: &str) -> Result<Ordered, Fault> {
    let never = || Fault::new(format!("{order_id} was never started"));
    rows.get(ORDERS, order_id)?.ok_or_else(never)
}

/// The biller's day on which an event happened: the last opened one. Without one, the day of the
/// commit in UTC.
pub(crate) fn day(rows: &Rows<'_>, recorded: &Recorded) -> Result<String, Fault> {
    let opened = rows.get::<String>(CALENDAR, TODAY)?;
    let committed = || contract::event::time(recorded.meta.committed_at)[..10].to_owned();
    Ok(opened.unwrap_or_else(committed))
}
