//! Start an item: something is paid for every month that no order of a service brings.

use jiff::civil::Date;

use super::{
    Item, ItemKind, Subscription, SubscriptionEvent, SubscriptionId, SubscriptionRejection,
    priced::{demand_free, demand_taxed, extra_item},
};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId, calendar::today, text::Code};

/// Start an extra of the catalog for an account.
#[derive(Clone, Debug)]
pub struct StartItem {
    /// Who pays.
    pub account_id: AccountId,
    /// Tells it apart within the account.
    pub item_id: Code,
    /// One of the biller's extras.
    pub product: Code,
    /// Where it is taxed; absent: it is not.
    pub market: Option<Code>,
    /// The first day.
    pub from: Date,
}

impl Decide for StartItem {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_open()?;
        let subscription = desk.get(&SubscriptionId::of(&self.account_id));
        match subscription.items.get(&self.item_id) {
            Some(tracked) => match tracked.segments.last() {
                Some((from, Some(item))) if self.is_for(*from, item) => Ok(vec![]),
                Some(_) | None => Err(SubscriptionRejection::ItemIdUsed.into()),
            },
            None => self.start(desk, subscription),
        }
    }
}

impl StartItem {
    /// Whether it asks for what there is since a day.
    fn is_for(&self, from: Date, item: &Item) -> bool {
        from == self.from && item.product == self.product && item.market == self.market
    }

    fn start(&self, desk: &Desk<'_>, subscription: &Subscription) -> Result<Vec<Fact>, Rejection> {
        demand_free(&self.item_id)?;
        demand_taxed(desk, self.market.as_ref())?;
        subscription.demand_soon(self.from, today(desk)?)?;
        subscription.demand_room()?;
        let product = self.product.clone();
        let extra = desk
            .biller
            .catalog
            .extras
            .get(&product)
            .ok_or(SubscriptionRejection::ProductNotInCatalog { product })?;
        let item = extra_item(extra, &self.product, ItemKind::Extra, self.from)?;
        let item = Item { market: self.market.clone(), ..item };
        let started =
            SubscriptionEvent::ItemStarted { item_id: self.item_id.clone(), item, from: self.from };
        let opening = subscription.opening(desk, &self.account_id);
        Ok(opening.into_iter().chain([started]).map(|it| it.on(&self.account_id)).collect())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::StartItem;
    use crate::{
        account::AccountId,
        subscription::{SubscriptionEvent, SubscriptionRejection},
        testing::{
            fixtures::{TODAY, account, account_id, code},
            given,
        },
    };

    fn start(product: &str) -> StartItem {
        StartItem {
            account_id: account_id(),
            item_id: code("wifi"),
            product: code(product),
            market: None,
            from: date(2026, 3, 16),
        }
    }

    #[test]
    fn an_extra_is_paid_for_from_its_day_on() {
        let subscribed = given(account()).after(start("WIFI"));
        let id = crate::subscription::SubscriptionId::of(&account_id());
        let subscription: &crate::subscription::Subscription = subscribed.state(&id);
        let paid: Vec<_> = subscription.items_on(date(2026, 3, 16)).map(|(id, _)| id).collect();
        assert_eq!(paid, [&code("wifi")]);
        assert_eq!(subscription.items_on(date(2026, 3, 15)).count(), 0);
        assert_eq!(subscription.next_cycle(), Some(date(2026, 4, 1)));
        let _ = given(account()).when(start("WIFI"));
    }

    #[test]
    fn what_the_catalog_does_not_have_is_not_paid_for() {
        let product = code("POOL");
        given(account())
            .when(start("POOL"))
            .then_rejected(SubscriptionRejection::ProductNotInCatalog { product });
    }

    #[test]
    fn what_is_taxed_nowhere_is_not_paid_for() {
        let at = |market| StartItem { market: Some(code(market)), ..start("WIFI") };
        let known = "northern_virginia, phoenix".to_owned();
        let market = code("tucson");
        given(account())
            .when(at("tucson"))
            .then_rejected(SubscriptionRejection::NoSuchMarket { market, known });
        let _ = given(account()).after(at("phoenix"));
    }

    #[test]
    fn an_item_id_stands_for_one_thing() {
        given(account())
            .after(start("WIFI"))
            .when(StartItem { from: date(2026, 3, 17), ..start("WIFI") })
            .then_rejected(SubscriptionRejection::ItemIdUsed);
        // Nothing is taxed elsewhere because it is asked for once more.
        for (runs, asked) in [(None, Some(code("phoenix"))), (Some(code("phoenix")), None)] {
            given(account())
                .after(StartItem { market: runs, ..start("WIFI") })
                .when(StartItem { market: asked, ..start("WIFI") })
                .then_rejected(SubscriptionRejection::ItemIdUsed);
        }
    }

    #[test]
    fn what_an_order_or_a_bundle_names_is_named_by_nobody_else() {
        for item_id in ["service_5", "service_5-WIFI", "bundle-DOUBLE"] {
            given(account())
                .when(StartItem { item_id: code(item_id), ..start("WIFI") })
                .then_rejected(SubscriptionRejection::IdReserved);
        }
    }

    #[test]
    fn what_is_too_far_back_is_adjusted_instead() {
        let account_id: AccountId = account_id();
        let billed = SubscriptionEvent::Billed {
            invoice: None,
            cycle: date(2026, 3, 1),
            through: date(2026, 4, 1),
        };
        given(account())
            .and([billed.on(&account_id)])
            .when(StartItem { from: date(2025, 11, 30), ..start("WIFI") })
            .then_rejected(SubscriptionRejection::TooFarBack { since: date(2025, 12, 1) });
    }

    #[test]
    fn nobody_comes_back_to_pay_for_years_that_are_over() {
        let nothing = |cycle, through| {
            SubscriptionEvent::Billed { invoice: None, cycle, through }.on(&account_id())
        };
        let resting = || {
            let ended =
                SubscriptionEvent::ItemEnded { item_id: code("wifi"), on: date(2024, 3, 16) };
            given(account())
                .and([nothing(date(2024, 3, 1), date(2024, 4, 1)), ended.on(&account_id())])
                .and([nothing(date(2024, 4, 1), date(2024, 5, 1))])
        };
        let from = |from| StartItem { from, item_id: code("wifi-2"), ..start("WIFI") };
        let _ = resting().when(from(date(2025, 11, 1)));
        resting()
            .when(from(date(2025, 10, 31)))
            .then_rejected(SubscriptionRejection::TooFarBack { since: date(2025, 11, 1) });
    }

    #[test]
    fn nobody_begins_to_pay_in_another_century() {
        let from = |from| StartItem { from, ..start("WIFI") };
        let _ = given(account()).when(from(date(2027, 3, 17)));
        for far in [date(2027, 3, 18), date(2999, 1, 1)] {
            given(account())
                .when(from(far))
                .then_rejected(SubscriptionRejection::TooFarAhead { today: TODAY });
        }
    }

    #[test]
    fn nobody_begins_to_pay_for_years_that_are_over() {
        let from = |from| StartItem { from, ..start("WIFI") };
        let _ = given(account()).when(from(date(2025, 11, 1)));
        given(account())
            .when(from(date(2025, 10, 31)))
            .then_rejected(SubscriptionRejection::TooFarBack { since: date(2025, 11, 1) });
    }
}
