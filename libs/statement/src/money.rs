//! Currencies, and amounts as a customer reads them: two decimals, thousands apart.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An ISO 4217 currency by its three letters, `USD`. In JSON it is those letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// What should name a currency does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a currency is three capital letters, like USD")]
pub struct NoCurrency;

impl Currency {
    /// Reads three capital letters. Whether they are assigned is not looked into.
    ///
    /// # Errors
    ///
    /// [`NoCurrency`] for anything else.
    pub fn parse(letters: &str) -> Result<Self, NoCurrency> {
        let letters: [u8; 3] = letters.as_bytes().try_into().map_err(|_| NoCurrency)?;
        let capital = letters.iter().all(u8::is_ascii_uppercase);
        capital.then_some(Self(letters)).ok_or(NoCurrency)
    }

    /// An amount in hundredths: `$1,234.56`, `-€5.00`, `CHF 12.00` (with a space that no line
    /// breaks at).
    pub(crate) fn show(self, hundredths: impl Into<i128>) -> String {
        let hundredths = hundredths.into();
        let sign = if hundredths < 0 { "-" } else { "" };
        let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
        let whole = in_thousands(&whole.to_string());
        match &self.0 {
            b"USD" => format!("{sign}${whole}.{rest:02}"),
            b"EUR" => format!("{sign}€{whole}.{rest:02}"),
            b"GBP" => format!("{sign}£{whole}.{rest:02}"),
            _ => format!("{sign}{self}\u{a0}{whole}.{rest:02}"),
        }
    }
}

fn in_thousands(digits: &str) -> String {
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

impl fmt::Display for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| write!(out, "{}", char::from(*letter)))
    }
}

impl TryFrom<String> for Currency {
    type Error = NoCurrency;

    fn try_from(letters: String) -> Result<Self, NoCurrency> {
        Self::parse(&letters)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_two_decimals_and_its_thousands_apart() {
        let dollars = Currency::parse("USD").unwrap();
        let shown = [0, 5, -5, 99_999, 100_000, -123_456_789].map(|amount| dollars.show(amount));
        assert_eq!(shown, ["$0.00", "$0.05", "-$0.05", "$999.99", "$1,000.00", "-$1,234,567.89"]);
        assert_eq!(dollars.show(i64::MIN), "-$92,233,720,368,547,758.08");
    }

    #[test]
    fn a_currency_without_a_sign_of_its_own_is_named() {
        let shown = ["EUR", "GBP", "CHF"].map(|name| Currency::parse(name).unwrap().show(-120_000));
        assert_eq!(shown, ["-€1,200.00", "-£1,200.00", "-CHF\u{a0}1,200.00"]);
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        for wrong in ["", "usd", "US", "USDX", "U$D", "ÄB"] {
            assert_eq!(Currency::parse(wrong), Err(NoCurrency), "{wrong}");
        }
    }
}
