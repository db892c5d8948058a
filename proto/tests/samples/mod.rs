//! One of every fact that can be stored. A fact that is added needs a line here: the test that
//! counts them says which one is missing.

#![expect(clippy::unwrap_used, reason = "a test may end here")]

use domain::{
    Event, Id,
    account::AccountEvent,
    actor::Role,
    calendar::CalendarEvent,
    decision::DecisionEvent,
    device::DeviceEvent,
    ledger::{ChargeLine, LedgerEvent, PaymentMethod},
    login::{LoginEvent, PasswordHash},
    money::{Currency, Money},
    notification::{Channel, NotificationEvent},
    order::{Appointment, CancelReason, OrderEvent, OrderKind, SwapMethod},
    provisioning::{Attempt, ProvisioningAction, ProvisioningEvent, RespCode, Subject},
    service::ServiceEvent,
    site::{NocFailure, ReinstatementGrounds, SiteEvent, SuspensionReason},
    text::{Code, Text},
};
use jiff::civil::{Date, date};

/// Every fact, with every field set.
pub(crate) fn every_fact() -> Vec<Event> {
    [accounts(), sites(), things(), orders(), ledgers(), logins(), reports()].concat()
}

fn accounts() -> Vec<Event> {
    [
        AccountEvent::Opened { holder_name: text("Ana Ruiz"), email: text("ana@example.net") },
        AccountEvent::CommentAdded { comment_id: code("c-1"), text: text("Called about speed.") },
        AccountEvent::PortalDisabled { site_id: id("site_88") },
        AccountEvent::PortalEnabled { site_id: id("site_88") },
    ]
    .map(Event::Account)
    .into()
}

fn sites() -> Vec<Event> {
    [
        SiteEvent::Registered {
            account_id: id("account_7"),
            address_id: code("UT-84097-0042"),
            address: text("12 Center St, Orem"),
            market: code("northern_virginia"),
        },
        SiteEvent::SuspensionRequested { request: 1, reason: SuspensionReason::NonPayment },
        SiteEvent::NocRequestAcknowledged { request: 1 },
        SiteEvent::Suspended { request: 1, reason: SuspensionReason::NonPayment },
        SiteEvent::ReinstatementRequested { request: 2, grounds: ReinstatementGrounds::PaidInFull },
        SiteEvent::Reinstated { request: 2, vlan: 552 },
        SiteEvent::NocRequestFailed { request: 2, failure: NocFailure::VlanNotRestored },
    ]
    .map(Event::Site)
    .into()
}

fn things() -> Vec<Event> {
    let registered = DeviceEvent::Registered {
        site_id: id("site_88"),
        model: code("CM1000"),
        serial: code("SN0042"),
    };
    let services = [
        ServiceEvent::Added {
            account_id: id("account_7"),
            site_id: id("site_88"),
            device_id: id("device_5"),
            package_id: code("classic"),
            service_code: code("HSD-300"),
        },
        ServiceEvent::Activated { start_billing_date: day() },
        ServiceEvent::PackageChanged {
            from_package_id: code("classic"),
            to_package_id: code("gigablast"),
            service_code: code("HSD-GB"),
            start_billing_date: day(),
        },
    ];
    let day_opened = CalendarEvent::DayOpened { date: day(), business_day: true };
    let mut facts = vec![Event::Device(registered), Event::Calendar(day_opened)];
    facts.extend(services.map(Event::Service));
    facts
}

