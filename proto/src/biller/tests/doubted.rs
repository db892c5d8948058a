//! What is odd and no mistake.

use jiff::civil::date;

use super::{
    super::{Doubt, doubts},
    EVERY_SHIPPED, SHIPPED, line_with, parse,
};

#[test]
fn a_campaign_that_gives_a_package_away_is_a_doubt() {
    let discount = |minor: &str| {
        SHIPPED.replacen("discount = \"20.00\"", &format!("discount = \"{minor}\" # less"), 1)
    };
    let told = |text: &str| doubts(text, &parse(text).unwrap(), date(2026, 11, 16));
    assert_eq!(told(&discount("99.98")), [], "a cent is what it costs then");
    let text = discount("99.99");
    let told_of = told(&text);
    let [doubt] = &told_of[..] else { panic!("{told_of:?}") };
    let line = line_with(&text, "# less");
    assert_eq!((&*doubt.key, doubt.line), ("orders.campaigns.FALL26.discount", line));
    let price = "is no less than the price of super-fast-1g and of super-fast-1g-pon: it is";
    assert!(doubt.problem.starts_with(price), "{doubt:?}");
    // What it cost once is nobody's price any more; what it will cost is.
    let versions = |first: &str, second: &str| {
        let from = "from = \"2026-11-16\"";
        let versions = format!("[{{ value = \"{first}\" }}, {{ {from}, value = \"{second}\" }}]");
        text.replace("monthly = \"99.99\"", &format!("monthly = {versions}"))
    };
    let is_doubted = |text: &str| told(text).iter().any(|it| it.key == doubt.key);
    assert!(!is_doubted(&versions("99.99", "100.00")));
    assert!(is_doubted(&versions("100.00", "99.99")));
}

#[test]
fn a_campaign_that_makes_a_package_dearer_is_a_doubt() {
    let monthly = |minor: &str| {
        let text = SHIPPED.replacen("discount = \"20.00\"", &format!("monthly = \"{minor}\""), 1);
        doubts(&text, &parse(&text).unwrap(), date(2026, 11, 16))
    };
    assert_eq!(monthly("99.99"), []);
    let told = monthly("100.00");
    let [doubt] = &told[..] else { panic!("{told:?}") };
    assert_eq!(doubt.key, "orders.campaigns.FALL26.monthly");
    assert!(doubt.problem.starts_with("is more than the price of super-fast-1g"), "{doubt:?}");
}

#[test]
fn what_can_be_and_is_mostly_not_meant_is_a_doubt() {
    let text = SHIPPED
        .replacen("months = 12", "months = 12\nuntil = \"2026-12-24\"", 1)
        .replacen(
            "monthly = \"59.99\"",
            "monthly = [\n{ value = \"59.99\" },\n{ from = \"2026-12-24\", value = \"64.99\" }]",
            1,
        )
        .replacen("\"northern_virginia\"]", "\"omaha\"]", 1)
        .replacen("tax_code = \"voice\"", "tax_code = \"talk\"", 1);
    let biller = parse(&text).unwrap();
    let told = |today| doubts(&text, &biller, today);
    let keys = |doubts: &[Doubt]| doubts.iter().map(|it| it.key.clone()).collect::<Vec<_>>();
    let always = ["packages.gigablast-pon.self_install_markets", "packages.voice.tax_code"];
    assert_eq!(keys(&told(date(2026, 12, 23))), always);
    let later = told(date(2026, 12, 24));
    let expected = ["orders.campaigns.FALL26.until", "packages.classic.monthly[0]"];
    assert_eq!(keys(&later), [expected, always].concat());
    let lines: Vec<_> = later.iter().map(|doubt| doubt.line).collect();
    let parts = ["until = \"2026-12-24\"", "{ value = \"59.99\" }", "omaha", "\"talk\""];
    assert_eq!(lines, parts.map(|part| line_with(&text, part)));
    assert!(later[2].problem.contains("omaha") && later[3].problem.contains("talk"), "{later:?}");
    for (text, day) in EVERY_SHIPPED.map(|text| (text, date(2026, 11, 16))) {
        assert_eq!(doubts(text, &parse(text).unwrap(), day), [], "what is shipped is meant");
    }
}

#[test]
fn a_campaign_price_of_nothing_is_a_doubt() {
    let text = SHIPPED.replacen("monthly = \"29.99\"", "monthly = \"0.00\" # free", 1);
    let told = doubts(
        &text,
        &parse(&text.replacen("discount = \"10.00\"", "discount = \"0.00\"", 1)).unwrap(),
        date(2026, 11, 16),
    );
    let [doubt] = &told[..] else { panic!("{told:?}") };
    assert_eq!(
        (&*doubt.key, doubt.line),
        ("orders.campaigns.WINBACK.monthly", line_with(&text, "# free"))
    );
    assert_eq!(
        doubt.problem,
        "is nothing, instead of the price of basic and of classic: it is given away"
    );
}

#[test]
fn f2_a_technology_that_devices_or_packages_alone_have_is_a_doubt() {
    let told = |right: &str, wrong: &str| {
        let text = SHIPPED.replacen(right, wrong, 1);
        let told = doubts(&text, &parse(&text).unwrap(), date(2026, 11, 16));
        let [doubt] = &told[..] else { panic!("{told:?}") };
        assert_eq!(doubt.line, line_with(&text, "dsl\""));
        format!("{} {}", doubt.key, doubt.problem)
    };
    let device = told("{ technology = \"docsis\"", "{ technology = \"dsl\"");
    assert_eq!(device, "devices.CM1000.technology is dsl, over which no package is delivered");
    let package =
        told("technologies = [\"docsis\", \"pon\"]", "technologies = [\"docsis\", \"dsl\"]");
    assert_eq!(
        package,
        "packages.basic.technologies names dsl, which no device of this file speaks"
    );
}
