//! Money: whole minor units and ISO 4217 letters.
//!
//! What must stay true: what a rule has decided is read whatever its amount, for a fact may hold
//! the sum of many. Only what is asked for has a bound.

use domain::money::{Currency, MINOR_MAX, Money};

use crate::{Invalid, invalid::required, pb::money::v1 as pb};

/// An amount that is asked for.
pub(crate) fn asked(field: &str, message: Option<pb::Money>) -> Result<Money, Invalid> {
    let asked = money(field, message)?;
    match asked.minor.unsigned_abs() > MINOR_MAX.unsigned_abs() {
        true => Err(Invalid::new(format!("{field}.minor"), "is too large an amount")),
        false => Ok(asked),
    }
}

/// An amount that was stored.
pub(crate) fn money(field: &str, message: Option<pb::Money>) -> Result<Money, Invalid> {
    let pb::Money { currency, minor } = required(field, message)?;
    let currency = Currency::parse(&currency).ok_or_else(|| {
        Invalid::new(format!("{field}.currency"), "must be three capital letters as in USD")
    })?;
    Ok(Money::new(currency, minor))
}

pub(crate) fn encode(money: &Money) -> pb::Money {
    pb::Money { currency: money.currency.to_string(), minor: money.minor }
}
