//! When and how a biller bills: bill day, due date, fees, limits of adjustments (F55, F73, F74).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{ToSpan, civil::Date};

use super::Dated;
use crate::{actor::Role, money::Money, text::Code};

/// Last day of the month that may be a bill day: every month has it.
pub const BILL_DAY_MAX: i8 = 28;

/// When and how a biller bills.
#[derive(Clone, Debug)]
pub struct BillingPlan {
    /// The day of the month on which accounts are billed, but for those with a day of their own
    /// (F73): 1 to 28.
    pub bill_day: i8,
    /// Days from the bill to its due date (F74).
    pub due_days: u16,
    /// Whether somebody has to approve a bill run before bills are made.
    pub approves_runs: bool,
    /// Nothing is collected automatically below it, in minor units (F48).
    pub autopay_minimum: i64,
    /// What adjustments may be for (F55).
    pub adjustment_reasons: BTreeSet<Code>,
    /// Up to what amount a role may adjust without anybody's approval, in minor units: all that is
    /// credited to an account on a day, or charged to it (F55).
    pub adjustment_limits: BTreeMap<Role, i64>,
}

/// Something that is paid once.
#[derive(Clone, Debug)]
pub struct Fee {
    /// What the customer reads.
    pub name: String,
    /// What it costs.
    pub amount: Dated<Money>,
    /// What it counts as for taxes; absent: not taxed.
    pub tax_code: Option<Code>,
}

/// Something that is paid every month beside a package: a fee of the biller's, or a rented device.
#[derive(Clone, Debug)]
pub struct Extra {
    /// What the customer reads.
    pub name: String,
    /// Per month.
    pub monthly: Dated<Money>,
    /// What it counts as for taxes; absent: not taxed.
    pub tax_code: Option<Code>,
}

/// Packages that cost less together.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// What the customer reads.
    pub name: String,
    /// All of them are needed.
    pub packages: BTreeSet<Code>,
    /// So much less a month.
    pub discount: Dated<Money>,
}

impl BillingPlan {
    /// When a bill is due that was to be made on `cycle` and is made on `today` (F74).
    #[must_use]
    pub fn due_on(&self, cycle: Date, today: Date) -> Date {
        cycle.max(today).saturating_add(i32::from(self.due_days).days())
    }
}