fn orders() -> Vec<Event> {
    [
        OrderEvent::Started {
            kind: OrderKind::ServiceChange,
            account_id: id("account_7"),
            site_id: id("site_88"),
            service_id: id("service_3"),
            package_id: code("classic"),
            sale_type: Some(code("UPG")),
            sale_reason: Some(code("SAVE")),
            campaign_code: Some(code("FALL26")),
        },
        OrderEvent::PackageSwapped {
            method: SwapMethod::RemoveAndAdd,
            from_package_id: code("classic"),
            from_service_code: code("HSD-300"),
            to_package_id: code("gigablast"),
            to_service_code: code("HSD-GB"),
            serviceability_check: Some(code("SVC-1")),
        },
        OrderEvent::Scheduled {
            order_type: code("UPGRADE"),
            appointment: Some(Appointment { date: day(), slot: code("08-10") }),
            comments: Some(text("Dog in the yard.")),
        },
        OrderEvent::Reviewed { monthly_before: usd(5_999), monthly_after: usd(11_999) },
        OrderEvent::Committed,
        OrderEvent::Completed {
            kind: OrderKind::ServiceChange,
            account_id: id("account_7"),
            site_id: id("site_88"),
            service_id: id("service_3"),
            from_package_id: Some(code("classic")),
            to_package_id: code("gigablast"),
            start_billing_date: day(),
            sales_id: Some(code("S-77")),
            sales_date: Some(day()),
            from_monthly: Some(usd(6_999)),
            to_monthly: usd(11_999),
            from_package_name: Some(text("Classic")),
            to_package_name: text("Gigablast"),
        },
        OrderEvent::Rescheduled { appointment: Appointment { date: day(), slot: code("10-12") } },
        OrderEvent::Cancelled { reason: CancelReason::CustomerRequest },
    ]
    .map(Event::Order)
    .into()
}

fn ledgers() -> Vec<Event> {
    let line = ChargeLine { description: text("Gigablast, 15 of 30 days"), amount: usd(-5_999) };
    [
        LedgerEvent::Charged {
            account_id: id("account_7"),
            charge_id: code("order_1001"),
            lines: vec![line],
            due_on: day(),
        },
        LedgerEvent::PaymentReceived {
            account_id: id("account_7"),
            payment_id: code("p-1"),
            amount: usd(5_999),
            method: PaymentMethod::Card,
            received_on: day(),
        },
    ]
    .map(Event::Ledger)
    .into()
}

fn logins() -> Vec<Event> {
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$\
                MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";
    let password = PasswordHash::parse(hash).unwrap();
    let at = jiff::Timestamp::from_second(1_794_820_200).unwrap();
    [
        LoginEvent::Created { roles: Role::ALL.into(), password: password.clone() },
        LoginEvent::ProgramCreated { roles: [Role::Service].into() },
        LoginEvent::PasswordChanged { password: password.clone() },
        LoginEvent::PasswordReset { password },
        LoginEvent::RolesSet { roles: [Role::Agent, Role::Lead].into() },
        LoginEvent::Locked,
        LoginEvent::Unlocked,
        LoginEvent::SessionsEnded,
        LoginEvent::TokenIssued { until: at },
        LoginEvent::LoggedIn { at },
        LoginEvent::AttemptFailed { at },
        LoginEvent::LockedOut { until: at },
    ]
    .map(Event::Login)
    .into()
}

fn reports() -> Vec<Event> {
    let subject = Subject {
        action: ProvisioningAction::Suspend,
        site_id: id("site_88"),
        service_id: Some(id("service_3")),
        noc_request: Some(1),
    };
    let resp_code = RespCode::parse("430").unwrap();
    let attempt = Attempt { subject, number: 2, resp_code };
    let rejected = DecisionEvent::Rejected {
        command: "SuspendSite".to_owned(),
        code: "site.address_not_verified".to_owned(),
        reason: "the verified address id is not the site's".to_owned(),
    };
    vec![
        Event::Provisioning(ProvisioningEvent::Attempted(attempt.clone())),
        Event::Provisioning(ProvisioningEvent::Completed(attempt.clone())),
        Event::Provisioning(ProvisioningEvent::Failed(attempt)),
        Event::Notification(NotificationEvent::Delivered {
            account_id: id("account_7"),
            template: code("order_completed"),
            channel: Channel::Email,
        }),
        Event::Decision(rejected),
        Event::Decision(DecisionEvent::Fulfilled { command: "SuspendSite".to_owned() }),
    ]
}

fn id<A: domain::Aggregate>(text: &str) -> Id<A> {
    Id::parse(text).unwrap()
}

fn code(value: &str) -> Code {
    Code::parse(value).unwrap()
}

fn text(value: &str) -> Text {
    Text::parse(value).unwrap()
}

fn usd(minor: i64) -> Money {
    Money::new(Currency::parse("USD").unwrap(), minor)
}

fn day() -> Date {
    date(2026, 11, 16)
}
