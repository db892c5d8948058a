//! The discounts of packages that cost less together.
//!
//! What must stay true: whoever has all the packages of a bundle that is sold has its discount
//! once, and nobody else has.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Changes;
use crate::{
    Desk,
    subscription::{
        Item, ItemKind, Price, Subscription, SubscriptionEvent, SubscriptionRejection, Timing,
        priced::{BUNDLE, as_code, named, price},
    },
    text::Code,
};

impl Changes {
    /// Starts the discounts of bundles that are complete, and ends those that no longer are.
    pub(super) fn bundles(
        &mut self,
        desk: &Desk<'_>,
        before: &Subscription,
        on: Date,
    ) -> Result<(), SubscriptionRejection> {
        let packages = packages_on(&self.after, on);
        let told_before = self.facts.len();
        for (code, bundle) in &desk.biller.catalog.bundles {
            let item_id = as_code(&format!("{BUNDLE}{code}"));
            let is_there = self.after.items.get(&item_id).is_some_and(|it| it.on(on).is_some());
            let is_complete = bundle.packages.is_subset(&packages);
            if is_complete && !is_there {
                let price = price(&bundle.discount, code, on)?;
                let item = Item {
                    kind: ItemKind::Bundle,
                    product: code.clone(),
                    description: named(&bundle.name, code),
                    price: Price { monthly: price.monthly.negated(), ..price },
                    promotion: None,
                    timing: Timing::InAdvance,
                    tax_code: None,
                    market: None,
                    service_id: None,
                };
                self.tell(SubscriptionEvent::ItemStarted { item_id, item, from: on });
            } else if is_there && !is_complete {
                self.tell(SubscriptionEvent::ItemEnded { item_id, on });
            }
        }
        let others_change = self.facts.len() > told_before;
        if others_change || !packages_on(before, on).is_subset(&packages) {
            self.end_bundles_not_sold(desk, on);
        }
        Ok(())
    }

    /// Ends the discounts of bundles that are not sold any more. Nobody knows of which packages
    /// they were: they hold until a package goes, or until any other discount begins or ends, which
    /// may be the same one under another name.
    fn end_bundles_not_sold(&mut self, desk: &Desk<'_>, on: Date) {
        let is_gone = |item: &Item| {
            item.kind == ItemKind::Bundle && !item.is_of_sold_bundle(&desk.biller.catalog)
        };
        let gone = self.after.items_on(on).filter(|(_, item)| is_gone(item));
        for item_id in gone.map(|(item_id, _)| item_id.clone()).collect::<Vec<_>>() {
            self.tell(SubscriptionEvent::ItemEnded { item_id, on });
        }
    }
}

/// The packages that are paid for on a day.
fn packages_on(subscription: &Subscription, on: Date) -> BTreeSet<Code> {
    let items = subscription.items_on(on).filter(|(_, item)| item.kind == ItemKind::Package);
    items.map(|(_, item)| item.product.clone()).collect()
}
