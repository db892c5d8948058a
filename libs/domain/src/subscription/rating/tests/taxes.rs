//! Taxes of a bill.

use jiff::civil::{Date, date};

use super::{Billing, alpha, started};
use crate::{
    biller::{Dated, Tax, TaxTable, Taxation, Untaxable, Version, testing},
    invoice::LineKind,
    subscription::{Item, ItemKind, Price, Subscription, SubscriptionEvent},
    testing::fixtures::{code, usd},
};

const CYCLE: Date = date(2026, 4, 1);

/// Something that is taxed as internet in a market since the 1st of March.
fn taxed(item_id: &str, monthly: i64, market: &str) -> SubscriptionEvent {
    let item =
        Item { tax_code: Some(code("internet")), market: Some(code(market)), ..alpha(monthly) };
    SubscriptionEvent::ItemStarted { item_id: code(item_id), item, from: date(2026, 4, 1) }
}

/// Markets, taxes and amounts of a bill that pays for April.
fn taxes(told: &[SubscriptionEvent]) -> Result<Vec<(String, String, i64)>, Untaxable> {
    let subscription = Billing::of(told).subscription;
    let rated = subscription.rate(CYCLE, date(2026, 5, 1));
    let lines = rated.taxed(&subscription, &*testing().taxes, CYCLE)?;
    let taxes = lines.into_iter().filter(|line| line.kind == LineKind::Tax);
    let named = |code: crate::text::Code| code.as_str().to_owned();
    Ok(taxes.map(|tax| (named(tax.item_id), named(tax.product), tax.amount.minor)).collect())
}

fn state_tax(minor: i64) -> Vec<(String, String, i64)> {
    vec![("northern_virginia".to_owned(), "STATE".to_owned(), minor)]
}

#[test]
fn a_tax_is_rounded_once_for_all_that_it_is_on() {
    let virginia = |item_id| taxed(item_id, 1_010, "northern_virginia");
    // 5 % of 10.10 is 0.505, which is 0.51; of 20.20 it is 1.01 and not 1.02.
    assert_eq!(taxes(&[virginia("a")]), Ok(state_tax(51)));
    assert_eq!(taxes(&[virginia("a"), virginia("b")]), Ok(state_tax(101)));
}

#[test]
fn what_is_nowhere_or_where_there_are_no_taxes_is_not_taxed() {
    assert_eq!(taxes(&[started(alpha(1_010), CYCLE)]), Ok(vec![]));
    let both = [taxed("a", 1_010, "northern_virginia"), taxed("b", 1_010, "phoenix")];
    assert_eq!(taxes(&both), Ok(state_tax(51)));
    let nowhere = taxes(&[taxed("a", 1_010, "tucson")]);
    assert_eq!(nowhere, Err(Untaxable { market: code("tucson") }));
}

#[test]
fn who_is_exempt_pays_none_of_the_taxes_that_the_certificate_names() {
    let granted = |tax: &str, until| SubscriptionEvent::ExemptionGranted {
        taxes: [code(tax)].into(),
        certificate: code("ST-5"),
        until,
    };
    let exempt = |told: SubscriptionEvent| taxes(&[taxed("a", 1_010, "northern_virginia"), told]);
    assert_eq!(exempt(granted("STATE", None)), Ok(vec![]));
    assert_eq!(exempt(granted("STATE", Some(date(2026, 4, 2)))), Ok(vec![]), "the last day");
    assert_eq!(exempt(granted("STATE", Some(CYCLE))), Ok(state_tax(51)), "it is over");
    assert_eq!(exempt(granted("CITY", None)), Ok(state_tax(51)));
    assert_eq!(exempt(SubscriptionEvent::ExemptionRevoked), Ok(state_tax(51)));
}

