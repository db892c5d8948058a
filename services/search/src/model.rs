//! Search's read model: what an event changes of cards, and of the terms that lead to them.
//!
//! What must stay true: an account has one number for ever and no other account gets it; whoever
//! was erased has neither card nor term; an event that shows on no card costs no more than a look
//! at its kind.

use std::{collections::BTreeSet, sync::Arc};

use contract::search::{Kind, Standing};
use domain::{
    Event,
    account::{AccountEvent, AccountId},
    customer::{ACCOUNTS_MAX, Customer, CustomerEvent},
    device::DeviceEvent,
    ledger::LedgerEvent,
    service::ServiceEvent,
    site::SiteEvent,
    telephone::TelephoneEvent,
};
use event_store::Recorded;
use projection::{Fault, Intents, ReadModel, Rows, Table};
use read_side::decoded;
use service::{View, Views};
use vault::{Blind, Vault};

use crate::{
    card::{Card, Device, Service, Site, Telephone},
    held,
    person::Person,
    postings, spelling,
    terms::{self, Term},
};

/// How many accounts have had a number; and which key the terms were made with.
const META: Table = Table::new(b'm');
const NEXT: &str = "next";
const KEY: &str = "key";

/// Parts of an account that are no nouns of their own.
const ACCOUNT: &str = "account";
const CUSTOMER: &str = "customer";
const FACETS: &str = "facets";

/// What the kinds of events begin with that show on a card.
const SHOWN: [&str; 7] = [
    "demarc.account.",
    "demarc.customer.",
    "demarc.device.",
    "demarc.ledger.",
    "demarc.service.",
    "demarc.site.",
    "demarc.telephone.",
];

/// One biller's keys: what opens its customers' texts, and what terms are made with.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Opens sealed texts.
    pub vault: Arc<Vault>,
    /// Makes terms.
    pub blind: Blind,
}

/// The index of one biller.
pub(crate) struct Search {
    pub(crate) keys: Keys,
}

impl ReadModel for Search {
    fn name(&self) -> &'static str {
        "search"
    }

    fn version(&self) -> u32 {
        2
    }

    fn apply(
        &self,
        recorded: &Recorded,
        rows: &mut Rows<'_>,
        _: &mut Intents<'_>,
    ) -> Result<(), Fault> {
        let kind = &*recorded.event.kind;
        if !SHOWN.iter().any(|shown| kind.starts_with(shown)) {
            return Ok(());
        }
        let stream = &*recorded.event.stream;
        match decoded(recorded)? {
            Event::Account(event) => self.account(&event, stream, rows),
            Event::Customer(event) => self.customer(&event, stream, rows),
            Event::Site(event) => self.site(&event, stream, rows),
            Event::Device(event) => self.device(&event, stream, rows),
            Event::Service(event) => self.service(&event, stream, rows),
            Event::Ledger(event) => self.ledger(&event, rows),
            Event::Telephone(event) => self.telephone(event, stream, rows),
            Event::Order(_)
            | Event::Subscription(_)
            | Event::Invoice(_)
            | Event::Series(_)
            | Event::Reference(_)
            | Event::Autopay(_)
            | Event::Dunning(_)
            | Event::Run(_)
            | Event::Ticket(_)
            | Event::Calendar(_)
            | Event::Provisioning(_)
            | Event::Notification(_)
            | Event::Interaction(_)
            | Event::Task(_)
            | Event::Quota(_)
            | Event::Guide(_)
            | Event::Login(_)
            | Event::Decision(_) => Ok(()),
        }
    }
}

impl Views for Search {
    /// Whoever looks for somebody asks the gateway, in the process that has the keys.
    fn views(&self) -> &'static [View] {
        &[]
    }
}

impl Search {
    /// The number of the account that a noun belongs to; `None` when it was erased.
    pub(crate) fn ordinal(&self, rows: &Rows<'_>, noun_id: &str) -> Result<Option<u32>, Fault> {
        postings::newest(rows, self.term(&noun(noun_id)))
    }

    pub(crate) fn term(&self, term: &Term) -> u64 {
        terms::blinded(&self.keys.blind, term)
    }

    /// Whether the terms in these rows are of this key: a copy of the index is worthless with
    /// another.
    pub(crate) fn is_of_another_key(&self, rows: &Rows<'_>) -> Result<bool, Fault> {
        let known: Option<u64> = rows.get(META, KEY)?;
        Ok(known.is_some_and(|known| known != self.fingerprint()))
    }

