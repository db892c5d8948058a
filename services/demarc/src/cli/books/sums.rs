//! What stands in each account of the books after the entries that were read so far.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use contract::view::Amount;
use domain::money::{Currency, Money};

/// Account by account, in minor units.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    currency: Option<String>,
    accounts: BTreeMap<String, i64>,
}

/// An amount of a currency.
pub(super) fn amount(currency: &str, minor: i64) -> anyhow::Result<Amount> {
    let known = Currency::parse(currency);
    let currency = known.with_context(|| format!("{currency:?} is no currency"))?;
    Ok(Amount::from(Money::new(currency, minor)))
}

impl Sums {
    pub(super) fn add(&mut self, account: &str, amount: &Amount) -> anyhow::Result<()> {
        let currency = self.currency.get_or_insert_with(|| amount.currency.clone());
        ensure!(*currency == amount.currency, "the books are in one currency: {currency}");
        let sum = self.accounts.entry(account.to_owned()).or_default();
        *sum = sum.saturating_add(amount.minor);
        Ok(())
    }

    /// Nothing where nothing was read.
    pub(super) fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// Every account in the order of its name.
    pub(super) fn accounts(&self) -> anyhow::Result<Vec<(&str, Amount)>> {
        let currency = self.currency.as_deref().unwrap_or_default();
        let accounts = self.accounts.iter();
        accounts.map(|(account, minor)| Ok((account.as_str(), amount(currency, *minor)?))).collect()
    }

    /// Demands that all of them together are nothing.
    pub(super) fn demand_balance(&self) -> anyhow::Result<()> {
        let total = self.accounts.values().fold(0_i64, |sum, minor| sum.saturating_add(*minor));
        ensure!(total == 0, "the entries do not balance: {total} minor units are left over");
        Ok(())
    }
}
