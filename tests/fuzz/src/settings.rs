//! A biller's file, as an operator writes it.

use contract::biller::{self, BillerError};
use domain::biller::{BILL_DAY_MAX, Biller, BillingPlan, Catalog, Tax};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

/// All of it, in parts per million.
const WHOLE: u32 = 1_000_000;

/// Reads a biller: what is read can be worked with, what is not is named by its key.
pub fn biller(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let biller = match biller::check(&text) {
        Ok(biller) => biller,
        Err(mistakes) => return refused(&text, &mistakes),
    };
    assert!(bus::subject::check_name("biller", &biller.name).is_ok(), "{}", biller.name);
    for due_on in [date(2026, 2, 1), date(-9999, 1, 1), date(9999, 12, 31)] {
        ladder(&biller, due_on);
    }
    prices(&biller);
    rates(&biller);
    let BillingPlan { bill_day, autopay_minimum, adjustment_limits, .. } = &biller.billing;
    assert!((1..=BILL_DAY_MAX).contains(bill_day), "not every month has a day {bill_day}");
    assert!(*autopay_minimum >= 0 && biller.dunning.minimum >= 0, "less than nothing is owed");
    assert!(adjustment_limits.values().all(|limit| *limit >= 0));
}

/// There is a mistake, each has a line that the file has, and they are told from its beginning.
fn refused(text: &str, mistakes: &[BillerError]) {
    assert!(!mistakes.is_empty(), "something is wrong with a file that is refused");
    assert!(mistakes.is_sorted_by_key(BillerError::line), "{mistakes:?}");
    let lines = text.split('\n').count();
    for mistake in mistakes {
        assert!((1..=lines).contains(&mistake.line()), "{mistake} of {lines} lines");
        let (BillerError::Toml { problem, .. } | BillerError::Value { problem, .. }) = mistake;
        assert!(!problem.is_empty(), "{mistake:?}");
        if let BillerError::Value { key, .. } = mistake {
            assert!(!key.is_empty(), "{mistake:?}");
        }
    }
}

/// The steps of a debt are business days in order, unless the calendar ends.
fn ladder(biller: &Biller, due_on: Date) {
    let dates = biller.dunning_dates(due_on, 0, due_on);
    assert_eq!(dates.len(), biller.dunning.steps.len());
    assert!(dates.is_sorted(), "{dates:?}");
    let is_apart = dates.is_sorted_by(|before, after| before < after);
    assert!(is_apart || dates.last() == Some(&Date::MAX), "two steps on one day: {dates:?}");
    for (step, date) in biller.dunning.steps.iter().zip(&dates) {
        let nominal = due_on.saturating_add(i32::from(step.after_due).days());
        assert!(*date >= nominal, "{} is taken on {date}, before {nominal}", step.name);
        let fee = step.late_fee.as_ref();
        assert!(fee.is_none_or(|fee| biller.catalog.fees.contains_key(fee)));
    }
}

/// Nothing costs less than nothing, and what a product names is for sale.
fn prices(biller: &Biller) {
    let Catalog { packages, fees, extras, bundles, devices, campaigns, .. } = &biller.catalog;
    let monthly = packages.values().map(|package| &package.monthly);
    let others = fees.values().map(|fee| &fee.amount);
    let beside = extras.values().map(|extra| &extra.monthly);
    let together = bundles.values().map(|bundle| &bundle.discount);
    for prices in monthly.chain(others).chain(beside).chain(together) {
        assert!(prices.all().iter().all(|version| version.value.minor >= 0), "{prices:?}");
        let dates = prices.all().iter().map(|version| version.from);
        assert!(dates.is_sorted_by(|before, after| before < after), "{prices:?}");
    }
    for (id, package) in packages {
        let beside = package.extras.iter().all(|extra| extras.contains_key(extra));
        let fee = package.activation_fee.as_ref();
        assert!(beside && fee.is_none_or(|fee| fees.contains_key(fee)), "{id}");
    }
    let mut rented = devices.values().filter_map(|device| device.rental.as_ref());
    assert!(rented.all(|rental| extras.contains_key(rental)));
    let bundled = bundles.values().flat_map(|bundle| &bundle.packages);
    let promoted = campaigns.values().flat_map(|campaign| &campaign.packages);
    let mut named = bundled.chain(promoted);
    assert!(named.all(|id| packages.contains_key(id)));
}

/// No tax takes more than what is sold.
fn rates(biller: &Biller) {
    let table = biller.taxes.table().expect("a file has a table");
    for (market, taxes) in &table.markets {
        for (tax, Tax { rate, .. }) in taxes {
            let is_fair = rate.all().iter().all(|version| version.value <= WHOLE);
            assert!(is_fair, "{tax} of {market} is more than 100 %");
        }
    }
}
