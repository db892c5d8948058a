//! A small biller for tests: one of every case that the rules tell apart.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    SignedDuration,
    civil::{Weekday, date},
};

use super::{
    Biller, BusinessDays, Catalog, Customers, DeviceModel, Installation, Package, Policies, Segment,
};
use crate::{
    money::{Currency, Money},
    text::Code,
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
            due_day: 5,
            dunning_days: vec![16, 17, 18],
        },
    }
}

fn catalog() -> Catalog {
    Catalog {
        packages: packages(),
        devices: BTreeMap::from([
            (code("SB6141"), model("docsis", 300)),
            (code("SB8200"), model("docsis", 1_000)),
            (code("ONT-G"), model("pon", 1_000)),
        ]),
        order_types: codes(&["INSTALL", "UPGRADE", "DOWNGRADE"]),
        slots: codes(&["08-10", "10-12", "13-15"]),
        sale_types: codes(&["EXISTING"]),
        sale_reasons: codes(&["SPEED", "PRICE"]),
        campaigns: codes(&["SPRING"]),
    }
}

fn packages() -> BTreeMap<Code, Package> {
    let professional =
        |markets: &[&str]| Installation::Professional { self_install_markets: codes(markets) };
    let basic = Package {
        name: "Basic".to_owned(),
        group: code("Data Packages"),
        service_code: code("HSD100"),
        technologies: codes(&["docsis"]),
        down_mbps: 100,
        up_mbps: 10,
        rank: 1,
        monthly: Money::new(usd(), 4_999),
        swap_family: Some(code("cable")),
        serviceability_check: false,
        installation: Installation::SelfInstall,
        downgrade_keeps_device: false,
    };
    let classic = Package {
        name: "Classic".to_owned(),
        service_code: code("HSD300"),
        down_mbps: 300,
        up_mbps: 20,
        rank: 2,
        monthly: Money::new(usd(), 6_999),
        ..basic.clone()
    };
    let super_fast = Package {
        name: "Super Fast (1 Gig)".to_owned(),
        service_code: code("HSD1G"),
        down_mbps: 1_000,
        up_mbps: 35,
        rank: 3,
        monthly: Money::new(usd(), 10_999),
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
        monthly: Money::new(usd(), 11_999),
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
    ])
}

fn model(technology: &str, down_mbps_max: u32) -> DeviceModel {
    DeviceModel { technology: code(technology), down_mbps_max }
}

fn usd() -> Currency {
    Currency::parse("USD").expect("three capital letters")
}

fn code(text: &str) -> Code {
    Code::parse(text).expect("the test biller's codes are well formed")
}

fn codes(texts: &[&str]) -> BTreeSet<Code> {
    texts.iter().copied().map(code).collect()
}
