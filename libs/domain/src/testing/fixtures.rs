//! Situations that tests begin with: one customer, one site, one service, one order.

mod billing;
mod customers;
mod guide;
mod logins;
mod records;
mod work;

pub use billing::{
    arrangement, billed, drawn, invoiced, issued, item, paid, processor_name, promoted, step_taken,
    subscribed, wifi,
};
pub use customers::{
    agreement, authenticated, contact, customer, customer_id, details, portal_login,
};
pub use guide::{guide_answered, guide_ended, guide_id, guide_started};
pub use logins::{failed, locked_out, login, login_id, moment, password, program};
pub use records::{
    assigned, bill_to, cleared, comment, entry, flash, interaction, memo, opened_ticket,
    other_account, reopened, resolved, task_assigned, task_completed, task_id, ticket_id,
    ticket_opened,
};
pub use work::{
    appointment, cancelled, changed_meanwhile, committed_change, committed_visit, completed,
    completed_disconnect, device_in, disconnect, disconnected, installation_in, released, repaired,
    reviewed, scheduled, service, service_code, service_in, start_of, started, started_after,
    started_in, swapped, taken, trouble_call,
};

use jiff::civil::{Date, date};

use crate::{
    Aggregate, Fact, Id,
    account::{AccountEvent, AccountId},
    calendar::CalendarEvent,
    device::DeviceId,
    ledger::{ChargeLine, LedgerEvent},
    money::{Currency, Money},
    order::OrderId,
    sealed::Sealed,
    service::ServiceId,
    site::{ReinstatementGrounds, SiteEvent, SiteId, SuspensionReason},
    text::{Code, Text},
};

/// The day on which everything happens: a Monday, the day of the dunning notice.
pub const TODAY: Date = date(2026, 3, 16);

/// An id.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn id<A: Aggregate>(text: &str) -> Id<A> {
    Id::parse(text).expect("the test's id is well formed")
}

/// A code.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn code(code: &str) -> Code {
    Code::parse(code).expect("the test's code is well formed")
}

/// A text.
///
/// # Panics
/// When it is none.
#[must_use]
pub fn text(text: &str) -> Text {
    Text::parse(text).expect("the test's text is well formed")
}

/// Personal data, as rules see it.
///
/// # Panics
/// When it is empty or too long.
#[must_use]
pub fn sealed(text: &str) -> Sealed {
    Sealed::parse(text).expect("the test's personal data is well formed")
}

/// An amount in the test biller's currency.
///
/// # Panics
/// Never.
#[must_use]
pub fn usd(minor: i64) -> Money {
    Money::new(Currency::parse("USD").expect("three capital letters"), minor)
}

/// The customer.
#[must_use]
pub fn account_id() -> AccountId {
    id("account_7")
}

/// The customer's site.
#[must_use]
pub fn site_id() -> SiteId {
    id("site_88")
}

/// The device at the site.
#[must_use]
pub fn device_id() -> DeviceId {
    id("device_3")
}

/// The service at the site.
#[must_use]
pub fn service_id() -> ServiceId {
    id("service_5")
}

/// The order on the service.
#[must_use]
pub fn order_id() -> OrderId {
    id("order_1001")
}

/// A day began.
#[must_use]
pub fn day(date: Date) -> Fact {
    CalendarEvent::DayOpened { date, business_day: true }.on()
}

/// [`TODAY`] began, and the customer has an account.
#[must_use]
pub fn account() -> Vec<Fact> {
    let opened = AccountEvent::Opened {
        customer_id: None,
        holder_name: sealed("Jo Doe"),
        email: sealed("jo@example.com"),
    };
    vec![day(TODAY), opened.on(&account_id())]
}

/// ... and a site in a market, with the address id `A-17`.
#[must_use]
pub fn site_in(market: &str) -> Vec<Fact> {
    let registered = SiteEvent::Registered {
        account_id: account_id(),
        address_id: code("A-17"),
        address: sealed("17 Elm St"),
        market: code(market),
    };
    with(account(), [registered.on(&site_id())])
}

/// ... and a site in `phoenix`, with the address id `A-17`.
#[must_use]
pub fn site() -> Vec<Fact> {
    site_in("phoenix")
}

/// ... whose suspension was requested and became effective: request 1.
#[must_use]
pub fn suspended_site(reason: SuspensionReason) -> Vec<Fact> {
    let suspended = SiteEvent::Suspended { request: 1, reason };
    with(stopping_site(reason), [suspended.on(&site_id())])
}

/// ... whose suspension was requested: request 1.
#[must_use]
pub fn stopping_site(reason: SuspensionReason) -> Vec<Fact> {
    let requested = SiteEvent::SuspensionRequested { request: 1, reason };
    let disabled = AccountEvent::PortalDisabled { site_id: site_id() };
    with(site(), [requested.on(&site_id()), disabled.on(&account_id())])
}

/// The suspended site's reinstatement was requested.
#[must_use]
pub fn resuming(request: u32) -> Fact {
    let grounds = ReinstatementGrounds::PaidInFull;
    SiteEvent::ReinstatementRequested { request, grounds }.on(&site_id())
}

/// A second site of the customer, `site_89`, whose suspension was requested.
#[must_use]
pub fn other_site_stopped() -> Vec<Fact> {
    let other = id("site_89");
    let registered = SiteEvent::Registered {
        account_id: account_id(),
        address_id: code("A-18"),
        address: sealed("18 Elm St"),
        market: code("phoenix"),
    };
    let reason = SuspensionReason::CustomerRequest;
    vec![
        registered.on(&other),
        SiteEvent::SuspensionRequested { request: 1, reason }.on(&other),
        AccountEvent::PortalDisabled { site_id: other }.on(&account_id()),
    ]
}

/// The customer owes an amount since a date.
#[must_use]
pub fn debt(minor: i64, due_on: Date) -> Fact {
    LedgerEvent::Charged {
        account_id: account_id(),
        charge_id: code(&format!("bill-{due_on}")),
        lines: vec![ChargeLine { description: text("Classic"), amount: usd(minor) }],
        due_on,
    }
    .on(&account_id())
}

/// Facts, and more facts.
fn with(mut facts: Vec<Fact>, more: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    facts.extend(more);
    facts
}