    fn fingerprint(&self) -> u64 {
        self.keys.blind.term(0, KEY)
    }

    fn account(
        &self,
        event: &AccountEvent,
        account_id: &str,
        rows: &mut Rows<'_>,
    ) -> Result<(), Fault> {
        match event {
            AccountEvent::Opened { customer_id, holder_name, email } => {
                let card = Card {
                    account_id: account_id.to_owned(),
                    customer_id: customer_id.as_ref().map(ToString::to_string),
                    holder_name: holder_name.to_string(),
                    email: email.to_string(),
                    sites: Vec::new(),
                    devices: Vec::new(),
                    services: Vec::new(),
                    telephones: Vec::new(),
                    owed: 0,
                };
                self.open(&card, rows)
            }
            AccountEvent::HolderErased => {
                let Some(ordinal) = self.ordinal(rows, account_id)? else { return Ok(()) };
                Card::remove(rows, ordinal);
                held::forget(rows, ordinal)
            }
            AccountEvent::CommentAdded { .. }
            | AccountEvent::PortalDisabled { .. }
            | AccountEvent::PortalEnabled { .. }
            | AccountEvent::MemoLeft { .. }
            | AccountEvent::FlashRaised { .. }
            | AccountEvent::FlashCleared { .. }
            | AccountEvent::EmailRequested { .. }
            | AccountEvent::BillToChanged { .. } => Ok(()),
        }
    }

    fn open(&self, card: &Card, rows: &mut Rows<'_>) -> Result<(), Fault> {
        let ordinal = rows.get::<u32>(META, NEXT)?.unwrap_or_default();
        let next = ordinal.checked_add(1).ok_or_else(|| Fault::new("too many accounts"))?;
        rows.put(META, NEXT, &next)?;
        rows.put(META, KEY, &self.fingerprint())?;
        card.write(rows, ordinal)?;
        let suffix = AccountId::parse(&card.account_id).map(|id| id.suffix().to_owned());
        let mut found_by = vec![noun(&card.account_id)];
        found_by.extend(suffix.map(|suffix| terms::of_number(&suffix)));
        found_by.extend(card.customer_id.as_deref().map(noun));
        found_by.extend(self.read(&card.holder_name, terms::of_name)?);
        found_by.extend(self.read(&card.email, terms::of_email)?);
        self.replace(rows, ordinal, ACCOUNT, found_by)?;
        self.learn(rows, &card.holder_name)?;
        if let Some(customer_id) = &card.customer_id
            && let Some(person) = Person::read(rows, customer_id)?
        {
            self.replace(rows, ordinal, CUSTOMER, self.of_person(&person)?)?;
            self.learn_person(rows, &person)?;
        }
        self.classify(card, rows, ordinal)
    }

    fn customer(
        &self,
        event: &CustomerEvent,
        customer_id: &str,
        rows: &mut Rows<'_>,
    ) -> Result<(), Fault> {
        if let CustomerEvent::Erased { .. } = event {
            // Their accounts follow, each with a fact of its own.
            Person::remove(rows, customer_id);
            return Ok(());
        }
        let mut person = Person::read(rows, customer_id)?.unwrap_or_default();
        if !person.take(event) {
            return Ok(());
        }
        person.write(rows, customer_id)?;
        let ordinals = match sole_account(customer_id) {
            Some(account_id) => self.ordinal(rows, &account_id)?.into_iter().collect(),
            None => postings::all(rows, self.term(&noun(customer_id)), ACCOUNTS_MAX)?,
        };
        if ordinals.is_empty() {
            return Ok(());
        }
        let found_by = self.of_person(&person)?;
        let found_by: BTreeSet<_> = found_by.iter().map(|term| self.term(term)).collect();
        for ordinal in ordinals {
            held::replace(rows, ordinal, CUSTOMER, found_by.clone())?;
        }
        self.learn_person(rows, &person)
    }

