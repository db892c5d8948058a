//! One of every fact that can be stored. A fact that is added needs a line here: the test that
//! counts them says which one is missing.

#![expect(clippy::unwrap_used, reason = "a test may end here")]

mod billing;
mod collecting;
mod telephones;

use domain::{
    Event, Id,
    account::{AccountEvent, EmailOrigin},
    actor::Role,
    biller::{Segment, ServiceType, TaskCode},
    calendar::CalendarEvent,
    customer::{
        Agreement, AuthenticationMethod, Contact, CustomerEvent, Details, LineType, Phone, Revealed,
    },
    decision::DecisionEvent,
    device::DeviceEvent,
    guide::{GuideEvent, GuideOutcome, Question},
    interaction::InteractionEvent,
    login::{LoginEvent, PasswordHash},
    money::{Currency, Money},
    notification::{Channel, NotificationEvent},
    order::{
        Appointment, CancelReason, ChangeReason, Completed, Completion, Job, OrderEvent, Prorated,
        Quote, Sold, Start, SwapMethod, Work,
    },
    provisioning::{Attempt, ProvisioningAction, ProvisioningEvent, RespCode, Subject},
    quota::QuotaEvent,
    sealed::Sealed,
    service::{Promotion, ServiceEvent},
    site::{NocFailure, ReinstatementGrounds, SiteEvent, SuspensionReason},
    task::TaskEvent,
    text::{Code, Text},
    ticket::{TicketEvent, TicketKind},
};
use jiff::civil::{Date, date};

/// Every fact, with every field set.
pub(crate) fn every_fact() -> Vec<Event> {
    [
        customers(),
        accounts(),
        sites(),
        things(),
        orders(),
        endings(),
        telephones::every(),
        billing::every(),
        collecting::every(),
        reports(),
        records(),
        guides(),
        logins(),
    ]
    .concat()
}

fn customers() -> Vec<Event> {
    [
        CustomerEvent::Registered { name: sealed("{sealed:customer_4:wVj_-z}") },
        CustomerEvent::AccountAdded { account_id: id("account_7") },
        CustomerEvent::Confirmed(Details {
            first_name: sealed("{sealed:customer_4:wVj_-a}"),
            last_name: sealed("{sealed:customer_4:wVj_-b}"),
            home_phone: Some(phone("{sealed:customer_4:wVj_-c}", LineType::Landline)),
            business_phone: Some(phone("{sealed:customer_4:wVj_-d}", LineType::Voip)),
            other_phone: Some(phone("{sealed:customer_4:wVj_-e}", LineType::Mobile)),
            customer_type: code("RESIDENTIAL"),
            category: code("STANDARD"),
        }),
        CustomerEvent::ContactAdded {
            contact_id: code("c-1"),
            contact: Contact {
                name: sealed("{sealed:customer_4:wVj_-f}"),
                phone: Some(phone("{sealed:customer_4:wVj_-g}", LineType::Unknown)),
                email: Some(sealed("{sealed:customer_4:wVj_-h}")),
                authorized_user: true,
            },
        },
        CustomerEvent::ContactRemoved { contact_id: code("c-1") },
        CustomerEvent::PinSet { pin: sealed("fV0-x"), by: code("jane"), on: day() },
        CustomerEvent::Authenticated {
            authentication_id: code("a-1"),
            method: AuthenticationMethod::PhotoId,
            by: code("jane"),
            on: day(),
        },
        CustomerEvent::AuthenticationFailed {
            authentication_id: code("a-2"),
            attempts: 3,
            by: code("jane"),
            on: day(),
        },
        CustomerEvent::PaperlessSet { paperless: true },
        CustomerEvent::PortalLoginCreated {
            portal_login_id: code("p-1"),
            email: sealed("{sealed:customer_4:wVj_-i}"),
        },
        CustomerEvent::PortalLoginDisabled { portal_login_id: code("p-1"), reason: code("LEFT") },
        CustomerEvent::PortalLoginEnabled { portal_login_id: code("p-1"), reason: code("BACK") },
        CustomerEvent::SegmentSet {
            segment: code("enterprise"),
            routes: Segment { changes: code("MACD"), fiber_upgrades: code("account-executive") },
        },
        CustomerEvent::AgreementRecorded {
            agreement_id: code("m-1"),
            agreement: Agreement {
                order_id: id("order_1001"),
                title: sealed("{sealed:customer_4:wVj_-j}"),
                signed_on: day(),
                ends_on: Some(day()),
            },
        },
        CustomerEvent::SsnRecorded { ssn: sealed("{secret:customer_4:wVj_-k:wVj_-l}") },
        CustomerEvent::SsnRevealed(Revealed {
            reveal_id: code("v-1"),
            ssn: sealed("{secret:customer_4:wVj_-k:wVj_-l}"),
            reason: sealed("{sealed:customer_4:wVj_-m}"),
            by: code("sam"),
            on: day(),
        }),
        CustomerEvent::Erased { account_ids: vec![id("account_7"), id("account_8")] },
    ]
    .map(Event::Customer)
    .into()
}

