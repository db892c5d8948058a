//! On which date a nominal date falls: weekends and holidays shift forwards (F80).

use jiff::{ToSpan, civil::Date};

use super::{Biller, BusinessDays};

/// Longest run of days without business that is looked through; one more means that the biller
/// never works, and the date stays where it is.
const DAYS_OFF_MAX: usize = 366;

impl BusinessDays {
    /// Whether it is neither weekend nor holiday.
    #[must_use]
    pub fn is_business_day(&self, date: Date) -> bool {
        !self.weekend.contains(&date.weekday()) && !self.holidays.contains(&date)
    }

    /// The dates of a ladder of steps: each on the first business day that is not before its
    /// nominal day of the month and is later than the step before it. A nominal day beyond the
    /// month's end means its last day.
    ///
    /// `month` is any day in the month.
    #[must_use]
    pub fn ladder(&self, month: Date, nominal_days: &[i8]) -> Vec<Date> {
        let mut dates: Vec<Date> = Vec::with_capacity(nominal_days.len());
        for day in nominal_days {
            let day = (*day).clamp(1, month.days_in_month());
            let nominal = month.first_of_month().saturating_add((day - 1).days());
            let earliest = match dates.last() {
                Some(before) => nominal.max(before.saturating_add(1.day())),
                None => nominal,
            };
            dates.push(self.first_from(earliest));
        }
        dates
    }

    fn first_from(&self, date: Date) -> Date {
        date.series(1.day())
            .take(DAYS_OFF_MAX)
            .find(|date| self.is_business_day(*date))
            .unwrap_or(date)
    }
}

impl Biller {
    /// When a site is suspended for a debt that was due on that date (F79): the last step of the
    /// first dunning ladder that ends after it. `None` when the biller has no ladder.
    #[must_use]
    pub fn suspension_date(&self, due_on: Date) -> Option<Date> {
        let next_month = due_on.first_of_month().saturating_add(1.month());
        [due_on, next_month]
            .into_iter()
            .filter_map(|month| self.dunning_dates(month).last().copied())
            .find(|date| *date > due_on)
    }

    /// The dates of the dunning ladder of a month (F76 to F80); `month` is any day in it.
    #[must_use]
    pub fn dunning_dates(&self, month: Date) -> Vec<Date> {
        self.business_days.ladder(month, &self.policies.dunning_days)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, Weekday, date};

    use crate::biller::{Biller, BusinessDays, testing};

    /// Days of the month on which the steps of the ladder fall.
    fn days(month: Date) -> Vec<i8> {
        testing().dunning_dates(month).iter().map(|date| date.day()).collect()
    }

    #[test]
    fn f80_the_ladder_shifts_forwards_over_weekends() {
        assert_eq!(days(date(2026, 5, 1)), [18, 19, 20], "the 16th is a Saturday");
        assert_eq!(days(date(2026, 8, 31)), [17, 18, 19], "the 16th is a Sunday");
        assert_eq!(days(date(2026, 1, 5)), [16, 19, 20], "the 17th is a Saturday");
        assert_eq!(days(date(2026, 4, 5)), [16, 17, 20], "the 18th is a Saturday");
        assert_eq!(days(date(2026, 3, 16)), [16, 17, 18], "all are weekdays");
    }

    #[test]
    fn f80_the_ladder_shifts_forwards_over_holidays() {
        let mut biller = testing();
        biller.business_days.holidays.insert(date(2026, 3, 17));
        let dates = biller.dunning_dates(date(2026, 3, 1));
        assert_eq!(dates, [date(2026, 3, 16), date(2026, 3, 18), date(2026, 3, 19)]);
        assert!(!biller.business_days.is_business_day(date(2026, 3, 17)));
    }

    #[test]
    fn f80_a_step_waits_for_its_nominal_date() {
        let days = testing().business_days.ladder(date(2026, 3, 1), &[9, 16]);
        assert_eq!(days, [date(2026, 3, 9), date(2026, 3, 16)]);
    }

    #[test]
    fn a_nominal_day_beyond_the_months_end_is_its_last_day() {
        let days = testing().business_days.ladder(date(2026, 2, 1), &[27, 31]);
        assert_eq!(days, [date(2026, 2, 27), date(2026, 3, 2)], "the 28th is a Saturday");
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
        assert_eq!(never.ladder(date(2026, 3, 1), &[16]), [date(2026, 3, 16)]);
    }

    #[test]
    fn f79_a_debt_is_due_before_the_suspension_that_it_leads_to() {
        let biller = testing();
        let on = |due_on| biller.suspension_date(due_on);
        assert_eq!(on(date(2026, 3, 5)), Some(date(2026, 3, 18)));
        assert_eq!(on(date(2026, 3, 17)), Some(date(2026, 3, 18)));
        assert_eq!(on(date(2026, 3, 18)), Some(date(2026, 4, 20)));
        assert_eq!(on(date(2026, 12, 31)), Some(date(2027, 1, 20)));
    }

    #[test]
    fn a_biller_without_a_ladder_suspends_nobody() {
        let mut biller: Biller = testing();
        biller.policies.dunning_days.clear();
        assert_eq!(biller.suspension_date(date(2026, 3, 5)), None);
    }
}
