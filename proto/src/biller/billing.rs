//! When and how the biller bills: `[billing]`, `[fees]`, `[extras]`, `[bundles]` and `[taxes]`.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    actor::Role,
    biller::{BILL_DAY_MAX, BillingPlan, Bundle, Dated, Extra, Fee, Tax, TaxTable},
    money::{Currency, Money},
    text::Code,
};
use serde::Deserialize;

use super::{
    code, codes,
    dated::DatedFile,
    mistakes::{Mistakes, Read, each},
    price, value, whole,
};

/// Longest code of a fee, an extra, a bundle or a tax: ids are made of them.
const CODE_CHARS_MAX: usize = 32;
/// Longest time to pay, in days.
const DUE_DAYS_MAX: i64 = 90;
/// Decimals of a rate in percent that make parts of a million of it.
const RATE_DECIMALS: usize = 4;
/// All of it, in parts of a million.
const WHOLE: u32 = 1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BillingFile {
    bill_day: i64,
    due_days: i64,
    #[serde(default)]
    approve_bill_runs: bool,
    autopay_minimum: String,
    adjustment_reasons: Vec<String>,
    adjustment_limits: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeeFile {
    name: String,
    amount: DatedFile,
    tax_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExtraFile {
    name: String,
    monthly: DatedFile,
    tax_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BundleFile {
    name: String,
    pub(super) packages: Vec<String>,
    pub(super) discount: DatedFile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxFile {
    name: String,
    on: Vec<String>,
    rate: DatedFile,
}

/// Names that a file gives to things, whatever else is wrong with those.
pub(super) type Names<'a> = BTreeSet<&'a str>;

/// Taxes by market, then by code.
pub(super) type TaxesFile = BTreeMap<String, BTreeMap<String, TaxFile>>;

impl BillingFile {
    pub(super) fn plan(&self, currency: Currency) -> Read<BillingPlan> {
        let mut mistakes = Mistakes::default();
        let limit = |(role, limit): (&String, &String)| {
            let key = format!("billing.adjustment_limits.{role}");
            let mut mistakes = Mistakes::default();
            let role = mistakes.take(role_of(&key, role));
            let limit = mistakes.take(price(&key, limit, currency));
            mistakes.or(role.zip(limit.map(|limit| limit.minor)))
        };
        let minimum = price("billing.autopay_minimum", &self.autopay_minimum, currency);
        let bill_days = 1..=i64::from(BILL_DAY_MAX);
        let bill_day = mistakes.take(whole("billing.bill_day", self.bill_day, bill_days, ""));
        let due_days = whole("billing.due_days", self.due_days, 0..=DUE_DAYS_MAX, " days");
        let due_days = mistakes.take(due_days);
        let minimum = mistakes.take(minimum);
        let reasons = codes("billing.adjustment_reasons", &self.adjustment_reasons);
        let reasons = mistakes.take(reasons);
        let limits = mistakes.take(each(self.adjustment_limits.iter().map(limit)));
        let plan = || {
            Some(BillingPlan {
                bill_day: bill_day?,
                due_days: due_days?,
                approves_runs: self.approve_bill_runs,
                autopay_minimum: minimum?.minor,
                adjustment_reasons: reasons?,
                adjustment_limits: limits?,
            })
        };
        mistakes.or(plan())
    }
}

/// What is paid once.
pub(super) fn fees(
    files: &BTreeMap<String, FeeFile>,
    currency: Currency,
) -> Read<BTreeMap<Code, Fee>> {
    let fee = |(id, file): (&String, &FeeFile)| {
        let key = format!("fees.{id}");
        let mut mistakes = Mistakes::default();
        let id = mistakes.take(short_code(&key, id));
        let amount = mistakes.take(prices(&format!("{key}.amount"), &file.amount, currency));
        let tax_code = optional_code(&format!("{key}.tax_code"), file.tax_code.as_deref());
        let tax_code = mistakes.take(tax_code);
        let name = file.name.clone();
        let fee = || Some((id?, Fee { name, amount: amount?, tax_code: tax_code? }));
        mistakes.or(fee())
    };
    each(files.iter().map(fee))
}

/// What is paid every month beside a package.
pub(super) fn extras(
    files: &BTreeMap<String, ExtraFile>,
    currency: Currency,
) -> Read<BTreeMap<Code, Extra>> {
    let extra = |(id, file): (&String, &ExtraFile)| {
        let key = format!("extras.{id}");
        let mut mistakes = Mistakes::default();
        let id = mistakes.take(short_code(&key, id));
        let monthly = mistakes.take(prices(&format!("{key}.monthly"), &file.monthly, currency));
        let tax_code = optional_code(&format!("{key}.tax_code"), file.tax_code.as_deref());
        let tax_code = mistakes.take(tax_code);
        let name = file.name.clone();
        let extra = || Some((id?, Extra { name, monthly: monthly?, tax_code: tax_code? }));
        mistakes.or(extra())
    };
    each(files.iter().map(extra))
}

/// What costs less together.
pub(super) fn bundles(
    files: &BTreeMap<String, BundleFile>,
    sold: &Names<'_>,
    currency: Currency,
) -> Read<BTreeMap<Code, Bundle>> {
    let bundle = |(id, file): (&String, &BundleFile)| {
        let key = format!("bundles.{id}");
        let mut mistakes = Mistakes::default();
        let id = mistakes.take(short_code(&key, id));
        let packages = mistakes.take(together(&format!("{key}.packages"), &file.packages, sold));
        let discount = prices(&format!("{key}.discount"), &file.discount, currency);
        let discount = mistakes.take(discount);
        let name = file.name.clone();
        let bundle = || Some((id?, Bundle { name, packages: packages?, discount: discount? }));
        mistakes.or(bundle())
    };
    each(files.iter().map(bundle))
}

fn together(key: &str, of: &[String], sold: &Names<'_>) -> Read<BTreeSet<Code>> {
    let packages = packages(key, of, sold)?;
    if packages.len() >= 2 {
        return Ok(packages);
    }
    Err(value(key, "must hold at least two Package IDs of this file").reckoned_with(key))
}

/// Packages of this file; what is none of them is named where it stands.
pub(super) fn packages(key: &str, of: &[String], sold: &Names<'_>) -> Read<BTreeSet<Code>> {
    each(of.iter().enumerate().map(|(at, id)| {
        let key = format!("{key}[{at}]");
        match sold.contains(id.as_str()) {
            true => code(&key, id),
            false => {
                let problem = format!("is {id}, which is no Package ID of this file");
                Err(value(&key, problem).named_in("packages"))
            }
        }
    }))
}

/// What is taxed how, market by market.
pub(super) fn taxes(files: &TaxesFile) -> Read<TaxTable> {
    let tax = |key: &str, id: &String, file: &TaxFile| {
        let mut mistakes = Mistakes::default();
        let id = mistakes.take(short_code(key, id));
        let applies_to = mistakes.take(codes(&format!("{key}.on"), &file.on));
        let rate = mistakes.take(file.rate.read(&format!("{key}.rate"), rate));
        let name = file.name.clone();
        let tax = || Some((id?, Tax { name, applies_to: applies_to?, rate: rate? }));
        mistakes.or(tax())
    };
    let market = |(market, files): (&String, &BTreeMap<String, TaxFile>)| {
        let taxes = files.iter().map(|(id, file)| tax(&format!("taxes.{market}.{id}"), id, file));
        let mut mistakes = Mistakes::default();
        let taxes = mistakes.take(each(taxes));
        let market = mistakes.take(code(&format!("taxes.{market}"), market));
        mistakes.or(market.zip(taxes))
    };
    let markets = each(files.iter().map(market))?;
    Ok(TaxTable { markets })
}

/// A code that something names: one of those that a table of the file has.
pub(super) fn known_code(key: &str, named: &str, known: &Names<'_>, table: &str) -> Read<Code> {
    match known.contains(named) {
        true => code(key, named),
        false => {
            let problem = format!("names {named}, which is none of the {table} of this file");
            Err(value(key, problem).named_in(table))
        }
    }
}

/// The same, if something is named.
pub(super) fn optional_known_code(
    key: &str,
    named: Option<&str>,
    known: &Names<'_>,
    table: &str,
) -> Read<Option<Code>> {
    named.map(|named| known_code(key, named, known, table)).transpose()
}

/// Amounts with versions.
pub(super) fn prices(key: &str, file: &DatedFile, currency: Currency) -> Read<Dated<Money>> {
    file.read(key, |key, text| price(key, text, currency))
}

/// A role by its name.
pub(super) fn role_of(key: &str, name: &str) -> Read<Role> {
    let role = Role::ALL.into_iter().find(|role| role.name() == name);
    role.ok_or_else(|| value(key, "must be a role, as in agent or manager"))
}

pub(super) fn optional_code(key: &str, text: Option<&str>) -> Read<Option<Code>> {
    text.map(|text| code(key, text)).transpose()
}

/// A code that ids are made of.
fn short_code(key: &str, text: &str) -> Read<Code> {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if text.len() > CODE_CHARS_MAX || !text.bytes().all(safe) {
        let problem = format!("must be at most {CODE_CHARS_MAX} letters, digits, `-` or `_`");
        return Err(value(key, problem));
    }
    code(key, text)
}

/// A rate in percent, as in "5.3", as parts of a million.
fn rate(key: &str, text: &str) -> Read<u32> {
    let wrong = || {
        let problem = "must be a rate in percent up to 100 with at most 4 decimals: \"8.25\"";
        value(key, problem)
    };
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || decimals.len() > RATE_DECIMALS {
        return Err(wrong());
    }
    if !digits(whole) || !digits(decimals) {
        return Err(wrong());
    }
    let rate: u32 = format!("{whole}{decimals:0<RATE_DECIMALS$}").parse().map_err(|_| wrong())?;
    if rate > WHOLE { Err(wrong()) } else { Ok(rate) }
}
