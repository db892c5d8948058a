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
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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

    /// The share of `days` out of `of_days`, rounded half away from zero to a whole minor unit.
    /// This is the one rounding of a prorated line.
    ///
    /// `of_days` must be at least 1; `days` may be 0.
    #[must_use]
    pub fn prorated(self, days: u16, of_days: u16) -> Self {
        let numerator = i128::from(self.minor) * i128::from(days);
        let denominator = i128::from(of_days);
        let rounded = (2 * numerator.abs() + denominator) / (2 * denominator);
        let minor = i64::try_from(rounded * numerator.signum());
        Self { minor: minor.expect("a share is not larger than the amount"), ..self }
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
