//! Proration: the share of a month's price that falls on a part of a bill period.
//!
//! What must stay true: a period runs from bill day to bill day and has the days that it really
//! has; the shares of its parts add up to the price, to the cent, however it is cut.

use jiff::{ToSpan, civil::Date};

use crate::money::Money;

/// From one bill day to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// The first day.
    pub start: Date,
    /// The day after the last one.
    pub end: Date,
}

impl Period {
    /// The period that holds a date. The bill day is from 1 to 28.
    #[must_use]
    pub fn around(date: Date, bill_day: i8) -> Self {
        let day = i64::from(bill_day.clamp(1, 28)) - 1;
        let first = date.first_of_month();
        let this = first.saturating_add(day.days());
        if date < this {
            let start = first.saturating_sub(1.month()).saturating_add(day.days());
            Self { start, end: this }
        } else {
            Self { start: this, end: first.saturating_add(1.month()).saturating_add(day.days()) }
        }
    }

    /// How many days it has.
    #[must_use]
    pub fn days(self) -> i32 {
        days(self.start, self.end)
    }

    /// What a part of the period costs. Reckoned from the period's end, rounded once half away from
    /// zero: the rest of a period is exactly its share of the price, and parts that touch add up.
    #[must_use]
    pub fn share(self, monthly: Money, from: Date, to: Date) -> Money {
        let rest = |date: Date| {
            let date = date.clamp(self.start, self.end);
            monthly.prorated(days(date, self.end), self.days().max(1)).minor
        };
        Money { minor: rest(from) - rest(to), ..monthly }
    }
}

/// Days from one date to another.
#[must_use]
pub fn days(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// The lines of a change, from `start` to the end of its period: the credit for what was paid for
/// `from` and is not used, and the charge for `to`. Each package is its name and its monthly price.
/// An installation has no `from`, a disconnect no `to`.
#[must_use]
pub fn change_lines(
    from: Option<(&str, Money)>,
    to: Option<(&str, Money)>,
    start: Date,
    period: Period,
) -> Vec<(String, Money)> {
    let part = format!("{} of {} days", days(start, period.end), period.days());
    let share = |monthly: Money| period.share(monthly, start, period.end);
    let credit =
        from.map(|(name, monthly)| (format!("Credit {name}, {part}"), share(monthly).negated()));
    let charge = to.map(|(name, monthly)| (format!("{name}, {part}"), share(monthly)));
    credit.into_iter().chain(charge).collect()
}

#[cfg(test)]
mod tests {
    use jiff::{
        ToSpan,
        civil::{Date, date},
    };
    use proptest::{
        collection::vec,
        prelude::{any, proptest},
    };

    use super::{Period, change_lines};
    use crate::{
        money::{MINOR_MAX, Money},
        testing::fixtures::usd,
    };

    fn rest(minor: i64, start: Date) -> i64 {
        let period = Period::around(start, 1);
        period.share(usd(minor), start, period.end).minor
    }

    #[test]
    fn f73_a_period_runs_from_bill_day_to_bill_day() {
        let period = |date, day| {
            let period = Period::around(date, day);
            (period.start, period.end, period.days())
        };
        assert_eq!(period(date(2026, 2, 28), 1), (date(2026, 2, 1), date(2026, 3, 1), 28));
        assert_eq!(period(date(2028, 2, 29), 1), (date(2028, 2, 1), date(2028, 3, 1), 29));
        assert_eq!(period(date(2026, 12, 31), 1), (date(2026, 12, 1), date(2027, 1, 1), 31));
        assert_eq!(period(date(2026, 3, 14), 15), (date(2026, 2, 15), date(2026, 3, 15), 28));
        assert_eq!(period(date(2026, 3, 15), 15), (date(2026, 3, 15), date(2026, 4, 15), 31));
        assert_eq!(period(date(2026, 1, 1), 28), (date(2025, 12, 28), date(2026, 1, 28), 31));
    }

    #[test]
    fn the_rest_of_a_month_costs_its_days() {
        assert_eq!(rest(3_000, date(2026, 4, 1)), 3_000);
        assert_eq!(rest(3_000, date(2026, 4, 16)), 1_500);
        assert_eq!(rest(3_000, date(2026, 4, 30)), 100);
        assert_eq!(rest(3_100, date(2026, 1, 31)), 100);
        assert_eq!(rest(2_800, date(2026, 2, 28)), 100);
        assert_eq!(rest(2_900, date(2028, 2, 28)), 200, "2 of 29 days");
        assert_eq!(rest(1_001, date(2026, 4, 16)), 501, "half of 10.01");
        assert_eq!(rest(4_999, date(2026, 3, 17)), 2_419, "15 of 31 days of 49.99: 24.189");
    }

    #[test]
    fn what_was_used_of_a_month_is_the_rest_less() {
        let april = Period::around(date(2026, 4, 1), 1);
        assert_eq!(april.share(usd(1_001), date(2026, 4, 1), date(2026, 4, 16)).minor, 500);
        assert_eq!(april.share(usd(-1_001), date(2026, 4, 16), date(2026, 5, 1)).minor, -501);
    }

    #[test]
    fn a_change_shows_the_credit_and_the_charge() {
        let (from, to) = (("Classic", usd(6_999)), ("Super Fast (1 Gig)", usd(10_999)));
        let start = date(2026, 4, 16);
        let lines = change_lines(Some(from), Some(to), start, Period::around(start, 1));
        let expected: [(String, Money); 2] = [
            ("Credit Classic, 15 of 30 days".into(), usd(-3_500)),
            ("Super Fast (1 Gig), 15 of 30 days".into(), usd(5_500)),
        ];
        assert_eq!(lines, expected);
    }

    proptest! {
        #[test]
        fn the_parts_of_a_period_add_up_to_the_price(
            minor in -MINOR_MAX..=MINOR_MAX,
            year in 2000_i16..2100,
            month in 1_i8..=12,
            bill_day in 1_i8..=28,
            cuts in vec(any::<u8>(), 0..8),
        ) {
            let period = Period::around(date(year, month, 28), bill_day);
            let mut days: Vec<i64> = cuts
                .iter()
                .map(|cut| i64::from(*cut) % i64::from(period.days()))
                .chain([0, i64::from(period.days())])
                .collect();
            days.sort_unstable();
            let at = |day: i64| period.start.saturating_add(day.days());
            let parts = days.windows(2).map(|cut| period.share(usd(minor), at(cut[0]), at(cut[1])));
            assert_eq!(parts.map(|part| part.minor).sum::<i64>(), minor);
        }

        #[test]
        fn every_day_is_in_the_period_around_it(
            year in 2000_i16..2100, month in 1_i8..=12, day in 1_i8..=28, bill_day in 1_i8..=28
        ) {
            let day = date(year, month, day);
            let period = Period::around(day, bill_day);
            assert!(period.start <= day && day < period.end);
            assert_eq!(Period::around(period.end, bill_day).start, period.end);
        }
    }
}
