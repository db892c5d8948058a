//! Invalid input: which field, and what is wrong with it. Never the value itself, which may be
//! personal data.

use std::collections::BTreeSet;

use domain::{
    Aggregate, Id,
    sealed::Sealed,
    text::{Code, Text},
};
use jiff::civil::Date;

use crate::door::holds_sealed;

/// A field that cannot be read (422).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct Invalid {
    /// The field's JSON name, with its path: `lines[2].amount.currency`.
    pub field: String,
    /// What is wrong with it: `must be ...`.
    pub problem: String,
}

impl Invalid {
    /// A field and what is wrong with it.
    pub fn new(field: impl Into<String>, problem: impl ToString) -> Self {
        Self { field: field.into(), problem: problem.to_string() }
    }

    /// The same, inside another field.
    #[must_use]
    pub(crate) fn within(self, outer: &str) -> Self {
        Self { field: format!("{outer}.{}", self.field), problem: self.problem }
    }
}

pub(crate) fn id<A: Aggregate>(field: &str, value: &str) -> Result<Id<A>, Invalid> {
    Id::parse(value).map_err(|error| Invalid::new(field, error))
}

pub(crate) fn code(field: &str, value: &str) -> Result<Code, Invalid> {
    let code = Code::parse(value).map_err(|error| Invalid::new(field, error))?;
    demand_unsealed(field, value)?;
    Ok(code)
}

pub(crate) fn text(field: &str, value: &str) -> Result<Text, Invalid> {
    let text = Text::parse(value).map_err(|error| Invalid::new(field, error))?;
    demand_unsealed(field, value)?;
    Ok(text)
}

/// What is not personal data holds nothing sealed: whoever could put another customer's token
/// there would have it opened with the rest.
fn demand_unsealed(field: &str, value: &str) -> Result<(), Invalid> {
    if holds_sealed(value) {
        return Err(Invalid::new(field, "must not hold a sealed text"));
    }
    Ok(())
}

/// Personal data that was sealed at the door, or stands in the log.
pub(crate) fn sealed(field: &str, value: &str) -> Result<Sealed, Invalid> {
    Sealed::parse(value).map_err(|error| Invalid::new(field, error))
}

/// Reads a list of codes; the same one twice is there once.
pub(crate) fn codes(field: &str, values: &[String]) -> Result<BTreeSet<Code>, Invalid> {
    let numbered = values.iter().enumerate();
    numbered.map(|(at, value)| code(&format!("{field}[{at}]"), value)).collect()
}

/// Writes a list of codes.
pub(crate) fn listed(codes: &BTreeSet<Code>) -> Vec<String> {
    codes.iter().map(ToString::to_string).collect()
}

pub(crate) fn date(field: &str, value: &str) -> Result<Date, Invalid> {
    value.parse().map_err(|_| Invalid::new(field, "must be a date as in 2026-11-16"))
}

/// Reads a field that may be absent, which is the empty string.
pub(crate) fn optional<T>(
    field: &str,
    value: &str,
    parse: impl FnOnce(&str, &str) -> Result<T, Invalid>,
) -> Result<Option<T>, Invalid> {
    if value.is_empty() { Ok(None) } else { parse(field, value).map(Some) }
}

pub(crate) fn required<T>(field: &str, value: Option<T>) -> Result<T, Invalid> {
    value.ok_or_else(|| Invalid::new(field, "is required"))
}

/// Writes a field that may be absent.
pub(crate) fn or_empty<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}
