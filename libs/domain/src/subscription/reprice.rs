//! Reprice: an item moves to another version of its price. Nothing else moves it.

use jiff::civil::Date;

use super::{Item, ItemKind, Price, SubscriptionEvent, SubscriptionId, SubscriptionRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    biller::{Catalog, Dated},
    calendar::today,
    money::Money,
    text::Code,
};

/// Move an item to another version of its price.
#[derive(Clone, Debug)]
pub struct RepriceItem {
    /// Whose.
    pub account_id: AccountId,
    /// Which.
    pub item_id: Code,
    /// The date from which the catalog has the version; absent: the one that it always had.
    pub version: Option<Date>,
    /// The first day at the new price.
    pub from: Date,
}

impl Decide for RepriceItem {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let subscription = desk.get(&SubscriptionId::of(&self.account_id));
        let item = subscription
            .items
            .get(&self.item_id)
            .and_then(|tracked| tracked.on(self.from))
            .ok_or(SubscriptionRejection::NoSuchItem)?;
        let product = || item.product.clone();
        let versions = sold_at(&desk.biller.catalog, item)
            .ok_or_else(|| SubscriptionRejection::ProductNotInCatalog { product: product() })?;
        let version = versions
            .of(self.version)
            .ok_or_else(|| SubscriptionRejection::NoSuchVersion { product: product() })?;
        let monthly = match item.kind {
            ItemKind::Bundle => version.value.negated(),
            ItemKind::Package | ItemKind::Rental | ItemKind::Extra => version.value,
        };
        let price = Price { monthly, version: version.from };
        if item.price == price {
            return Ok(vec![]);
        }
        subscription.demand_soon(self.from, today(desk)?)?;
        let item_id = self.item_id.clone();
        let repriced = SubscriptionEvent::ItemRepriced { item_id, price, from: self.from };
        Ok(vec![repriced.on(&self.account_id)])
    }
}

/// The versions of an item's price.
fn sold_at<'a>(catalog: &'a Catalog, item: &Item) -> Option<&'a Dated<Money>> {
    match item.kind {
        ItemKind::Package => catalog.packages.get(&item.product).map(|package| &package.monthly),
        ItemKind::Rental | ItemKind::Extra => {
            catalog.extras.get(&item.product).map(|extra| &extra.monthly)
        }
        ItemKind::Bundle => catalog.bundles.get(&item.product).map(|bundle| &bundle.discount),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::RepriceItem;
    use crate::{
        biller::{Biller, Dated, Version},
        subscription::{Price, SubscriptionEvent, SubscriptionRejection},
        testing::{
            fixtures::{TODAY, account_id, code, subscribed, usd},
            given,
        },
    };

    const NEW_YEAR: Date = date(2027, 1, 1);

    fn dearer(biller: &mut Biller) {
        let version = |from, minor| Version { from, value: usd(minor) };
        let versions = vec![version(None, 4_999), version(Some(NEW_YEAR), 5_499)];
        let basic = biller.catalog.packages.get_mut(&code("basic")).expect("it is sold");
        basic.monthly = Dated::versions(versions).expect("they are in order");
    }

    fn reprice(version: Option<Date>) -> RepriceItem {
        let item_id = code("service_5");
        RepriceItem { account_id: account_id(), item_id, version, from: NEW_YEAR }
    }

    #[test]
    fn a_price_moves_by_an_event_of_its_own() {
        let price = Price { monthly: usd(5_499), version: Some(NEW_YEAR) };
        let item_id = code("service_5");
        let repriced = SubscriptionEvent::ItemRepriced { item_id, price, from: NEW_YEAR };
        given(subscribed())
            .under(dearer)
            .when(reprice(Some(NEW_YEAR)))
            .then([repriced.on(&account_id())]);
    }

    #[test]
    fn a_catalog_that_changes_moves_nobody() {
        given(subscribed()).under(dearer).when(reprice(None)).then([]);
    }

    #[test]
    fn no_price_moves_in_another_century() {
        given(subscribed())
            .under(dearer)
            .when(RepriceItem { from: date(2999, 1, 1), ..reprice(Some(NEW_YEAR)) })
            .then_rejected(SubscriptionRejection::TooFarAhead { today: TODAY });
    }

    #[test]
    fn there_are_the_catalogs_versions_and_no_others() {
        let product = code("basic");
        given(subscribed())
            .under(dearer)
            .when(reprice(Some(date(2027, 2, 1))))
            .then_rejected(SubscriptionRejection::NoSuchVersion { product });
    }
}
