//! What follows from what is sold: the rent of the device, what is paid beside the package, the
//! discount of a bundle, the fee of the activation.
//!
//! What must stay true: all of it is decided in the record that changes the service, at the prices
//! of that day, so a bill never has to guess. An order is billed from the day of its check-in, so
//! nothing is said of packages on a later day than the one that is decided, and whether a bundle is
//! complete need be asked of that day alone. The discount of a bundle is of no package and of no
//! market: it lessens what is paid and not what is taxed, which are the packages at their prices.

mod bundles;

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    Item, ItemKind, PendingFee, Subscription, SubscriptionEvent, SubscriptionId,
    SubscriptionRejection, Timing,
    priced::{as_code, extra_item, fee, price},
};
use crate::{
    Aggregate, Desk,
    account::AccountId,
    device::DeviceId,
    service::{Promotion, ServiceId},
    text::Code,
};

/// A service as it was sold.
pub(crate) struct Sale<'a> {
    pub(crate) account_id: &'a AccountId,
    pub(crate) service_id: &'a ServiceId,
    pub(crate) package_id: &'a Code,
    pub(crate) promotion: Option<Promotion>,
    /// Where it is taxed.
    pub(crate) market: &'a Code,
    /// The device that delivers it.
    pub(crate) device_id: Option<&'a DeviceId>,
    pub(crate) from: Date,
    /// Whether it is installed, and not only changed.
    pub(crate) is_installation: bool,
}

/// What is paid for a service from now on, and what changes beside it.
pub(crate) fn sold(
    desk: &Desk<'_>,
    sale: &Sale<'_>,
) -> Result<Vec<SubscriptionEvent>, SubscriptionRejection> {
    let subscription = desk.get(&SubscriptionId::of(sale.account_id));
    let mut changes = Changes::of(desk, subscription, sale.account_id);
    let service_id = as_code(sale.service_id.as_str());
    changes.put(&service_id, package_item(desk, sale)?, sale.from);
    let beside = beside(desk, sale, &changes)?;
    changes.end_others(sale.service_id, &service_id, &beside, sale.from);
    for (item_id, item) in beside {
        changes.put(&item_id, item, sale.from);
    }
    changes.hand_rental_on(desk, subscription, (sale.service_id, sale.device_id), sale.from);
    changes.bundles(desk, subscription, sale.from)?;
    if sale.is_installation
        && let Some(fee) = activation_fee(desk, sale)?
    {
        changes.tell(SubscriptionEvent::FeeCharged { fee });
    }
    changes.done()
}

/// Nothing is paid for a service any more.
pub(crate) fn ended(
    desk: &Desk<'_>,
    account_id: &AccountId,
    service_id: &ServiceId,
    on: Date,
) -> Result<Vec<SubscriptionEvent>, SubscriptionRejection> {
    let subscription = desk.get(&SubscriptionId::of(account_id));
    let mut changes = Changes::of(desk, subscription, account_id);
    changes.end_others(service_id, &as_code("-"), &BTreeMap::new(), on);
    changes.hand_rental_on(desk, subscription, (service_id, None), on);
    changes.bundles(desk, subscription, on)?;
    // A service of before there were subscriptions has nothing to end.
    if subscription.is_opened() { changes.done() } else { Ok(Vec::new()) }
}

/// Facts that are being decided, and the state after them.
pub(super) struct Changes {
    pub(super) after: Subscription,
    facts: Vec<SubscriptionEvent>,
}

impl Changes {
    fn of(desk: &Desk<'_>, subscription: &Subscription, account_id: &AccountId) -> Self {
        let mut changes = Self { after: subscription.clone(), facts: Vec::new() };
        if let Some(opened) = subscription.opening(desk, account_id) {
            changes.tell(opened);
        }
        changes
    }

    pub(super) fn tell(&mut self, fact: SubscriptionEvent) {
        self.after =
            std::mem::replace(&mut self.after, Subscription::UNKNOWN.clone()).evolve(&fact);
        self.facts.push(fact);
    }

