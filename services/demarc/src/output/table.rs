//! Rows of read models as tables that a person reads: a row as fields and values, the lists inside
//! it as tables of their own.

mod fit;

pub(crate) use fit::fitted;

use comfy_table::{Attribute, Cell, LineStyle, Table, TableStyle};
use serde_json::{Map, Value};

use super::words;

/// What a heading is underlined with.
const RULE: char = '─';

/// A table with a heading row, without lines that carry nothing; [`fitted`] writes it.
pub(crate) fn table<S: ToString>(heading: impl IntoIterator<Item = S>) -> Table {
    let mut table = Table::new();
    let underline = LineStyle::none().fill(RULE).junction(RULE);
    table.load_style(TableStyle::new().header_separator(underline));
    // The stream that it is written to takes the styles away again where nobody sees them.
    table.enforce_styling();
    let bold = |text: S| Cell::new(text).add_attribute(Attribute::Bold);
    table.set_header(heading.into_iter().map(bold));
    table
}

/// One value, under its title.
pub(crate) fn value(title: &str, value: &Value) -> String {
    let mut fields = Vec::new();
    let mut lists = Vec::new();
    sort_out(String::new(), value, &mut fields, &mut lists);
    let mut parts = Vec::new();
    if !fields.is_empty() {
        let mut table = table([title, ""]);
        for (name, text) in fields {
            table.add_row([name, text]);
        }
        parts.push(fitted(table));
    }
    parts.extend(lists.into_iter().map(|(name, rows)| fitted(list(&name, rows))));
    parts.join("\n\n")
}

/// Rows of a view: their keys, and every field that one of them has.
pub(crate) fn rows(key: &str, rows: &[(String, Value)]) -> Table {
    let values: Vec<_> = rows.iter().map(|(_, value)| value).collect();
    // What repeats the key or stands in no row takes the place of what says something.
    let mut columns = columns(&values);
    columns.retain(|column| rows.iter().any(|(key, row)| says_more(key, row, column)));
    let mut table = table([key.to_owned()].into_iter().chain(columns.iter().cloned()));
    for (key, value) in rows {
        table.add_row([key.clone()].into_iter().chain(cells(value, &columns)));
    }
    table
}

fn says_more(key: &str, row: &Value, column: &str) -> bool {
    let value = if row.is_object() { &row[column] } else { row };
    !value.is_null() && value != key
}

type Field = (String, String);
type List<'a> = (String, &'a [Value]);

fn sort_out<'a>(
    name: String,
    value: &'a Value,
    fields: &mut Vec<Field>,
    lists: &mut Vec<List<'a>>,
) {
    match value {
        Value::Array(items) if items.iter().any(Value::is_object) => lists.push((name, items)),
        Value::Object(map) if words::is_leaf(map) => fields.push((name, words::value(value))),
        Value::Object(map) => {
            for (inner, value) in map {
                let name = if name.is_empty() { inner.clone() } else { format!("{name}.{inner}") };
                sort_out(name, value, fields, lists);
            }
        }
        Value::Null => {}
        Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            fields.push((name, words::value(value)));
        }
    }
}

fn list(name: &str, items: &[Value]) -> Table {
    let columns = columns(&items.iter().collect::<Vec<_>>());
    let mut heading = columns.clone();
    if let Some(first) = heading.first_mut() {
        *first = format!("{name}: {first}");
    }
    let mut table = table(heading);
    for item in items {
        table.add_row(cells(item, &columns));
    }
    table
}

/// The names of all fields, in the order in which they first appear.
fn columns(values: &[&Value]) -> Vec<String> {
    let mut columns = Vec::new();
    for key in values.iter().filter_map(|value| value.as_object()).flat_map(Map::keys) {
        if !columns.contains(key) {
            columns.push(key.clone());
        }
    }
    if columns.is_empty() && !values.is_empty() {
        columns.push("value".into());
    }
    columns
}

fn cells(value: &Value, columns: &[String]) -> Vec<String> {
    match value {
        Value::Object(map) => {
            columns.iter().map(|column| map.get(column).map_or_else(String::new, cell)).collect()
        }
        Value::Null | Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            vec![words::value(value)]
        }
    }
}

/// A list inside a row is only counted: the row itself shows it.
fn cell(value: &Value) -> String {
    match value {
        Value::Array(items) if items.iter().any(Value::is_object) => items.len().to_string(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => words::value(value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{rows, value};

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_row_shows_its_fields_and_its_lists_as_tables() {
        let row = json!({
            "holder": "Ada", "traffic": {"state": "flowing"}, "gone": null,
            "lines": [
                {"text": "Classic", "amount": {"currency": "USD", "minor": "-4645"}},
                {"text": "Gigablast", "amount": {"currency": "USD", "minor": "9290"}, "days": 24},
            ],
        });
        let shown = plain(&value("account_1", &row));
        assert!(shown.contains("traffic.state") && shown.contains("flowing"), "{shown}");
        assert!(!shown.contains("gone"), "{shown}");
        assert!(shown.contains("lines: text"), "{shown}");
        assert!(shown.contains("-$46.45") && shown.contains("$92.90"), "{shown}");
    }

    #[test]
    fn rows_share_one_heading_made_of_all_their_fields() {
        let table = rows(
            "order",
            &[
                ("order_1".into(), json!({"orderId": "order_1", "state": "draft", "none": null})),
                ("order_2".into(), json!({"state": "completed", "steps": [{"a": 1}, {"a": 2}]})),
            ],
        );
        let shown = plain(&table.trim_fmt());
        let heading: Vec<_> = shown.lines().next().unwrap().split_whitespace().collect();
        assert_eq!(heading, ["order", "state", "steps"]);
        assert!(shown.contains("order_2") && shown.ends_with(" 2"), "{shown}");
    }

    #[test]
    fn a_value_that_is_no_object_is_still_shown() {
        assert!(plain(&value("head", &json!(12))).contains("12"));
        assert!(plain(&value("tags", &json!(["a", "b"]))).contains("a, b"));
    }
}
