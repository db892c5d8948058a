//! Who is written to, and about what? What is remembered of customers, accounts, sites, orders and
//! the day.

use domain::{
    Event,
    account::{AccountEvent, AccountId},
    biller::Biller,
    calendar::CalendarEvent,
    customer::{CustomerEvent, CustomerId, Details},
    order::OrderEvent,
    site::SiteEvent,
    subscription::SubscriptionId,
};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::{dunned, item, line};

const CUSTOMERS: Table = Table::new(b'k');
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
    /// Absent: who has the account alone.
    customer_id: Option<String>,
}

/// A customer, as far as letters to them go.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Addressee {
    /// The first of their accounts: its address is theirs. Absent: they have none yet.
    pub(crate) account_id: Option<String>,
    /// Their telephone numbers of record; absent until somebody asked. Personal data.
    pub(crate) phones: Option<Phones>,
    /// Whether they get letters in the place of paper (F50).
    is_paperless: bool,
}

/// At home, at work and elsewhere. Personal data.
pub(crate) type Phones = [Option<String>; 3];

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
pub(crate) fn apply(
    event: &Event,
    recorded: &Recorded,
    biller: &Biller,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let stream = recorded.event.stream.as_bytes();
    match event {
        Event::Account(AccountEvent::Opened { customer_id, holder_name, email }) => {
            let (name, email) = (holder_name.as_str().to_owned(), email.as_str().to_owned());
            let customer_id = customer_id.as_ref().map(ToString::to_string);
            rows.put(HOLDERS, stream, &Holder { name, email, customer_id })
        }
        Event::Subscription(event) => {
            let account_id = SubscriptionId::parse(&recorded.event.stream)
                .map_err(|error| Fault::because("a subscription's stream is no id", error))?;
            let account_id = AccountId::of(&account_id);
            dunned::billed(event, (account_id.as_str(), biller), rows)?;
            item::apply(event, &recorded.event.stream, rows)
        }
        Event::Dunning(event) => {
            let day = day(rows, recorded)?;
            dunned::dunning(event, &day, rows)
        }
        Event::Ledger(event) => {
            dunned::ledger(event, rows);
            Ok(())
        }
        Event::Service(event) => line::service(event, &recorded.event.stream, rows),
        Event::Site(event) => site(event, recorded, rows),
        Event::Customer(event) => customer(event, &recorded.event.stream, rows),
        Event::Order(event) => order(event, &recorded.event.stream, rows),
        Event::Calendar(CalendarEvent::DayOpened { date, .. }) => {
            rows.put(CALENDAR, TODAY, &date.to_string())
        }
        Event::Account(_)
        | Event::Device(_)
        | Event::Invoice(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Autopay(_)
        | Event::Run(_)
        | Event::Provisioning(_)
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Guide(_)
        | Event::Decision(_) => Ok(()),
    }
}

fn site(event: &SiteEvent, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let (site_id, day) = (&*recorded.event.stream, day(rows, recorded)?);
    if let SiteEvent::Registered { account_id, address, .. } = event {
        // An address of several lines would end the subject of a message.
        let address = address.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
        rows.put(SITES, site_id, &Place { account_id: account_id.to_string(), address })?;
    }
    let place = place(rows, site_id)?;
    dunned::site(event, (&place.account_id, site_id), &day, rows)?;
    line::site(event, (&place.account_id, site_id), rows)
}

fn customer(event: &CustomerEvent, customer_id: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let mut known = addressee(rows, customer_id)?;
    match event {
        CustomerEvent::AccountAdded { account_id } => {
            known.account_id.get_or_insert_with(|| account_id.to_string());
        }
        CustomerEvent::Confirmed(details) => known.phones = Some(phones(details)),
        CustomerEvent::PaperlessSet { paperless } => known.is_paperless = *paperless,
        CustomerEvent::Erased { .. } => {
            rows.remove(CUSTOMERS, customer_id);
            return Ok(());
        }
        CustomerEvent::Registered { .. }
        | CustomerEvent::ContactAdded { .. }
        | CustomerEvent::ContactRemoved { .. }
        | CustomerEvent::PinSet { .. }
        | CustomerEvent::Authenticated { .. }
        | CustomerEvent::AuthenticationFailed { .. }
        | CustomerEvent::PortalLoginCreated { .. }
        | CustomerEvent::PortalLoginDisabled { .. }
        | CustomerEvent::PortalLoginEnabled { .. }
        | CustomerEvent::SegmentSet { .. }
        | CustomerEvent::SsnRecorded { .. }
        | CustomerEvent::SsnRevealed(_)
        | CustomerEvent::AgreementRecorded { .. } => return Ok(()),
    }
    rows.put(CUSTOMERS, customer_id, &known)
}

/// A customer; whoever has one account alone has it from the beginning.
pub(crate) fn addressee(rows: &Rows<'_>, customer_id: &str) -> Result<Addressee, Fault> {
    if let Some(known) = rows.get(CUSTOMERS, customer_id)? {
        return Ok(known);
    }
    let customer = CustomerId::parse(customer_id).ok();
    let account_id = customer.and_then(|id| AccountId::parse(id.suffix()).ok());
    let account_id = account_id.map(|id| id.to_string());
    Ok(Addressee { account_id, ..Addressee::default() })
}

/// The telephone numbers of record.
pub(crate) fn phones(details: &Details) -> Phones {
    [&details.home_phone, &details.business_phone, &details.other_phone]
        .map(|phone| phone.as_ref().map(|phone| phone.number.to_string()))
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

/// Whether whose account it is gets letters in the place of paper (F50).
pub(crate) fn is_paperless(rows: &Rows<'_>, account_id: &str) -> Result<bool, Fault> {
    let customer_id = holder(rows, account_id)?.customer_id;
    let customer_id = customer_id.unwrap_or_else(|| format!("customer_{account_id}"));
    Ok(addressee(rows, &customer_id)?.is_paperless)
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
