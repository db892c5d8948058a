//! What is paid for beside a package.

use jiff::civil::{Date, date};

use super::{Sale, ended, sold};
use crate::{
    Decide, Desk, Fact, Rejection,
    biller::Dated,
    device::DeviceEvent,
    service::{ServiceEvent, ServiceId},
    subscription::{ItemKind, Price, Subscription, SubscriptionEvent, SubscriptionId},
    testing::{
        Given,
        fixtures::{TODAY, account, account_id, code, id, item, site_id, usd},
        given,
    },
};

/// A service is sold with a package on a day, or nothing of it is paid for any more.
#[derive(Clone, Debug)]
struct Order {
    service_id: ServiceId,
    package: Option<&'static str>,
    device: &'static str,
    on: Date,
    is_installation: bool,
}

impl Decide for Order {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let account_id = account_id();
        let told = match self.package {
            None => ended(desk, &account_id, &self.service_id, self.on)?,
            Some(package) => sold(
                desk,
                &Sale {
                    account_id: &account_id,
                    service_id: &self.service_id,
                    package_id: &code(package),
                    promotion: None,
                    market: &code("phoenix"),
                    device_id: Some(&id(self.device)),
                    from: self.on,
                    is_installation: self.is_installation,
                },
            )?,
        };
        Ok(told.into_iter().map(|event| event.on(&account_id)).collect())
    }
}

fn install(service: &str, package: &'static str, on: Date) -> Order {
    let (service_id, package) = (id(service), Some(package));
    Order { service_id, package, device: "device_1", on, is_installation: true }
}

fn swap(service: &str, package: &'static str, on: Date) -> Order {
    Order { is_installation: false, ..install(service, package, on) }
}

fn disconnect(service: &str, on: Date) -> Order {
    Order { package: None, ..swap(service, "basic", on) }
}

/// A device of a model is at the site.
fn stands(device: &str, model: &str) -> Fact {
    let (site_id, model, serial) = (site_id(), code(model), code("S-1"));
    DeviceEvent::Registered { site_id, model, serial }.on(&id(device))
}

/// A service was ordered that a device delivers.
fn added(service: &str, device: &str) -> Fact {
    ServiceEvent::Added {
        account_id: account_id(),
        site_id: site_id(),
        device_id: id(device),
        package_id: code("gigablast-pon"),
        service_code: code("GP"),
        service_type: None,
    }
    .on(&id(service))
}

fn subscription(given: &Given) -> &Subscription {
    given.state(&SubscriptionId::of(&account_id()))
}

/// Products that are paid for on a day, with what they cost a month.
fn paid(given: &Given, on: Date) -> Vec<(String, i64)> {
    let items = subscription(given).items_on(on);
    items.map(|(_, it)| (it.product.as_str().to_owned(), it.monthly(on).minor)).collect()
}

fn costs(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(product, minor)| ((*product).to_owned(), *minor)).collect()
}

const APRIL: Date = date(2026, 4, 10);

#[test]
fn f71_packages_cost_less_together_as_long_as_all_are_there() {
    let internet = given(account()).after(install("service_5", "classic", TODAY));
    assert_eq!(paid(&internet, TODAY), costs(&[("classic", 6_999)]));
    let both = internet.after(install("service_6", "voice", APRIL));
    let bundled = costs(&[("DOUBLE", -1_000), ("classic", 6_999), ("voice", 1_999)]);
    assert_eq!(paid(&both, APRIL), bundled);
    assert_eq!(paid(&both, date(2026, 4, 9)), costs(&[("classic", 6_999)]));
    let later = date(2026, 5, 20);
    let swapped = both.clone().after(swap("service_5", "basic", later));
    assert_eq!(paid(&swapped, later), costs(&[("basic", 4_999), ("voice", 1_999)]));
    let gone = both.after(disconnect("service_6", later));
    assert_eq!(paid(&gone, later), costs(&[("classic", 6_999)]));
    let bundled_again = gone.after(install("service_7", "voice", date(2026, 6, 1)));
    assert_eq!(paid(&bundled_again, date(2026, 6, 1)), bundled);
}

#[test]
fn the_discount_of_a_bundle_that_is_not_sold_any_more_ends_with_the_first_package() {
    let item = item(ItemKind::Bundle, "OLD", "Internet and voice", -500);
    let old = SubscriptionEvent::ItemStarted { item_id: code("bundle-OLD"), item, from: TODAY };
    let bundled = given(account())
        .after(install("service_5", "classic", TODAY))
        .after(install("service_8", "basic", TODAY))
        .and([old.on(&account_id())]);
    let has_old = |given: &Given, on| paid(given, on).contains(&("OLD".to_owned(), -500));
    let more = bundled.clone().after(install("service_9", "basic", APRIL));
    assert!(has_old(&more, APRIL), "no package is gone");
    assert!(!has_old(&bundled.clone().after(disconnect("service_5", APRIL)), APRIL));
    assert!(!has_old(&bundled.clone().after(swap("service_5", "basic", APRIL)), APRIL));
    let another = bundled.after(install("service_6", "voice", APRIL));
    assert!(!has_old(&another, APRIL), "another one takes its place");
    assert!(has_old(&another, date(2026, 4, 9)));
}

