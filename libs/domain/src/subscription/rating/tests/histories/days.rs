//! What every day costs, and what was charged for it: the measure of what bills say.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    ToSpan,
    civil::{Date, date},
};

use crate::{proration::Period, testing::fixtures::usd, text::Code};

pub(super) const FIRST: Date = date(2027, 11, 3);
/// Two years, the 29th of February 2028 among them.
pub(super) const DAYS: usize = 730;

/// What an item is on a day: its price, and until when it costs something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) monthly: i64,
    pub(super) promoted: Option<(i64, usize)>,
    pub(super) in_arrears: bool,
}

impl Cost {
    pub(super) fn on(self, day: usize) -> i64 {
        let promoted = self.promoted.filter(|(_, over)| day < *over);
        promoted.map_or(self.monthly, |(monthly, _)| monthly)
    }
}

/// What a day was charged at, or a fee, and by which bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paid {
    /// A day's of its period, a fee's of none.
    pub(super) monthly: i64,
    pub(super) period: Option<Period>,
    pub(super) bill: usize,
    pub(super) is_waived: bool,
}

impl Paid {
    pub(super) fn of(self, day: usize) -> i64 {
        let share = |period: Period| period.share(usd(self.monthly), on(day), on(day + 1)).minor;
        self.period.map_or(self.monthly, share)
    }
}

/// Day by day and fee by fee, what was charged; a fee stands on the day 0 of its own.
#[derive(Clone, Default)]
pub(super) struct Charged(pub(super) BTreeMap<Code, BTreeMap<usize, Paid>>);

impl Charged {
    pub(super) fn waive(&mut self, bill: usize) {
        let paid = self.0.values_mut().flat_map(BTreeMap::values_mut);
        paid.filter(|paid| paid.bill == bill).for_each(|paid| paid.is_waived = true);
    }
}

/// What a bill is remembered for.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) number: Code,
    pub(super) on: Date,
    pub(super) is_exempt: bool,
    /// Its lines without the taxes, by item and fee; and the taxes.
    pub(super) sums: BTreeMap<Code, i64>,
    pub(super) taxes: i64,
    pub(super) is_taken_back: bool,
}

/// Day by day, what an item is; and the days on which something was said of it.
pub(super) struct Timeline {
    pub(super) days: Vec<Option<Cost>>,
    pub(super) said: BTreeSet<usize>,
}

impl Timeline {
    pub(super) fn new() -> Self {
        Self { days: vec![None; DAYS], said: BTreeSet::new() }
    }

    pub(super) fn put(&mut self, from: usize, cost: Option<Cost>) {
        self.days[from..].fill(cost);
        self.said.retain(|day| *day < from);
        self.said.insert(from);
    }

    pub(super) fn reprice(&mut self, from: usize, monthly: i64) {
        if self.days[from].is_none() {
            return;
        }
        let until = self.said.range(from + 1..).next().copied().unwrap_or(DAYS);
        for cost in self.days[from..until].iter_mut().flatten() {
            cost.monthly = monthly;
        }
        self.said.insert(from);
    }

    /// What the days until one cost, in periods that a subscription says.
    pub(super) fn cost(&self, until: usize, subscription: &Periods) -> i64 {
        let costs = self.days[..until].iter().enumerate();
        costs
            .filter_map(|(day, cost)| {
                let cost = (*cost)?;
                let monthly = cost.on(day);
                let period = subscription.around(day);
                Some(period.share(usd(monthly), on(day), on(day + 1)).minor)
            })
            .sum()
    }
}

/// Bill days, and the days from which on they hold.
pub(super) struct Periods(pub(super) BTreeMap<usize, i8>);

impl Periods {
    pub(super) fn around(&self, day: usize) -> Period {
        let (_, bill_day) = self.0.range(..=day).next_back().expect("the first one always held");
        Period::around(on(day), *bill_day)
    }
}

pub(super) fn on(day: usize) -> Date {
    FIRST.saturating_add(i64::try_from(day).expect("days are few").days())
}

pub(super) fn day_of(date: Date) -> usize {
    usize::try_from(crate::proration::days(FIRST, date)).expect("nothing is before the first day")
}
