//! A small biller for tests: one of every case that the rules tell apart.

mod billing;
mod guides;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{
    SignedDuration,
    civil::{Weekday, date},
};

use super::{
    Biller, BusinessDays, Campaign, Catalog, Customers, Dated, DeviceModel, Installation,
    Letterhead, Offer, Package, Paper, Policies, Segment, ServiceType,
};
use crate::{
    money::{Currency, Money},
    text::{Code, Text},
};

/// The test biller: cable and fiber in the markets `northern_virginia` and `phoenix`.
///
/// # Panics
/// Never: its data is well formed.
#[must_use]
pub fn testing() -> Biller {
    Biller {
        name: "test".to_owned(),
        zone: "America/New_York".to_owned(),
        currency: usd(),
        catalog: catalog(),
        customers: Customers {
            authenticate_before_orders: false,
            types: codes(&["RESIDENTIAL", "BUSINESS"]),
            categories: codes(&["STANDARD", "EMPLOYEE"]),
            segments: BTreeMap::from([(
                code("enterprise"),
                Segment { changes: code("MACD"), fiber_upgrades: code("account-executive") },
            )]),
        },
        business_days: BusinessDays {
            weekend: vec![Weekday::Saturday, Weekday::Sunday],
            holidays: [date(2026, 11, 26), date(2026, 12, 25)].into(),
        },
        policies: Policies {
            service_vlan: 552,
            suspended_vlan: 999,
            suspension_limit: SignedDuration::from_hours(4),
            reinstatement_limit: SignedDuration::from_mins(10),
            provisioning_attempts_max: 3,
            provisioning_retry: SignedDuration::from_secs(30),
        },
        billing: billing::plan(),
        letterhead: letterhead(),
        dunning: billing::dunning(),
        taxes: Arc::new(billing::taxes()),
        ticket_queues: codes(&["TECH-SUPPORT", "BILLING"]),
        interactions: BTreeMap::from([
            (code("Orders"), codes(&["New order created"])),
            (code("Payments"), codes(&["Payment received", "Payment arrangement"])),
        ]),
        tasks: BTreeMap::new(),
        guides: guides::all(),
    }
}

fn letterhead() -> Letterhead {
    Letterhead {
        name: "Test Broadband".to_owned(),
        address: vec!["PO Box 1".to_owned(), "Springfield, VA 22150".to_owned()],
        pay_by: "Pay online or by check.".to_owned(),
        questions: "Call 1-800-555-0100.".to_owned(),
        paper: Paper::Letter,
    }
}

fn catalog() -> Catalog {
    Catalog {
        packages: packages(),
        devices: BTreeMap::from([
            (code("SB6141"), model("docsis", 300)),
            (code("SB8200"), model("docsis", 1_000)),
            (code("ONT-G"), rented("pon", 1_000)),
        ]),
        order_types: points(&[("INSTALL", 3), ("UPGRADE", 2), ("DOWNGRADE", 1), ("REPAIR", 2)]),
        slots: points(&[("08-10", 6), ("10-12", 6), ("13-15", 3)]),
        sale_types: codes(&["EXISTING"]),
        sale_reasons: codes(&["SPEED", "PRICE"]),
        campaigns: BTreeMap::from([
            (code("SPRING"), campaign(&["classic", "gigablast"], Offer::Monthly(minor(5_999)))),
            (code("LOYAL"), campaign(&["basic", "classic"], Offer::Discount(minor(1_000)))),
        ]),
        problems: codes(&["NO-SERVICE", "SLOW"]),
        requests: codes(&["WIRING"]),
        disconnect_reasons: codes(&["MOVED"]),
        fees: billing::fees(),
        extras: billing::extras(),
        bundles: billing::bundles(),
    }
}

fn campaign(packages: &[&str], offer: Offer) -> Campaign {
    Campaign {
        name: "Campaign".to_owned(),
        packages: codes(packages),
        from: None,
        until: None,
        months: 12,
        offer,
    }
}

