//! Cycles: when an account is billed, for which days, and how far back a bill still corrects what
//! earlier ones said.
//!
//! What must stay true: a bill that can be taken back can be made again, so nothing that it looked
//! at is let go of before the next one is made. Whoever pays for nothing any more has one cycle
//! with nothing on it and is due on no day until something is said again.

use jiff::{ToSpan, civil::Date};

use super::{Subscription, SubscriptionRejection};
use crate::{calendar::is_too_far, proration::Period};

/// How far back from what was billed something can still be changed by itself, in months.
const REACH_MONTHS: i32 = 4;

/// Whether an account's cycles go on after its first bill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cycles {
    /// There is something to bill, or there may be.
    #[default]
    GoOn,
    /// There was nothing on the last one, and nothing is paid for since.
    Rest,
    /// They rested, until something was said that holds from a day on.
    GoOnFrom(Date),
}

impl Cycles {
    /// Something is said that holds from a day on.
    #[must_use]
    pub fn told(self, from: Date) -> Self {
        match self {
            Self::GoOn => Self::GoOn,
            Self::Rest => Self::GoOnFrom(from),
            Self::GoOnFrom(earlier) => Self::GoOnFrom(earlier.min(from)),
        }
    }

    /// A cycle is billed that had something on it or had not, where something is still paid for
    /// on its day or later, or is not.
    #[must_use]
    pub fn billed(has_lines: bool, is_paid_for: bool) -> Self {
        if has_lines || is_paid_for { Self::GoOn } else { Self::Rest }
    }
}

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
    /// the first bill day after something started. `None`: nothing was ever paid for, or nothing is
    /// any more.
    #[must_use]
    pub fn next_cycle(&self) -> Option<Date> {
        let first = || {
            let starts = self.items.values().filter_map(|tracked| tracked.segments.first());
            let fees = self.fees.iter().map(|fee| fee.on);
            starts.map(|(from, _)| *from).chain(fees).min()
        };
        let after = |started| self.end_of_cycle(started);
        match (self.through, self.cycles) {
            (None, _) => first().map(after),
            (Some(_), Cycles::Rest) => None,
            (Some(through), Cycles::GoOn) => Some(through),
            (Some(through), Cycles::GoOnFrom(from)) => Some(through.max(after(from))),
        }
    }

    /// Whether the account was billed for a day, as far as it is remembered.
    #[must_use]
    pub fn was_billed_for(&self, cycle: Date) -> bool {
        self.billed_for.contains(&cycle)
    }

    /// The end of what a bill on demand pays in advance: what the last one did. Before the first
    /// one, and after a rest, the period's.
    #[must_use]
    pub fn through_on_demand(&self, today: Date) -> Date {
        let rest = self.end_of_cycle(today);
        match (self.through, self.cycles) {
            (None, _) => rest,
            (Some(through), Cycles::GoOnFrom(_)) => through.max(rest),
            (Some(through), Cycles::GoOn | Cycles::Rest) => through,
        }
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
        let since = match (self.through, self.cycles) {
            (Some(through), Cycles::GoOn) => reach(through),
            // What was billed last may be of years ago.
            (Some(through), Cycles::Rest | Cycles::GoOnFrom(_)) => reach(through.max(today)),
            (None, _) => reach(today),
        };
        if date < since { Err(SubscriptionRejection::TooFarBack { since }) } else { Ok(()) }
    }

    /// What begins does so within a year, and not in days that are not changed by themselves.
    pub(super) fn demand_soon(&self, date: Date, today: Date) -> Result<(), SubscriptionRejection> {
        self.demand_recent(date, today)?;
        if is_too_far(today, date) {
            return Err(SubscriptionRejection::TooFarAhead { today });
        }
        Ok(())
    }
}

fn reach(from: Date) -> Date {
    from.first_of_month().saturating_sub(REACH_MONTHS.months())
}