#[test]
fn a_credit_takes_its_tax_with_it() {
    let mut billing = Billing::of(&[taxed("a", 3_000, "northern_virginia")]);
    let _april_and_may = billing.bill(date(2026, 5, 1));
    let ended = SubscriptionEvent::ItemEnded { item_id: code("a"), on: date(2026, 5, 1) };
    let subscription = billing.told(&ended).subscription;
    let cycle = date(2026, 6, 1);
    let rated = subscription.rate(cycle, date(2026, 7, 1));
    let lines = rated.taxed(&subscription, &*testing().taxes, cycle).expect("the market is known");
    let amounts: Vec<i64> = lines.iter().map(|line| line.amount.minor).collect();
    assert_eq!(amounts, [-3_000, -150]);
}

const MAY: Date = date(2026, 5, 1);
const JUNE: Date = date(2026, 6, 1);

/// Kinds and amounts of the lines of June's bill.
fn june(subscription: &Subscription, taxes: &dyn Taxation) -> Vec<(LineKind, i64)> {
    let rated = subscription.rate(JUNE, date(2026, 7, 1));
    let lines = rated.taxed(subscription, taxes, JUNE).expect("the market is known");
    lines.iter().map(|line| (line.kind, line.amount.minor)).collect()
}

fn exempted() -> SubscriptionEvent {
    SubscriptionEvent::ExemptionGranted {
        taxes: [code("STATE")].into(),
        certificate: code("ST-5"),
        until: None,
    }
}

fn gone_in_may() -> SubscriptionEvent {
    SubscriptionEvent::ItemEnded { item_id: code("a"), on: MAY }
}

#[test]
fn a_credit_takes_no_tax_with_it_that_was_never_charged() {
    let mut billing = Billing::of(&[taxed("a", 3_000, "northern_virginia"), exempted()]);
    let _april_and_may = billing.bill(MAY);
    let later = [SubscriptionEvent::ExemptionRevoked, gone_in_may()];
    let subscription = billing.and(&later).subscription;
    assert_eq!(june(&subscription, &*testing().taxes), [(LineKind::Package, -3_000)]);
}

#[test]
fn a_tax_that_was_paid_comes_back_to_who_is_exempt_since() {
    let mut billing = Billing::of(&[taxed("a", 3_000, "northern_virginia")]);
    let _april_and_may = billing.bill(MAY);
    let subscription = billing.and(&[exempted(), gone_in_may()]).subscription;
    let back = [(LineKind::Package, -3_000), (LineKind::Tax, -150)];
    assert_eq!(june(&subscription, &*testing().taxes), back);
}

#[test]
fn a_credit_has_the_rate_of_what_it_takes_back() {
    let version = |from, value| Version { from, value };
    let rate = Dated::versions(vec![version(None, 50_000), version(Some(JUNE), 100_000)]);
    let state = Tax {
        name: "State tax".to_owned(),
        applies_to: [code("internet")].into(),
        rate: rate.expect("they are in order"),
    };
    let markets = [(code("northern_virginia"), [(code("STATE"), state)].into())].into();
    let table = TaxTable { markets };
    let mut billing = Billing::of(&[taxed("a", 3_000, "northern_virginia")]);
    let _april_and_may = billing.bill(MAY);
    let ended = billing.clone().told(&gone_in_may()).subscription;
    assert_eq!(june(&ended, &table), [(LineKind::Package, -3_000), (LineKind::Tax, -150)]);
    // 5 % of what May is credited, 10 % of what it is charged now, and of June.
    let price = Price { monthly: usd(4_000), version: None };
    let repriced = SubscriptionEvent::ItemRepriced { item_id: code("a"), price, from: MAY };
    let amounts = june(&billing.told(&repriced).subscription, &table);
    let amounts: Vec<i64> = amounts.into_iter().map(|(_, minor)| minor).collect();
    assert_eq!(amounts, [-3_000, 4_000, 4_000, 650]);
}

#[test]
fn the_discount_of_a_bundle_lessens_no_tax() {
    let discount = Item { kind: ItemKind::Bundle, ..alpha(-1_000) };
    let item_id = code("bundle-DOUBLE");
    let bundled = SubscriptionEvent::ItemStarted { item_id, item: discount, from: CYCLE };
    let both = [taxed("a", 2_000, "northern_virginia"), bundled];
    assert_eq!(taxes(&both), Ok(state_tax(100)));
}
