//! What rows say, in the domain's terms again.

use domain::text::Code;
use jiff::civil::Date;
use projection::Fault;

/// A date of a row.
pub(crate) fn parse(date: &str) -> Result<Date, Fault> {
    date.parse().map_err(|error: jiff::Error| Fault::because("a row's date is no date", error))
}

/// A code of a row.
pub(crate) fn code(text: &str) -> Result<Code, Fault> {
    Code::parse(text).map_err(|error| Fault::because("a row's code is no code", error))
}
