//! A biller's data from its TOML file.
//!
//! What must stay true: a mistake is named by its line, its key and what it must be, before
//! anything starts; an unknown key is a mistake.

mod billing;
mod catalog;
mod dated;
mod doubts;
mod dunning;
mod guides;
mod letterhead;
mod mistakes;
mod shape;
mod shown;
mod tasks;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    ops::RangeInclusive,
    sync::Arc,
};

use domain::{
    biller::{Biller, BusinessDays, Customers, LeadsTo, Policies, Segment},
    money::{Currency, Money},
    text::Code,
};
use jiff::{
    SignedDuration,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use serde::Deserialize;

pub use doubts::{Doubt, doubts};
pub use mistakes::BillerError;
pub use shown::shown;

use mistakes::{Document, Mistakes, Read, each};

/// The biller that is shipped as the example, with the source documents' values.
pub const SHIPPED: &str = include_str!("../../infra/billers/northeast.toml");

/// Every biller that is shipped (F39): the same, and three that differ from it.
pub const EVERY_SHIPPED: [&str; 4] = [
    SHIPPED,
    include_str!("../../infra/billers/midwest.toml"),
    include_str!("../../infra/billers/brighthouse.toml"),
    include_str!("../../infra/billers/national.toml"),
];

/// Reads a biller from its file's text.
///
/// # Errors
/// The first mistake in it.
pub fn parse(text: &str) -> Result<Biller, BillerError> {
    check(text).map_err(|mistakes| {
        mistakes.into_iter().next().expect("a file without a mistake is a biller's")
    })
}

/// Reads a biller from its file's text, however many mistakes there are in it.
///
/// # Errors
/// Every mistake that can be found in spite of the others, in the order of their lines.
pub fn check(text: &str) -> Result<Biller, Vec<BillerError>> {
    let document = Document::parse(text)?;
    let mut told = document.twice.clone();
    match shape::read::<File>(&document) {
        Ok(file) => match file.biller() {
            Ok(biller) if told.is_empty() => return Ok(biller),
            Ok(_) => {}
            Err(mistakes) => told.extend(document.told(mistakes)),
        },
        Err(mut misshapen) => {
            let wrong = misshapen.rest.take().and_then(|file| file.biller().err());
            let wrong = wrong.map(|wrong| document.told(misshapen.told(wrong)));
            told.extend(misshapen.mistakes);
            told.extend(wrong.unwrap_or_default());
        }
    }
    told.sort_by_key(BillerError::line);
    Err(told)
}

/// The line of a biller's file on which a key stands, counted from 1; that of its table where it
/// is missing.
#[must_use]
pub fn line_of(text: &str, key: &str) -> usize {
    Document::parse(text).map_or(1, |document| document.line_of(key))
}

/// The views of its services to which the tasks of a biller's file lead, with the keys that name
/// them (`tasks.SC.view`), whatever else is wrong with it.
#[must_use]
pub fn task_views(text: &str) -> Vec<(String, LeadsTo)> {
    Document::parse(text).map_or_else(|_| Vec::new(), |document| tasks::views(&document))
}

/// What amounts are of where the file does not say it: by ISO 4217, of no currency.
const NO_CURRENCY: &str = "XXX";
/// The highest VLAN that there is.
const VLAN_MAX: i64 = 4_094;
/// Most attempts at a transaction against the network.
const ATTEMPTS_MAX: i64 = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    zone: String,
    currency: String,
    policies: PoliciesFile,
    billing: billing::BillingFile,
    letterhead: letterhead::LetterheadFile,
    dunning: dunning::DunningFile,
    #[serde(default)]
    fees: BTreeMap<String, billing::FeeFile>,
    #[serde(default)]
    extras: BTreeMap<String, billing::ExtraFile>,
    #[serde(default)]
    bundles: BTreeMap<String, billing::BundleFile>,
    #[serde(default)]
    taxes: billing::TaxesFile,
    calendar: CalendarFile,
    orders: catalog::OrdersFile,
    tickets: TicketsFile,
    interactions: BTreeMap<String, Vec<String>>,
    customers: CustomersFile,
    devices: BTreeMap<String, catalog::DeviceFile>,
    packages: BTreeMap<String, catalog::PackageFile>,
    #[serde(default)]
    tasks: BTreeMap<String, tasks::TaskFile>,
    #[serde(default)]
    guides: BTreeMap<String, guides::GuideFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PoliciesFile {
    service_vlan: i64,
    suspended_vlan: i64,
    suspension_limit: String,
    reinstatement_limit: String,
    provisioning_attempts_max: i64,
    provisioning_retry: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    weekend: Vec<String>,
    holidays: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TicketsFile {
    queues: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomersFile {
    #[serde(default)]
    authenticate_before_orders: bool,
    types: Vec<String>,
    categories: Vec<String>,
    #[serde(default)]
    segments: BTreeMap<String, SegmentFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SegmentFile {
    changes: String,
    fiber_upgrades: String,
}

impl File {
    fn biller(self) -> Read<Biller> {
        let mut mistakes = Mistakes::default();
        let currency = mistakes.take(currency(&self.currency));
        // Whether an amount is one does not depend on what it is an amount of.
        let Some(of) = currency.or_else(|| Currency::parse(NO_CURRENCY)) else {
            return Err(mistakes);
        };
        let named = mistakes.take(self.named());
        let tasks = mistakes.take(tasks::tasks(&self.tasks));
        let task_codes = self.tasks.keys().map(String::as_str).collect();
        let guides = mistakes.take(guides::guides(&self.guides, &task_codes));
        let catalog = mistakes.take(self.catalog(of));
        let worth = mistakes.take(self.demand_worth(of));
        let customers = mistakes.take(self.customers.customers());
        let business_days = mistakes.take(self.calendar.business_days());
        let policies = mistakes.take(self.policies.policies());
        let billing = mistakes.take(self.billing.plan(of));
        let letterhead = mistakes.take(self.letterhead.letterhead());
        let fees = self.fees.keys().map(String::as_str).collect();
        let dunning = mistakes.take(self.dunning.plan(&fees, of));
        let taxes = mistakes.take(billing::taxes(&self.taxes));
        let ticket_queues = mistakes.take(codes("tickets.queues", &self.tickets.queues));
        let interactions = mistakes.take(interactions(&self.interactions));
        let biller = || {
            let ((), ()) = (named?, worth?);
            Some(Biller {
                name: self.name,
                zone: self.zone,
                currency: currency?,
                catalog: catalog?,
                customers: customers?,
                business_days: business_days?,
                policies: policies?,
                billing: billing?,
                letterhead: letterhead?,
                dunning: dunning?,
                taxes: Arc::new(taxes?),
                ticket_queues: ticket_queues?,
                interactions: interactions?,
                tasks: tasks?,
                guides: guides?,
            })
        };
        mistakes.or(biller())
    }

    /// What the biller is called, and whose time it goes by.
    fn named(&self) -> Read<()> {
        let name = "must be lower-case letters, digits, `-` or `_`";
        let zone = "must be an IANA time zone";
        each([
            if is_name(&self.name) { Ok(()) } else { Err(value("name", name)) },
            TimeZone::get(&self.zone).map(|_| ()).map_err(|_| value("zone", zone)),
        ])
    }
}

impl CustomersFile {
    fn customers(&self) -> Read<Customers> {
        let segment = |(name, segment): (&String, &SegmentFile)| {
            let key = format!("customers.segments.{name}");
            let mut mistakes = Mistakes::default();
            let name = mistakes.take(code(&key, name));
            let changes = mistakes.take(code(&format!("{key}.changes"), &segment.changes));
            let fiber_upgrades = format!("{key}.fiber_upgrades");
            let fiber_upgrades = mistakes.take(code(&fiber_upgrades, &segment.fiber_upgrades));
            let segment =
                || Some((name?, Segment { changes: changes?, fiber_upgrades: fiber_upgrades? }));
            mistakes.or(segment())
        };
        let mut mistakes = Mistakes::default();
        let segments = mistakes.take(each(self.segments.iter().map(segment)));
        let types = mistakes.take(codes("customers.types", &self.types));
        let categories = mistakes.take(codes("customers.categories", &self.categories));
        let customers = || {
            Some(Customers {
                authenticate_before_orders: self.authenticate_before_orders,
                segments: segments?,
                types: types?,
                categories: categories?,
            })
        };
        mistakes.or(customers())
    }
}

impl CalendarFile {
    fn business_days(&self) -> Read<BusinessDays> {
        let date = |(at, text): (usize, &String)| {
            let wrong =
                |_| value(&format!("calendar.holidays[{at}]"), "must be a date as in 2026-12-25");
            text.parse::<Date>().map_err(wrong)
        };
        let mut mistakes = Mistakes::default();
        let weekend = mistakes.take(self.weekend());
        let holidays = mistakes.take(each(self.holidays.iter().enumerate().map(date)));
        let business_days = || Some(BusinessDays { weekend: weekend?, holidays: holidays? });
        mistakes.or(business_days())
    }

    fn weekend(&self) -> Read<Vec<Weekday>> {
        let names = self.weekend.iter().enumerate();
        let weekend: Vec<_> =
            each(names.map(|(at, name)| weekday(&format!("calendar.weekend[{at}]"), name)))?;
        if weekend.len() <= 6 {
            return Ok(weekend);
        }
        let wrong = value("calendar.weekend", "must leave a business day in the week");
        Err(wrong.reckoned_with("calendar.weekend"))
    }
}

impl PoliciesFile {
    fn policies(&self) -> Read<Policies> {
        let mut mistakes = Mistakes::default();
        let vlan = |key: &str, vlan| whole(&format!("policies.{key}"), vlan, 0..=VLAN_MAX, "");
        let limit = |key: &str, text: &str| duration(&format!("policies.{key}"), text);
        let key = "policies.provisioning_attempts_max";
        let attempts = whole(key, self.provisioning_attempts_max, 1..=ATTEMPTS_MAX, "");
        let service_vlan = mistakes.take(vlan("service_vlan", self.service_vlan));
        let suspended_vlan = mistakes.take(vlan("suspended_vlan", self.suspended_vlan));
        let stop = mistakes.take(limit("suspension_limit", &self.suspension_limit));
        let resume = mistakes.take(limit("reinstatement_limit", &self.reinstatement_limit));
        let attempts = mistakes.take(attempts);
        let retry = mistakes.take(limit("provisioning_retry", &self.provisioning_retry));
        let policies = || {
            Some(Policies {
                service_vlan: service_vlan?,
                suspended_vlan: suspended_vlan?,
                suspension_limit: stop?,
                reinstatement_limit: resume?,
                provisioning_attempts_max: attempts?,
                provisioning_retry: retry?,
            })
        };
        mistakes.or(policies())
    }
}

fn value(key: &str, problem: impl Display) -> Mistakes {
    Mistakes::of(key, problem)
}

fn currency(text: &str) -> Read<Currency> {
    let wrong = || value("currency", "must be three capital letters as in USD");
    Currency::parse(text).ok_or_else(wrong)
}

fn is_name(name: &str) -> bool {
    let safe = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
    };
    (1..=32).contains(&name.len()) && name.bytes().all(safe)
}

fn code(key: &str, text: &str) -> Read<Code> {
    Code::parse(text).map_err(|error| value(key, error))
}

fn codes(key: &str, texts: &[String]) -> Read<BTreeSet<Code>> {
    each(texts.iter().enumerate().map(|(at, text)| code(&format!("{key}[{at}]"), text)))
}

/// Categories with their subcategories, of which each has at least one (F66).
fn interactions(file: &BTreeMap<String, Vec<String>>) -> Read<BTreeMap<Code, BTreeSet<Code>>> {
    let category = |(category, subcategories): (&String, &Vec<String>)| {
        let key = format!("interactions.{category}");
        let mut mistakes = Mistakes::default();
        let category = mistakes.take(code(&key, category));
        let read = match subcategories.is_empty() {
            true => Err(value(&key, "must hold at least one subcategory")),
            false => codes(&key, subcategories),
        };
        let subcategories = mistakes.take(read);
        mistakes.or(category.zip(subcategories))
    };
    each(file.iter().map(category))
}

/// A whole number from a file, as what it is kept as. It is read as any number, so that one that
/// cannot be hides no other mistake.
fn whole<T: TryFrom<i64>>(
    key: &str,
    number: i64,
    bounds: RangeInclusive<i64>,
    unit: &str,
) -> Read<T> {
    let within = T::try_from(number).ok().filter(|_| bounds.contains(&number));
    let (least, most) = bounds.into_inner();
    within.ok_or_else(|| value(key, format!("must be from {least} to {most}{unit}")))
}

fn price(key: &str, text: &str, currency: Currency) -> Read<Money> {
    let wrong = || value(key, "must be an amount as in \"59.99\"");
    let (whole, cents) = text.split_once('.').ok_or_else(wrong)?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 7 || cents.len() != 2 || !digits(whole) || !digits(cents) {
        return Err(wrong());
    }
    let minor = format!("{whole}{cents}").parse().map_err(|_| wrong())?;
    Ok(Money::new(currency, minor))
}

fn duration(key: &str, text: &str) -> Read<SignedDuration> {
    let wrong = || value(key, "must be a length of time as in \"10m\" or \"4h\"");
    let duration: SignedDuration = text.parse().map_err(|_| wrong())?;
    if duration.is_positive() { Ok(duration) } else { Err(wrong()) }
}

fn weekday(key: &str, name: &str) -> Read<Weekday> {
    match name {
        "monday" => Ok(Weekday::Monday),
        "tuesday" => Ok(Weekday::Tuesday),
        "wednesday" => Ok(Weekday::Wednesday),
        "thursday" => Ok(Weekday::Thursday),
        "friday" => Ok(Weekday::Friday),
        "saturday" => Ok(Weekday::Saturday),
        "sunday" => Ok(Weekday::Sunday),
        _ => Err(value(key, "must be a day of the week as in \"saturday\"")),
    }
}

#[cfg(test)]
mod tests;
