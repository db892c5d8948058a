//! What is planned for which day: the accounts whose bill day it is, whose payment is collected,
//! whose dunning goes on, and the services whose campaign is over.
//!
//! What must stay true: a subject is planned once per kind of run; whoever plans it knows what it
//! was planned for, because the subject's own row says so. A day costs what is planned for it and
//! nothing else, however many accounts there are.

use domain::run::RunKind;
use jiff::{ToSpan, civil::Date};
use projection::{Fault, Keys, Rows, Table, key};
use serde::de::IgnoredAny;

/// Kind, date and subject, to what the run needs to know beside it.
const TABLE: Table = Table::new(b'g');

/// What a subject is planned for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Planned {
    /// The day, as in `2026-12-01`.
    pub(crate) on: String,
    /// What the run needs to know: the cycle of a bill, the item of a campaign.
    pub(crate) about: String,
}

impl Planned {
    /// For a day that says everything.
    pub(crate) fn on(day: impl ToString) -> Self {
        Self { on: day.to_string(), about: String::new() }
    }
}

/// Something that is due.
pub(crate) struct Due {
    /// Where it stands in the run's order.
    pub(crate) cursor: String,
    /// An account, or an [item](item_of) of one.
    pub(crate) subject: String,
    /// What it was planned with.
    pub(crate) about: String,
}

/// The subject that an item of an account is: ids of items are the account's own.
pub(crate) fn item_of(account_id: &str, item_id: &str) -> String {
    format!("{account_id}/{item_id}")
}

impl Due {
    /// Whose item it is.
    pub(crate) fn account_of_item(&self) -> &str {
        self.subject.split_once('/').map_or(&*self.subject, |(account_id, _)| account_id)
    }
}

/// Plans a subject for something else, or for nothing any more.
pub(crate) fn plan(
    rows: &mut Rows<'_>,
    kind: RunKind,
    subject: &str,
    (before, after): (Option<&Planned>, Option<&Planned>),
) -> Result<(), Fault> {
    if before == after {
        return Ok(());
    }
    if let Some(before) = before {
        rows.remove(TABLE, key([kind.name(), &before.on, subject]));
    }
    match after {
        None => Ok(()),
        Some(after) => rows.put(TABLE, key([kind.name(), &after.on, subject]), &after.about),
    }
}

/// At most `limit` of what is planned up to a day, after a cursor.
pub(crate) fn due(
    rows: &Rows<'_>,
    kind: RunKind,
    through: Date,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Due>, Fault> {
    let keys = match after {
        None => up_to(kind, through),
        Some(cursor) => {
            let (on, subject) = cursor.split_once(' ').unwrap_or((cursor, ""));
            up_to(kind, through).after(key([kind.name(), on, subject]))
        }
    };
    let entries = rows.scan::<String>(TABLE, keys, limit);
    entries.map(|entry| entry.and_then(|(key, about)| read(&key, about))).collect()
}

/// How much is planned up to a day.
pub(crate) fn count(rows: &Rows<'_>, kind: RunKind, through: Date) -> Result<u64, Fault> {
    let mut entries = rows.scan::<IgnoredAny>(TABLE, up_to(kind, through), usize::MAX);
    entries.try_fold(0, |count, entry| entry.map(|_| count + 1))
}

fn up_to(kind: RunKind, through: Date) -> Keys {
    let end = through.saturating_add(1.day()).to_string();
    Keys::between(key([kind.name(), ""]), key([kind.name(), &end]))
}

fn read(key: &[u8], about: String) -> Result<Due, Fault> {
    let text = String::from_utf8_lossy(key);
    let mut parts = text.splitn(3, '\0').skip(1);
    let (Some(on), Some(subject)) = (parts.next(), parts.next()) else {
        return Err(Fault::new("a key of the agenda has no date or subject"));
    };
    Ok(Due { cursor: format!("{on} {subject}"), subject: subject.to_owned(), about })
}

#[cfg(test)]
mod tests {
    use domain::run::RunKind;
    use jiff::civil::{Date, date};
    use projection::Rows;

    use super::{Planned, count, due, plan};

    #[test]
    fn a_day_concerns_what_is_planned_up_to_it_in_order() {
        let mut rows = Rows::in_memory();
        let mut put = |kind, subject: &str, before: Option<Date>, after: Option<Date>| {
            let (before, after) = (before.map(Planned::on), after.map(Planned::on));
            plan(&mut rows, kind, subject, (before.as_ref(), after.as_ref())).unwrap();
        };
        let december = Some(date(2026, 12, 1));
        put(RunKind::Bill, "account_2", None, december);
        put(RunKind::Bill, "account_1", None, december);
        put(RunKind::Bill, "account_3", None, Some(date(2026, 12, 2)));
        put(RunKind::Dunning, "account_9", None, december);
        put(RunKind::Bill, "account_4", None, Some(date(2026, 11, 1)));
        put(RunKind::Bill, "account_4", Some(date(2026, 11, 1)), Some(date(2027, 1, 1)));
        put(RunKind::Bill, "account_5", None, december);
        put(RunKind::Bill, "account_5", december, None);
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
