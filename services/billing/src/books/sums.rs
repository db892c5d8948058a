//! The trial balance: what stands in each account of the books, and what moved in it this month.

use contract::view::Amount;
use domain::{biller::Biller, ledger::books::Posting, money::Money};
use jiff::civil::Date;
use projection::{Fault, Keys, Rows, Table};
use serde::{Deserialize, Serialize};

use super::month;

/// By the account's name.
pub(crate) const TABLE: Table = Table::new(b'B');

/// One account of the books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SumsRow {
    pub(super) account: String,
    /// The month that is open.
    pub(super) month: String,
    /// What stood in it when the month began. As everywhere, negative is a credit.
    pub(super) opening: Amount,
    /// What was added this month.
    pub(super) debits: Amount,
    /// What was taken away this month; never negative.
    pub(super) credits: Amount,
    /// What stands in it now.
    pub(super) balance: Amount,
}

/// Adds a posting to its account.
pub(super) fn add(
    biller: &Biller,
    posting: &Posting,
    day: Date,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let row = rows.get::<SumsRow>(TABLE, &posting.account)?;
    let mut row = row.unwrap_or_else(|| SumsRow::opened(biller, &posting.account, month(day)));
    let side = if posting.minor > 0 { &mut row.debits } else { &mut row.credits };
    raise(side, posting.minor.saturating_abs());
    raise(&mut row.balance, posting.minor);
    rows.put(TABLE, &posting.account, &row)
}

/// Every account of the books: as many as the catalog has prices, taxes and reasons, however many
/// customers there are.
pub(super) fn all(rows: &Rows<'_>) -> Result<Vec<SumsRow>, Fault> {
    let found = rows.scan::<SumsRow>(TABLE, Keys::all(), usize::MAX);
    found.map(|entry| entry.map(|(_, row)| row)).collect()
}

impl SumsRow {
    fn opened(biller: &Biller, account: &str, month: String) -> Self {
        let nothing = Amount::from(Money::new(biller.currency, 0));
        Self {
            account: account.to_owned(),
            month,
            opening: nothing,
            debits: nothing,
            credits: nothing,
            balance: nothing,
        }
    }

    /// The same account at the beginning of another month.
    pub(super) fn of_next_month(self, biller: &Biller, month: String) -> Self {
        let begun = Self::opened(biller, &self.account, month);
        Self { opening: self.balance, balance: self.balance, ..begun }
    }
}

fn raise(amount: &mut Amount, minor: i64) {
    amount.minor = amount.minor.saturating_add(minor);
}
