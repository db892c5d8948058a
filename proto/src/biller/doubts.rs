//! What in a biller's file can be, and is mostly not what was meant.
//!
//! What must stay true: nothing here is a mistake: a biller with doubts is served as it is.

use domain::{
    biller::{Biller, Catalog, Dated, Installation, Offer},
    money::Money,
    text::Code,
};
use jiff::civil::Date;

use super::mistakes::Document;

/// Something to look at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Its line, counted from 1.
    pub line: usize,
    /// Path of the key.
    pub key: String,
    /// What is odd about it, after the key.
    pub problem: String,
}

type Found = Vec<(String, String)>;

/// What is odd on a day about a biller that was read from that text, in the order of the lines.
#[must_use]
pub fn doubts(text: &str, biller: &Biller, today: Date) -> Vec<Doubt> {
    let Ok(document) = Document::parse(text) else { return Vec::new() };
    let found = [
        campaigns(biller, today),
        offers(biller, today),
        devices(biller),
        prices(biller, today),
        unpriced(biller, today),
        untaxed(biller),
        markets(biller),
    ];
    let doubt = |(key, problem): (String, String)| {
        let line = document.line_of(&key);
        Doubt { line, key, problem }
    };
    let mut doubts: Vec<_> = found.into_iter().flatten().map(doubt).collect();
    doubts.sort_by_key(|doubt| doubt.line);
    doubts
}

/// Campaigns that are over.
fn campaigns(biller: &Biller, today: Date) -> Found {
    let over = biller.catalog.campaigns.iter().filter_map(|(code, campaign)| {
        let until = campaign.until.filter(|until| *until <= today)?;
        let problem = format!("is over: the campaign is offered to nobody since {until}");
        Some((format!("orders.campaigns.{code}.until"), problem))
    });
    over.collect()
}

/// Campaigns with which one of their packages costs nothing in a version that is sold, or will be,
/// or costs more.
fn offers(biller: &Biller, today: Date) -> Found {
    let lowest = |id: &Code| {
        let prices = biller.catalog.packages.get(id)?.monthly.all();
        let followed = prices.iter().skip(1).map(|next| next.from).chain([None]);
        let is_over = |next: &Option<Date>| next.is_some_and(|from| from <= today);
        let sold = prices.iter().zip(followed).filter(|(_, next)| !is_over(next));
        sold.map(|(version, _)| version.value).min_by_key(|price| price.minor)
    };
    let odd = biller.catalog.campaigns.iter().filter_map(|(code, campaign)| {
        let is_odd = |price: Money| match campaign.offer {
            Offer::Discount(less) => price.minor <= less.minor,
            Offer::Monthly(monthly) => monthly.minor == 0 || price.minor < monthly.minor,
        };
        let odd = campaign.packages.iter().filter(|id| lowest(id).is_some_and(is_odd));
        let names: Vec<_> = odd.map(Code::as_str).collect();
        let names = (!names.is_empty()).then(|| names.join(" and of "))?;
        let (field, problem) = match campaign.offer {
            Offer::Discount(_) => {
                ("discount", format!("is no less than the price of {names}: it is given away"))
            }
            Offer::Monthly(Money { minor: 0, .. }) => (
                "monthly",
                format!("is nothing, instead of the price of {names}: it is given away"),
            ),
            Offer::Monthly(_) => (
                "monthly",
                format!("is more than the price of {names}: it costs more with the campaign"),
            ),
        };
        Some((format!("orders.campaigns.{code}.{field}"), problem))
    });
    odd.collect()
}

/// Technologies of devices that carry no package, and of packages that no device speaks.
fn devices(biller: &Biller) -> Found {
    let Catalog { packages, devices, .. } = &biller.catalog;
    let carried = |technology| packages.values().any(|it| it.technologies.contains(technology));
    let idle = devices.iter().filter(|(_, device)| !carried(&device.technology));
    let idle = idle.map(|(model, device)| {
        let problem = format!("is {}, over which no package is delivered", device.technology);
        (format!("devices.{model}.technology"), problem)
    });
    let spoken = |technology: &Code| devices.values().any(|it| it.technology == *technology);
    let silent = packages.iter().flat_map(|(id, package)| {
        let silent = package.technologies.iter().filter(|technology| !spoken(technology));
        silent.map(move |technology| {
            let problem = format!("names {technology}, which no device of this file speaks");
            (format!("packages.{id}.technologies"), problem)
        })
    });
    idle.chain(silent).collect()
}

