//! What an answer should hold, wherever in it that stands: the stories tell what a service knows,
//! not how its rows are laid out.

use std::fmt;

use serde_json::Value;

use crate::output::words;

/// One thing that an answer should hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// Some value, in words, holds this text.
    Says(&'static str),
    /// Some value is this amount, in minor units.
    Amount(i64),
    /// The value of this field, in words, is this text.
    Field(&'static str, &'static str),
}

impl Check {
    /// Whether the answer holds it.
    pub(crate) fn holds(self, answer: &Value) -> bool {
        self.is_in("", answer)
    }

    fn is_in(self, name: &str, value: &Value) -> bool {
        if self.is(name, value) {
            return true;
        }
        match value {
            Value::Object(map) => map.iter().any(|(name, inner)| self.is_in(name, inner)),
            Value::Array(items) => items.iter().any(|item| self.is_in(name, item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }

    fn is(self, name: &str, value: &Value) -> bool {
        match self {
            Self::Says(text) => {
                value.as_str().is_some_and(|_| plain(&words::value(value)).contains(&plain(text)))
            }
            Self::Amount(minor) => {
                value.as_i64() == Some(minor)
                    || words::value(value).trim_start_matches('$') == decimal(minor)
                    || words::value(value) == dollars(minor)
            }
            Self::Field(field, text) => name == field && plain(&words::value(value)) == plain(text),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Says(text) => f.write_str(text),
            Self::Amount(minor) => f.write_str(&dollars(*minor)),
            Self::Field(field, text) => write!(f, "{field} {text}"),
        }
    }
}

/// How a list of checks reads.
pub(crate) fn in_words(checks: &[Check]) -> String {
    checks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn plain(text: &str) -> String {
    text.to_lowercase().replace(['_', '-'], " ")
}

fn decimal(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", minor.unsigned_abs() / 100, minor.unsigned_abs() % 100)
}

fn dollars(minor: i64) -> String {
    match decimal(minor).strip_prefix('-') {
        Some(amount) => format!("-${amount}"),
        None => format!("${}", decimal(minor)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Check;

    #[test]
    fn a_check_finds_what_it_names_wherever_it_stands() {
        let row = json!({
            "traffic": {"state": "non_payment"},
            "lines": [
                {"amount": {"currency": "USD", "minor": "-4644"}},
                {"amount": 9290}, {"amount": "12.50"},
            ],
        });
        let holds = |check: Check| check.holds(&row);
        assert!(holds(Check::Says("Non payment")) && !holds(Check::Says("abuse")));
        assert!(holds(Check::Amount(-4644)) && holds(Check::Amount(9290)));
        assert!(holds(Check::Amount(1250)) && !holds(Check::Amount(4644)));
    }

    #[test]
    fn a_field_is_found_by_its_name_and_compared_in_words() {
        let fact = json!({"attempt": {"action": "PROVISIONING_ACTION_ACTIVATE", "x": "suspend"}});
        assert!(Check::Field("action", "activate").holds(&fact));
        assert!(!Check::Field("action", "suspend").holds(&fact));
    }
}
