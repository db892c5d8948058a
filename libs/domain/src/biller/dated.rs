//! A value with versions: each holds from a date on, until the next one does.
//!
//! What must stay true: a version is never changed where somebody has it; a subscription pins the
//! one that it was sold under.

use jiff::civil::Date;

/// A value and the dates from which its versions hold, oldest first; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated<T>(Vec<Version<T>>);

/// What holds from a date on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version<T> {
    /// The first day; `None`: it has always held.
    pub from: Option<Date>,
    /// What holds.
    pub value: T,
}

impl<T> Dated<T> {
    /// What has always held and still does.
    #[must_use]
    pub fn always(value: T) -> Self {
        Self(vec![Version { from: None, value }])
    }

    /// Versions in the order of their dates. `None` when there are none, two are of one date, or
    /// they are not in order.
    #[must_use]
    pub fn versions(versions: Vec<Version<T>>) -> Option<Self> {
        let in_order = versions.is_sorted_by(|before, after| before.from < after.from);
        (in_order && !versions.is_empty()).then_some(Self(versions))
    }

    /// The version that holds on a day; `None` before the first one.
    #[must_use]
    pub fn on(&self, date: Date) -> Option<&Version<T>> {
        let later = self.0.partition_point(|version| version.from.is_none_or(|from| from <= date));
        later.checked_sub(1).map(|index| &self.0[index])
    }

    /// The version that holds from exactly that date on.
    #[must_use]
    pub fn of(&self, from: Option<Date>) -> Option<&Version<T>> {
        self.0.iter().find(|version| version.from == from)
    }

    /// Every version, oldest first.
    #[must_use]
    pub fn all(&self) -> &[Version<T>] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::{Dated, Version};

    fn prices() -> Dated<i64> {
        let version = |from, value| Version { from, value };
        let versions = vec![version(None, 1), version(Some(date(2027, 1, 1)), 2)];
        Dated::versions(versions).expect("they are in order")
    }

    #[test]
    fn a_version_holds_from_its_date_on() {
        let on = |day: Date| prices().on(day).map(|version| version.value);
        assert_eq!(on(date(2026, 12, 31)), Some(1));
        assert_eq!(on(date(2027, 1, 1)), Some(2));
        assert_eq!(on(date(2030, 1, 1)), Some(2));
    }

    #[test]
    fn what_is_not_sold_yet_has_no_version() {
        let versions = vec![Version { from: Some(date(2027, 1, 1)), value: 2 }];
        let later = Dated::versions(versions).expect("one version is in order");
        assert_eq!(later.on(date(2026, 12, 31)), None);
        assert_eq!(later.of(Some(date(2027, 1, 1))).map(|version| version.value), Some(2));
        assert_eq!(later.of(None), None);
    }

    #[test]
    fn two_versions_of_one_date_are_none() {
        let version = |value| Version { from: None, value };
        assert_eq!(Dated::versions(vec![version(1), version(2)]), None);
        assert_eq!(Dated::<i64>::versions(vec![]), None);
    }
}
