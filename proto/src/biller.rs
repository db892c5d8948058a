//! A biller's data from its TOML file.
//!
//! What must stay true: a mistake is named by its key and what it must be, before anything starts;
//! an unknown key is a mistake.

mod guides;
mod tasks;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

use domain::{
    biller::{
        Biller, BusinessDays, Campaign, Catalog, Customers, DeviceModel, Installation, Offer,
        Package, Policies, Segment, ServiceType,
    },
    money::{Currency, Money},
    text::Code,
};
use jiff::{
    SignedDuration,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use serde::Deserialize;

/// The biller that is shipped as the example, with the source documents' values.
pub const SHIPPED: &str = include_str!("../../infra/billers/northeast.toml");

/// Every biller that is shipped (F39): the same, and three that differ from it.
pub const EVERY_SHIPPED: [&str; 4] = [
    SHIPPED,
    include_str!("../../infra/billers/midwest.toml"),
    include_str!("../../infra/billers/brighthouse.toml"),
    include_str!("../../infra/billers/national.toml"),
];
/// Most points of an order type or a slot: what a day's quota remembers stays small.
const POINTS_MAX: u32 = 1_000;
/// Longest campaign in months.
const MONTHS_MAX: u32 = 120;

/// What is wrong with a biller's file.
#[derive(Debug, thiserror::Error)]
pub enum BillerError {
    /// Not TOML, or not these keys.
    #[error("the biller's file cannot be read")]
    Toml(#[source] toml::de::Error),
    /// A value that cannot be.
    #[error("{key} {problem}")]
    Value {
        /// Path of the key.
        key: String,
        /// What it must be.
        problem: String,
    },
}

/// Reads a biller from its file's text.
///
/// # Errors
/// The key and what is wrong with it.
pub fn parse(text: &str) -> Result<Biller, BillerError> {
    let file: File = toml::from_str(text).map_err(BillerError::Toml)?;
    let currency = Currency::parse(&file.currency)
        .ok_or_else(|| value("currency", "must be three capital letters as in USD"))?;
    TimeZone::get(&file.zone).map_err(|_| value("zone", "must be an IANA time zone"))?;
    if !is_name(&file.name) {
        return Err(value("name", "must be lower-case letters, digits, `-` or `_`"));
    }
    let tasks = tasks::tasks(&file.tasks)?;
    Ok(Biller {
        catalog: file.catalog(currency)?,
        customers: file.customers.customers()?,
        business_days: file.calendar.business_days()?,
        policies: file.policies.policies()?,
        ticket_queues: codes("tickets.queues", &file.tickets.queues)?,
        interactions: interactions(&file.interactions)?,
        guides: guides::guides(&file.guides, &tasks)?,
        tasks,
        name: file.name,
        zone: file.zone,
        currency,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    zone: String,
    currency: String,
    policies: PoliciesFile,
    calendar: CalendarFile,
    orders: OrdersFile,
    tickets: TicketsFile,
    interactions: BTreeMap<String, Vec<String>>,
    customers: CustomersFile,
    devices: BTreeMap<String, DeviceFile>,
    packages: BTreeMap<String, PackageFile>,
    #[serde(default)]
    tasks: BTreeMap<String, tasks::TaskFile>,
    #[serde(default)]
    guides: BTreeMap<String, guides::GuideFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PoliciesFile {
    service_vlan: u32,
    suspended_vlan: u32,
    suspension_limit: String,
    reinstatement_limit: String,
    provisioning_attempts_max: u32,
    provisioning_retry: String,
    due_day: i8,
    dunning_days: Vec<i8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    weekend: Vec<String>,
    holidays: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrdersFile {
    order_types: BTreeMap<String, u32>,
    slots: BTreeMap<String, u32>,
    sale_types: Vec<String>,
    sale_reasons: Vec<String>,
    problems: Vec<String>,
    requests: Vec<String>,
    disconnect_reasons: Vec<String>,
    campaigns: BTreeMap<String, CampaignFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CampaignFile {
    name: String,
    packages: Vec<String>,
    months: u32,
    monthly: Option<String>,
    discount: Option<String>,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceFile {
    technology: String,
    down_mbps_max: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackageFile {
    name: String,
    #[serde(default)]
    service_type: ServiceTypeFile,
    group: String,
    service_code: String,
    technologies: Vec<String>,
    down_mbps: u32,
    up_mbps: u32,
    rank: u32,
    monthly: String,
    swap_family: Option<String>,
    #[serde(default)]
    serviceability_check: bool,
    #[serde(default)]
    professional_installation: bool,
    #[serde(default)]
    self_install_markets: Vec<String>,
    #[serde(default)]
    downgrade_keeps_device: bool,
}

/// What kind of service a package is (F65); data unless the file says otherwise.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ServiceTypeFile {
    #[default]
    Internet,
    Voice,
    Video,
    Digital,
}

impl File {
    fn catalog(&self, currency: Currency) -> Result<Catalog, BillerError> {
        let mut packages = BTreeMap::new();
        for (id, package) in &self.packages {
            let key = format!("packages.{id}");
            packages.insert(code(&key, id)?, package.package(&key, currency)?);
        }
        let mut devices = BTreeMap::new();
        for (model, device) in &self.devices {
            let key = format!("devices.{model}");
            let technology = code(&format!("{key}.technology"), &device.technology)?;
            let device = DeviceModel { technology, down_mbps_max: device.down_mbps_max };
            devices.insert(code(&key, model)?, device);
        }
        let orders = &self.orders;
        let mut campaigns = BTreeMap::new();
        for (id, campaign) in &orders.campaigns {
            let key = format!("orders.campaigns.{id}");
            campaigns.insert(code(&key, id)?, campaign.campaign(&key, &packages)?);
        }
        let reasons = codes("orders.disconnect_reasons", &orders.disconnect_reasons)?;
        Ok(Catalog {
            packages,
            devices,
            order_types: points("orders.order_types", &orders.order_types)?,
            slots: points("orders.slots", &orders.slots)?,
            sale_types: codes("orders.sale_types", &orders.sale_types)?,
            sale_reasons: codes("orders.sale_reasons", &orders.sale_reasons)?,
            campaigns,
            problems: codes("orders.problems", &orders.problems)?,
            requests: codes("orders.requests", &orders.requests)?,
            disconnect_reasons: reasons,
        })
    }
}

impl CampaignFile {
    fn campaign(&self, key: &str, sold: &BTreeMap<Code, Package>) -> Result<Campaign, BillerError> {
        let key = |field: &str| format!("{key}.{field}");
        let packages = codes(&key("packages"), &self.packages)?;
        let known = packages.iter().find_map(|package_id| sold.get(package_id));
        let Some(package) = known.filter(|_| packages.iter().all(|id| sold.contains_key(id)))
        else {
            return Err(value(&key("packages"), "must hold Package IDs of this file"));
        };
        if !(1..=MONTHS_MAX).contains(&self.months) {
            return Err(value(&key("months"), format!("must be from 1 to {MONTHS_MAX}")));
        }
        let currency = package.monthly.currency;
        let offer = match (&self.monthly, &self.discount) {
            (Some(monthly), None) => Offer::Monthly(price(&key("monthly"), monthly, currency)?),
            (None, Some(less)) => Offer::Discount(price(&key("discount"), less, currency)?),
            (Some(_), Some(_)) | (None, None) => {
                return Err(value(&key("monthly"), "or discount must be given, one of the two"));
            }
        };
        Ok(Campaign { name: self.name.clone(), packages, months: self.months, offer })
    }
}

impl CustomersFile {
    fn customers(&self) -> Result<Customers, BillerError> {
        let mut segments = BTreeMap::new();
        for (name, segment) in &self.segments {
            let key = format!("customers.segments.{name}");
            let changes = code(&format!("{key}.changes"), &segment.changes)?;
            let fiber_upgrades = code(&format!("{key}.fiber_upgrades"), &segment.fiber_upgrades)?;
            segments.insert(code(&key, name)?, Segment { changes, fiber_upgrades });
        }
        Ok(Customers {
            authenticate_before_orders: self.authenticate_before_orders,
            segments,
            types: codes("customers.types", &self.types)?,
            categories: codes("customers.categories", &self.categories)?,
        })
    }
}

impl PackageFile {
    fn package(&self, key: &str, currency: Currency) -> Result<Package, BillerError> {
        let key = |field: &str| format!("{key}.{field}");
        let markets = codes(&key("self_install_markets"), &self.self_install_markets)?;
        let installation = match (self.professional_installation, markets.is_empty()) {
            (true, _) => Installation::Professional { self_install_markets: markets },
            (false, true) => Installation::SelfInstall,
            (false, false) => {
                let problem = "belongs to packages with professional_installation = true";
                return Err(value(&key("self_install_markets"), problem));
            }
        };
        Ok(Package {
            name: self.name.clone(),
            service_type: match self.service_type {
                ServiceTypeFile::Internet => ServiceType::Internet,
                ServiceTypeFile::Voice => ServiceType::Voice,
                ServiceTypeFile::Video => ServiceType::Video,
                ServiceTypeFile::Digital => ServiceType::Digital,
            },
            group: code(&key("group"), &self.group)?,
            service_code: code(&key("service_code"), &self.service_code)?,
            technologies: codes(&key("technologies"), &self.technologies)?,
            down_mbps: self.down_mbps,
            up_mbps: self.up_mbps,
            rank: self.rank,
            monthly: price(&key("monthly"), &self.monthly, currency)?,
            swap_family: match &self.swap_family {
                Some(family) => Some(code(&key("swap_family"), family)?),
                None => None,
            },
            serviceability_check: self.serviceability_check,
            installation,
            downgrade_keeps_device: self.downgrade_keeps_device,
        })
    }
}

impl CalendarFile {
    fn business_days(&self) -> Result<BusinessDays, BillerError> {
        let weekend =
            self.weekend.iter().map(|name| weekday(name)).collect::<Result<Vec<_>, _>>()?;
        if weekend.len() > 6 {
            return Err(value("calendar.weekend", "must leave a business day in the week"));
        }
        let date = |text: &String| {
            text.parse::<Date>()
                .map_err(|_| value("calendar.holidays", "must hold dates as in 2026-12-25"))
        };
        Ok(BusinessDays {
            weekend,
            holidays: self.holidays.iter().map(date).collect::<Result<_, _>>()?,
        })
    }
}

impl PoliciesFile {
    fn policies(&self) -> Result<Policies, BillerError> {
        let days = &self.dunning_days;
        if days.is_empty() || !days.iter().all(|day| (1..=28).contains(day)) {
            return Err(value("policies.dunning_days", "must hold days from 1 to 28"));
        }
        if !days.is_sorted_by(|before, after| before < after) {
            return Err(value("policies.dunning_days", "must be in order, each day once"));
        }
        if !(1..=28).contains(&self.due_day) || self.due_day >= days[0] {
            return Err(value("policies.due_day", "must be from 1 to 28, before dunning_days"));
        }
        if self.provisioning_attempts_max == 0 {
            return Err(value("policies.provisioning_attempts_max", "must be at least 1"));
        }
        Ok(Policies {
            service_vlan: self.service_vlan,
            suspended_vlan: self.suspended_vlan,
            suspension_limit: duration("policies.suspension_limit", &self.suspension_limit)?,
            reinstatement_limit: duration(
                "policies.reinstatement_limit",
                &self.reinstatement_limit,
            )?,
            provisioning_attempts_max: self.provisioning_attempts_max,
            provisioning_retry: duration("policies.provisioning_retry", &self.provisioning_retry)?,
            due_day: self.due_day,
            dunning_days: days.clone(),
        })
    }
}

fn value(key: &str, problem: impl Display) -> BillerError {
    BillerError::Value { key: key.to_owned(), problem: problem.to_string() }
}

fn is_name(name: &str) -> bool {
    let safe = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
    };
    (1..=32).contains(&name.len()) && name.bytes().all(safe)
}

fn code(key: &str, text: &str) -> Result<Code, BillerError> {
    Code::parse(text).map_err(|error| value(key, error))
}

fn codes(key: &str, texts: &[String]) -> Result<BTreeSet<Code>, BillerError> {
    texts.iter().map(|text| code(key, text)).collect()
}

/// Categories with their subcategories, of which each has at least one (F66).
fn interactions(
    file: &BTreeMap<String, Vec<String>>,
) -> Result<BTreeMap<Code, BTreeSet<Code>>, BillerError> {
    let category = |(category, subcategories): (&String, &Vec<String>)| {
        let key = format!("interactions.{category}");
        if subcategories.is_empty() {
            return Err(value(&key, "must hold at least one subcategory"));
        }
        Ok((code(&key, category)?, codes(&key, subcategories)?))
    };
    file.iter().map(category).collect()
}

/// Codes and the points that each costs, or has; nothing is free, and nothing is endless.
fn points(key: &str, of: &BTreeMap<String, u32>) -> Result<BTreeMap<Code, u32>, BillerError> {
    let mut points = BTreeMap::new();
    for (text, count) in of {
        let key = format!("{key}.{text}");
        if !(1..=POINTS_MAX).contains(count) {
            return Err(value(&key, format!("must be from 1 to {POINTS_MAX} points")));
        }
        points.insert(code(&key, text)?, *count);
    }
    Ok(points)
}

fn price(key: &str, text: &str, currency: Currency) -> Result<Money, BillerError> {
    let wrong = || value(key, "must be an amount as in \"59.99\"");
    let (whole, cents) = text.split_once('.').ok_or_else(wrong)?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 7 || cents.len() != 2 || !digits(whole) || !digits(cents) {
        return Err(wrong());
    }
    let minor = format!("{whole}{cents}").parse().map_err(|_| wrong())?;
    Ok(Money::new(currency, minor))
}

fn duration(key: &str, text: &str) -> Result<SignedDuration, BillerError> {
    let wrong = || value(key, "must be a length of time as in \"10m\" or \"4h\"");
    let duration: SignedDuration = text.parse().map_err(|_| wrong())?;
    if duration.is_positive() { Ok(duration) } else { Err(wrong()) }
}

fn weekday(name: &str) -> Result<Weekday, BillerError> {
    match name {
        "monday" => Ok(Weekday::Monday),
        "tuesday" => Ok(Weekday::Tuesday),
        "wednesday" => Ok(Weekday::Wednesday),
        "thursday" => Ok(Weekday::Thursday),
        "friday" => Ok(Weekday::Friday),
        "saturday" => Ok(Weekday::Saturday),
        "sunday" => Ok(Weekday::Sunday),
        _ => Err(value("calendar.weekend", "must hold days of the week as in \"saturday\"")),
    }
}

#[cfg(test)]
mod tests;
