//! Pieces of the rows that services show to people.
//!
//! What must stay true: rows hold an amount in two fields; the third, which is for people, is added
//! when one is shown. A bill writes some thirty amounts, and a run took a tenth longer with it.

use std::fmt;

use domain::money::{Currency, Money};
use serde::de::{Deserializer, Error, Visitor};
use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An amount in a row: `{"minor":-1234,"currency":"USD"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Amount {
    /// Minor units; negative is a credit.
    pub minor: i64,
    /// ISO 4217.
    #[serde(deserialize_with = "currency")]
    pub currency: Currency,
}

/// An amount as it is shown, exact for machines and readable for people:
/// `{"minor":-1234,"currency":"USD","text":"-12.34 USD"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownAmount(pub Money);

/// Adds to every amount in a row how a person reads it.
pub fn spell_out(row: &mut Value) {
    match row {
        Value::Object(fields) => {
            if let Some(amount) = amount(fields) {
                fields.insert("text".to_owned(), amount.to_string().into());
                return;
            }
            fields.values_mut().for_each(spell_out);
        }
        Value::Array(values) => values.iter_mut().for_each(spell_out),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn amount(fields: &serde_json::Map<String, Value>) -> Option<Money> {
    let minor = fields.get("minor")?.as_i64()?;
    let currency = Currency::parse(fields.get("currency")?.as_str()?)?;
    (fields.len() == 2).then_some(Money { currency, minor })
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
        let mut amount = to.serialize_struct("Amount", 2)?;
        amount.serialize_field("minor", &self.minor)?;
        amount.serialize_field("currency", self.currency.as_str())?;
        amount.end()
    }
}

impl Serialize for ShownAmount {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut amount = to.serialize_struct("Amount", 3)?;
        amount.serialize_field("minor", &self.0.minor)?;
        amount.serialize_field("currency", self.0.currency.as_str())?;
        amount.serialize_field("text", &self.0.to_string())?;
        amount.end()
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
    use serde_json::json;

    use super::{Amount, ShownAmount, spell_out};

    #[test]
    fn an_amount_is_written_for_machines_and_shown_to_people_and_read_back() {
        let money = Money::new(Currency::parse("USD").unwrap(), -1234);
        let amount = Amount::from(money);
        let json = serde_json::to_string(&amount).unwrap();
        assert_eq!(json, r#"{"minor":-1234,"currency":"USD"}"#);
        assert_eq!(serde_json::from_str::<Amount>(&json).unwrap(), amount);
        let shown = serde_json::to_string(&ShownAmount(money)).unwrap();
        assert_eq!(shown, r#"{"minor":-1234,"currency":"USD","text":"-12.34 USD"}"#);
        assert_eq!(serde_json::from_str::<Amount>(&shown).unwrap(), amount);
        let value = serde_json::to_value(amount).unwrap();
        assert_eq!(serde_json::from_value::<Amount>(value).unwrap(), amount);
    }

    #[test]
    fn every_amount_of_a_row_is_spelled_out_and_nothing_else() {
        let mut row = json!({
            "total": { "minor": 4999, "currency": "USD" },
            "lines": [{ "amount": { "minor": -1, "currency": "USD" }, "minor": 1 }],
            "price": { "minor": 1, "currency": "USD", "on": "2026-11-01" },
            "odd": [{ "minor": "1", "currency": "USD" }, { "minor": 1, "currency": "dollars" }],
        });
        let mut expected = row.clone();
        expected["total"]["text"] = json!("49.99 USD");
        expected["lines"][0]["amount"]["text"] = json!("-0.01 USD");
        spell_out(&mut row);
        assert_eq!(row, expected);
        spell_out(&mut row);
        assert_eq!(row, expected, "a second time changes nothing");
    }

    #[test]
    fn what_is_no_currency_is_refused() {
        let refused = serde_json::from_str::<Amount>(r#"{"minor":1,"currency":"dollars"}"#);
        let told = refused.unwrap_err().to_string();
        assert!(told.contains("three capital letters"), "{told}");
    }
}
