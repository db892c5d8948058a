//! What was a customer told, when, and was it handed over?

use contract::event::time;
use domain::notification::NotificationEvent;
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    addressee, messages_of_account,
    occasion::Occasion,
    outbox,
    template::{Template, Templates, Words},
};

pub(crate) const MESSAGES: Table = Table::new(b'm');

/// Turns a name that is too long for an id into one that fits. Fixed for ever.
const NAMESPACE: Uuid = Uuid::from_u128(0x51d6_2f0b_3c77_5e04_8d0a_e7b4_0c92_6ad3);

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    pub(crate) message_id: String,
    pub(crate) account_id: String,
    pub(crate) channel: Channel,
    /// Where it goes. Personal data.
    pub(crate) to: String,
    pub(crate) template: Template,
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) state: State,
    pub(crate) created_at: String,
    pub(crate) delivered_at: Option<String>,
    /// The event that it is about.
    pub(crate) caused_by: String,
    /// Where that event is in the log.
    pub(crate) position: u64,
}

/// On which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Channel {
    Email,
}

/// Whether it was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Pending,
    Delivered,
}

/// The message about an event.
pub(crate) fn id(recorded: &Recorded) -> String {
    let name = format!("{}-{}", recorded.event.stream, recorded.event.version);
    let id = format!("notification_{name}");
    if id.len() <= domain::id::ID_CHARS_MAX {
        return id;
    }
    format!("notification_{}", Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}

/// Writes a message about an occasion.
pub(crate) fn write(
    occasion: Occasion,
    recorded: &Recorded,
    templates: &Templates,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let Occasion { account_id, template, words } = occasion;
    let holder = addressee::holder(rows, &account_id)?;
    let (subject, body) = templates.render(template, &Words { holder: holder.name, ..words })?;
    let message = Message {
        message_id: id(recorded),
        account_id,
        channel: Channel::Email,
        to: holder.email,
        template,
        subject,
        body,
        state: State::Pending,
        created_at: time(recorded.meta.committed_at),
        delivered_at: None,
        caused_by: contract::event::id(recorded),
        position: recorded.position,
    };
    put(&message, rows)
}

/// A message was handed over. Somebody outside may report one that nobody here wrote.
pub(crate) fn delivered(
    event: &NotificationEvent,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let NotificationEvent::Delivered { .. } = event;
    let known = rows.get::<Message>(MESSAGES, recorded.event.stream.as_bytes())?;
    let Some(mut message) = known else { return Ok(()) };
    message.state = State::Delivered;
    message.delivered_at = Some(time(recorded.meta.committed_at));
    put(&message, rows)
}

fn put(message: &Message, rows: &mut Rows<'_>) -> Result<(), Fault> {
    rows.put(MESSAGES, &message.message_id, message)?;
    outbox::apply(message, rows)?;
    messages_of_account::apply(message, rows)
}

#[cfg(test)]
mod tests {
    use domain::{
        account::{AccountEvent, EmailOrigin},
        ledger::{LedgerEvent, PaymentMethod},
        order::Appointment,
        site::{SiteEvent, SuspensionReason},
        testing::fixtures::{
            account_id, code, completed_disconnect, disconnect, disconnected, id, repaired,
            scheduled, sealed, service, site_id, started, swapped, trouble_call, usd,
        },
    };
    use jiff::civil::date;
    use read_side::testing::Story;

    use super::{Channel, MESSAGES, Message, State};
    use crate::{
        template::Template,
        testing::{delivered, order_completed, story, with_site},
    };

    fn row(story: &Story, id: &str) -> Message {
        story.row(MESSAGES, id)
    }

    fn suspended(reason: SuspensionReason) -> Message {
        let fact = SiteEvent::Suspended { request: 1, reason }.on(&site_id());
        row(&with_site().then(fact), "notification_site_88-2")
    }

    #[test]
    fn the_customer_is_told_the_date_from_which_the_order_is_billed() {
        let story = with_site().then(order_completed());
        let expected = Message {
            message_id: "notification_order_1001-1".to_owned(),
            account_id: "account_7".to_owned(),
            channel: Channel::Email,
            to: "jo@example.com".to_owned(),
            template: Template::OrderCompleted,
            subject: "Your Classic is ready".to_owned(),
            body: "Hello Jo Doe,\n\nyour Classic is ready and billed from 2026-03-16.\n\
                   Your device restarts once to take it on. If it has not done so within two \
                   minutes, unplug it and\neverything attached for 15 seconds and plug it in \
                   again.\n\nOrder order_1001"
                .to_owned(),
            state: State::Pending,
            created_at: "2026-03-16T12:00:04Z".to_owned(),
            delivered_at: None,
            caused_by: "order_1001/1".to_owned(),
            position: 4,
        };
        assert_eq!(row(&story, "notification_order_1001-1"), expected);
    }

    #[test]
    fn an_appointment_is_announced_with_its_own_date_and_slot() {
        let appointment = Appointment { date: date(2026, 3, 19), slot: code("08-10") };
        let story = with_site()
            .then(started("basic"))
            .then(swapped("basic", "classic"))
            .then(scheduled(Some(appointment)));
        let message = row(&story, "notification_order_1001-3");
        assert!(
            message.body.contains("will come on 2026-03-19 between 08-10 o'clock for your Classic"),
            "{}",
            message.body
        );
    }

    #[test]
    fn an_office_only_order_announces_no_visit() {
        let story = with_site().then(started("basic")).then(scheduled(None));
        let message = row(&story, "notification_order_1001-2");
        assert!(message.body.contains("No visit is needed."), "{}", message.body);
    }

    #[test]
    fn f38_a_trouble_call_is_announced_and_done_without_a_package() {
        let visit = scheduled(Some(Appointment { date: date(2026, 3, 19), slot: code("08-10") }));
        let story = with_site().then(trouble_call()).then(visit).then(repaired());
        let announced = row(&story, "notification_order_1001-2").body;
        assert!(announced.contains("between 08-10 o'clock for your service."), "{announced}");
        let done = row(&story, "notification_order_1001-3");
        assert_eq!(done.subject, "Your order order_1001 is done");
    }

    #[test]
    fn f49_the_customer_is_told_from_when_a_service_is_not_billed() {
        let story = with_site().then(disconnect("basic")).then(completed_disconnect("basic"));
        let message = row(&story, "notification_order_1001-2");
        assert_eq!(message.subject, "Your Basic has ended");
        assert!(message.body.contains("not billed from 2026-03-16 on"), "{}", message.body);
    }

    #[test]
    fn a_suspended_customer_is_told_the_day_and_how_service_comes_back() {
        let message = suspended(SuspensionReason::NonPayment);
        assert_eq!(message.subject, "Your service at 17 Elm St is suspended");
        assert!(message.body.contains("since 2026-03-16"), "{}", message.body);
        assert!(message.body.contains("paid in full"), "{}", message.body);
        assert!(!suspended(SuspensionReason::Abuse).body.contains("paid in full"));
    }

    #[test]
    fn f84_a_requested_suspension_is_not_called_a_suspension() {
        let reason = SuspensionReason::NonPayment;
        let fact = SiteEvent::SuspensionRequested { request: 1, reason }.on(&site_id());
        let message = row(&with_site().then(fact), "notification_site_88-2");
        assert_eq!(message.template, Template::SuspensionRequested);
        assert!(message.subject.contains("is about to be suspended"), "{}", message.subject);
    }

    #[test]
    fn f89_the_customer_hears_of_a_reinstatement_when_it_is_effective() {
        let back = || SiteEvent::Reinstated { request: 2, vlan: 552 }.on(&site_id());
        let used = || story().and(service("basic"));
        let message = row(&used().then(back()), "notification_site_88-2");
        assert_eq!(message.subject, "Your service at 17 Elm St is back");
        let ended = used().then(disconnected()).then(back());
        let told: Option<Message> = ended.rows().get(MESSAGES, "notification_site_88-2").unwrap();
        assert!(told.is_none(), "nothing is back where everything has ended");
    }

    #[test]
    fn a_payment_is_acknowledged_with_its_amount_and_date() {
        let paid = LedgerEvent::PaymentReceived {
            account_id: account_id(),
            payment_id: code("p-1"),
            amount: usd(6_999),
            method: PaymentMethod::Card,
            received_on: date(2026, 3, 14),
            invoice_id: None,
            reference: None,
        };
        let story = with_site().then(paid.on(&account_id()));
        let message = row(&story, "notification_ledger_7-1");
        assert_eq!(message.subject, "We received your payment of 69.99 USD");
        assert!(message.body.contains("by card, received on 2026-03-14"), "{}", message.body);
    }

    fn email(about: EmailOrigin) -> Message {
        let fact = AccountEvent::EmailRequested {
            email_id: code("e-1"),
            subject: sealed("Your\ncredit"),
            text: sealed("It is on your next bill.\nThank you for waiting."),
            about,
        };
        row(&with_site().then(fact.on(&account_id())), "notification_account_7-2")
    }

    #[test]
    fn f61_what_an_agent_wrote_goes_to_the_customer_as_it_is() {
        let message = email(EmailOrigin::Account);
        assert_eq!(
            (message.to.as_str(), message.subject.as_str()),
            ("jo@example.com", "Your credit")
        );
        let body = "Hello Jo Doe,\n\nIt is on your next bill.\nThank you for waiting.";
        assert_eq!(message.body, body);
        assert_eq!((message.template, message.state), (Template::Email, State::Pending));
    }

    #[test]
    fn f61_an_email_names_the_ticket_or_order_that_it_was_written_from() {
        let ticket = email(EmailOrigin::Ticket(id("ticket_12")));
        assert!(ticket.body.ends_with("waiting.\n\nTicket ticket_12"), "{}", ticket.body);
        let order = email(EmailOrigin::Order(id("order_1001")));
        assert!(order.body.ends_with("waiting.\n\nOrder order_1001"), "{}", order.body);
    }

    #[test]
    fn a_message_that_was_handed_over_says_when() {
        let story =
            with_site().then(order_completed()).then(delivered("notification_order_1001-1"));
        let message = row(&story, "notification_order_1001-1");
        assert_eq!(message.state, State::Delivered);
        assert_eq!(message.delivered_at.as_deref(), Some("2026-03-16T12:00:05Z"));
    }

    #[test]
    fn a_delivery_that_only_somebody_outside_knows_of_is_no_fault() {
        assert!(with_site().try_then(delivered("notification_else")).is_ok());
    }

    #[test]
    fn an_address_of_several_lines_does_not_end_the_subject() {
        let registered = SiteEvent::Registered {
            account_id: account_id(),
            address_id: code("A-18"),
            address: sealed("18 Elm St\nApt 4"),
            market: code("phoenix"),
        };
        let reason = SuspensionReason::Abuse;
        let stopped = SiteEvent::Suspended { request: 1, reason };
        let story =
            with_site().then(registered.on(&id("site_89"))).then(stopped.on(&id("site_89")));
        let message = row(&story, "notification_site_89-2");
        assert!(message.subject.contains("18 Elm St Apt 4"), "{}", message.subject);
    }

    #[test]
    fn a_message_to_an_account_that_nobody_opened_is_a_fault() {
        assert!(story().try_then(order_completed()).is_err());
    }
}
