//! What is planned for which day: the accounts whose bill day it is, whose payment is collected,
//! whose dunning goes on, and the services whose campaign is over.
//!
//! What must stay true: a subject is planned once per kind of run. A day costs what is planned for
//! it and nothing else, however many accounts there are.

use domain::run::RunKind;
use jiff::{ToSpan, civil::Date};
use projection::{Fault, Keys, Rows, Table, key};

use crate::read::parse;

/// Kind, date and subject.
const TABLE: Table = Table::new(b'g');
/// Kind and subject, to the date.
const PLANNED: Table = Table::new(b'G');

/// Something that is due.
pub(crate) struct Due {
    /// Where it stands in the run's order.
    pub(crate) cursor: String,
    /// The day that it is planned for.
    pub(crate) on: Date,
    /// An account, or a service.
    pub(crate) subject: String,
}

/// Plans a subject for a day, or for none, whatever it was planned for before.
pub(crate) fn plan(
    rows: &mut Rows<'_>,
    kind: RunKind,
    subject: &str,
    on: Option<Date>,
) -> Result<(), Fault> {
    let planned = key([kind.name(), subject]);
    let before: Option<String> = rows.get(PLANNED, &planned)?;
    let after = on.map(|on| on.to_string());
    if before == after {
        return Ok(());
    }
    if let Some(before) = before {
        rows.remove(TABLE, key([kind.name(), &before, subject]));
    }
    match after {
        None => rows.remove(PLANNED, &planned),
        Some(after) => {
            rows.put(TABLE, key([kind.name(), &after, subject]), &())?;
            rows.put(PLANNED, &planned, &after)?;
        }
    }
    Ok(())
}

/// At most `limit` of what is planned up to a day, after a cursor.
pub(crate) fn due(
    rows: &Rows<'_>,
    kind: RunKind,
    through: Date,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Due>, Fault> {
    let end = through.saturating_add(1.day()).to_string();
    let keys = Keys::between(key([kind.name(), ""]), key([kind.name(), &end]));
    let keys = match after {
        None => keys,
        Some(cursor) => {
            let (on, subject) = cursor.split_once(' ').unwrap_or((cursor, ""));
            keys.after(key([kind.name(), on, subject]))
        }
    };
    let entries = rows.scan::<()>(TABLE, keys, limit);
    entries.map(|entry| entry.and_then(|(key, ())| read(&key))).collect()
}

/// How much is planned up to a day.
pub(crate) fn count(rows: &Rows<'_>, kind: RunKind, through: Date) -> Result<usize, Fault> {
    due(rows, kind, through, None, usize::MAX).map(|due| due.len())
}

fn read(key: &[u8]) -> Result<Due, Fault> {
    let text = String::from_utf8_lossy(key);
    let mut parts = text.splitn(3, '\0').skip(1);
    let (Some(on), Some(subject)) = (parts.next(), parts.next()) else {
        return Err(Fault::new("a key of the agenda has no date or subject"));
    };
    Ok(Due { cursor: format!("{on} {subject}"), on: parse(on)?, subject: subject.to_owned() })
}

#[cfg(test)]
mod tests {
    use domain::run::RunKind;
    use jiff::civil::date;
    use projection::Rows;

    use super::{count, due, plan};

    #[test]
    fn a_day_concerns_what_is_planned_up_to_it_in_order() {
        let mut rows = Rows::in_memory();
        let mut put = |kind, subject: &str, on| plan(&mut rows, kind, subject, on).unwrap();
        put(RunKind::Bill, "account_2", Some(date(2026, 12, 1)));
        put(RunKind::Bill, "account_1", Some(date(2026, 12, 1)));
        put(RunKind::Bill, "account_3", Some(date(2026, 12, 2)));
        put(RunKind::Dunning, "account_9", Some(date(2026, 12, 1)));
        put(RunKind::Bill, "account_4", Some(date(2026, 11, 1)));
        put(RunKind::Bill, "account_4", Some(date(2027, 1, 1)));
        put(RunKind::Bill, "account_5", Some(date(2026, 12, 1)));
        put(RunKind::Bill, "account_5", None);
        let first = date(2026, 12, 1);
        let page = |after: Option<&str>, limit| {
            let due = due(&rows, RunKind::Bill, first, after, limit).unwrap();
            due.into_iter().map(|due| (due.subject, due.cursor)).collect::<Vec<_>>()
        };
        let cursor = "2026-12-01 account_1".to_owned();
        assert_eq!(page(None, 1), [("account_1".to_owned(), cursor.clone())]);
        let second = ("account_2".to_owned(), "2026-12-01 account_2".to_owned());
        assert_eq!(page(Some(&cursor), 9), [second]);
        assert_eq!(count(&rows, RunKind::Bill, date(2026, 12, 2)).unwrap(), 3);
        assert_eq!(count(&rows, RunKind::Payment, date(2026, 12, 2)).unwrap(), 0);
    }
}
