//! What a biller offers to customers who are made up: read from its catalog, in one place.
//!
//! What must stay true: whatever is offered can be installed without a technician, on a device that
//! is certified for it, so that no generated command is refused.

use anyhow::ensure;
use domain::{
    biller::{Biller, Installation, Package, ServiceType},
    text::Code,
};
use jiff::civil::Date;

/// What there is to choose from.
#[derive(Debug)]
pub(in crate::cli) struct Offer<'a> {
    biller: &'a Biller,
    pub(in crate::cli) markets: Vec<Code>,
    pub(in crate::cli) sale_types: Vec<Code>,
    pub(in crate::cli) sale_reasons: Vec<Code>,
}

/// A package on a device that can carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Equipped<'a> {
    pub(in crate::cli) model: &'a Code,
    pub(in crate::cli) package_id: &'a Code,
}

/// What an order does, to choose its order type.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) enum Work {
    Installation,
    Upgrade,
    Downgrade,
    Sidegrade,
    Disconnect,
}

impl<'a> Offer<'a> {
    pub(in crate::cli) fn of(biller: &'a Biller) -> anyhow::Result<Self> {
        let catalog = &biller.catalog;
        let mut markets = vec![Code::parse(&biller.name)?];
        for package in catalog.packages.values() {
            if let Installation::Professional { self_install_markets } = &package.installation {
                markets.extend(self_install_markets.iter().cloned());
            }
        }
        markets.sort();
        markets.dedup();
        let offer = Self {
            biller,
            markets,
            sale_types: catalog.sale_types.iter().cloned().collect(),
            sale_reasons: catalog.sale_reasons.iter().cloned().collect(),
        };
        let installable = offer.markets.iter().all(|market| !offer.installable(market).is_empty());
        let name = &biller.name;
        ensure!(installable, "{name} sells nothing that can be installed without a technician");
        ensure!(!catalog.order_types.is_empty(), "{name} has no order types");
        let sales = !offer.sale_types.is_empty() && !offer.sale_reasons.is_empty();
        ensure!(sales, "{name} has no sale types or no sale reasons");
        Ok(offer)
    }

    /// Whether the customer is authenticated before a package is changed (F7).
    pub(in crate::cli) fn authenticate_before_orders(&self) -> bool {
        self.biller.customers.authenticate_before_orders
    }

    pub(in crate::cli) fn currency(&self) -> String {
        self.biller.currency.to_string()
    }

    pub(in crate::cli) fn package(&self, package_id: &Code) -> &'a Package {
        &self.biller.catalog.packages[package_id]
    }

    /// What can be installed from the office in a market.
    pub(in crate::cli) fn installable(&self, market: &Code) -> Vec<Equipped<'a>> {
        let catalog = &self.biller.catalog;
        let mut found = Vec::new();
        for (model, device) in &catalog.devices {
            let fits = catalog.packages.iter().filter(|(_, package)| {
                package.unfit(device).is_none() && !package.installation.needs_technician(market)
            });
            found.extend(fits.map(|(package_id, _)| Equipped { model, package_id }));
        }
        found
    }

    /// What a service can be changed to from the office, on the same device.
    pub(in crate::cli) fn changes(&self, market: &Code, from: Equipped<'a>) -> Vec<Equipped<'a>> {
        let mut found = self.installable(market);
        found.retain(|it| it.model == from.model && it.package_id != from.package_id);
        found
    }

    /// Voice for a device that carries something else already.
    pub(in crate::cli) fn voices(&self, market: &Code, beside: Equipped<'a>) -> Vec<&'a Code> {
        let is_voice = |it: &Equipped<'a>| it.model == beside.model && self.is_voice(it.package_id);
        let found = self.installable(market).into_iter().filter(is_voice);
        found.map(|it| it.package_id).filter(|id| *id != beside.package_id).collect()
    }

    /// Whether it is voice.
    pub(in crate::cli) fn is_voice(&self, package_id: &Code) -> bool {
        self.package(package_id).service_type == ServiceType::Voice
    }

    /// A campaign that is offered on a day for a package.
    pub(in crate::cli) fn campaign(&self, package_id: &Code, on: Date) -> Option<&'a Code> {
        let mut campaigns = self.biller.catalog.campaigns.iter();
        let fits = campaigns.find(|(_, it)| it.packages.contains(package_id) && it.is_offered(on));
        fits.map(|(code, _)| code)
    }

    /// The order type whose name says what is done, or the first one.
    pub(in crate::cli) fn order_type(&self, work: Work) -> &'a Code {
        let words: &[&str] = match work {
            Work::Installation => &["INSTALL", "NEW", "IN"],
            Work::Upgrade => &["UP", "CHANGE"],
            Work::Downgrade => &["DOWN", "DN", "CHANGE"],
            Work::Sidegrade => &["SIDE", "CHANGE", "UP"],
            Work::Disconnect => &["DISC", "DISCO", "CN", "OUT"],
        };
        let types = &self.biller.catalog.order_types;
        let named = |word: &&str| types.keys().find(|code| code.as_str().starts_with(*word));
        let first = || types.keys().next().expect("there is an order type");
        words.iter().find_map(named).unwrap_or_else(first)
    }
}
