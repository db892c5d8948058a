//! The journal as a table of comma-separated values: a line for each posting.

use std::io::{self, Write};

use jiff::civil::Date;

use super::{
    export::Form,
    journal::{Entry, Range},
    sums::Sums,
};

/// Writes comma-separated values (RFC 4180).
pub(super) struct Csv;

impl Form for Csv {
    fn begin(&self, out: &mut dyn Write, _: &str, _: Range) -> io::Result<()> {
        line(
            out,
            ["date", "position", "event", "customer", "what", "account", "amount", "currency"],
        )
    }

    /// A table of entries holds entries only.
    fn opening(&self, _: &mut dyn Write, _: Date, _: &Sums) -> anyhow::Result<()> {
        Ok(())
    }

    fn entry(&self, out: &mut dyn Write, entry: &Entry) -> io::Result<()> {
        let (date, position) = (entry.date.to_string(), entry.position.to_string());
        entry.postings.iter().try_for_each(|posting| {
            let text = posting.amount.to_string();
            let (amount, currency) = text.split_once(' ').unwrap_or_default();
            let whose = [&date, &position, &entry.event_id, &entry.account_id, &entry.what];
            let [date, position, event, customer, what] = whose.map(String::as_str);
            line(out, [date, position, event, customer, what, &posting.account, amount, currency])
        })
    }

    fn end(&self, _: &mut dyn Write, _: Date, _: &Sums) -> anyhow::Result<()> {
        Ok(())
    }
}

fn line(out: &mut dyn Write, fields: [&str; 8]) -> io::Result<()> {
    write!(out, "{}\r\n", fields.map(quoted).join(","))
}

fn quoted(field: &str) -> String {
    match field.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_field_with_a_comma_is_quoted() {
        assert_eq!(quoted("Payment p-1, card"), "\"Payment p-1, card\"");
        assert_eq!(quoted("say \"no\""), "\"say \"\"no\"\"\"");
        assert_eq!(quoted("Charge c-1"), "Charge c-1");
    }
}