fn phone(number: &str, line_type: LineType) -> Phone {
    Phone { number: sealed(number), line_type }
}

fn accounts() -> Vec<Event> {
    [
        AccountEvent::Opened {
            customer_id: None,
            holder_name: sealed("Ana Ruiz"),
            email: sealed("ana@example.net"),
        },
        AccountEvent::Opened {
            customer_id: Some(id("customer_4")),
            holder_name: sealed("{sealed:customer_4:wVj_-x}"),
            email: sealed("{sealed:customer_4:wVj_-y}"),
        },
        AccountEvent::CommentAdded { comment_id: code("c-1"), text: sealed("Called about speed.") },
        AccountEvent::HolderErased,
        AccountEvent::PortalDisabled { site_id: id("site_88") },
        AccountEvent::PortalEnabled { site_id: id("site_88") },
        AccountEvent::MemoLeft { memo_id: code("m-1"), text: sealed("Sent a new modem.") },
        AccountEvent::FlashRaised { flash_id: code("f-1"), text: sealed("Dog bites.") },
        AccountEvent::FlashCleared { flash_id: code("f-1") },
        AccountEvent::BillToChanged {
            name: sealed("Doe LLC"),
            address: sealed("PO Box 9\nReston"),
        },
        email(EmailOrigin::Account),
        email(EmailOrigin::Ticket(id("ticket_12"))),
        email(EmailOrigin::Order(id("order_1001"))),
    ]
    .map(Event::Account)
    .into()
}

fn email(about: EmailOrigin) -> AccountEvent {
    AccountEvent::EmailRequested {
        email_id: code("e-1"),
        subject: sealed("Your credit"),
        text: sealed("It is on your next bill."),
        about,
    }
}

fn sites() -> Vec<Event> {
    [
        SiteEvent::Registered {
            account_id: id("account_7"),
            address_id: code("UT-84097-0042"),
            address: sealed("12 Center St, Orem"),
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
            service_type: Some(ServiceType::Voice),
        },
        ServiceEvent::Activated { start_billing_date: day(), promotion: Some(promotion()) },
        ServiceEvent::PackageChanged {
            from_package_id: code("classic"),
            to_package_id: code("gigablast"),
            service_code: code("HSD-GB"),
            start_billing_date: day(),
            service_type: Some(ServiceType::Internet),
            promotion: Some(promotion()),
        },
        ServiceEvent::DeviceChanged { device_id: id("device_6") },
        ServiceEvent::Disconnected { reason: code("MOVED"), end_billing_date: day() },
    ];
    let day_opened = CalendarEvent::DayOpened { date: day(), business_day: true };
    let mut facts = vec![Event::Device(registered), Event::Calendar(day_opened)];
    facts.extend(services.map(Event::Service));
    facts
}

fn orders() -> Vec<Event> {
    let service_id = || id("service_3");
    let change = Job::ServiceChange {
        service_id: service_id(),
        package_id: code("classic"),
        sale_type: code("UPG"),
        sale_reason: code("SAVE"),
        campaign_code: Some(code("FALL26")),
    };
    let changed = Work::Changed {
        service_id: service_id(),
        from: sold("classic", "Classic", 6_999),
        to: sold("gigablast", "Gigablast", 11_999),
        promotion: Some(promotion()),
    };
    [
        started(change.clone(), &[]),
        started(change, &["f-1", "f-2"]),
        OrderEvent::PackageSwapped {
            method: SwapMethod::RemoveAndAdd,
            from_package_id: code("classic"),
            from_service_code: code("HSD-300"),
            to_package_id: code("gigablast"),
            to_service_code: code("HSD-GB"),
            serviceability_check: Some(code("SVC-1")),
        },
        OrderEvent::CampaignChosen { campaign_code: Some(code("FALL26")) },
        OrderEvent::DeviceChosen { device_id: id("device_6") },
        OrderEvent::Scheduled {
            order_type: code("UPGRADE"),
            appointment: Some(Appointment { date: day(), slot: code("08-10") }),
            comments: Some(sealed("Dog in the yard.")),
        },
        OrderEvent::Reviewed(Quote {
            monthly_before: usd(5_999),
            monthly_after: usd(11_999),
            prorated: Some(Prorated { amount: usd(3_000), from: day() }),
            promotion: Some(promotion()),
        }),
        OrderEvent::Committed,
        completed(changed),
        OrderEvent::Rescheduled {
            appointment: Some(Appointment { date: day(), slot: code("10-12") }),
        },
        OrderEvent::Reopened { reason: ChangeReason::NotServiceable },
        OrderEvent::Cancelled { reason: CancelReason::CustomerRequest },
    ]
    .map(Event::Order)
    .into()
}

