//! What the biller sells, and the codes that orders carry: `[packages]`, `[devices]`, `[orders]`
//! and what of `[fees]`, `[extras]` and `[bundles]` they name.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    biller::{Campaign, Catalog, DeviceModel, Installation, Offer, Package, ServiceType},
    money::{Currency, Money},
    text::Code,
};
use jiff::civil::Date;
use serde::Deserialize;

use super::{
    File,
    billing::{self, BundleFile, Names, known_code, optional_code, optional_known_code, prices},
    code, codes,
    dated::{DatedFile, optional_date},
    mistakes::{Mistakes, Read, each},
    price, value, whole,
};

/// Most points of an order type or a slot: what a day's quota remembers stays small.
const POINTS_MAX: i64 = 1_000;
/// Longest campaign in months.
const MONTHS_MAX: i64 = 120;
/// The quickest line, in Mbit/s.
const MBPS_MAX: i64 = 1_000_000;
/// The highest rank of a package.
const RANK_MAX: i64 = 1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrdersFile {
    order_types: BTreeMap<String, i64>,
    slots: BTreeMap<String, i64>,
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
    from: Option<String>,
    until: Option<String>,
    months: i64,
    monthly: Option<String>,
    discount: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceFile {
    technology: String,
    down_mbps_max: i64,
    rental: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackageFile {
    name: String,
    #[serde(default)]
    service_type: ServiceTypeFile,
    group: String,
    service_code: String,
    technologies: Vec<String>,
    down_mbps: i64,
    up_mbps: i64,
    rank: i64,
    monthly: DatedFile,
    tax_code: Option<String>,
    activation_fee: Option<String>,
    #[serde(default)]
    extras: Vec<String>,
    #[serde(default)]
    in_arrears: bool,
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
    pub(super) fn catalog(&self, currency: Currency) -> Read<Catalog> {
        let mut mistakes = Mistakes::default();
        let sold = self.packages.keys().map(String::as_str).collect();
        let packages = mistakes.take(self.packages(currency));
        let devices = mistakes.take(self.devices());
        let fees = mistakes.take(billing::fees(&self.fees, currency));
        let extras = mistakes.take(billing::extras(&self.extras, currency));
        let bundles = mistakes.take(billing::bundles(&self.bundles, &sold, currency));
        let orders = mistakes.take(self.orders.catalog(&sold, currency));
        let catalog = || {
            Some(Catalog {
                packages: packages?,
                devices: devices?,
                fees: fees?,
                extras: extras?,
                bundles: bundles?,
                ..orders?
            })
        };
        mistakes.or(catalog())
    }

    fn packages(&self, currency: Currency) -> Read<BTreeMap<Code, Package>> {
        let fees = self.fees.keys().map(String::as_str).collect();
        let extras = self.extras.keys().map(String::as_str).collect();
        let package = |(id, file): (&String, &PackageFile)| {
            let key = format!("packages.{id}");
            let mut mistakes = Mistakes::default();
            let id = mistakes.take(code(&key, id));
            let extras = mistakes.take(file.extras(&format!("{key}.extras"), &extras));
            let fee = file.activation_fee.as_deref();
            let fee = optional_known_code(&format!("{key}.activation_fee"), fee, &fees, "fees");
            let activation_fee = mistakes.take(fee);
            let package = mistakes.take(file.package(&key, currency));
            let package = || {
                let (activation_fee, extras) = (activation_fee?, extras?);
                Some((id?, Package { activation_fee, extras, ..package? }))
            };
            mistakes.or(package())
        };
        each(self.packages.iter().map(package))
    }

    /// Whoever has all packages of a bundle pays something for them, or nothing: whichever versions
    /// of their prices they have, and under whichever campaigns.
    pub(super) fn demand_worth(&self, currency: Currency) -> Read<()> {
        each(self.bundles.iter().map(|(id, bundle)| {
            let key = format!("bundles.{id}.discount");
            let lowest = bundle.packages.iter().collect::<BTreeSet<_>>().into_iter();
            let lowest: Option<Vec<_>> = lowest.map(|id| self.lowest(id, currency)).collect();
            let discount = prices(&key, &bundle.discount, currency).ok();
            let Some((lowest, discount)) = lowest.zip(discount) else { return Ok(()) };
            let worth = lowest.into_iter().fold(0_i64, i64::saturating_add);
            let versions = discount.all();
            let too_much = versions.iter().position(|version| version.value.minor > worth);
            let key = match too_much {
                None => return Ok(()),
                Some(_) if versions.len() == 1 => key,
                Some(at) => format!("{key}[{at}]"),
            };
            let problem = format!(
                "must be at most {}.{:02}, the least that its packages cost in any version and \
                 under any campaign",
                worth / 100,
                worth % 100
            );
            Err(self.reckoned(value(&key, problem), id, bundle))
        }))
    }

    /// The least that a package costs in minor units, if that can be read.
    fn lowest(&self, id: &str, currency: Currency) -> Option<i64> {
        let prices = prices(id, &self.packages.get(id)?.monthly, currency).ok()?;
        let campaigns = self.orders.campaigns.values();
        let campaigns = campaigns.filter(|it| it.packages.iter().any(|package| package == id));
        let offers: Vec<_> = campaigns.filter_map(|it| it.offer(id, currency).ok()).collect();
        let prices = prices.all().iter().map(|version| version.value);
        let under = |price: Money| offers.iter().map(move |it| it.monthly(price)).chain([price]);
        prices.flat_map(under).map(|price| price.minor).min()
    }

    /// What a bundle may cost less follows from its packages and their campaigns.
    fn reckoned(&self, wrong: Mistakes, id: &str, bundle: &BundleFile) -> Mistakes {
        let packages = bundle.packages.iter().map(|id| format!("packages.{id}.monthly"));
        let campaigns = self.orders.campaigns.keys().flat_map(|id| {
            ["packages", "monthly", "discount"].map(|it| format!("orders.campaigns.{id}.{it}"))
        });
        let with = packages.chain(campaigns).chain([format!("bundles.{id}.packages")]);
        with.fold(wrong, |wrong, key| wrong.reckoned_with(&key))
    }

    fn devices(&self) -> Read<BTreeMap<Code, DeviceModel>> {
        let extras = self.extras.keys().map(String::as_str).collect();
        let device = |(model, file): (&String, &DeviceFile)| {
            let key = format!("devices.{model}");
            let mut mistakes = Mistakes::default();
            let model = mistakes.take(code(&key, model));
            let technology = mistakes.take(code(&format!("{key}.technology"), &file.technology));
            let rental = format!("{key}.rental");
            let rental = optional_known_code(&rental, file.rental.as_deref(), &extras, "extras");
            let rental = mistakes.take(rental);
            let fastest = format!("{key}.down_mbps_max");
            let down_mbps_max =
                mistakes.take(whole(&fastest, file.down_mbps_max, 0..=MBPS_MAX, ""));
            let device = || {
                let (technology, down_mbps_max) = (technology?, down_mbps_max?);
                Some((model?, DeviceModel { technology, down_mbps_max, rental: rental? }))
            };
            mistakes.or(device())
        };
        each(self.devices.iter().map(device))
    }
}

impl OrdersFile {
    /// A catalog of nothing but the codes of orders.
    fn catalog(&self, sold: &Names<'_>, currency: Currency) -> Read<Catalog> {
        let campaign = |(id, campaign): (&String, &CampaignFile)| {
            let key = format!("orders.campaigns.{id}");
            let mut mistakes = Mistakes::default();
            let id = mistakes.take(code(&key, id));
            let campaign = mistakes.take(campaign.campaign(&key, sold, currency));
            mistakes.or(id.zip(campaign))
        };
        let mut mistakes = Mistakes::default();
        let campaigns = mistakes.take(each(self.campaigns.iter().map(campaign)));
        let order_types = mistakes.take(points("orders.order_types", &self.order_types));
        let slots = mistakes.take(points("orders.slots", &self.slots));
        let mut list = |key: &str, list| mistakes.take(codes(&format!("orders.{key}"), list));
        let sale_types = list("sale_types", &self.sale_types);
        let sale_reasons = list("sale_reasons", &self.sale_reasons);
        let problems = list("problems", &self.problems);
        let requests = list("requests", &self.requests);
        let disconnect_reasons = list("disconnect_reasons", &self.disconnect_reasons);
        let catalog = || {
            Some(Catalog {
                campaigns: campaigns?,
                order_types: order_types?,
                slots: slots?,
                sale_types: sale_types?,
                sale_reasons: sale_reasons?,
                problems: problems?,
                requests: requests?,
                disconnect_reasons: disconnect_reasons?,
                ..Catalog::default()
            })
        };
        mistakes.or(catalog())
    }
}

impl CampaignFile {
    fn campaign(&self, key: &str, sold: &Names<'_>, currency: Currency) -> Read<Campaign> {
        let mut mistakes = Mistakes::default();
        let packages = mistakes.take(self.packages(&format!("{key}.packages"), sold));
        let months =
            mistakes.take(whole(&format!("{key}.months"), self.months, 1..=MONTHS_MAX, ""));
        let dates = mistakes.take(self.dates(key));
        let offer = mistakes.take(self.offer(key, currency));
        let name = self.name.clone();
        let campaign = || {
            let (packages, months, offer) = (packages?, months?, offer?);
            let (from, until) = dates?;
            Some(Campaign { name, packages, from, until, months, offer })
        };
        mistakes.or(campaign())
    }

    fn packages(&self, key: &str, sold: &Names<'_>) -> Read<BTreeSet<Code>> {
        match self.packages.is_empty() {
            true => Err(value(key, "must hold Package IDs of this file")),
            false => billing::packages(key, &self.packages, sold),
        }
    }

    /// From when until when it is offered.
    fn dates(&self, key: &str) -> Read<(Option<Date>, Option<Date>)> {
        let mut mistakes = Mistakes::default();
        let (begin, end) = (format!("{key}.from"), format!("{key}.until"));
        let from = mistakes.take(optional_date(&begin, self.from.as_deref()));
        let until = mistakes.take(optional_date(&end, self.until.as_deref()));
        if from.flatten().zip(until.flatten()).is_some_and(|(from, until)| from >= until) {
            return Err(value(&end, "must be after from").reckoned_with(&begin));
        }
        mistakes.or(from.zip(until))
    }

    fn offer(&self, key: &str, currency: Currency) -> Read<Offer> {
        let (fixed, less) = (format!("{key}.monthly"), format!("{key}.discount"));
        match (&self.monthly, &self.discount) {
            (Some(monthly), None) => price(&fixed, monthly, currency).map(Offer::Monthly),
            (None, Some(discount)) => price(&less, discount, currency).map(Offer::Discount),
            (Some(_), Some(_)) | (None, None) => {
                let wrong = value(&fixed, "or discount must be given, one of the two");
                Err(wrong.reckoned_with(&less))
            }
        }
    }
}

impl PackageFile {
    /// All of it but the fee and the extras that it names.
    fn package(&self, key: &str, currency: Currency) -> Read<Package> {
        let installation = self.installation(key);
        let key = |field: &str| format!("{key}.{field}");
        let mut mistakes = Mistakes::default();
        let mut text = |field: &str, text| mistakes.take(code(&key(field), text));
        let (group, service_code) =
            (text("group", &self.group), text("service_code", &self.service_code));
        let mut whole =
            |field: &str, number, most| mistakes.take(whole(&key(field), number, 0..=most, ""));
        let (down_mbps, up_mbps) = (
            whole("down_mbps", self.down_mbps, MBPS_MAX),
            whole("up_mbps", self.up_mbps, MBPS_MAX),
        );
        let rank = whole("rank", self.rank, RANK_MAX);
        let mut optional = |field: &str, text: &Option<String>| {
            mistakes.take(optional_code(&key(field), text.as_deref()))
        };
        let tax_code = optional("tax_code", &self.tax_code);
        let swap_family = optional("swap_family", &self.swap_family);
        let technologies = mistakes.take(codes(&key("technologies"), &self.technologies));
        let monthly = mistakes.take(prices(&key("monthly"), &self.monthly, currency));
        let installation = mistakes.take(installation);
        let package = || {
            Some(Package {
                name: self.name.clone(),
                service_type: self.service_type.read(),
                group: group?,
                service_code: service_code?,
                technologies: technologies?,
                down_mbps: down_mbps?,
                up_mbps: up_mbps?,
                rank: rank?,
                monthly: monthly?,
                tax_code: tax_code?,
                activation_fee: None,
                extras: BTreeSet::new(),
                in_arrears: self.in_arrears,
                swap_family: swap_family?,
                serviceability_check: self.serviceability_check,
                installation: installation?,
                downgrade_keeps_device: self.downgrade_keeps_device,
            })
        };
        mistakes.or(package())
    }

    fn installation(&self, key: &str) -> Read<Installation> {
        let in_markets = format!("{key}.self_install_markets");
        let markets = codes(&in_markets, &self.self_install_markets)?;
        match (self.professional_installation, markets.is_empty()) {
            (true, _) => Ok(Installation::Professional { self_install_markets: markets }),
            (false, true) => Ok(Installation::SelfInstall),
            (false, false) => {
                let problem = "belongs to packages with professional_installation = true";
                let wrong = value(&in_markets, problem);
                Err(wrong.reckoned_with(&format!("{key}.professional_installation")))
            }
        }
    }

    fn extras(&self, key: &str, known: &Names<'_>) -> Read<BTreeSet<Code>> {
        let beside = self.extras.iter().enumerate();
        each(beside.map(|(at, it)| known_code(&format!("{key}[{at}]"), it, known, "extras")))
    }
}

impl ServiceTypeFile {
    fn read(self) -> ServiceType {
        match self {
            Self::Internet => ServiceType::Internet,
            Self::Voice => ServiceType::Voice,
            Self::Video => ServiceType::Video,
            Self::Digital => ServiceType::Digital,
        }
    }
}

/// Codes and the points that each costs, or has; nothing is free, and nothing is endless.
fn points(key: &str, of: &BTreeMap<String, i64>) -> Read<BTreeMap<Code, u32>> {
    let point = |(text, count): (&String, &i64)| {
        let key = format!("{key}.{text}");
        let mut mistakes = Mistakes::default();
        let text = mistakes.take(code(&key, text));
        let count = mistakes.take(whole(&key, *count, 1..=POINTS_MAX, " points"));
        mistakes.or(text.zip(count))
    };
    each(of.iter().map(point))
}