    fn of_person(&self, person: &Person) -> Result<Vec<Term>, Fault> {
        let known = || person.contacts.iter().chain(&person.logins);
        let phones = person.phones.iter().chain(known().filter_map(|known| known.phone.as_ref()));
        let emails = known().filter_map(|known| known.email.as_ref());
        let mut found_by = Vec::new();
        for name in person.names() {
            found_by.extend(self.read(name, terms::of_name)?);
        }
        for phone in phones {
            found_by.extend(self.read(phone, terms::of_phone)?);
        }
        for email in emails {
            found_by.extend(self.read(email, terms::of_email)?);
        }
        Ok(found_by)
    }

    fn site(&self, event: &SiteEvent, site_id: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
        let is_suspended = match event {
            SiteEvent::Registered { account_id, address_id, address, market: _ } => {
                let Some(ordinal) = self.ordinal(rows, account_id.as_str())? else {
                    return Ok(());
                };
                let mut found_by = vec![noun(site_id), terms::of_number(address_id.as_str())];
                found_by.extend(self.read(address.as_str(), terms::of_address)?);
                self.replace(rows, ordinal, site_id, found_by)?;
                let site = Site {
                    site_id: site_id.to_owned(),
                    address_id: address_id.to_string(),
                    address: address.to_string(),
                    suspended: false,
                };
                return self.change(rows, ordinal, |card| card.sites.push(site));
            }
            SiteEvent::Suspended { .. } => true,
            SiteEvent::Reinstated { .. } => false,
            SiteEvent::SuspensionRequested { .. }
            | SiteEvent::NocRequestAcknowledged { .. }
            | SiteEvent::ReinstatementRequested { .. }
            | SiteEvent::NocRequestFailed { .. } => return Ok(()),
        };
        let Some(ordinal) = self.ordinal(rows, site_id)? else { return Ok(()) };
        self.change(rows, ordinal, |card| {
            let site = card.sites.iter_mut().find(|site| site.site_id == site_id);
            site.into_iter().for_each(|site| site.suspended = is_suspended);
        })
    }

    fn device(
        &self,
        event: &DeviceEvent,
        device_id: &str,
        rows: &mut Rows<'_>,
    ) -> Result<(), Fault> {
        let DeviceEvent::Registered { site_id, model, serial } = event;
        let Some(ordinal) = self.ordinal(rows, site_id.as_str())? else { return Ok(()) };
        let mut found_by = vec![noun(device_id)];
        found_by.extend(terms::of_serial(serial.as_str()));
        self.replace(rows, ordinal, device_id, found_by)?;
        let device = Device {
            device_id: device_id.to_owned(),
            model: model.to_string(),
            serial: serial.to_string(),
        };
        self.change(rows, ordinal, |card| card.devices.push(device))
    }

    fn service(
        &self,
        event: &ServiceEvent,
        service_id: &str,
        rows: &mut Rows<'_>,
    ) -> Result<(), Fault> {
        let owner = match event {
            ServiceEvent::Added { account_id, .. } => account_id.as_str(),
            ServiceEvent::Activated { .. }
            | ServiceEvent::PackageChanged { .. }
            | ServiceEvent::Disconnected { .. } => service_id,
            ServiceEvent::DeviceChanged { .. } => return Ok(()),
        };
        let Some(ordinal) = self.ordinal(rows, owner)? else { return Ok(()) };
        if let ServiceEvent::Added { .. } = event {
            self.replace(rows, ordinal, service_id, vec![noun(service_id)])?;
        }
        self.change(rows, ordinal, |card| apply_service(event, service_id, card))
    }

    fn ledger(&self, event: &LedgerEvent, rows: &mut Rows<'_>) -> Result<(), Fault> {
        let (account_id, owed) = (event.account_id(), event.effect());
        if owed == 0 {
            return Ok(());
        }
        let Some(ordinal) = self.ordinal(rows, account_id.as_str())? else { return Ok(()) };
        self.change(rows, ordinal, |card| card.owed = card.owed.saturating_add(owed))
    }

