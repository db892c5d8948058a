//! Proration: what a package that starts within a bill period costs for the rest of it.
//!
//! What must stay true: a bill period is the calendar month, paid in advance; one rounding per line;
//! the customer sees both lines of a change.

use jiff::civil::Date;

use crate::money::Money;

/// The lines of a change, from `start` to the end of its month: the credit for what was paid for
/// `from` and is not used, and the charge for `to`. Each package is its name and its monthly price.
#[must_use]
pub fn change_lines(
    from: Option<(&str, Money)>,
    to: (&str, Money),
    start: Date,
) -> Vec<(String, Money)> {
    let of_days = start.days_in_month().unsigned_abs();
    let days = of_days - start.day().unsigned_abs() + 1;
    let share = |monthly: Money| monthly.prorated(days.into(), of_days.into());
    let credit = from.map(|(name, monthly)| {
        (format!("Credit {name}, {days} of {of_days} days"), share(monthly).negated())
    });
    let (name, monthly) = to;
    let charge = (format!("{name}, {days} of {of_days} days"), share(monthly));
    credit.into_iter().chain([charge]).collect()
}
