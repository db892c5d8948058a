//! When and how the biller bills: `[billing]`, `[fees]`, `[extras]`, `[bundles]` and `[taxes]`.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    actor::Role,
    biller::{
        BILL_DAY_MAX, BillingPlan, Bundle, Catalog, Dated, Extra, Fee, Tax, TaxTable, Version,
    },
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
    packages: Vec<String>,
    discount: DatedFile,
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
            Ok((role_of(&key, role)?, price(&key, limit, currency)?.minor))
        };
        let minimum = price("billing.autopay_minimum", &self.autopay_minimum, currency);
        let bill_days = 1..=i64::from(BILL_DAY_MAX);
        let read = (
            mistakes.take(whole("billing.bill_day", self.bill_day, bill_days, "")),
            mistakes.take(whole("billing.due_days", self.due_days, 0..=DUE_DAYS_MAX, " days")),
            mistakes.take(minimum),
            mistakes.take(codes("billing.adjustment_reasons", &self.adjustment_reasons)),
            mistakes.take(each(self.adjustment_limits.iter().map(limit))),
        );
        let (Some(bill_day), Some(due_days), Some(minimum), Some(reasons), Some(limits)) = read
        else {
            return Err(mistakes);
        };
        Ok(BillingPlan {
            bill_day,
            due_days,
            approves_runs: self.approve_bill_runs,
            autopay_minimum: minimum.minor,
            adjustment_reasons: reasons,
            adjustment_limits: limits,
        })
    }
}

/// What is paid once.
pub(super) fn fees(
    files: &BTreeMap<String, FeeFile>,
    currency: Currency,
) -> Read<BTreeMap<Code, Fee>> {
    let fee = |(id, file): (&String, &FeeFile)| {
        let key = format!("fees.{id}");
        let fee = Fee {
            name: file.name.clone(),
            amount: prices(&format!("{key}.amount"), &file.amount, currency)?,
            tax_code: optional_code(&format!("{key}.tax_code"), file.tax_code.as_deref())?,
        };
        Ok((short_code(&key, id)?, fee))
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
        let extra = Extra {
            name: file.name.clone(),
            monthly: prices(&format!("{key}.monthly"), &file.monthly, currency)?,
            tax_code: optional_code(&format!("{key}.tax_code"), file.tax_code.as_deref())?,
        };
        Ok((short_code(&key, id)?, extra))
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
        let of = packages(&format!("{key}.packages"), &file.packages, sold)?;
        if of.len() < 2 {
            let problem = "must hold at least two Package IDs of this file";
            return Err(value(&format!("{key}.packages"), problem));
        }
        let discount = prices(&format!("{key}.discount"), &file.discount, currency)?;
        let bundle = Bundle { name: file.name.clone(), packages: of, discount };
        Ok((short_code(&key, id)?, bundle))
    };
    each(files.iter().map(bundle))
}

/// Packages of this file; what is none of them is named where it stands.
pub(super) fn packages(key: &str, of: &[String], sold: &Names<'_>) -> Read<BTreeSet<Code>> {
    each(of.iter().enumerate().map(|(at, id)| {
        let key = format!("{key}[{at}]");
        match sold.contains(id.as_str()) {
            true => code(&key, id),
            false => Err(value(&key, format!("is {id}, which is no Package ID of this file"))),
        }
    }))
}

/// Whoever has all packages of a bundle pays something for them, or nothing: whichever versions of
/// their prices they have, and under whichever campaigns.
pub(super) fn demand_worth(catalog: &Catalog) -> Read<()> {
    let lowest = |id: &Code| {
        let prices = catalog.packages.get(id).map(|package| package.monthly.all());
        let prices = prices.unwrap_or_default().iter().map(|version| version.value);
        let campaigns = || catalog.campaigns.values().filter(|it| it.packages.contains(id));
        let under = |price: Money| campaigns().map(move |it| it.monthly(price)).chain([price]);
        prices.flat_map(under).map(|price| price.minor).min().unwrap_or(0)
    };
    each::<(), ()>(catalog.bundles.iter().map(|(id, bundle)| {
        let worth = bundle.packages.iter().map(lowest).fold(0_i64, i64::saturating_add);
        let too_much = |discount: &Version<Money>| discount.value.minor > worth;
        match bundle.discount.all().iter().position(too_much) {
            None => Ok(()),
            Some(at) => {
                let key = match bundle.discount.all().len() {
                    1 => format!("bundles.{id}.discount"),
                    _ => format!("bundles.{id}.discount[{at}]"),
                };
                let worth = Money { minor: worth, ..bundle.discount.all()[at].value };
                let problem = format!(
                    "must be at most {worth}, the least that its packages cost in any version and \
                     under any campaign"
                );
                Err(value(&key, problem))
            }
        }
    }))
}

/// What is taxed how, market by market.
pub(super) fn taxes(files: &TaxesFile) -> Read<TaxTable> {
    let tax = |key: &str, id: &String, file: &TaxFile| {
        let tax = Tax {
            name: file.name.clone(),
            applies_to: codes(&format!("{key}.on"), &file.on)?,
            rate: file.rate.read(&format!("{key}.rate"), rate)?,
        };
        Ok((short_code(key, id)?, tax))
    };
    let market = |(market, files): (&String, &BTreeMap<String, TaxFile>)| {
        let taxes = files.iter().map(|(id, file)| tax(&format!("taxes.{market}.{id}"), id, file));
        Ok((code(&format!("taxes.{market}"), market)?, each(taxes)?))
    };
    let markets = each(files.iter().map(market))?;
    Ok(TaxTable { markets })
}

/// Every code that something names is one of those that there are.
pub(super) fn demand_known<'a>(
    key: &str,
    named: impl IntoIterator<Item = &'a Code>,
    known: &Names<'_>,
    what: &str,
) -> Read<()> {
    match named.into_iter().find(|code| !known.contains(code.as_str())) {
        None => Ok(()),
        Some(unknown) => Err(value(key, format!("names {unknown}, which is none of {what}"))),
    }
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
