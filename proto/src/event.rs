//! Facts as they are stored and published: the noun's `oneof` message, named after the fact in it.
//!
//! What must stay true: stored bytes are decoded for ever; a fact that is forgotten does not
//! compile.

use std::borrow::Cow;

use domain::Event;
use event_store::Recorded;
use jiff::Timestamp;
use prost::{DecodeError as ProtoError, Message};

use crate::{
    Invalid, account, autopay, calendar, customer, decision, descriptor, device, dunning, guide,
    interaction, invoice, ledger, login, notification, order,
    pb::{
        envelope::v1::{Envelope, envelope::Fact},
        login::v1::LoginEvent,
    },
    provisioning, quota, reference, run, series, service, site, subscription, task, telephone,
    ticket,
};

/// Version of the stored form of every fact. A fact that changes its meaning gets the next one.
pub const SCHEMA: u16 = 1;

/// A fact, ready to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// Full name of its message, for example `demarc.site.v1.SiteSuspended`.
    pub kind: &'static str,
    /// The protobuf of `<Noun>Event`.
    pub data: Vec<u8>,
}

/// Why stored bytes are not a fact.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// A kind that this version does not know.
    #[error("events of kind {kind} are not known to this version of Demarc")]
    UnknownKind {
        /// The kind.
        kind: String,
    },
    /// Not the protobuf of its noun.
    #[error("an event of kind {kind} is not the protobuf of its noun")]
    Proto {
        /// The kind.
        kind: String,
        /// What prost says.
        #[source]
        source: ProtoError,
    },
    /// A field that cannot be read.
    #[error("an event of kind {kind} holds a field that cannot be read")]
    Field {
        /// The kind.
        kind: String,
        /// Which field.
        #[source]
        source: Invalid,
    },
}

/// A fact as it is stored.
#[must_use]
pub fn encode(event: &Event) -> Encoded {
    let (noun, data) = match event {
        Event::Customer(event) => ("customer", customer::encode(event).encode_to_vec()),
        Event::Account(event) => ("account", account::encode(event).encode_to_vec()),
        Event::Site(event) => ("site", site::encode(event).encode_to_vec()),
        Event::Device(event) => ("device", device::encode(event).encode_to_vec()),
        Event::Service(event) => ("service", service::encode(event).encode_to_vec()),
        Event::Order(event) => ("order", order::encode(event).encode_to_vec()),
        Event::Quota(event) => ("quota", quota::encode(event).encode_to_vec()),
        Event::Telephone(event) => ("telephone", telephone::encode(event).encode_to_vec()),
        Event::Ledger(event) => ("ledger", ledger::encode(event).encode_to_vec()),
        Event::Subscription(event) => ("subscription", subscription::encode(event).encode_to_vec()),
        Event::Invoice(event) => ("invoice", invoice::encode(event).encode_to_vec()),
        Event::Series(event) => ("series", series::encode(event).encode_to_vec()),
        Event::Reference(event) => ("reference", reference::encode(event).encode_to_vec()),
        Event::Autopay(event) => ("autopay", autopay::encode(event).encode_to_vec()),
        Event::Dunning(event) => ("dunning", dunning::encode(event).encode_to_vec()),
        Event::Run(event) => ("run", run::encode(event).encode_to_vec()),
        Event::Login(event) => ("login", login::encode(event).encode_to_vec()),
        Event::Calendar(event) => ("calendar", calendar::encode(event).encode_to_vec()),
        Event::Provisioning(event) => ("provisioning", provisioning::encode(event).encode_to_vec()),
        Event::Notification(event) => ("notification", notification::encode(event).encode_to_vec()),
        Event::Ticket(event) => ("ticket", ticket::encode(event).encode_to_vec()),
        Event::Interaction(event) => ("interaction", interaction::encode(event).encode_to_vec()),
        Event::Task(event) => ("task", task::encode(event).encode_to_vec()),
        Event::Guide(event) => ("guide", guide::encode(event).encode_to_vec()),
        Event::Decision(event) => ("decision", decision::encode(event).encode_to_vec()),
    };
    let fact = descriptor::fact_in(noun, &data).expect("every wrapper holds one of its facts");
    Encoded { kind: &fact.kind, data }
}

