//! Situations that tests begin with: one customer, one site, one service, one order.

use jiff::civil::{Date, date};

use crate::{
    Aggregate, Fact, Id,
    account::{AccountEvent, AccountId},
    calendar::CalendarEvent,
    device::{DeviceEvent, DeviceId},
    ledger::{ChargeLine, LedgerEvent},
    money::{Currency, Money},
    order::{Appointment, CancelReason, OrderEvent, OrderId, OrderKind, SwapMethod},
    service::{ServiceEvent, ServiceId},
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
    let opened =
        AccountEvent::Opened { holder_name: text("Jo Doe"), email: text("jo@example.com") };
    vec![day(TODAY), opened.on(&account_id())]
}

/// ... and a site in a market, with the address id `A-17`.
#[must_use]
pub fn site_in(market: &str) -> Vec<Fact> {
    let registered = SiteEvent::Registered {
        account_id: account_id(),
        address_id: code("A-17"),
        address: text("17 Elm St"),
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
        address: text("18 Elm St"),
        market: code("phoenix"),
    };
    let reason = SuspensionReason::CustomerRequest;
    vec![
        registered.on(&other),
        SiteEvent::SuspensionRequested { request: 1, reason }.on(&other),
        AccountEvent::PortalDisabled { site_id: other }.on(&account_id()),
    ]
}

/// The account has a comment.
#[must_use]
pub fn comment(comment_id: &str, words: &str) -> Fact {
    AccountEvent::CommentAdded { comment_id: code(comment_id), text: text(words) }.on(&account_id())
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

/// A site in a market, with a device of a model.
#[must_use]
pub fn device_in(market: &str, model: &str) -> Vec<Fact> {
    let (model, serial) = (code(model), code("S-1"));
    let registered = DeviceEvent::Registered { site_id: site_id(), model, serial };
    with(site_in(market), [registered.on(&device_id())])
}

/// ... and an active service with a package.
///
/// # Panics
/// When the test biller does not sell it.
#[must_use]
pub fn service_in(market: &str, model: &str, package_id: &str) -> Vec<Fact> {
    let activated = ServiceEvent::Activated { start_billing_date: date(2026, 1, 1) };
    with(device_in(market, model), [added(package_id), activated.on(&service_id())])
}

/// An active service in `phoenix` on the fast cable modem.
#[must_use]
pub fn service(package_id: &str) -> Vec<Fact> {
    service_in("phoenix", "SB8200", package_id)
}

/// A service change was started on an active service that has a package.
#[must_use]
pub fn started(package_id: &str) -> Fact {
    OrderEvent::Started {
        kind: OrderKind::ServiceChange,
        account_id: account_id(),
        site_id: site_id(),
        service_id: service_id(),
        package_id: code(package_id),
        sale_type: Some(code("EXISTING")),
        sale_reason: Some(code("SPEED")),
        campaign_code: None,
    }
    .on(&order_id())
}

/// The order's service is to get another package.
#[must_use]
pub fn swapped(from: &str, to: &str) -> Fact {
    OrderEvent::PackageSwapped {
        method: SwapMethod::Swap,
        from_package_id: code(from),
        from_service_code: service_code(from),
        to_package_id: code(to),
        to_service_code: service_code(to),
        serviceability_check: None,
    }
    .on(&order_id())
}

/// The order was scheduled, office-only or with an appointment.
#[must_use]
pub fn scheduled(appointment: Option<Appointment>) -> Fact {
    OrderEvent::Scheduled { order_type: code("UPGRADE"), appointment, comments: None }
        .on(&order_id())
}

/// The order was reviewed.
#[must_use]
pub fn reviewed() -> Fact {
    OrderEvent::Reviewed { monthly_before: usd(4_999), monthly_after: usd(6_999) }.on(&order_id())
}

/// A change from `basic` to `classic` scheduled office-only, reviewed and committed.
#[must_use]
pub fn committed_change() -> Vec<Fact> {
    let committed = OrderEvent::Committed.on(&order_id());
    let steps = [started("basic"), swapped("basic", "classic"), scheduled(None), reviewed()];
    with(with(service("basic"), steps), [committed])
}

/// The order was given up.
#[must_use]
pub fn cancelled() -> Fact {
    OrderEvent::Cancelled { reason: CancelReason::CustomerRequest }.on(&order_id())
}

/// Another order changed the service from `basic` to `gigablast` in the meantime.
#[must_use]
pub fn changed_meanwhile() -> Fact {
    ServiceEvent::PackageChanged {
        from_package_id: code("basic"),
        to_package_id: code("gigablast"),
        service_code: service_code("gigablast"),
        start_billing_date: TODAY,
    }
    .on(&service_id())
}

/// The installation order of a service that is to have a package, in a market.
#[must_use]
pub fn installation_in(market: &str, model: &str, package_id: &str) -> Vec<Fact> {
    let started = OrderEvent::Started {
        kind: OrderKind::Installation,
        account_id: account_id(),
        site_id: site_id(),
        service_id: service_id(),
        package_id: code(package_id),
        sale_type: None,
        sale_reason: None,
        campaign_code: None,
    };
    with(device_in(market, model), [added(package_id), started.on(&order_id())])
}

/// The service code of one of the test biller's packages.
///
/// # Panics
/// When the test biller does not sell it.
#[must_use]
pub fn service_code(package_id: &str) -> Code {
    let biller = crate::biller::testing();
    let package = biller.catalog.packages.get(&code(package_id));
    package.expect("the test biller sells the package").service_code.clone()
}

fn added(package_id: &str) -> Fact {
    ServiceEvent::Added {
        account_id: account_id(),
        site_id: site_id(),
        device_id: device_id(),
        package_id: code(package_id),
        service_code: service_code(package_id),
    }
    .on(&service_id())
}

/// Facts, and more facts.
fn with(mut facts: Vec<Fact>, more: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    facts.extend(more);
    facts
}
