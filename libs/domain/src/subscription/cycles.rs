//! Cycles: when an account is billed, for which days, and how far back a bill still corrects what
//! earlier ones said.
//!
//! What must stay true: a bill that can be taken back can be made again, so nothing that it looked
//! at is let go of before the next one is made.

use jiff::{ToSpan, civil::Date};

use super::{Subscription, SubscriptionRejection};
use crate::proration::Period;

/// How far back from what was billed something can still be changed by itself, in months.
const REACH_MONTHS: i32 = 4;

impl Subscription {
    /// The day of the month on which the account is billed in the period that holds a date (F73).
    #[must_use]
    pub fn bill_day(&self, date: Date) -> i8 {
        let later = self.bill_days.partition_point(|(from, _)| *from <= date);
        let in_force = self.bill_days.get(later.saturating_sub(1));
        in_force.map_or(1, |(_, bill_day)| *bill_day)
    }

    /// The whole period that holds a date.
    #[must_use]
    pub fn period(&self, date: Date) -> Period {
        Period::around(date, self.bill_day(date))
    }

    /// The end of what a bill pays in advance that is made for the bill day `cycle`: the period's,
    /// or the day on which another bill day cuts it short.
    #[must_use]
    pub fn end_of_cycle(&self, cycle: Date) -> Date {
        let end = self.period(cycle).end;
        let cut = self.bill_days.iter().map(|(from, _)| *from).find(|from| *from > cycle);
        cut.map_or(end, |from| end.min(from))
    }

    /// The day on which the account is billed next: when what is billed in advance is over, or on
    /// the first bill day after something started. After the first bill cycles go on, also where
    /// there is nothing to bill. `None`: nothing was ever paid for.
    #[must_use]
    pub fn next_cycle(&self) -> Option<Date> {
        let first = || {
            let starts = self.items.values().filter_map(|tracked| tracked.segments.first());
            let fees = self.fees.iter().map(|fee| fee.on);
            starts.map(|(from, _)| *from).chain(fees).min()
        };
        self.through.or_else(|| first().map(|started| self.end_of_cycle(started)))
    }

    /// The earliest day for which something may still be changed by itself: what is older is
    /// adjusted. Before the first bill there is no such day.
    #[must_use]
    pub fn since(&self) -> Date {
        self.through_before.map_or(Date::MIN, reach)
    }

    /// What is older than that is not changed by itself.
    pub(super) fn demand_recent(
        &self,
        date: Date,
        today: Date,
    ) -> Result<(), SubscriptionRejection> {
        let since = self.through.map_or_else(|| reach(today), reach);
        if date < since { Err(SubscriptionRejection::TooFarBack { since }) } else { Ok(()) }
    }
}

fn reach(from: Date) -> Date {
    from.first_of_month().saturating_sub(REACH_MONTHS.months())
}
