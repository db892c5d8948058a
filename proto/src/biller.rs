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
    biller::{Biller, BusinessDays, Customers, Policies, Segment},
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
    let document = Document::parse(text).map_err(|mistake| vec![mistake])?;
    let mut misshapen = match shape::read::<File>(&document) {
        Ok(file) => return file.biller().map_err(|mistakes| document.told(mistakes)),
        Err(misshapen) => misshapen,
    };
    let wrong = misshapen.rest.take().and_then(|file| file.biller().err());
    let wrong = wrong.map(|wrong| document.told(misshapen.told(wrong)));
    let mut told = misshapen.mistakes;
    told.extend(wrong.unwrap_or_default());
    told.sort_by_key(BillerError::line);
    Err(told)
}

/// The line of a biller's file on which a key stands, counted from 1; that of its table where it
/// is missing.
#[must_use]
pub fn line_of(text: &str, key: &str) -> usize {
    Document::parse(text).map_or(1, |document| document.line_of(key))
}

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
        let currency = Currency::parse(&self.currency)
            .ok_or_else(|| value("currency", "must be three capital letters as in USD"))?;
        let fees = self.fees.keys().map(String::as_str).collect();
        let mut mistakes = Mistakes::default();
        let named = mistakes.take(self.named());
        let tasks = mistakes.take(tasks::tasks(&self.tasks));
        let guides = tasks.as_ref().map(|tasks| guides::guides(&self.guides, tasks));
        let guides = guides.and_then(|guides| mistakes.take(guides));
        let read = (
            mistakes.take(self.catalog(currency)),
            mistakes.take(self.customers.customers()),
            mistakes.take(self.calendar.business_days()),
            mistakes.take(self.policies.policies()),
            mistakes.take(self.billing.plan(currency)),
            mistakes.take(self.letterhead.letterhead()),
            mistakes.take(self.dunning.plan(&fees, currency)),
            mistakes.take(billing::taxes(&self.taxes)),
            mistakes.take(codes("tickets.queues", &self.tickets.queues)),
            mistakes.take(interactions(&self.interactions)),
        );
        let (Some(()), Some(tasks), Some(guides)) = (named, tasks, guides) else {
            return Err(mistakes);
        };
        let (
            Some(catalog),
            Some(customers),
            Some(business_days),
            Some(policies),
            Some(billing),
            Some(letterhead),
            Some(dunning),
            Some(taxes),
            Some(ticket_queues),
            Some(interactions),
        ) = read
        else {
            return Err(mistakes);
        };
        Ok(Biller {
            name: self.name,
            zone: self.zone,
            currency,
            catalog,
            customers,
            business_days,
            policies,
            billing,
            letterhead,
            dunning,
            taxes: Arc::new(taxes),
            ticket_queues,
            interactions,
            tasks,
            guides,
        })
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
            let changes = code(&format!("{key}.changes"), &segment.changes)?;
            let fiber_upgrades = code(&format!("{key}.fiber_upgrades"), &segment.fiber_upgrades)?;
            Ok((code(&key, name)?, Segment { changes, fiber_upgrades }))
        };
        let segments = each(self.segments.iter().map(segment))?;
        Ok(Customers {
            authenticate_before_orders: self.authenticate_before_orders,
            segments,
            types: codes("customers.types", &self.types)?,
            categories: codes("customers.categories", &self.categories)?,
        })
    }
}

impl CalendarFile {
    fn business_days(&self) -> Read<BusinessDays> {
        let names = self.weekend.iter().enumerate();
        let weekend: Vec<_> =
            each(names.map(|(at, name)| weekday(&format!("calendar.weekend[{at}]"), name)))?;
        if weekend.len() > 6 {
            return Err(value("calendar.weekend", "must leave a business day in the week"));
        }
        let date = |(at, text): (usize, &String)| {
            let wrong =
                |_| value(&format!("calendar.holidays[{at}]"), "must be a date as in 2026-12-25");
            text.parse::<Date>().map_err(wrong)
        };
        Ok(BusinessDays { weekend, holidays: each(self.holidays.iter().enumerate().map(date))? })
    }
}

impl PoliciesFile {
    fn policies(&self) -> Read<Policies> {
        let mut mistakes = Mistakes::default();
        let vlan = |key: &str, vlan| whole(&format!("policies.{key}"), vlan, 0..=VLAN_MAX, "");
        let limit = |key: &str, text: &str| duration(&format!("policies.{key}"), text);
        let key = "policies.provisioning_attempts_max";
        let attempts = whole(key, self.provisioning_attempts_max, 1..=ATTEMPTS_MAX, "");
        let read = (
            mistakes.take(vlan("service_vlan", self.service_vlan)),
            mistakes.take(vlan("suspended_vlan", self.suspended_vlan)),
            mistakes.take(limit("suspension_limit", &self.suspension_limit)),
            mistakes.take(limit("reinstatement_limit", &self.reinstatement_limit)),
            mistakes.take(attempts),
            mistakes.take(limit("provisioning_retry", &self.provisioning_retry)),
        );
        let (
            Some(service_vlan),
            Some(suspended_vlan),
            Some(stop),
            Some(resume),
            Some(most),
            Some(retry),
        ) = read
        else {
            return Err(mistakes);
        };
        Ok(Policies {
            service_vlan,
            suspended_vlan,
            suspension_limit: stop,
            reinstatement_limit: resume,
            provisioning_attempts_max: most,
            provisioning_retry: retry,
        })
    }
}

fn value(key: &str, problem: impl Display) -> Mistakes {
    Mistakes::of(key, problem)
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
        if subcategories.is_empty() {
            return Err(value(&key, "must hold at least one subcategory"));
        }
        Ok((code(&key, category)?, codes(&key, subcategories)?))
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
