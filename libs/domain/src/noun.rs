//! The registry of nouns: every kind of fact, every kind of state, in one list each.
//!
//! What must stay true: a noun or fact that is forgotten somewhere does not compile.

use crate::{
    Aggregate, Id,
    account::{Account, AccountEvent},
    autopay::{Autopay, AutopayEvent},
    calendar::{Calendar, CalendarEvent},
    customer::{Customer, CustomerEvent},
    decision::{Decision, DecisionEvent},
    device::{Device, DeviceEvent},
    dunning::{Dunning, DunningEvent},
    guide::{Guide, GuideEvent},
    interaction::{Interaction, InteractionEvent},
    invoice::{Invoice, InvoiceEvent},
    ledger::{Ledger, LedgerEvent},
    login::{Login, LoginEvent},
    notification::{Notification, NotificationEvent},
    order::{Order, OrderEvent},
    provisioning::{Provisioning, ProvisioningEvent},
    quota::{Quota, QuotaEvent},
    reference::{Reference, ReferenceEvent},
    run::{Run, RunEvent},
    series::{Series, SeriesEvent},
    service::{Service, ServiceEvent},
    site::{Site, SiteEvent},
    subscription::{Subscription, SubscriptionEvent},
    task::{Task, TaskEvent},
    telephone::{Telephone, TelephoneEvent},
    ticket::{Ticket, TicketEvent},
};

/// What happened, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The stream that it belongs to: the noun's id.
    pub stream: String,
    /// What happened.
    pub event: Event,
}

/// What happened, to any noun.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after its noun, whose file says what it is")]
pub enum Event {
    Customer(CustomerEvent),
    Account(AccountEvent),
    Site(SiteEvent),
    Device(DeviceEvent),
    Service(ServiceEvent),
    Order(OrderEvent),
    Quota(QuotaEvent),
    Telephone(TelephoneEvent),
    Ledger(LedgerEvent),
    Subscription(SubscriptionEvent),
    Invoice(InvoiceEvent),
    Series(SeriesEvent),
    Reference(ReferenceEvent),
    Autopay(AutopayEvent),
    Dunning(DunningEvent),
    Run(RunEvent),
    Login(LoginEvent),
    Calendar(CalendarEvent),
    Provisioning(ProvisioningEvent),
    Notification(NotificationEvent),
    Ticket(TicketEvent),
    Interaction(InteractionEvent),
    Task(TaskEvent),
    Guide(GuideEvent),
    Decision(DecisionEvent),
}

/// The state of any noun.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after its noun, whose file says what it is")]
pub enum Noun {
    Customer(Customer),
    Account(Account),
    Site(Site),
    Device(Device),
    Service(Service),
    Order(Order),
    Quota(Quota),
    Telephone(Telephone),
    Ledger(Ledger),
    Subscription(Subscription),
    Invoice(Invoice),
    Series(Series),
    Reference(Reference),
    Autopay(Autopay),
    Dunning(Dunning),
    Run(Run),
    Login(Login),
    Calendar(Calendar),
    Provisioning(Provisioning),
    Notification(Notification),
    Ticket(Ticket),
    Interaction(Interaction),
    Task(Task),
    Guide(Guide),
    Decision(Decision),
}

impl Fact {
    /// A fact about the noun of that id.
    #[must_use]
    pub fn new<A: Aggregate>(id: &Id<A>, event: Event) -> Self {
        Self { stream: id.as_str().to_owned(), event }
    }
}

impl Noun {
    /// The state of one noun after one more fact.
    #[must_use]
    pub fn evolve(state: Option<Self>, event: &Event) -> Self {
        match event {
            Event::Customer(event) => Self::Customer(step(state, event)),
            Event::Account(event) => Self::Account(step(state, event)),
            Event::Site(event) => Self::Site(step(state, event)),
            Event::Device(event) => Self::Device(step(state, event)),
            Event::Service(event) => Self::Service(step(state, event)),
            Event::Order(event) => Self::Order(step(state, event)),
            Event::Quota(event) => Self::Quota(step(state, event)),
            Event::Telephone(event) => Self::Telephone(step(state, event)),
            Event::Ledger(event) => Self::Ledger(step(state, event)),
            Event::Subscription(event) => Self::Subscription(step(state, event)),
            Event::Invoice(event) => Self::Invoice(step(state, event)),
            Event::Series(event) => Self::Series(step(state, event)),
            Event::Reference(event) => Self::Reference(step(state, event)),
            Event::Autopay(event) => Self::Autopay(step(state, event)),
            Event::Dunning(event) => Self::Dunning(step(state, event)),
            Event::Run(event) => Self::Run(step(state, event)),
            Event::Login(event) => Self::Login(step(state, event)),
            Event::Calendar(event) => Self::Calendar(step(state, event)),
            Event::Provisioning(event) => Self::Provisioning(step(state, event)),
            Event::Notification(event) => Self::Notification(step(state, event)),
            Event::Ticket(event) => Self::Ticket(step(state, event)),
            Event::Interaction(event) => Self::Interaction(step(state, event)),
            Event::Task(event) => Self::Task(step(state, event)),
            Event::Guide(event) => Self::Guide(step(state, event)),
            Event::Decision(event) => Self::Decision(step(state, event)),
        }
    }
}

/// Whether the newest fact of a stream says everything about its noun. A noun that is forgotten
/// here is read as a whole, which only takes longer.
#[must_use]
pub fn newest_fact_suffices(stream: &str) -> bool {
    says_all::<Calendar>(stream) || says_all::<Series>(stream)
}

fn says_all<A: Aggregate>(stream: &str) -> bool {
    A::NEWEST_FACT_SUFFICES && Id::<A>::parse(stream).is_ok()
}

fn step<A: Aggregate>(state: Option<Noun>, event: &A::Event) -> A {
    let before = state.and_then(A::from).unwrap_or_else(|| A::UNKNOWN.clone());
    before.evolve(event)
}

#[cfg(test)]
mod tests {
    use super::newest_fact_suffices;

    #[test]
    fn the_calendar_and_series_are_known_by_their_newest_fact() {
        assert!(newest_fact_suffices("calendar_days") && newest_fact_suffices("series_invoice"));
        for other in ["calendar", "calendars_1", "account_calendar", "ledger_7", ""] {
            assert!(!newest_fact_suffices(other), "{other}");
        }
    }
}
