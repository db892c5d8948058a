//! Money: whole minor units and ISO 4217 letters.

use domain::money::{Currency, MINOR_MAX, Money};

use crate::{Invalid, invalid::required, pb::money::v1 as pb};

pub(crate) fn money(field: &str, message: Option<pb::Money>) -> Result<Money, Invalid> {
    let pb::Money { currency, minor } = required(field, message)?;
    let currency = Currency::parse(&currency).ok_or_else(|| {
        Invalid::new(format!("{field}.currency"), "must be three capital letters as in USD")
    })?;
    if minor.unsigned_abs() > MINOR_MAX.unsigned_abs() {
        return Err(Invalid::new(format!("{field}.minor"), "is too large an amount"));
    }
    Ok(Money::new(currency, minor))
}

pub(crate) fn encode(money: &Money) -> pb::Money {
    pb::Money { currency: money.currency.to_string(), minor: money.minor }
}
