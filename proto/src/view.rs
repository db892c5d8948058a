//! Pieces of the rows that services show to people.

use std::fmt;

use domain::money::{Currency, Money};
use serde::de::{Deserializer, Error, Visitor};
use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};

/// An amount in a view: exact for machines, readable for people.
///
/// In JSON `{"minor":-1234,"currency":"USD","text":"-12.34 USD"}`. The text is written for whoever
/// reads and never read back. Rows hold many amounts, so none of it is held as text in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Amount {
    /// Minor units; negative is a credit.
    pub minor: i64,
    /// ISO 4217.
    #[serde(deserialize_with = "currency")]
    pub currency: Currency,
}

impl From<Money> for Amount {
    fn from(Money { currency, minor }: Money) -> Self {
        Self { minor, currency }
    }
}

impl From<Amount> for Money {
    fn from(Amount { minor, currency }: Amount) -> Self {
        Self { currency, minor }
    }
}

impl fmt::Display for Amount {
    /// For example `-12.34 USD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Money::from(*self).fmt(f)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut amount = to.serialize_struct("Amount", 3)?;
        amount.serialize_field("minor", &self.minor)?;
        amount.serialize_field("currency", self.currency.as_str())?;
        amount.serialize_field("text", &Shown(self))?;
        amount.end()
    }
}

/// Written as it is shown.
struct Shown<'a>(&'a Amount);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self.0)
    }
}

fn currency<'de, D: Deserializer<'de>>(from: D) -> Result<Currency, D::Error> {
    from.deserialize_str(Letters)
}

/// Reads a currency.
struct Letters;

impl Visitor<'_> for Letters {
    type Value = Currency;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a currency of three capital letters")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Currency, E> {
        Currency::parse(text)
            .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use domain::money::{Currency, Money};

    use super::Amount;

    #[test]
    fn an_amount_is_written_for_machines_and_people_and_read_back() {
        let usd = Currency::parse("USD").unwrap();
        let amount = Amount::from(Money::new(usd, -1234));
        let json = serde_json::to_string(&amount).unwrap();
        assert_eq!(json, r#"{"minor":-1234,"currency":"USD","text":"-12.34 USD"}"#);
        assert_eq!(serde_json::from_str::<Amount>(&json).unwrap(), amount);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["minor"], -1234);
        let value = serde_json::to_value(amount).unwrap();
        assert_eq!(serde_json::from_value::<Amount>(value).unwrap(), amount);
    }

    #[test]
    fn what_is_no_currency_is_refused() {
        let refused = serde_json::from_str::<Amount>(r#"{"minor":1,"currency":"dollars"}"#);
        let told = refused.unwrap_err().to_string();
        assert!(told.contains("three capital letters"), "{told}");
    }
}