    fn telephone(
        &self,
        event: TelephoneEvent,
        telephone_id: &str,
        rows: &mut Rows<'_>,
    ) -> Result<(), Fault> {
        match event {
            // Whoever has it was assigned it.
            TelephoneEvent::NumberTaken { .. } => Ok(()),
            TelephoneEvent::Assigned(assignment) => {
                let account_id = assignment.account_id.as_str();
                let Some(ordinal) = self.ordinal(rows, account_id)? else { return Ok(()) };
                let number = assignment.number.to_string();
                let found_by = self.read(&number, terms::of_phone)?;
                self.replace(rows, ordinal, telephone_id, found_by)?;
                let telephone_id = telephone_id.to_owned();
                self.change(rows, ordinal, |card| {
                    card.telephones.push(Telephone { telephone_id, number });
                })
            }
            TelephoneEvent::Released { account_id, .. } => {
                let Some(ordinal) = self.ordinal(rows, account_id.as_str())? else {
                    return Ok(());
                };
                self.replace(rows, ordinal, telephone_id, Vec::new())?;
                self.change(rows, ordinal, |card| {
                    card.telephones.retain(|other| other.telephone_id != telephone_id);
                })
            }
        }
    }

    /// The terms of a sealed text; none of one whose key is destroyed.
    fn read(&self, sealed: &str, of: impl Fn(&str) -> Vec<Term>) -> Result<Vec<Term>, Fault> {
        let text = self.keys.vault.opened(sealed).map_err(|error| {
            Fault::because("a text that somebody may look for was not opened", error)
        })?;
        let is_lost = [vault::ERASED, vault::UNREADABLE].contains(&&*text);
        Ok(if is_lost { Vec::new() } else { of(&text) })
    }

    /// The words of a name are found by what is nearly them.
    fn learn(&self, rows: &mut Rows<'_>, sealed: &str) -> Result<(), Fault> {
        let words = |text: &str| {
            let words = terms::name_words(text).into_iter();
            words.map(|word| (terms::Kind::Word, word)).collect()
        };
        for word in self.read(sealed, words)? {
            let near: Vec<_> = terms::near(&word.1).iter().map(|term| self.term(term)).collect();
            spelling::learn(rows, self.term(&word), &near)?;
        }
        Ok(())
    }

    fn learn_person(&self, rows: &mut Rows<'_>, person: &Person) -> Result<(), Fault> {
        person.names().try_for_each(|name| self.learn(rows, name))
    }

    fn replace(
        &self,
        rows: &mut Rows<'_>,
        ordinal: u32,
        part: &str,
        found_by: Vec<Term>,
    ) -> Result<(), Fault> {
        let found_by = found_by.iter().map(|term| self.term(term)).collect();
        held::replace(rows, ordinal, part, found_by)
    }

    /// Changes a card, and what filters find it by.
    fn change(
        &self,
        rows: &mut Rows<'_>,
        ordinal: u32,
        change: impl FnOnce(&mut Card),
    ) -> Result<(), Fault> {
        let Some(mut card) = Card::read(rows, ordinal)? else { return Ok(()) };
        let before = card.facets();
        change(&mut card);
        card.write(rows, ordinal)?;
        if card.facets() == before { Ok(()) } else { self.classify(&card, rows, ordinal) }
    }

    fn classify(&self, card: &Card, rows: &mut Rows<'_>, ordinal: u32) -> Result<(), Fault> {
        let facets = card.facets().into_iter().map(|facet| (terms::Kind::Facet, facet));
        self.replace(rows, ordinal, FACETS, facets.collect())
    }
}

fn apply_service(event: &ServiceEvent, service_id: &str, card: &mut Card) {
    if let ServiceEvent::Added { site_id, service_type, .. } = event {
        card.services.push(Service {
            service_id: service_id.to_owned(),
            site_id: site_id.to_string(),
            kind: service_type.map(Kind::from),
            status: Standing::Pending,
        });
        return;
    }
    let service = card.services.iter_mut().find(|service| service.service_id == service_id);
    let Some(service) = service else { return };
    match event {
        ServiceEvent::Added { .. } | ServiceEvent::DeviceChanged { .. } => {}
        ServiceEvent::Activated { .. } => service.status = Standing::Active,
        ServiceEvent::PackageChanged { service_type, .. } => {
            service.kind = service_type.map(Kind::from).or(service.kind);
        }
        ServiceEvent::Disconnected { .. } => service.status = Standing::Disconnected,
    }
}

fn noun(id: &str) -> Term {
    (terms::Kind::Noun, id.to_owned())
}

/// `account_7` of `customer_account_7`, who has that account alone.
pub(crate) fn sole_account(customer_id: &str) -> Option<String> {
    let account_id = AccountId::parse(customer_id.strip_prefix("customer_")?).ok()?;
    let implied = Customer::implied(&account_id)?;
    (implied.as_str() == customer_id).then(|| account_id.to_string())
}
