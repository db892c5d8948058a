//! Values of the contract in the words of a person: money with its sign, enum values without their
//! prefix, times of day where the reader is.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value};

/// Enum values of the contract, and what a person calls them.
static ENUM_VALUES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let enums = contract::descriptor::descriptors().file.iter().flat_map(|file| &file.enum_type);
    let mut words = BTreeMap::new();
    for kind in enums {
        let prefix = format!("{}_", screaming(kind.name()));
        for value in kind.value.iter().map(|value| value.name()) {
            let word = value.strip_prefix(&prefix).unwrap_or(value);
            words.insert(value.to_owned(), word.to_lowercase().replace('_', " "));
        }
    }
    words
});

/// Whether an object is shown as one value.
pub(crate) fn is_leaf(map: &Map<String, Value>) -> bool {
    money(map).is_some()
}

/// One value on one line.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => ENUM_VALUES.get(text).cloned().unwrap_or_else(|| local_time(text)),
        Value::Array(items) => items.iter().map(self::value).collect::<Vec<_>>().join(", "),
        Value::Object(map) => money(map).unwrap_or_else(|| fields(map)),
    }
}

/// The fields of an object on one line.
pub(crate) fn fields(map: &Map<String, Value>) -> String {
    let known = map.iter().filter(|(_, value)| !value.is_null());
    let text = |(name, value): (&String, &Value)| match value {
        Value::Object(inner) if !is_leaf(inner) => format!("{name}: {{{}}}", fields(inner)),
        Value::Array(_) => format!("{name}: [{}]", self::value(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            format!("{name}: {}", self::value(value))
        }
    };
    known.map(text).collect::<Vec<_>>().join(", ")
}

/// A whole number, which is a string in protobuf's JSON when it has 64 bits.
pub(crate) fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// A time of the log, where the reader is; any other text as it is.
pub(crate) fn local_time(text: &str) -> String {
    in_zone(text, TimeZone::system())
}

fn in_zone(text: &str, zone: TimeZone) -> String {
    match text.parse::<Timestamp>() {
        Ok(time) => time.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => text.to_owned(),
    }
}

/// An amount as a person writes it, if the object is one.
fn money(map: &Map<String, Value>) -> Option<String> {
    let currency = map.get("currency")?.as_str()?;
    // Protobuf's JSON leaves a zero out.
    let minor = map.get("minor").map_or(Some(0), whole)?;
    if map.len() > 1 && !map.contains_key("minor") {
        return None;
    }
    let sign = if minor < 0 { "-" } else { "" };
    let (major, rest) = (minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
    Some(match currency {
        "USD" => format!("{sign}${major}.{rest:02}"),
        other => format!("{sign}{major}.{rest:02} {other}"),
    })
}

/// `SUSPENSION_REASON` of `SuspensionReason`.
fn screaming(name: &str) -> String {
    let mut text = String::new();
    for char in name.chars() {
        if char.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(char.to_ascii_uppercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use jiff::tz::{TimeZone, offset};
    use serde_json::json;

    use super::{in_zone, value};

    #[test]
    fn money_is_written_as_people_write_it() {
        let check = |minor, text: &str| {
            assert_eq!(value(&json!({"currency": "USD", "minor": minor})), text);
        };
        check("-4645", "-$46.45");
        check("5", "$0.05");
        check("11999", "$119.99");
        assert_eq!(value(&json!({"currency": "EUR", "minor": 100})), "1.00 EUR");
        assert_eq!(value(&json!({"currency": "USD"})), "$0.00");
    }

    #[test]
    fn an_enum_value_loses_its_prefix() {
        assert_eq!(value(&json!("SUSPENSION_REASON_NON_PAYMENT")), "non payment");
        assert_eq!(value(&json!("NOT_IN_THE_CONTRACT")), "NOT_IN_THE_CONTRACT");
    }

    #[test]
    fn an_object_is_written_on_one_line() {
        let fact = json!({"request": 1, "reason": "SUSPENSION_REASON_ABUSE", "at": null});
        assert_eq!(value(&fact), "request: 1, reason: abuse");
    }

    #[test]
    fn a_time_is_shown_where_the_reader_is() {
        let zone = TimeZone::fixed(offset(-4));
        assert_eq!(in_zone("2026-10-08T14:30:00.5Z", zone.clone()), "2026-10-08 10:30:00");
        assert_eq!(in_zone("no time", zone), "no time");
    }
}
