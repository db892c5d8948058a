//! Which events a customer hears of, in which template and with which words.

use domain::{
    Event,
    account::{AccountEvent, EmailOrigin},
    biller::Biller,
    order::{Appointment, Completed, OrderEvent, Work},
    site::{SiteEvent, SuspensionReason},
    text::Code,
};
use event_store::Recorded;
use projection::{Fault, Rows};

use crate::{
    account_change,
    addressee::{self, day},
    dunned, line, money,
    template::{Template, Words},
};

/// What an order is about that leaves packages alone.
const SERVICE: &str = "service";

/// Something that a customer should know.
pub(crate) struct Occasion {
    pub(crate) account_id: String,
    pub(crate) template: Template,
    pub(crate) words: Words,
}

/// What a customer should know of an event, if anything.
pub(crate) fn of(
    event: &Event,
    recorded: &Recorded,
    biller: &Biller,
    rows: &Rows<'_>,
) -> Result<Option<Occasion>, Fault> {
    match event {
        Event::Order(event) => order(event, &recorded.event.stream, biller, rows),
        Event::Site(event) => site(event, recorded, biller, rows),
        Event::Customer(event) => account_change::of(event, recorded, rows),
        Event::Account(event) => Ok(account(event, &recorded.event.stream)),
        Event::Ledger(event) => Ok(money::ledger(event)),
        Event::Invoice(event) => money::invoice(event, rows),
        Event::Dunning(event) => money::dunning(event, recorded, biller, rows),
        Event::Autopay(event) => money::autopay(event, recorded, rows),
        Event::Subscription(event) => money::subscription(event, &recorded.event.stream, rows),
        Event::Series(_)
        | Event::Reference(_)
        | Event::Run(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Guide(_)
        | Event::Decision(_) => Ok(None),
    }
}

/// What an agent wrote goes as it is (F61).
fn account(event: &AccountEvent, account_id: &str) -> Option<Occasion> {
    match event {
        AccountEvent::EmailRequested { email_id: _, subject, text, about } => {
            // A subject of several lines would end in the body.
            let subject = subject.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
            let reference = match about {
                EmailOrigin::Account => None,
                EmailOrigin::Ticket(ticket_id) => Some(format!("Ticket {ticket_id}")),
                EmailOrigin::Order(order_id) => Some(format!("Order {order_id}")),
            };
            Some(Occasion {
                account_id: account_id.to_owned(),
                template: Template::Email,
                words: Words {
                    subject: Some(subject),
                    text: Some(text.to_string()),
                    reference,
                    ..Words::default()
                },
            })
        }
        AccountEvent::Opened { .. }
        | AccountEvent::CommentAdded { .. }
        | AccountEvent::PortalDisabled { .. }
        | AccountEvent::PortalEnabled { .. }
        | AccountEvent::MemoLeft { .. }
        | AccountEvent::FlashRaised { .. }
        | AccountEvent::FlashCleared { .. }
        | AccountEvent::BillToChanged { .. }
        | AccountEvent::HolderErased => None,
    }
}

fn order(
    event: &OrderEvent,
    order_id: &str,
    biller: &Biller,
    rows: &Rows<'_>,
) -> Result<Option<Occasion>, Fault> {
    match event {
        OrderEvent::Scheduled { appointment, .. } => {
            let words = scheduled(order_id, appointment.as_ref());
            visit(words, order_id, biller, rows).map(Some)
        }
        OrderEvent::Rescheduled { appointment } => {
            let words = scheduled(order_id, appointment.as_ref());
            visit(words, order_id, biller, rows).map(Some)
        }
        OrderEvent::Completed(completed) => Ok(Some(done(completed, order_id))),
        OrderEvent::Started(_)
        | OrderEvent::PackageSwapped { .. }
        | OrderEvent::CampaignChosen { .. }
        | OrderEvent::DeviceChosen { .. }
        | OrderEvent::Reviewed(_)
        | OrderEvent::Committed
        | OrderEvent::Reopened { .. }
        | OrderEvent::Cancelled { .. } => Ok(None),
    }
}

/// What was done, under the name of the package that came or went.
fn done(completed: &Completed, order_id: &str) -> Occasion {
    let (template, sold) = match &completed.work {
        Work::Installed { to, .. } | Work::Changed { to, .. } => {
            (Template::OrderCompleted, Some(to))
        }
        Work::Disconnected { from, .. } => (Template::ServiceDisconnected, Some(from)),
        Work::Repaired { .. } | Work::RequestFulfilled => (Template::OrderDone, None),
    };
    Occasion {
        account_id: completed.account_id.to_string(),
        template,
        words: Words {
            order: Some(order_id.to_owned()),
            package: sold.map(|sold| sold.package_name.to_string()),
            date: Some(completed.completion.start_billing_date.to_string()),
            ..Words::default()
        },
    }
}

/// The customer hears when somebody comes, the first time and every time that it changes.
fn visit(
    words: Words,
    order_id: &str,
    biller: &Biller,
    rows: &Rows<'_>,
) -> Result<Occasion, Fault> {
    let ordered = addressee::ordered(rows, order_id)?;
    let package_id = ordered.package_id.as_deref();
    let package = package_id.map_or_else(|| SERVICE.to_owned(), |id| package_name(biller, id));
    Ok(Occasion {
        account_id: ordered.account_id,
        template: Template::OrderScheduled,
        words: Words { package: Some(package), ..words },
    })
}

fn scheduled(order_id: &str, appointment: Option<&Appointment>) -> Words {
    Words {
        order: Some(order_id.to_owned()),
        date: appointment.map(|it| it.date.to_string()),
        slot: appointment.map(|it| it.slot.to_string()),
        ..Words::default()
    }
}

fn site(
    event: &SiteEvent,
    recorded: &Recorded,
    biller: &Biller,
    rows: &Rows<'_>,
) -> Result<Option<Occasion>, Fault> {
    let (template, reason) = match event {
        SiteEvent::SuspensionRequested { reason, .. } => {
            (Template::SuspensionRequested, Some(*reason))
        }
        SiteEvent::Suspended { reason, .. } => (Template::SiteSuspended, Some(*reason)),
        SiteEvent::Reinstated { .. } => (Template::SiteReinstated, None),
        SiteEvent::Registered { .. }
        | SiteEvent::NocRequestAcknowledged { .. }
        | SiteEvent::ReinstatementRequested { .. }
        | SiteEvent::NocRequestFailed { .. } => return Ok(None),
    };
    let (place, date) = (addressee::place(rows, &recorded.event.stream)?, day(rows, recorded)?);
    let whom = (&*place.account_id, &*recorded.event.stream);
    if let Some(reason) = reason
        && dunned::is_told(reason, whom, &date, rows)?
    {
        return Ok(None);
    }
    // Nothing is back where everything has ended.
    if reason.is_none() && !line::is_in_use(rows, whom)? {
        return Ok(None);
    }
    let unpaid = reason == Some(SuspensionReason::NonPayment);
    let fee = |on| dunned::reconnect_fee((&place.account_id, 1), biller, on, rows);
    let reconnect_fee = date.parse().ok().map(fee).transpose()?.flatten();
    let words = Words {
        reason: reason.map(reason_words),
        unpaid,
        to_reinstate: dunned::owed(&place.account_id, rows)?.filter(|_| unpaid),
        reconnect_fee,
        address: Some(place.address),
        date: Some(date),
        ..Words::default()
    };
    Ok(Some(Occasion { account_id: place.account_id, template, words }))
}

/// What the customer calls the package. One that is no longer sold keeps its id.
fn package_name(biller: &Biller, package_id: &str) -> String {
    let package = Code::parse(package_id).ok().and_then(|id| biller.catalog.packages.get(&id));
    package.map_or_else(|| package_id.to_owned(), |package| package.name.clone())
}

fn reason_words(reason: SuspensionReason) -> &'static str {
    match reason {
        SuspensionReason::NonPayment => "an unpaid bill",
        SuspensionReason::CustomerRequest => "your own request",
        SuspensionReason::Abuse => "use against our terms of service",
    }
}
