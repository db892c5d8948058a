//! Which accounts a day makes past due: by the due dates of their open charges.
//!
//! What must stay true: entries are written together with the row that they point to, here only.

use std::collections::BTreeSet;

use jiff::civil::Date;
use projection::{Fault, Keys, Rows, Table, key};

use super::{BalanceRow, TABLE};

/// Due date of an open charge and account id, to what is open of that day in minor units.
pub(crate) const DUE: Table = Table::new(b'd');

/// Writes a row and the entries that point to it.
pub(super) fn replace(
    rows: &mut Rows<'_>,
    before: &BalanceRow,
    after: &BalanceRow,
) -> Result<(), Fault> {
    for charge in &before.open_charges {
        rows.remove(DUE, key([&charge.due_on, &before.account_id]));
    }
    for (due_on, minor) in by_day(after) {
        rows.put(DUE, key([due_on, &after.account_id]), &minor)?;
    }
    rows.put(TABLE, &after.account_id, after)
}

/// What is open, day by day.
fn by_day(row: &BalanceRow) -> Vec<(&str, i64)> {
    let mut days: Vec<(&str, i64)> = Vec::new();
    for charge in &row.open_charges {
        match days.last_mut() {
            Some((day, minor)) if *day == charge.due_on => *minor += charge.remaining.minor,
            Some(_) | None => days.push((&charge.due_on, charge.remaining.minor)),
        }
    }
    days
}

/// Accounts with an open charge that was due from `from` on and before `to`. However many they
/// are, the day concerns them all.
pub(super) fn due(rows: &Rows<'_>, from: Date, to: Date) -> Result<BTreeSet<String>, Fault> {
    let keys = Keys::between(from.to_string(), to.to_string());
    let entries = rows.scan::<i64>(DUE, keys, usize::MAX);
    entries.map(|entry| entry.map(|(key, _)| account_of(&key))).collect()
}

/// The account in an entry's key.
fn account_of(key: &[u8]) -> String {
    let at = key.iter().position(|byte| *byte == 0).map_or(0, |at| at + 1);
    String::from_utf8_lossy(&key[at..]).into_owned()
}
