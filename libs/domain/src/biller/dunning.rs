//! The ladder of dunning, as a biller's data: what is done how long after a debt was due, and who
//! may hold it up (F72 to F91).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil::Date};

use super::Biller;
use crate::{actor::Role, text::Code};

/// How a biller gets its money.
#[derive(Clone, Debug)]
pub struct DunningPlan {
    /// In order; the dates of later steps follow from what was really done before.
    pub steps: Vec<DunningStep>,
    /// Nobody is asked for less: in minor units.
    pub minimum: i64,
    /// Who calls customers: whose tasks the calls are (F78).
    pub caller: Code,
    /// What is charged when a suspended site is reinstated: one of the biller's fees.
    pub reconnect_fee: Option<Code>,
    /// Who may hold a ladder up for how long and for how much; who is not here may not (F86).
    pub arrangements: BTreeMap<Role, ArrangementLimit>,
}

/// One step of the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DunningStep {
    /// Its name, as in `notice`.
    pub name: Code,
    /// Days from the due date of the oldest debt to the step's nominal date (F75 to F79).
    pub after_due: u16,
    /// What is done.
    pub actions: BTreeSet<DunningAction>,
    /// A fee that the step costs the customer: one of the biller's.
    pub late_fee: Option<Code>,
    /// How it is done: whoever sees to its ticket or its call follows these (F91).
    pub procedures: Vec<Procedure>,
}

/// A procedure that is written down somewhere else (F91).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// What people call it, as in `Inbound Call tree`.
    pub name: Code,
    /// Its address.
    pub link: Code,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DunningAction {
    /// Opens the ladder's ticket, or writes the step into it (F76).
    Ticket,
    /// Writes to the customer (F77).
    Email,
    /// Gives somebody the task to call (F78).
    Call,
    /// Suspends the sites in service (F79).
    Suspend,
}

/// How far somebody may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArrangementLimit {
    /// Longest time until the last promised payment, in days.
    pub days: u16,
    /// Largest past-due amount, in minor units.
    pub amount: i64,
}

impl DunningPlan {
    /// Whether one of so many steps, the first ones, suspends.
    #[must_use]
    pub fn suspends_within(&self, taken: u32) -> bool {
        let taken = usize::try_from(taken).unwrap_or(usize::MAX);
        let mut steps = self.steps.iter().take(taken);
        steps.any(|step| step.actions.contains(&DunningAction::Suspend))
    }
}

impl Biller {
    /// The day of a step of the ladder: the first business day that is not before its nominal
    /// date, nor before `earliest` (F80). `None`: the ladder has no such step.
    #[must_use]
    pub fn dunning_date(&self, due_on: Date, step: usize, earliest: Date) -> Option<Date> {
        let step = self.dunning.steps.get(step)?;
        let nominal = due_on.saturating_add(i32::from(step.after_due).days());
        Some(self.business_days.first_from(nominal.max(earliest)))
    }

    /// The dates of the steps from `next` on if nothing holds them up, each later than the one
    /// before it (F80). Step `next` is not before `earliest`.
    #[must_use]
    pub fn dunning_dates(&self, due_on: Date, next: usize, earliest: Date) -> Vec<Date> {
        let mut dates = Vec::new();
        let mut earliest = earliest;
        for step in next..self.dunning.steps.len() {
            let date = self.dunning_date(due_on, step, earliest).unwrap_or(earliest);
            earliest = date.saturating_add(1.day());
            dates.push(date);
        }
        dates
    }
}

#[cfg(test)]
mod tests {
    use jiff::{
        ToSpan,
        civil::{Date, Weekday, date},
    };

    use crate::biller::testing;

    /// Days of the month on which the steps fall for a debt that is due on the 5th.
    fn days(month: Date) -> Vec<i8> {
        let due_on = month.with().day(5).build().expect("every month has a 5th");
        testing().dunning_dates(due_on, 0, due_on).iter().map(|date| date.day()).collect()
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
    fn f80_for_every_weekday_of_the_16th_the_steps_are_business_days_in_order() {
        let biller = testing();
        for month in date(2026, 1, 5).series(1.month()).take(30 * 12) {
            let dates = biller.dunning_dates(month, 0, month);
            assert!(dates.is_sorted_by(|before, after| before < after), "{dates:?}");
            assert!(dates.iter().all(|date| biller.business_days.is_business_day(*date)));
            assert!(dates.iter().zip([16, 17, 18]).all(|(date, nominal)| date.day() >= nominal));
            let sixteenth = month.with().day(16).build().expect("every month has a 16th");
            let is_shifted = [Weekday::Saturday, Weekday::Sunday].contains(&sixteenth.weekday());
            assert_eq!(dates[0] != sixteenth, is_shifted, "{month}");
        }
    }

    #[test]
    fn f80_the_ladder_shifts_forwards_over_holidays() {
        let mut biller = testing();
        biller.business_days.holidays.insert(date(2026, 3, 17));
        let dates = biller.dunning_dates(date(2026, 3, 5), 0, date(2026, 3, 5));
        assert_eq!(dates, [date(2026, 3, 16), date(2026, 3, 18), date(2026, 3, 19)]);
    }

    #[test]
    fn a_ladder_that_begins_late_takes_every_step_on_a_day_of_its_own() {
        let late = date(2026, 3, 27);
        let dates = testing().dunning_dates(date(2026, 3, 5), 0, late);
        assert_eq!(dates, [late, date(2026, 3, 30), date(2026, 3, 31)]);
        let rest = testing().dunning_dates(date(2026, 3, 5), 2, late.saturating_add(1.day()));
        assert_eq!(rest, [date(2026, 3, 30)]);
    }

    #[test]
    fn a_biller_without_steps_has_no_dates() {
        let mut biller = testing();
        biller.dunning.steps.clear();
        assert_eq!(biller.dunning_dates(date(2026, 3, 5), 0, date(2026, 3, 5)), []);
    }
}
