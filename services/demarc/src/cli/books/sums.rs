//! What stands in each account of the books after the entries that were read so far.

use std::collections::BTreeMap;

use anyhow::ensure;
use contract::view::Amount;
use domain::money::Currency;

/// Account by account, in minor units.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    currency: Option<Currency>,
    accounts: BTreeMap<String, i64>,
}

impl Sums {
    pub(super) fn add(&mut self, account: &str, amount: Amount) -> anyhow::Result<()> {
        let currency = self.currency.get_or_insert(amount.currency);
        ensure!(*currency == amount.currency, "the books are in one currency: {currency}");
        let sum = self.accounts.entry(account.to_owned()).or_default();
        *sum = sum.saturating_add(amount.minor);
        Ok(())
    }

    /// Nothing where nothing was read.
    pub(super) fn currency(&self) -> Option<Currency> {
        self.currency
    }

    /// Every account in the order of its name.
    pub(super) fn accounts(&self) -> impl Iterator<Item = (&str, Amount)> {
        self.currency.into_iter().flat_map(|currency| {
            let accounts = self.accounts.iter();
            accounts.map(move |(account, minor)| (&**account, Amount { minor: *minor, currency }))
        })
    }

    /// Demands that all of them together are nothing.
    pub(super) fn demand_balance(&self) -> anyhow::Result<()> {
        let total = self.accounts.values().fold(0_i64, |sum, minor| sum.saturating_add(*minor));
        ensure!(total == 0, "the entries do not balance: {total} minor units are left over");
        Ok(())
    }
}
