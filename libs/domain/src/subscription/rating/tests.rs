//! What is on a bill: hand-reckoned cases, and the sums of random histories.

mod corrections;
mod histories;
mod plain;
mod taxes;

use jiff::civil::Date;

use crate::{
    Aggregate,
    subscription::{Item, ItemKind, Price, Subscription, SubscriptionEvent, Timing},
    testing::fixtures::{account_id, code, item, usd},
};

/// A subscription, and what its bills have on them.
#[derive(Clone)]
struct Billing {
    subscription: Subscription,
}

/// What a line says, and its amount.
type Line = (String, i64);

impl Billing {
    /// A subscription with a bill day.
    fn on_day(bill_day: i8) -> Self {
        let opened = SubscriptionEvent::Opened { account_id: account_id(), bill_day };
        Self { subscription: Subscription::UNKNOWN.clone() }.told(&opened)
    }

    /// ... on the 1st, that was told things.
    fn of(told: &[SubscriptionEvent]) -> Self {
        Self::on_day(1).and(told)
    }

    fn and(self, told: &[SubscriptionEvent]) -> Self {
        told.iter().fold(self, Self::told)
    }

    fn told(mut self, event: &SubscriptionEvent) -> Self {
        self.subscription = self.subscription.evolve(event);
        self
    }

    /// Makes the next bill, which is for that cycle.
    #[track_caller]
    fn bill(&mut self, cycle: Date) -> Vec<Line> {
        assert_eq!(self.subscription.next_cycle(), Some(cycle));
        let through = self.subscription.end_of_cycle(cycle);
        let lines = self.make(cycle, through);
        assert_eq!(self.subscription.rate(cycle, through).lines, [], "billed once");
        lines
    }

    /// Bills what has come up since the last bill.
    fn bill_on_demand(&mut self, today: Date) -> Vec<Line> {
        self.make(today, self.subscription.through_on_demand(today))
    }

    fn make(&mut self, cycle: Date, through: Date) -> Vec<Line> {
        let lines = self.subscription.rate(cycle, through).lines;
        let invoice = (!lines.is_empty()).then(|| code("I1"));
        let billed = SubscriptionEvent::Billed { invoice, cycle, through };
        *self = self.clone().told(&billed);
        lines
            .into_iter()
            .map(|line| (line.description.as_str().to_owned(), line.amount.minor))
            .collect()
    }
}

/// Expected lines.
fn lines(expected: &[(&str, i64)]) -> Vec<Line> {
    expected.iter().map(|(says, minor)| ((*says).to_owned(), *minor)).collect()
}

/// `Alpha`, at a price.
fn alpha(monthly: i64) -> Item {
    Item { tax_code: None, market: None, ..item(ItemKind::Package, "alpha", "Alpha", monthly) }
}

/// `Beta`, at a price.
fn beta(monthly: i64) -> Item {
    Item { tax_code: None, market: None, ..item(ItemKind::Package, "beta", "Beta", monthly) }
}

/// ... that is paid when a month is over.
fn in_arrears(item: Item) -> Item {
    Item { timing: Timing::InArrears, ..item }
}

fn started(item: Item, from: Date) -> SubscriptionEvent {
    SubscriptionEvent::ItemStarted { item_id: code("item"), item, from }
}

fn changed(item: Item, from: Date) -> SubscriptionEvent {
    SubscriptionEvent::ItemChanged { item_id: code("item"), item, from }
}

fn ended(on: Date) -> SubscriptionEvent {
    SubscriptionEvent::ItemEnded { item_id: code("item"), on }
}

fn repriced(monthly: i64, from: Date) -> SubscriptionEvent {
    let price = Price { monthly: usd(monthly), version: None };
    SubscriptionEvent::ItemRepriced { item_id: code("item"), price, from }
}