fn packages() -> BTreeMap<Code, Package> {
    let professional =
        |markets: &[&str]| Installation::Professional { self_install_markets: codes(markets) };
    let basic = basic();
    let classic = Package {
        name: "Classic".to_owned(),
        service_code: code("HSD300"),
        down_mbps: 300,
        up_mbps: 20,
        rank: 2,
        monthly: Dated::always(minor(6_999)),
        ..basic.clone()
    };
    let super_fast = Package {
        name: "Super Fast (1 Gig)".to_owned(),
        service_code: code("HSD1G"),
        down_mbps: 1_000,
        up_mbps: 35,
        rank: 3,
        monthly: Dated::always(minor(10_999)),
        serviceability_check: true,
        installation: professional(&[]),
        ..basic.clone()
    };
    let super_fast_pon = Package {
        name: "Super Fast (1 Gig) Fiber PON".to_owned(),
        service_code: code("PON1G"),
        technologies: codes(&["pon"]),
        up_mbps: 1_000,
        swap_family: Some(code("fiber")),
        downgrade_keeps_device: true,
        ..super_fast.clone()
    };
    let gigablast = Package {
        name: "Gigablast".to_owned(),
        service_code: code("HSDGB"),
        rank: 4,
        monthly: Dated::always(minor(11_999)),
        serviceability_check: false,
        installation: Installation::SelfInstall,
        ..super_fast.clone()
    };
    let gigablast_pon = Package {
        name: "Gigablast Fiber PON".to_owned(),
        service_code: code("PONGB"),
        installation: professional(&["northern_virginia"]),
        technologies: codes(&["pon"]),
        swap_family: Some(code("fiber")),
        ..gigablast.clone()
    };
    BTreeMap::from([
        (code("basic"), basic),
        (code("classic"), classic),
        (code("super-fast-1g"), super_fast),
        (code("super-fast-1g-pon"), super_fast_pon),
        (code("gigablast"), gigablast),
        (code("gigablast-pon"), gigablast_pon),
        (code("voice"), voice()),
    ])
}

fn basic() -> Package {
    Package {
        name: "Basic".to_owned(),
        service_type: ServiceType::Internet,
        group: code("Data Packages"),
        service_code: code("HSD100"),
        technologies: codes(&["docsis"]),
        down_mbps: 100,
        up_mbps: 10,
        rank: 1,
        monthly: Dated::always(minor(4_999)),
        tax_code: Some(code("internet")),
        activation_fee: None,
        extras: BTreeSet::new(),
        in_arrears: false,
        swap_family: Some(code("cable")),
        serviceability_check: false,
        installation: Installation::SelfInstall,
        downgrade_keeps_device: false,
    }
}

fn voice() -> Package {
    Package {
        name: "Voice".to_owned(),
        service_type: ServiceType::Voice,
        group: code("Voice Packages"),
        service_code: code("TEL1"),
        technologies: codes(&["docsis", "pon"]),
        down_mbps: 1,
        up_mbps: 1,
        monthly: Dated::always(minor(1_999)),
        swap_family: None,
        ..basic()
    }
}

fn model(technology: &str, down_mbps_max: u32) -> DeviceModel {
    DeviceModel { technology: code(technology), down_mbps_max, rental: None }
}

fn rented(technology: &str, down_mbps_max: u32) -> DeviceModel {
    DeviceModel { rental: Some(code("ONT-RENT")), ..model(technology, down_mbps_max) }
}

fn minor(minor: i64) -> Money {
    Money::new(usd(), minor)
}

fn usd() -> Currency {
    Currency::parse("USD").expect("three capital letters")
}

fn code(text: &str) -> Code {
    Code::parse(text).expect("the test biller's codes are well formed")
}

fn text(text: &str) -> Text {
    Text::parse(text).expect("the test biller's texts are well formed")
}

fn codes(texts: &[&str]) -> BTreeSet<Code> {
    texts.iter().copied().map(code).collect()
}

fn points(of: &[(&str, u32)]) -> BTreeMap<Code, u32> {
    of.iter().map(|(text, points)| (code(text), *points)).collect()
}
