//! Rows by date: how a view is listed from a day to a day, and only where fields have some value.
//!
//! What must stay true: only the index between the two days is read, and of it no more than
//! [`EXAMINED_MAX`] entries for a page, however few of them fit.

use std::collections::BTreeMap;

use projection::{Fault, Keys, Rows, Table};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most entries of an index that are looked at for one page. A page that ends there is short and
/// says where the next one begins.
pub const EXAMINED_MAX: usize = 5_000;

/// How the rows of a view are listed by date.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    /// The view.
    pub view: &'static str,
    /// Where dates are: keys as of [`key`].
    pub index: Table,
    /// Fields of a row that may be asked to have a value.
    pub fields: &'static [&'static str],
}

/// Which rows somebody asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// From this day on, as in `2026-03-16`.
    pub from: Option<String>,
    /// Up to this day and with it.
    pub to: Option<String>,
    /// Values that fields must have.
    pub fields: BTreeMap<String, String>,
}

/// One page of a listing.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Keys and rows.
    pub rows: Vec<(String, Value)>,
    /// What the next page comes after, if there is more to look at.
    pub next: Option<String>,
}

/// How large a page may be.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Most rows.
    pub rows_max: usize,
    /// Bytes of rows after which no further row is added.
    pub bytes_max: usize,
}

/// The key of a row in the index: its date, as in `2026-03-16`, and the key of the row.
#[must_use]
pub fn key(date: &str, row: &str) -> String {
    format!("{date}/{row}")
}

impl Filter {
    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.from.is_none() && self.to.is_none() && self.fields.is_empty()
    }
}

impl Listing {
    /// What is wrong with a filter, if something is.
    #[must_use]
    pub fn refuses(&self, filter: &Filter) -> Option<String> {
        let days = [("from", &filter.from), ("to", &filter.to)];
        for (name, day) in days {
            if day.as_deref().is_some_and(|day| !is_day(day)) {
                return Some(format!("{name} must be a day as in 2026-03-16"));
            }
        }
        let unknown = filter.fields.keys().find(|field| !self.fields.contains(&field.as_str()))?;
        let fields = self.fields.join(", ");
        Some(format!("{} is not listed by {unknown:?} but by from, to, {fields}", self.view))
    }

    /// A page of the rows that fit the filter, as `shown`, in the order of their dates, after what
    /// the page before it called the next.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn page(
        &self,
        rows: &Rows<'_>,
        shown: impl Fn(&str) -> Result<Option<Value>, Fault>,
        (filter, after): (&Filter, Option<&str>),
        size: Size,
    ) -> Result<Page, Fault> {
        // Behind a day come its `/`, then the digits of no other day.
        let from = filter.from.as_deref().unwrap_or("0");
        let to = filter.to.as_ref().map_or_else(|| "~".to_owned(), |day| format!("{day}0"));
        let mut keys = Keys::between(from, to);
        if let Some(after) = after {
            keys = keys.after(after);
        }
        let mut page = Page { rows: Vec::new(), next: None };
        let mut bytes = 0;
        let entries = rows.scan::<Value>(self.index, keys, EXAMINED_MAX + 1).enumerate();
        let mut last: Option<String> = None;
        for (examined, entry) in entries {
            let full = page.rows.len() == size.rows_max || bytes > size.bytes_max;
            if full || examined == EXAMINED_MAX {
                page.next = last;
                break;
            }
            let entry = String::from_utf8_lossy(&entry?.0).into_owned();
            let key = entry.split_once('/').map_or("", |(_, row)| row).to_owned();
            last = Some(entry);
            let Some(row) = shown(&key)? else { continue };
            if filter.fits(&row) {
                bytes += key.len() + row.to_string().len();
                page.rows.push((key, row));
            }
        }
        Ok(page)
    }
}

impl Filter {
    fn fits(&self, row: &Value) -> bool {
        self.fields.iter().all(|(field, wanted)| match row.get(field) {
            Some(Value::String(value)) => value == wanted,
            Some(Value::Null) | None => false,
            Some(value @ (Value::Bool(_) | Value::Number(_))) => {
                serde_json::from_str(wanted).is_ok_and(|wanted: Value| wanted == *value)
            }
            Some(Value::Array(values)) => values.iter().any(|value| value == wanted.as_str()),
            Some(Value::Object(_)) => false,
        })
    }
}

fn is_day(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10 && text.bytes().enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use projection::Table;
    use serde_json::json;

    use super::{Filter, Listing};

    const LISTING: Listing =
        Listing { view: "loan", index: Table::new(b'd'), fields: &["state", "days", "books"] };

    fn with(fields: &[(&str, &str)]) -> Filter {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Filter { fields: fields.collect(), ..Filter::default() }
    }

    #[test]
    fn a_filter_names_days_and_fields_that_the_view_has() {
        let from = |day: &str| Filter { from: Some(day.to_owned()), ..Filter::default() };
        assert_eq!(LISTING.refuses(&from("2026-03-16")), None);
        let refused = LISTING.refuses(&from("16.3.2026")).unwrap();
        assert_eq!(refused, "from must be a day as in 2026-03-16");
        assert_eq!(LISTING.refuses(&with(&[("state", "late")])), None);
        let refused = LISTING.refuses(&with(&[("reader", "7")])).unwrap();
        assert!(refused.ends_with("but by from, to, state, days, books"), "{refused}");
    }

    #[test]
    fn a_row_fits_when_every_field_has_its_value() {
        let row = json!({ "state": "late", "days": 3, "books": ["Emma", "Ulysses"] });
        assert!(with(&[("state", "late"), ("days", "3")]).fits(&row));
        assert!(with(&[("books", "Emma")]).fits(&row));
        assert!(!with(&[("state", "late"), ("days", "4")]).fits(&row));
        assert!(!with(&[("reader", "7")]).fits(&row));
    }
}
