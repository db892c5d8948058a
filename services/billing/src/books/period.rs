//! Months that are closed: what every account of the books opened and closed with.
//!
//! What must stay true: a period is written once, when the first day of a later month is opened,
//! and nothing changes it. A month in which no day was opened has no period; what is recorded
//! before the first day of all is the period `0001-01`.

use contract::view::Amount;
use domain::{biller::Biller, money::Money};
use jiff::civil::Date;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use super::{
    BEFORE_THE_FIRST, day, month,
    sums::{self, SumsRow},
};

/// By month, as in `2026-11`.
pub(crate) const TABLE: Table = Table::new(b'p');

/// One month.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PeriodRow {
    period: String,
    /// The last position of the log that it may contain.
    position: u64,
    /// Everything that was added to an account, and everything that was taken away: the same.
    debits: Amount,
    credits: Amount,
    /// All closing balances together: nothing.
    pub(super) total: Amount,
    pub(super) accounts: Vec<ClosedRow>,
}

/// One account of the books in one month.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClosedRow {
    pub(super) account: String,
    pub(super) opening: Amount,
    pub(super) debits: Amount,
    pub(super) credits: Amount,
    pub(super) closing: Amount,
}

/// Closes the month that is over once a day of another one is opened, at this position.
pub(super) fn close(
    biller: &Biller,
    opened: Date,
    position: u64,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let last = day(rows)?;
    let (over, begun) = (month(last), month(opened));
    let accounts = sums::all(rows)?;
    let is_empty = last == BEFORE_THE_FIRST && accounts.is_empty();
    if over == begun || is_empty {
        return Ok(());
    }
    let row = PeriodRow::of(biller, over, position.saturating_sub(1), &accounts);
    rows.put(TABLE, &row.period, &row)?;
    for account in accounts {
        let next = account.of_next_month(biller, begun.clone());
        rows.put(sums::TABLE, &next.account, &next)?;
    }
    Ok(())
}

impl PeriodRow {
    fn of(biller: &Biller, period: String, position: u64, accounts: &[SumsRow]) -> Self {
        let sum = |of: fn(&SumsRow) -> &Amount| {
            let minor = accounts.iter().map(|row| of(row).minor).fold(0, i64::saturating_add);
            Amount::from(Money::new(biller.currency, minor))
        };
        Self {
            period,
            position,
            debits: sum(|row| &row.debits),
            credits: sum(|row| &row.credits),
            total: sum(|row| &row.balance),
            accounts: accounts.iter().map(ClosedRow::of).collect(),
        }
    }
}

impl ClosedRow {
    fn of(row: &SumsRow) -> Self {
        Self {
            account: row.account.clone(),
            opening: row.opening,
            debits: row.debits,
            credits: row.credits,
            closing: row.balance,
        }
    }
}
