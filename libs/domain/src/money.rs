//! Money: whole minor units and a currency. Rounding happens once per line, where it is named.

use std::fmt;

/// An amount in minor units (cents). Negative is a credit to the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// What it is an amount of.
    pub currency: Currency,
    /// Minor units.
    pub minor: i64,
}

/// ISO 4217, three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Largest amount on either side of zero, in minor units: sums of a million of them still fit.
pub const MINOR_MAX: i64 = 1_000_000_000_000;

impl Currency {
    /// Reads a currency from outside; `None` when it is not three capital letters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let letters: [u8; 3] = text.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self(letters))
    }

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency is three ASCII letters")
    }
}

impl Money {
    /// An amount in a currency.
    #[must_use]
    pub fn new(currency: Currency, minor: i64) -> Self {
        Self { currency, minor }
    }

    /// The same amount with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { minor: -self.minor, ..self }
    }

    /// Both together. The currencies must be the same.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        debug_assert_eq!(self.currency, other.currency, "amounts of two currencies have no sum");
        Self { minor: self.minor.saturating_add(other.minor), ..self }
    }

    /// The share of `days` out of `of_days`, rounded half away from zero to a whole minor unit.
    ///
    /// `of_days` must be at least 1; `days` may be 0 and is not more than `of_days`.
    #[must_use]
    pub fn prorated(self, days: i32, of_days: i32) -> Self {
        self.share(days.into(), of_days.into())
    }

    /// So many parts of a million, rounded half away from zero: the one rounding of a tax.
    #[must_use]
    pub fn millionths(self, parts: u32) -> Self {
        self.share(parts.into(), 1_000_000)
    }

    fn share(self, of: i128, denominator: i128) -> Self {
        let numerator = i128::from(self.minor) * of;
        let rounded = (2 * numerator.abs() + denominator) / (2 * denominator);
        let minor = i64::try_from(rounded * numerator.signum());
        Self { minor: minor.unwrap_or(i64::MAX), ..self }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Money {
    /// `-12.34 USD`: two decimals, which the currencies of our billers have.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let minor = self.minor.unsigned_abs();
        write!(f, "{sign}{}.{:02} {}", minor / 100, minor % 100, self.currency)
    }
}