/// A fact from stored bytes.
///
/// # Errors
/// When the kind is not known, or the bytes are damaged or from a later version.
pub fn decode(kind: &str, data: &[u8]) -> Result<Event, DecodeError> {
    domain_event(kind, parse(kind, data)?)
}

/// The fact inside an envelope.
///
/// # Errors
/// When the envelope holds none, or one from a later version.
pub fn opened(envelope: Envelope) -> Result<Event, DecodeError> {
    let unknown = DecodeError::UnknownKind { kind: envelope.r#type.clone() };
    domain_event(&envelope.r#type, envelope.fact.ok_or(unknown)?)
}

fn domain_event(kind: &str, fact: Fact) -> Result<Event, DecodeError> {
    let event = match fact {
        Fact::Customer(event) => customer::decode(event).map(Event::Customer),
        Fact::Account(event) => account::decode(event).map(Event::Account),
        Fact::Site(event) => site::decode(event).map(Event::Site),
        Fact::Device(event) => device::decode(event).map(Event::Device),
        Fact::Service(event) => service::decode(event).map(Event::Service),
        Fact::Order(event) => order::decode(event).map(Event::Order),
        Fact::Quota(event) => quota::decode(event).map(Event::Quota),
        Fact::Telephone(event) => telephone::decode(event).map(Event::Telephone),
        Fact::Ledger(event) => ledger::decode(event).map(Event::Ledger),
        Fact::Subscription(event) => subscription::decode(event).map(Event::Subscription),
        Fact::Invoice(event) => invoice::decode(event).map(Event::Invoice),
        Fact::Series(event) => series::decode(event).map(Event::Series),
        Fact::Reference(event) => reference::decode(event).map(Event::Reference),
        Fact::Autopay(event) => autopay::decode(event).map(Event::Autopay),
        Fact::Dunning(event) => dunning::decode(event).map(Event::Dunning),
        Fact::Run(event) => run::decode(event).map(Event::Run),
        Fact::Login(event) => login::decode(event).map(Event::Login),
        Fact::Calendar(event) => calendar::decode(event).map(Event::Calendar),
        Fact::Provisioning(event) => provisioning::decode(event).map(Event::Provisioning),
        Fact::Notification(event) => notification::decode(event).map(Event::Notification),
        Fact::Ticket(event) => ticket::decode(event).map(Event::Ticket),
        Fact::Interaction(event) => interaction::decode(event).map(Event::Interaction),
        Fact::Task(event) => task::decode(event).map(Event::Task),
        Fact::Guide(event) => guide::decode(event).map(Event::Guide),
        Fact::Decision(event) => decision::decode(event).map(Event::Decision),
    };
    event.map_err(|source| DecodeError::Field { kind: kind.to_owned(), source })
}

/// An event with everything that is known about it, as the API shows it.
///
/// # Errors
/// When the stored bytes are damaged or from a later version.
pub fn envelope(biller: &str, recorded: &Recorded) -> Result<Envelope, DecodeError> {
    let Recorded { meta, event, .. } = recorded;
    Ok(Envelope {
        biller: biller.to_owned(),
        position: recorded.position,
        id: id(recorded),
        r#type: event.kind.to_string(),
        stream: event.stream.to_string(),
        version: event.version,
        time: time(meta.committed_at),
        actor: meta.actor.to_string(),
        command_id: meta.command_id.to_string(),
        causation_id: meta.causation.map(|id| id.to_string()).unwrap_or_default(),
        correlation_id: meta.correlation.map(|id| id.to_string()).unwrap_or_default(),
        traceparent: meta.traceparent.as_deref().unwrap_or_default().to_owned(),
        fact: Some(withheld(parse(&event.kind, &event.data)?)),
    })
}

/// A fact's stored bytes as outsiders get them: without the hash of a password.
///
/// # Errors
/// When the stored bytes are damaged or from a later version.
pub fn public<'a>(kind: &str, data: &'a [u8]) -> Result<Cow<'a, [u8]>, DecodeError> {
    let is_login = descriptor::fact(kind).is_some_and(|fact| fact.noun == "login");
    if !is_login {
        return Ok(Cow::Borrowed(data));
    }
    let event = LoginEvent::decode(data)
        .map_err(|source| DecodeError::Proto { kind: kind.to_owned(), source })?;
    Ok(Cow::Owned(login::withheld(event).encode_to_vec()))
}

