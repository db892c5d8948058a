//! What the biller sells, and the codes that orders carry: `[packages]`, `[devices]`, `[orders]`
//! and what of `[fees]`, `[extras]` and `[bundles]` they name.

use std::collections::BTreeMap;

use domain::{
    biller::{Campaign, Catalog, DeviceModel, Installation, Offer, Package, ServiceType},
    money::Currency,
    text::Code,
};
use serde::Deserialize;

use super::{
    File,
    billing::{self, Names, demand_known, optional_code, prices},
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
        let read = (
            mistakes.take(self.packages(currency)),
            mistakes.take(self.devices()),
            mistakes.take(billing::fees(&self.fees, currency)),
            mistakes.take(billing::extras(&self.extras, currency)),
            mistakes.take(billing::bundles(&self.bundles, &sold, currency)),
            mistakes.take(self.orders.catalog(&sold, currency)),
        );
        let (Some(packages), Some(devices), Some(fees), Some(extras), Some(bundles), Some(orders)) =
            read
        else {
            return Err(mistakes);
        };
        let catalog = Catalog { packages, devices, fees, extras, bundles, ..orders };
        billing::demand_worth(&catalog).map(|()| catalog)
    }

    fn packages(&self, currency: Currency) -> Read<BTreeMap<Code, Package>> {
        let fees = self.fees.keys().map(String::as_str).collect();
        let extras = self.extras.keys().map(String::as_str).collect();
        let package = |(id, file): (&String, &PackageFile)| {
            let key = format!("packages.{id}");
            let package = file.package(&key, currency)?;
            let (fee, of_fees) = (&package.activation_fee, "the fees of this file");
            demand_known(&format!("{key}.activation_fee"), fee, &fees, of_fees)?;
            let (beside, of_extras) = (&package.extras, "the extras of this file");
            demand_known(&format!("{key}.extras"), beside, &extras, of_extras)?;
            Ok((code(&key, id)?, package))
        };
        each(self.packages.iter().map(package))
    }

    fn devices(&self) -> Read<BTreeMap<Code, DeviceModel>> {
        let extras = self.extras.keys().map(String::as_str).collect();
        let device = |(model, file): (&String, &DeviceFile)| {
            let key = format!("devices.{model}");
            let technology = code(&format!("{key}.technology"), &file.technology)?;
            let rental = optional_code(&format!("{key}.rental"), file.rental.as_deref())?;
            let of_extras = "the extras of this file";
            demand_known(&format!("{key}.rental"), &rental, &extras, of_extras)?;
            let fastest = format!("{key}.down_mbps_max");
            let down_mbps_max = whole(&fastest, file.down_mbps_max, 0..=MBPS_MAX, "")?;
            Ok((code(&key, model)?, DeviceModel { technology, down_mbps_max, rental }))
        };
        each(self.devices.iter().map(device))
    }
}

impl OrdersFile {
    /// A catalog of nothing but the codes of orders.
    fn catalog(&self, sold: &Names<'_>, currency: Currency) -> Read<Catalog> {
        let campaign = |(id, campaign): (&String, &CampaignFile)| {
            let key = format!("orders.campaigns.{id}");
            Ok((code(&key, id)?, campaign.campaign(&key, sold, currency)?))
        };
        let mut mistakes = Mistakes::default();
        let campaigns = mistakes.take(each(self.campaigns.iter().map(campaign)));
        let order_types = mistakes.take(points("orders.order_types", &self.order_types));
        let slots = mistakes.take(points("orders.slots", &self.slots));
        let lists = [
            ("orders.sale_types", &self.sale_types),
            ("orders.sale_reasons", &self.sale_reasons),
            ("orders.problems", &self.problems),
            ("orders.requests", &self.requests),
            ("orders.disconnect_reasons", &self.disconnect_reasons),
        ];
        let lists = lists.map(|(key, list)| mistakes.take(codes(key, list)));
        let (Some(campaigns), Some(order_types), Some(slots)) = (campaigns, order_types, slots)
        else {
            return Err(mistakes);
        };
        let [
            Some(sale_types),
            Some(sale_reasons),
            Some(problems),
            Some(requests),
            Some(disconnect_reasons),
        ] = lists
        else {
            return Err(mistakes);
        };
        Ok(Catalog {
            campaigns,
            order_types,
            slots,
            sale_types,
            sale_reasons,
            problems,
            requests,
            disconnect_reasons,
            ..Catalog::default()
        })
    }
}

impl CampaignFile {
    fn campaign(&self, key: &str, sold: &Names<'_>, currency: Currency) -> Read<Campaign> {
        let key = |field: &str| format!("{key}.{field}");
        let packages = billing::packages(&key("packages"), &self.packages, sold)?;
        if packages.is_empty() {
            return Err(value(&key("packages"), "must hold Package IDs of this file"));
        }
        let months = whole(&key("months"), self.months, 1..=MONTHS_MAX, "")?;
        let from = optional_date(&key("from"), self.from.as_deref())?;
        let until = optional_date(&key("until"), self.until.as_deref())?;
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            return Err(value(&key("until"), "must be after from"));
        }
        let offer = match (&self.monthly, &self.discount) {
            (Some(monthly), None) => Offer::Monthly(price(&key("monthly"), monthly, currency)?),
            (None, Some(less)) => Offer::Discount(price(&key("discount"), less, currency)?),
            (Some(_), Some(_)) | (None, None) => {
                return Err(value(&key("monthly"), "or discount must be given, one of the two"));
            }
        };
        let name = self.name.clone();
        Ok(Campaign { name, packages, from, until, months, offer })
    }
}

impl PackageFile {
    fn package(&self, key: &str, currency: Currency) -> Read<Package> {
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
            down_mbps: whole(&key("down_mbps"), self.down_mbps, 0..=MBPS_MAX, "")?,
            up_mbps: whole(&key("up_mbps"), self.up_mbps, 0..=MBPS_MAX, "")?,
            rank: whole(&key("rank"), self.rank, 0..=RANK_MAX, "")?,
            monthly: prices(&key("monthly"), &self.monthly, currency)?,
            tax_code: optional_code(&key("tax_code"), self.tax_code.as_deref())?,
            activation_fee: optional_code(&key("activation_fee"), self.activation_fee.as_deref())?,
            extras: codes(&key("extras"), &self.extras)?,
            in_arrears: self.in_arrears,
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

/// Codes and the points that each costs, or has; nothing is free, and nothing is endless.
fn points(key: &str, of: &BTreeMap<String, i64>) -> Read<BTreeMap<Code, u32>> {
    let point = |(text, count): (&String, &i64)| {
        let key = format!("{key}.{text}");
        let count = whole(&key, *count, 1..=POINTS_MAX, " points")?;
        Ok((code(&key, text)?, count))
    };
    each(of.iter().map(point))
}