/// Versions of prices that a later one has followed.
fn prices(biller: &Biller, today: Date) -> Found {
    let catalog = &biller.catalog;
    let packages = catalog.packages.iter();
    let packages = packages.map(|(id, it)| (format!("packages.{id}.monthly"), &it.monthly));
    let fees = catalog.fees.iter().map(|(id, it)| (format!("fees.{id}.amount"), &it.amount));
    let extras = catalog.extras.iter();
    let extras = extras.map(|(id, it)| (format!("extras.{id}.monthly"), &it.monthly));
    let bundles = catalog.bundles.iter();
    let bundles = bundles.map(|(id, it)| (format!("bundles.{id}.discount"), &it.discount));
    let prices = packages.chain(fees).chain(extras).chain(bundles);
    prices.flat_map(|(key, prices)| replaced(&key, prices, today)).collect()
}

fn replaced(key: &str, prices: &Dated<Money>, today: Date) -> Found {
    let pairs = prices.all().windows(2).enumerate();
    let replaced = pairs.filter_map(|(at, pair)| {
        let since = pair[1].from.filter(|from| *from <= today)?;
        let problem = format!("is sold to nobody since {since}: it is for those who have it");
        Some((format!("{key}[{at}]"), problem))
    });
    replaced.collect()
}

/// Fees of dunning that have no price yet.
fn unpriced(biller: &Biller, today: Date) -> Found {
    let steps = biller.dunning.steps.iter().enumerate();
    let late = steps.filter_map(|(at, step)| {
        Some((format!("dunning.steps[{at}].late_fee"), step.late_fee.as_ref()?))
    });
    let reconnect = biller.dunning.reconnect_fee.iter();
    let fees = late.chain(reconnect.map(|fee| ("dunning.reconnect_fee".to_owned(), fee)));
    let unpriced = fees.filter_map(|(key, fee)| {
        let amount = &biller.catalog.fees.get(fee)?.amount;
        let first = amount.all().first()?.from.filter(|_| amount.on(today).is_none())?;
        Some((key, format!("is charged to nobody before {first}: {fee} has no price until then")))
    });
    unpriced.collect()
}

/// Tax codes that no tax is on.
fn untaxed(biller: &Biller) -> Found {
    let Some(table) = biller.taxes.table() else { return Vec::new() };
    let taxes = || table.markets.values().flat_map(|taxes| taxes.values());
    let is_taxed = |code: &Code| taxes().any(|tax| tax.applies_to.contains(code));
    let untaxed = tax_codes(biller).filter(|(_, code)| !is_taxed(code));
    let doubt = |(key, code): (String, &Code)| {
        (key, format!("is taxed in no market: {code} is in none of the taxes"))
    };
    untaxed.map(doubt).collect()
}

/// Markets of the packages that have no taxes, where something may be taxed.
fn markets(biller: &Biller) -> Found {
    let Some(table) = biller.taxes.table() else { return Vec::new() };
    if tax_codes(biller).next().is_none() {
        return Vec::new();
    }
    let named = biller.catalog.packages.iter().flat_map(|(id, package)| {
        let markets = match &package.installation {
            Installation::Professional { self_install_markets } => Some(self_install_markets),
            Installation::SelfInstall => None,
        };
        markets.into_iter().flatten().map(move |market| (id, market))
    });
    let unknown = named.filter(|(_, market)| !table.markets.contains_key(*market));
    let doubt = |(id, market): (&Code, &Code)| {
        let problem = format!(
            "names {market}, which has no taxes: nothing with a tax code can be billed there"
        );
        (format!("packages.{id}.self_install_markets"), problem)
    };
    unknown.map(doubt).collect()
}

/// Every tax code of something that is sold, with its key.
fn tax_codes(biller: &Biller) -> impl Iterator<Item = (String, &Code)> {
    let catalog = &biller.catalog;
    let packages = catalog.packages.iter().map(|(id, it)| ("packages", id, &it.tax_code));
    let extras = catalog.extras.iter().map(|(id, it)| ("extras", id, &it.tax_code));
    let fees = catalog.fees.iter().map(|(id, it)| ("fees", id, &it.tax_code));
    packages.chain(extras).chain(fees).filter_map(|(section, id, code)| {
        Some((format!("{section}.{id}.tax_code"), code.as_ref()?))
    })
}
