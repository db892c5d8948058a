//! On which date a nominal date falls: weekends and holidays shift forwards (F80).

use jiff::{ToSpan, civil::Date};

use super::BusinessDays;

/// Longest run of days without business that is looked through; one more means that the biller
/// never works, and the date stays where it is.
const DAYS_OFF_MAX: usize = 366;

impl BusinessDays {
    /// Whether it is neither weekend nor holiday.
    #[must_use]
    pub fn is_business_day(&self, date: Date) -> bool {
        !self.weekend.contains(&date.weekday()) && !self.holidays.contains(&date)
    }

    /// The first business day that is not before a date.
    #[must_use]
    pub fn first_from(&self, date: Date) -> Date {
        date.series(1.day())
            .take(DAYS_OFF_MAX)
            .find(|date| self.is_business_day(*date))
            .unwrap_or(date)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};

    use crate::biller::{BusinessDays, testing};

    #[test]
    fn f80_a_date_shifts_forwards_over_weekends_and_holidays() {
        let days = testing().business_days;
        assert_eq!(days.first_from(date(2026, 5, 16)), date(2026, 5, 18), "a Saturday");
        assert_eq!(days.first_from(date(2026, 11, 26)), date(2026, 11, 27), "a holiday");
        assert_eq!(days.first_from(date(2026, 3, 16)), date(2026, 3, 16), "a Monday");
    }

    #[test]
    fn a_biller_that_never_works_keeps_its_nominal_dates() {
        let weekend = vec![
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Thursday,
            Weekday::Friday,
            Weekday::Saturday,
            Weekday::Sunday,
        ];
        let never = BusinessDays { weekend, ..BusinessDays::default() };
        assert_eq!(never.first_from(date(2026, 3, 16)), date(2026, 3, 16));
    }
}