#[test]
fn a_discount_that_begins_in_the_month_takes_its_days_off() {
    let both = given(account())
        .after(install("service_5", "classic", date(2026, 4, 1)))
        .after(install("service_6", "voice", date(2026, 4, 16)));
    let rated = subscription(&both).rate(date(2026, 5, 1), date(2026, 6, 1));
    let lines: Vec<_> =
        rated.lines.iter().map(|it| (it.description.as_str(), it.amount.minor)).collect();
    let expected = [
        // 10.00 * 15 / 30 and 19.99 * 15 / 30 = 9.995, half away from zero.
        ("Internet and voice, 15 of 30 days", -500),
        ("Internet and voice", -1_000),
        ("Classic", 6_999),
        ("Classic", 6_999),
        ("Voice, 15 of 30 days", 1_000),
        ("Voice", 1_999),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_device_is_rented_as_long_as_it_delivers_the_service() {
    let fiber = |order: Order| Order { device: "device_2", ..order };
    let rented = given(account())
        .and([stands("device_1", "SB8200"), stands("device_2", "ONT-G")])
        .after(fiber(install("service_5", "gigablast-pon", TODAY)));
    assert_eq!(paid(&rented, TODAY), costs(&[("gigablast-pon", 11_999), ("ONT-RENT", 700)]));
    let swapped = rented.clone().after(fiber(swap("service_5", "super-fast-1g-pon", APRIL)));
    assert_eq!(paid(&swapped, APRIL), costs(&[("super-fast-1g-pon", 10_999), ("ONT-RENT", 700)]));
    let on_cable = rented.clone().after(swap("service_5", "classic", APRIL));
    assert_eq!(paid(&on_cable, APRIL), costs(&[("classic", 6_999)]));
    let gone = rented.after(disconnect("service_5", APRIL));
    assert_eq!(paid(&gone, APRIL), []);
    assert_eq!(paid(&gone, date(2026, 4, 9)).len(), 2);
}

#[test]
fn a_device_is_rented_once_however_many_services_it_delivers() {
    let on = |device: &'static str, order: Order| Order { device, ..order };
    let (internet, voice) = ("service_5", "service_6");
    let both = given(account())
        .and([stands("device_1", "ONT-G"), stands("device_2", "ONT-G")])
        .and([added(internet, "device_1"), added(voice, "device_1")])
        .after(on("device_1", install(internet, "gigablast-pon", TODAY)))
        .after(on("device_1", install(voice, "voice", TODAY)));
    let rented = |given: &Given, on: Date| {
        let items = subscription(given).items_on(on).filter(|(_, it)| it.kind == ItemKind::Rental);
        items.map(|(id, it)| (id.to_string(), it.monthly(on).minor)).collect::<Vec<_>>()
    };
    let of = |service: &str| (format!("{service}-ONT-RENT"), 700);
    assert_eq!(rented(&both, TODAY), [of(internet)]);
    // It stays so when the other one changes, and when the package does.
    let swapped = both
        .clone()
        .after(on("device_1", swap(voice, "voice", APRIL)))
        .after(on("device_1", swap(internet, "super-fast-1g-pon", APRIL)));
    assert_eq!(rented(&swapped, APRIL), [of(internet)]);
    // Whoever has it still goes on renting it, at the price that it had.
    let dearer = |given: Given| {
        given.under(|biller| {
            let rent = biller.catalog.extras.get_mut(&code("ONT-RENT")).expect("it is rented");
            rent.monthly = Dated::always(usd(900));
        })
    };
    let alone = dearer(both.clone()).after(disconnect(internet, APRIL));
    assert_eq!(rented(&alone, APRIL), [of(voice)]);
    assert_eq!(rented(&alone.after(disconnect(voice, APRIL)), APRIL), []);
    let renewed = both.clone().after(on("device_2", swap(internet, "gigablast-pon", APRIL)));
    assert_eq!(rented(&renewed, APRIL), [of(internet), of(voice)], "two devices are rented");
    // What is rented by another device's service is nobody's business.
    let other = both.after(disconnect(voice, APRIL));
    assert_eq!(rented(&other, APRIL), [of(internet)]);
}

#[test]
fn a_package_brings_its_extras_and_costs_its_activation_once() {
    let sells = || {
        given(account()).under(|biller| {
            let classic = biller.catalog.packages.get_mut(&code("classic")).expect("it is sold");
            classic.activation_fee = Some(code("RECONNECT"));
            classic.extras.insert(code("WIFI"));
        })
    };
    let installed = sells().after(install("service_5", "classic", TODAY));
    assert_eq!(paid(&installed, TODAY), costs(&[("classic", 6_999), ("WIFI", 1_000)]));
    let fees = |given: &Given| {
        let rated = subscription(given).rate(date(2026, 4, 1), date(2026, 5, 1));
        let fees = rated.lines.into_iter().filter(|line| line.product == code("RECONNECT"));
        fees.map(|line| line.amount.minor).collect::<Vec<_>>()
    };
    assert_eq!(fees(&installed), [1_500]);
    let swapped = sells().after(swap("service_5", "classic", TODAY));
    assert_eq!(fees(&swapped), []);
    let left = installed.after(swap("service_5", "basic", APRIL));
    assert_eq!(paid(&left, APRIL), costs(&[("basic", 4_999)]));
}

#[test]
fn what_was_never_paid_for_has_nothing_to_end() {
    given(account()).when(disconnect("service_5", TODAY)).then([]);
}

#[test]
fn what_is_paid_beside_a_package_keeps_its_price_when_the_package_changes() {
    let rented = given(account())
        .and([stands("device_2", "ONT-G")])
        .after(Order { device: "device_2", ..install("service_5", "gigablast-pon", TODAY) });
    let item_id = code("service_5-ONT-RENT");
    let price = Price { monthly: usd(500), version: None };
    let repriced = SubscriptionEvent::ItemRepriced { item_id, price, from: TODAY };
    let swapped = rented
        .and([repriced.on(&account_id())])
        .after(Order { device: "device_2", ..swap("service_5", "super-fast-1g-pon", APRIL) });
    assert_eq!(paid(&swapped, APRIL), costs(&[("super-fast-1g-pon", 10_999), ("ONT-RENT", 500)]));
}
