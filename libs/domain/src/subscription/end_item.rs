//! End an item: it is no longer paid for.

use jiff::civil::Date;

use super::{SubscriptionEvent, SubscriptionId, SubscriptionRejection};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId, calendar::today, text::Code};

/// End something that no order of a service ends.
#[derive(Clone, Debug)]
pub struct EndItem {
    /// Whose.
    pub account_id: AccountId,
    /// Which.
    pub item_id: Code,
    /// The first day on which it is not paid for.
    pub on: Date,
}

impl Decide for EndItem {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let subscription = desk.get(&SubscriptionId::of(&self.account_id));
        let tracked =
            subscription.items.get(&self.item_id).ok_or(SubscriptionRejection::NoSuchItem)?;
        if tracked.segments.last().is_some_and(|(on, item)| *on == self.on && item.is_none()) {
            return Ok(vec![]);
        }
        subscription.demand_recent(self.on, today(desk)?)?;
        let item = tracked.on(self.on).ok_or(SubscriptionRejection::NoSuchItem)?;
        // No order ends the discount of a bundle that is not sold any more.
        if item.service_id.is_some() || item.is_of_sold_bundle(&desk.biller.catalog) {
            return Err(SubscriptionRejection::ItemOfAService.into());
        }
        let ended = SubscriptionEvent::ItemEnded { item_id: self.item_id.clone(), on: self.on };
        Ok(vec![ended.on(&self.account_id)])
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::EndItem;
    use crate::{
        subscription::{ItemKind, SubscriptionEvent, SubscriptionRejection},
        testing::{
            fixtures::{TODAY, account_id, code, item, subscribed, wifi},
            given,
        },
    };

    fn end(item_id: &str) -> EndItem {
        EndItem { account_id: account_id(), item_id: code(item_id), on: date(2026, 4, 10) }
    }

    #[test]
    fn an_item_ends_on_a_day() {
        let ended = SubscriptionEvent::ItemEnded { item_id: code("wifi"), on: date(2026, 4, 10) };
        given(subscribed()).and([wifi()]).when(end("wifi")).then([ended.on(&account_id())]);
    }

    #[test]
    fn what_an_order_brought_an_order_ends() {
        given(subscribed())
            .when(end("service_5"))
            .then_rejected(SubscriptionRejection::ItemOfAService);
        // An order has ended it later than that: an order moves the day, too.
        let later =
            SubscriptionEvent::ItemEnded { item_id: code("service_5"), on: date(2026, 4, 20) };
        given(subscribed())
            .and([later.on(&account_id())])
            .when(end("service_5"))
            .then_rejected(SubscriptionRejection::ItemOfAService);
        let discount = item(ItemKind::Bundle, "DOUBLE", "Internet and voice", -1_000);
        let item_id = code("bundle-DOUBLE");
        let bundled = SubscriptionEvent::ItemStarted { item_id, item: discount, from: TODAY };
        given(subscribed())
            .and([bundled.on(&account_id())])
            .when(end("bundle-DOUBLE"))
            .then_rejected(SubscriptionRejection::ItemOfAService);
        given(subscribed()).when(end("pool")).then_rejected(SubscriptionRejection::NoSuchItem);
    }

    #[test]
    fn the_discount_of_a_bundle_that_is_not_sold_any_more_is_ended_by_hand() {
        let (item_id, from) = (code("bundle-OLD"), TODAY);
        let item = item(ItemKind::Bundle, "OLD", "Internet and voice", -1_000);
        let bundled = SubscriptionEvent::ItemStarted { item_id: item_id.clone(), item, from };
        let ended = SubscriptionEvent::ItemEnded { item_id, on: date(2026, 4, 10) };
        given(subscribed())
            .and([bundled.on(&account_id())])
            .when(end("bundle-OLD"))
            .then([ended.on(&account_id())]);
    }
}