    /// The item is this from now on, unless it already is.
    fn put(&mut self, item_id: &Code, item: Item, from: Date) {
        let present = self.after.items.get(item_id).and_then(|tracked| tracked.on(from));
        let item_id = item_id.clone();
        match present {
            Some(present) if present.product == item.product && item.kind != ItemKind::Package => {}
            Some(_) => self.tell(SubscriptionEvent::ItemChanged { item_id, item, from }),
            None => self.tell(SubscriptionEvent::ItemStarted { item_id, item, from }),
        }
    }

    /// Ends what a service has beside what it should have.
    fn end_others(
        &mut self,
        service_id: &ServiceId,
        package: &Code,
        wanted: &BTreeMap<Code, Item>,
        on: Date,
    ) {
        let present = self.after.items_on(on);
        let of_service = present.filter(|(_, item)| item.service_id.as_ref() == Some(service_id));
        let over: Vec<Code> = of_service
            .map(|(item_id, _)| item_id.clone())
            .filter(|item_id| item_id != package && !wanted.contains_key(item_id))
            .collect();
        for item_id in over {
            self.tell(SubscriptionEvent::ItemEnded { item_id, on });
        }
    }

    fn done(self) -> Result<Vec<SubscriptionEvent>, SubscriptionRejection> {
        let is_full =
            self.after.items.len() > super::ITEMS_MAX || self.after.fees.len() > super::FEES_MAX;
        if is_full { Err(SubscriptionRejection::Full) } else { Ok(self.facts) }
    }
}

fn package_item(desk: &Desk<'_>, sale: &Sale<'_>) -> Result<Item, SubscriptionRejection> {
    let product = sale.package_id.clone();
    let packages = &desk.biller.catalog.packages;
    let package = packages
        .get(&product)
        .ok_or_else(|| SubscriptionRejection::ProductNotInCatalog { product: product.clone() })?;
    Ok(Item {
        kind: ItemKind::Package,
        description: package.name_or(&product),
        price: price(&package.monthly, &product, sale.from)?,
        promotion: sale.promotion.clone(),
        timing: if package.in_arrears { Timing::InArrears } else { Timing::InAdvance },
        tax_code: package.tax_code.clone(),
        market: Some(sale.market.clone()),
        service_id: Some(sale.service_id.clone()),
        product,
    })
}

/// What is paid beside a package, by item id.
fn beside(
    desk: &Desk<'_>,
    sale: &Sale<'_>,
    changes: &Changes,
) -> Result<BTreeMap<Code, Item>, SubscriptionRejection> {
    let catalog = &desk.biller.catalog;
    let is_others = |id: &&DeviceId| changes.rents(desk, id, sale.service_id, sale.from);
    let device_id = sale.device_id.filter(|id| !is_others(id));
    let model = device_id.and_then(|device_id| desk.get(device_id).model());
    let device = model.and_then(|model| catalog.devices.get(model));
    let rental = device.and_then(|device| device.rental.as_ref());
    let extras = catalog.packages.get(sale.package_id).map(|package| &package.extras);
    let kinds = rental.into_iter().map(|code| (ItemKind::Rental, code));
    let kinds = kinds.chain(extras.into_iter().flatten().map(|code| (ItemKind::Extra, code)));
    let mut items = BTreeMap::new();
    for (kind, product) in kinds {
        let Some(extra) = catalog.extras.get(product) else { continue };
        let item = extra_item(extra, product, kind, sale.from)?;
        let item = Item {
            market: Some(sale.market.clone()),
            service_id: Some(sale.service_id.clone()),
            ..item
        };
        items.insert(beside_id(sale.service_id, product), item);
    }
    Ok(items)
}

/// The item id of what is paid beside a service's package.
pub(super) fn beside_id(service_id: &ServiceId, product: &Code) -> Code {
    as_code(&format!("{}-{product}", service_id.as_str()))
}

fn activation_fee(
    desk: &Desk<'_>,
    sale: &Sale<'_>,
) -> Result<Option<PendingFee>, SubscriptionRejection> {
    let package = desk.biller.catalog.packages.get(sale.package_id);
    let Some(code) = package.and_then(|package| package.activation_fee.as_ref()) else {
        return Ok(None);
    };
    let charge_id = as_code(&format!("{}-{code}", sale.service_id.as_str()));
    fee(desk, code, charge_id, Some(sale.market.clone()), sale.from).map(Some)
}

#[cfg(test)]
mod tests;