/// A fact without what does not leave the log.
fn withheld(fact: Fact) -> Fact {
    match fact {
        Fact::Login(event) => Fact::Login(login::withheld(event)),
        Fact::Customer(_)
        | Fact::Account(_)
        | Fact::Site(_)
        | Fact::Device(_)
        | Fact::Service(_)
        | Fact::Order(_)
        | Fact::Ledger(_)
        | Fact::Subscription(_)
        | Fact::Invoice(_)
        | Fact::Series(_)
        | Fact::Reference(_)
        | Fact::Autopay(_)
        | Fact::Dunning(_)
        | Fact::Run(_)
        | Fact::Calendar(_)
        | Fact::Provisioning(_)
        | Fact::Notification(_)
        | Fact::Quota(_)
        | Fact::Telephone(_)
        | Fact::Guide(_)
        | Fact::Ticket(_)
        | Fact::Interaction(_)
        | Fact::Task(_)
        | Fact::Decision(_) => fact,
    }
}

/// The event's id, unique within its biller for ever: `site_88/3`.
#[must_use]
pub fn id(recorded: &Recorded) -> String {
    format!("{}/{}", recorded.event.stream, recorded.event.version)
}

/// Microseconds since the epoch as RFC 3339 in UTC.
#[must_use]
pub fn time(micros: i64) -> String {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX).to_string()
}

fn parse(kind: &str, data: &[u8]) -> Result<Fact, DecodeError> {
    let unknown = || DecodeError::UnknownKind { kind: kind.to_owned() };
    let noun = descriptor::fact(kind).map(|fact| fact.noun.as_str()).ok_or_else(unknown)?;
    let fact = match noun {
        "customer" => Message::decode(data).map(Fact::Customer),
        "account" => Message::decode(data).map(Fact::Account),
        "site" => Message::decode(data).map(Fact::Site),
        "device" => Message::decode(data).map(Fact::Device),
        "service" => Message::decode(data).map(Fact::Service),
        "order" => Message::decode(data).map(Fact::Order),
        "quota" => Message::decode(data).map(Fact::Quota),
        "telephone" => Message::decode(data).map(Fact::Telephone),
        "ledger" => Message::decode(data).map(Fact::Ledger),
        "subscription" => Message::decode(data).map(Fact::Subscription),
        "invoice" => Message::decode(data).map(Fact::Invoice),
        "series" => Message::decode(data).map(Fact::Series),
        "reference" => Message::decode(data).map(Fact::Reference),
        "autopay" => Message::decode(data).map(Fact::Autopay),
        "dunning" => Message::decode(data).map(Fact::Dunning),
        "run" => Message::decode(data).map(Fact::Run),
        "login" => Message::decode(data).map(Fact::Login),
        "calendar" => Message::decode(data).map(Fact::Calendar),
        "provisioning" => Message::decode(data).map(Fact::Provisioning),
        "notification" => Message::decode(data).map(Fact::Notification),
        "ticket" => Message::decode(data).map(Fact::Ticket),
        "interaction" => Message::decode(data).map(Fact::Interaction),
        "task" => Message::decode(data).map(Fact::Task),
        "guide" => Message::decode(data).map(Fact::Guide),
        "decision" => Message::decode(data).map(Fact::Decision),
        _ => return Err(unknown()),
    };
    fact.map_err(|source| DecodeError::Proto { kind: kind.to_owned(), source })
}
