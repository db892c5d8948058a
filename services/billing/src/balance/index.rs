//! Which accounts a day concerns: by the due dates of their open charges, and by the date on which
//! they are to be suspended.
//!
//! What must stay true: entries are written together with the row that they point to, here only.

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date};
use projection::{Fault, Keys, Rows, Table, key};

use super::{BalanceRow, TABLE};

/// Due date of an open charge and account id, to the account id.
const DUE: Table = Table::new(b'd');
/// Date of a suspension and account id, to the account id.
const SUSPENSIONS: Table = Table::new(b'u');

/// Writes a row and the entries that point to it.
pub(super) fn replace(
    rows: &mut Rows<'_>,
    before: &BalanceRow,
    after: &BalanceRow,
) -> Result<(), Fault> {
    for (table, date) in entries(before) {
        rows.remove(table, key([date, &before.account_id]));
    }
    for (table, date) in entries(after) {
        rows.put(table, key([date, &after.account_id]), &after.account_id)?;
    }
    rows.put(TABLE, &after.account_id, after)
}

fn entries(row: &BalanceRow) -> impl Iterator<Item = (Table, &str)> {
    let due = row.open_charges.iter().map(|charge| (DUE, charge.due_on.as_str()));
    due.chain(row.suspends_on.as_deref().map(|date| (SUSPENSIONS, date)))
}

/// Accounts with an open charge that was due from `from` on and before `to`.
pub(super) fn due(rows: &Rows<'_>, from: Date, to: Date) -> Result<BTreeSet<String>, Fault> {
    scan(rows, DUE, Keys::between(from.to_string(), to.to_string()))
}

/// Accounts that are to be suspended by the end of a day.
pub(crate) fn to_suspend(rows: &Rows<'_>, day: Date) -> Result<BTreeSet<String>, Fault> {
    let next = day.saturating_add(1.day());
    scan(rows, SUSPENSIONS, Keys::between("", next.to_string()))
}

/// Every account in a range of days: a day concerns them all, however many they are.
fn scan(rows: &Rows<'_>, table: Table, keys: Keys) -> Result<BTreeSet<String>, Fault> {
    rows.scan(table, keys, usize::MAX).map(|row| row.map(|(_, account_id)| account_id)).collect()
}
