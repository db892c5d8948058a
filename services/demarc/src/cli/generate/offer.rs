//! What a biller offers to customers who are made up: read from its catalog, in one place.
//!
//! What must stay true: whatever is offered can be installed without a technician, on a device that
//! is certified for it, so that no generated command is refused.

use anyhow::ensure;
use domain::{
    biller::{Biller, Installation, Package},
    text::Code,
};

/// What there is to choose from.
#[derive(Debug)]
pub(super) struct Offer<'a> {
    biller: &'a Biller,
    pub(super) markets: Vec<Code>,
    pub(super) sale_types: Vec<Code>,
    pub(super) sale_reasons: Vec<Code>,
}

/// A package on a device that can carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Equipped<'a> {
    pub(super) model: &'a Code,
    pub(super) package_id: &'a Code,
}

/// What an order does, to choose its order type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work {
    Installation,
    Upgrade,
    Downgrade,
    Sidegrade,
}

impl<'a> Offer<'a> {
    pub(super) fn of(biller: &'a Biller) -> anyhow::Result<Self> {
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
    pub(super) fn authenticate_before_orders(&self) -> bool {
        self.biller.customers.authenticate_before_orders
    }

    pub(super) fn currency(&self) -> String {
        self.biller.currency.to_string()
    }

    pub(super) fn package(&self, package_id: &Code) -> &'a Package {
        &self.biller.catalog.packages[package_id]
    }

    /// What can be installed from the office in a market.
    pub(super) fn installable(&self, market: &Code) -> Vec<Equipped<'a>> {
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
    pub(super) fn changes(&self, market: &Code, from: Equipped<'a>) -> Vec<Equipped<'a>> {
        let mut found = self.installable(market);
        found.retain(|it| it.model == from.model && it.package_id != from.package_id);
        found
    }

    /// The order type whose name says what is done, or the first one.
    pub(super) fn order_type(&self, work: Work) -> &'a Code {
        let words: &[&str] = match work {
            Work::Installation => &["INSTALL", "NEW", "IN"],
            Work::Upgrade => &["UP", "CHANGE"],
            Work::Downgrade => &["DOWN", "DN", "CHANGE"],
            Work::Sidegrade => &["SIDE", "CHANGE", "UP"],
        };
        let types = &self.biller.catalog.order_types;
        let named = |word: &&str| types.keys().find(|code| code.as_str().starts_with(*word));
        let first = || types.keys().next().expect("there is an order type");
        words.iter().find_map(named).unwrap_or_else(first)
    }
}
