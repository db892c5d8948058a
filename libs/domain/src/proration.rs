//! Proration: what a package that starts within a bill period costs for the rest of it.
//!
//! What must stay true: a bill period is the calendar month, paid in advance; one rounding per
//! line; the customer sees both lines of a change.

use jiff::civil::Date;

use crate::money::Money;

/// The lines of a change, from `start` to the end of its month: the credit for what was paid for
/// `from` and is not used, and the charge for `to`. Each package is its name and its monthly price.
/// An installation has no `from`, a disconnect no `to`.
#[must_use]
pub fn change_lines(
    from: Option<(&str, Money)>,
    to: Option<(&str, Money)>,
    start: Date,
) -> Vec<(String, Money)> {
    let of_days = start.days_in_month().unsigned_abs();
    let days = of_days - start.day().unsigned_abs() + 1;
    let share = |monthly: Money| monthly.prorated(days.into(), of_days.into());
    let credit = from.map(|(name, monthly)| {
        (format!("Credit {name}, {days} of {of_days} days"), share(monthly).negated())
    });
    let charge =
        to.map(|(name, monthly)| (format!("{name}, {days} of {of_days} days"), share(monthly)));
    credit.into_iter().chain(charge).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use proptest::prelude::{any, proptest};

    use super::change_lines;
    use crate::{
        money::{MINOR_MAX, Money},
        testing::fixtures::usd,
    };

    fn install(minor: i64, start: Date) -> (String, i64) {
        let mut lines = change_lines(None, Some(("Basic", usd(minor))), start);
        let (description, amount) = lines.remove(0);
        assert!(lines.is_empty(), "an installation has one line");
        (description, amount.minor)
    }

    #[test]
    fn the_rest_of_the_month_is_charged() {
        assert_eq!(install(3_000, date(2026, 4, 1)), ("Basic, 30 of 30 days".into(), 3_000));
        assert_eq!(install(3_000, date(2026, 4, 16)), ("Basic, 15 of 30 days".into(), 1_500));
        assert_eq!(install(3_000, date(2026, 4, 30)), ("Basic, 1 of 30 days".into(), 100));
        assert_eq!(install(3_100, date(2026, 1, 31)), ("Basic, 1 of 31 days".into(), 100));
        assert_eq!(install(2_800, date(2026, 2, 28)), ("Basic, 1 of 28 days".into(), 100));
        assert_eq!(install(2_900, date(2028, 2, 28)), ("Basic, 2 of 29 days".into(), 200));
    }

    #[test]
    fn a_share_is_rounded_half_away_from_zero_once() {
        assert_eq!(install(1_001, date(2026, 4, 16)).1, 501, "half of 10.01");
        assert_eq!(install(4_999, date(2026, 3, 17)).1, 2_419, "15 of 31 days of 49.99: 24.189");
    }

    #[test]
    fn a_change_shows_the_credit_and_the_charge() {
        let (from, to) = (("Classic", usd(6_999)), ("Super Fast (1 Gig)", usd(10_999)));
        let lines = change_lines(Some(from), Some(to), date(2026, 4, 16));
        let expected: [(String, Money); 2] = [
            ("Credit Classic, 15 of 30 days".into(), usd(-3_500)),
            ("Super Fast (1 Gig), 15 of 30 days".into(), usd(5_500)),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_service_that_ends_is_credited() {
        let lines = change_lines(Some(("Classic", usd(6_999))), None, date(2026, 4, 16));
        assert_eq!(lines, [("Credit Classic, 15 of 30 days".into(), usd(-3_500))]);
    }

    proptest! {
        #[test]
        fn a_month_split_at_any_day_costs_a_month(
            minor in 0..=MINOR_MAX, year in 2000_i16..2100, month in 1_i8..=12, day in any::<u8>()
        ) {
            let first = date(year, month, 1);
            let last = first.days_in_month();
            let day = i8::try_from(day % last.unsigned_abs()).unwrap() + 1;
            let rest = change_lines(None, Some(("P", usd(minor))), date(year, month, day));
            let used = usd(minor).prorated(
                (day - 1).unsigned_abs().into(),
                last.unsigned_abs().into(),
            );
            assert!((rest[0].1.minor + used.minor - minor).abs() <= 1);
        }

        #[test]
        fn a_change_to_the_same_price_costs_nothing(
            minor in 0..=MINOR_MAX, month in 1_i8..=12, day in 1_i8..=28
        ) {
            let same = ("P", usd(minor));
            let lines = change_lines(Some(same), Some(same), date(2026, month, day));
            assert_eq!(lines[0].1.minor + lines[1].1.minor, 0);
        }
    }
}
