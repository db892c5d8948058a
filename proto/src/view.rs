//! Pieces of the rows that services show to people.

use domain::money::Money;
use serde::{Deserialize, Serialize};

/// An amount in a view: exact for machines, readable for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Minor units; negative is a credit.
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// For example `-12.34 USD`.
    pub text: String,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        let currency = money.currency.to_string();
        Self { minor: money.minor, currency, text: money.to_string() }
    }
}