/// The other kinds of orders, started and completed, and what visits take of a day.
fn endings() -> Vec<Event> {
    let (service_id, package_id) = (|| id("service_3"), || code("classic"));
    let call = Job::TroubleCall { service_id: service_id(), problem: code("SLOW") };
    let reason = || code("MOVED");
    let disconnect =
        Job::Disconnect { service_id: service_id(), package_id: package_id(), reason: reason() };
    let install = Job::Installation {
        service_id: service_id(),
        package_id: package_id(),
        campaign_code: Some(code("FALL26")),
    };
    let (from, to) = (sold("classic", "Classic", 6_999), sold("classic", "Classic", 6_999));
    let orders = [
        started(install, &[]),
        completed(Work::Installed { service_id: service_id(), to, promotion: None }),
        started(call, &[]),
        completed(Work::Repaired { service_id: service_id() }),
        started(Job::SpecialRequest { request: code("WIRING") }, &[]),
        completed(Work::RequestFulfilled),
        started(disconnect, &[]),
        completed(Work::Disconnected { service_id: service_id(), from, reason: reason() }),
    ];
    let (slot, order_id) = (code("08-10"), id("order_1001"));
    let quotas = [
        QuotaEvent::PointsTaken { slot: slot.clone(), order_id: id("order_1001"), points: 3 },
        QuotaEvent::PointsReleased { slot, order_id },
    ];
    orders.map(Event::Order).into_iter().chain(quotas.map(Event::Quota)).collect()
}

fn started(job: Job, flashes: &[&str]) -> OrderEvent {
    OrderEvent::Started(Start {
        account_id: id("account_7"),
        site_id: id("site_88"),
        job,
        acknowledged_flashes: flashes.iter().copied().map(code).collect(),
    })
}

fn completed(work: Work) -> OrderEvent {
    let completion = Completion {
        start_billing_date: day(),
        sales_id: Some(code("S-77")),
        sales_date: Some(day()),
    };
    let (account_id, site_id) = (id("account_7"), id("site_88"));
    OrderEvent::Completed(Completed { account_id, site_id, work, completion })
}

fn sold(package_id: &str, name: &str, minor: i64) -> Sold {
    Sold { package_id: code(package_id), package_name: text(name), monthly: usd(minor) }
}

fn promotion() -> Promotion {
    Promotion {
        campaign_code: code("FALL26"),
        monthly: usd(9_999),
        until: day(),
        monthly_after: usd(11_999),
    }
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

fn records() -> Vec<Event> {
    let tickets = [
        TicketEvent::Opened {
            account_id: id("account_7"),
            kind: TicketKind::Trouble,
            site_id: Some(id("site_88")),
            summary: sealed("No service since Monday."),
        },
        TicketEvent::EntryAdded { entry_id: code("s-1"), text: sealed("Reset the modem.") },
        TicketEvent::Assigned { queue: code("TECH-SUPPORT") },
        TicketEvent::Resolved { resolution: sealed("Cable replaced.") },
        TicketEvent::Reopened { reason: sealed("It is back.") },
    ];
    let interaction = InteractionEvent::Recorded {
        account_id: id("account_7"),
        category: code("Orders"),
        subcategory: code("New order created"),
        summary: sealed("Wants Gigablast."),
        recorded_on: day(),
    };
    let assigned = TaskEvent::Assigned {
        account_id: id("account_7"),
        recipient: code("account-executive"),
        text: sealed("{sealed:customer_4:wVj_-n}"),
        due_on: day(),
    };
    let tasks = [assigned, TaskEvent::Completed].map(Event::Task);
    let others = [Event::Interaction(interaction)].into_iter().chain(tasks);
    tickets.map(Event::Ticket).into_iter().chain(others).collect()
}

fn guides() -> Vec<Event> {
    let question = |step| Question {
        step: code(step),
        text: text("Is the customer's Internet working?"),
        task: Some(TaskCode::parse("PT").unwrap()),
        answers: vec![code("yes"), code("no")],
    };
    [
        GuideEvent::Started {
            account_id: id("account_7"),
            order_id: Some(id("order_1001")),
            guide: code("after-completion"),
            title: text("After the order is completed"),
            question: question("working"),
        },
        GuideEvent::StepAnswered {
            step: code("reset"),
            answer: code("yes"),
            next: Some(question("working")),
        },
        GuideEvent::Ended {
            account_id: id("account_7"),
            order_id: Some(id("order_1001")),
            outcome: GuideOutcome::TechSupport,
            text: text("Transfer the customer to Tech Support."),
            task: Some(TaskCode::parse("CC").unwrap()),
        },
    ]
    .map(Event::Guide)
    .into()
}

fn id<A: domain::Aggregate>(text: &str) -> Id<A> {
    Id::parse(text).unwrap()
}

fn code(value: &str) -> Code {
    Code::parse(value).unwrap()
}

fn sealed(value: &str) -> Sealed {
    Sealed::parse(value).unwrap()
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
