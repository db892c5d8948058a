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

    /// The dates of a ladder of steps: each on the first business day that is not before its nominal
    /// day of the month and is later than the step before it. A nominal day beyond the month's end
    /// means its last day.
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
