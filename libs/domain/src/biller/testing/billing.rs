//! How the test biller bills, taxes and gets its money.

use std::collections::BTreeMap;

use super::{code, codes, minor};
use crate::{
    actor::Role,
    biller::{
        ArrangementLimit, BillingPlan, Bundle, Dated, DunningAction, DunningPlan, DunningStep,
        Extra, Fee, Procedure, Tax, TaxTable,
    },
    text::Code,
};

/// Bills on the 1st, due four days later.
pub(super) fn plan() -> BillingPlan {
    BillingPlan {
        bill_day: 1,
        due_days: 4,
        approves_runs: false,
        autopay_minimum: 100,
        adjustment_reasons: codes(&["OUTAGE", "BILLING-ERROR"]),
        adjustment_limits: [(Role::Agent, 5_000), (Role::Manager, 100_000)].into(),
    }
}

/// Notice, call, suspension: the 16th, 17th and 18th for what is due on the 5th.
pub(super) fn dunning() -> DunningPlan {
    let step = |name, after_due, actions: &[DunningAction]| DunningStep {
        name: code(name),
        after_due,
        actions: actions.iter().copied().collect(),
        late_fee: None,
        procedures: Vec::new(),
    };
    let notice = DunningStep {
        late_fee: Some(code("LATE")),
        ..step("notice", 11, &[DunningAction::Ticket, DunningAction::Email])
    };
    let tree = Procedure { name: code("Call tree"), link: code("https://kb.example/calls") };
    let call = DunningStep {
        procedures: vec![tree],
        ..step("call", 12, &[DunningAction::Ticket, DunningAction::Call])
    };
    let limit = |days, amount| ArrangementLimit { days, amount };
    DunningPlan {
        steps: vec![
            notice,
            call,
            step("suspension", 13, &[DunningAction::Ticket, DunningAction::Suspend]),
        ],
        minimum: 100,
        caller: code("collections"),
        reconnect_fee: Some(code("RECONNECT")),
        arrangements: [(Role::Agent, limit(7, 20_000)), (Role::Manager, limit(60, 500_000))].into(),
    }
}

/// Internet is taxed in one market; the other ones have no taxes.
pub(super) fn taxes() -> TaxTable {
    let state = Tax {
        name: "State tax".to_owned(),
        applies_to: codes(&["internet"]),
        rate: Dated::always(50_000),
    };
    let markets = [
        (code("northern_virginia"), BTreeMap::from([(code("STATE"), state)])),
        (code("phoenix"), BTreeMap::new()),
    ];
    TaxTable { markets: markets.into() }
}

fn fee(name: &str, amount: i64) -> Fee {
    let (name, amount) = (name.to_owned(), Dated::always(minor(amount)));
    Fee { name, amount, tax_code: None }
}

fn extra(name: &str, monthly: i64) -> Extra {
    let (name, monthly) = (name.to_owned(), Dated::always(minor(monthly)));
    Extra { name, monthly, tax_code: None }
}

/// What is paid once.
pub(super) fn fees() -> BTreeMap<Code, Fee> {
    BTreeMap::from([
        (code("LATE"), fee("Late fee", 500)),
        (code("RECONNECT"), fee("Reconnect fee", 1_500)),
    ])
}

/// What is paid every month beside a package.
pub(super) fn extras() -> BTreeMap<Code, Extra> {
    BTreeMap::from([
        (code("ONT-RENT"), extra("ONT rental", 700)),
        (code("WIFI"), extra("Whole-home WiFi", 1_000)),
    ])
}

/// What costs less together.
pub(super) fn bundles() -> BTreeMap<Code, Bundle> {
    BTreeMap::from([(
        code("DOUBLE"),
        Bundle {
            name: "Internet and voice".to_owned(),
            packages: codes(&["classic", "voice"]),
            discount: Dated::always(minor(1_000)),
        },
    )])
}
