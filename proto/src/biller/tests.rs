//! How a biller's file is read, and what of it is refused by name.

use std::collections::BTreeSet;

use domain::{
    biller::{Biller, LeadsTo, TaskCode},
    testing::fixtures::code,
};

use super::{BillerError, EVERY_SHIPPED, SHIPPED, parse};

#[test]
fn f37_the_shipped_biller_names_packages_and_markets() {
    let biller = parse(SHIPPED).unwrap();
    assert_eq!(biller.name, "northeast");
    assert_eq!(biller.catalog.packages.len(), 7);
    assert_eq!(biller.policies.service_vlan, 552);
}

#[test]
fn f35_f57_f66_the_shipped_biller_names_queues_and_what_interactions_are_about() {
    let biller = parse(SHIPPED).unwrap();
    assert!(["TECH-SUPPORT", "MACD"].iter().all(|it| biller.ticket_queues.contains(&code(it))));
    assert!(biller.interactions[&code("Orders")].contains(&code("New order created")));
    assert!(biller.interactions[&code("Payments")].contains(&code("Payment received")));
}

#[test]
fn f39_four_billers_are_shipped_and_differ_in_what_operators_differ_in() {
    let billers = EVERY_SHIPPED.map(|text| parse(text).unwrap());
    let different = |of: fn(&Biller) -> String| {
        billers.iter().map(of).collect::<BTreeSet<_>>().len() == billers.len()
    };
    assert!(different(|biller| biller.name.clone()));
    assert!(different(|biller| biller.zone.clone()));
    assert!(different(|biller| biller.policies.service_vlan.to_string()));
    assert!(different(|biller| format!("{:?}", biller.policies.dunning_days)));
    assert!(different(|biller| format!("{:?}", biller.catalog.packages.keys())));
    assert!(different(|biller| format!("{:?}", biller.catalog.devices.keys())));
    assert!(different(|biller| format!("{:?}", biller.catalog.order_types)));
    assert!(different(|biller| format!("{:?}", biller.tasks.keys())));
}

#[test]
fn f8_the_same_letters_lead_elsewhere_at_another_biller() {
    let [northeast, midwest, _, national] = EVERY_SHIPPED.map(|text| parse(text).unwrap());
    let ss = TaskCode::parse("SS").unwrap();
    assert_eq!(northeast.tasks[&ss].leads_to, LeadsTo::Command(code("ScheduleOrder")));
    let view = LeadsTo::View { service: code("care"), view: code("site") };
    assert_eq!(midwest.tasks[&ss].leads_to, view);
    assert!(!national.tasks.contains_key(&ss));
}

#[test]
fn a_mistake_is_named_by_its_key() {
    let wrong = [
        ("monthly = \"59.99\"", "monthly = \"59,99\"", "packages.classic.monthly"),
        ("zone = \"America/New_York\"", "zone = \"Mars\"", "zone"),
        ("due_day = 5", "due_day = 17", "policies.due_day"),
        ("changes = \"MACD\"", "changes = \"\"", "customers.segments.enterprise.changes"),
        ("dunning_days = [16, 17, 18]", "dunning_days = [16, 16]", "policies.dunning_days"),
        ("\"08-10\" = 12", "\"08-10\" = 0", "orders.slots.08-10"),
        ("packages = [\"basic\"", "packages = [\"dsl\"", "orders.campaigns.WINBACK.packages"),
        ("months = 6", "months = 0", "orders.campaigns.WINBACK.months"),
        ("discount = \"20.00\"", "", "orders.campaigns.FALL26.monthly"),
        ("\"2026-11-26\"", "\"26.11.2026\"", "calendar.holidays"),
        ("queues = [\"NOC\"", "queues = [\" NOC\"", "tickets.queues"),
        ("[interactions]", "[interactions]\nWeather = []", "interactions.Weather"),
    ];
    for (right, wrong, expected) in wrong {
        match parse(&SHIPPED.replace(right, wrong)) {
            Err(BillerError::Value { key, .. }) => assert_eq!(key, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[test]
fn an_unknown_key_is_a_mistake() {
    let text = SHIPPED.replace("due_day = 5", "due_day = 5\ndue_dya = 6");
    assert!(matches!(parse(&text), Err(BillerError::Toml(_))));
}
