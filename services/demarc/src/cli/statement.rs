//! `demarc statement`: a customer's statement in the terminal, as a page or as PDF (F44).

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;

use super::Context;
use crate::output::{DIM, STRONG, paint, table, words};

const EXAMPLES: &str = "\
Examples:
  demarc show billing invoices --of account_7     the statements of an account
  demarc statement I00000001                      what it says
  demarc statement I00000001 --pdf statement.pdf
  demarc statement C00000001 --html note.html     a credit note
  demarc --json statement I00000001 | jq .statement.amountDue";

/// Options of `demarc statement`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Statement {
    /// Number of the invoice or credit note, or an invoice id
    number: String,
    /// Write it as a page that opens in every browser
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write it as PDF
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
}

impl Statement {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let path = ["statements", &*self.number];
        let files = [("html", &self.html), ("pdf", &self.pdf)];
        for (format, file) in
            files.into_iter().filter_map(|(form, file)| Some((form, file.as_ref()?)))
        {
            let query = [("format", format.to_owned())];
            let answer = context.client.get_file(&path, &query).await?;
            write(file, &answer.bytes)?;
            context.output.line(paint(DIM, format!("written to {}", file.display())))?;
        }
        if self.html.is_some() || self.pdf.is_some() {
            return Ok(());
        }
        let answer = context.client.get(&path, &[]).await?;
        if context.output.is_json() {
            return Ok(context.output.document(&answer)?);
        }
        Ok(context.output.line(in_words(&answer))?)
    }
}

/// Writes a file that holds personal data.
pub(super) fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))
}

fn in_words(answer: &Value) -> String {
    let statement = &answer["statement"];
    let text = |field: &str| words::value(&statement[field]);
    let currency = text("currency");
    let amount = |value: &Value| amount(value, &currency);
    let mut lines = vec![paint(STRONG, format!("{} {}", text("kind"), text("number"))).to_string()];
    let to = &statement["billTo"];
    let address = to["address"].as_array().into_iter().flatten().map(words::value);
    let to: Vec<_> = [words::value(&to["name"])].into_iter().chain(address).collect();
    lines.push(format!("account {}, {}", text("accountId"), to.join(", ")));
    let mut table = table::table(["", "from", "to", &*currency]);
    let mut add = |text: &str, days: [&Value; 2], minor: &Value| {
        let [from, to] =
            days.map(|day| if day.is_null() { String::new() } else { words::value(day) });
        table.add_row([text.to_owned(), from, to, amount(minor)]);
    };
    let none = [&Value::Null, &Value::Null];
    let entries = |field: &str| statement[field].as_array().into_iter().flatten();
    add("previous balance", none, &statement["previousBalance"]);
    for payment in entries("payments") {
        let paid = payment["amount"].as_i64().map(|minor| Value::from(-minor));
        let on = [&payment["on"], &Value::Null];
        add(&words::value(&payment["description"]), on, &paid.unwrap_or_default());
    }
    for adjustment in entries("adjustments") {
        let on = [&adjustment["on"], &Value::Null];
        add(&words::value(&adjustment["description"]), on, &adjustment["amount"]);
    }
    for group in entries("charges") {
        let heading = words::value(&group["heading"]);
        for charge in group["charges"].as_array().into_iter().flatten() {
            let days = [&charge["period"]["from"], &charge["period"]["to"]];
            let what = format!("{heading}: {}", words::value(&charge["description"]));
            add(&what, days, &charge["amount"]);
        }
    }
    for tax in entries("taxes") {
        add(&words::value(&tax["description"]), none, &tax["amount"]);
    }
    add("amount due", [&Value::Null, &statement["dueOn"]], &statement["amountDue"]);
    lines.push(table::fitted(table));
    let read = serde_json::from_value::<::statement::Statement>(statement.clone()).ok();
    for (title, text) in read.iter().flat_map(::statement::Statement::notices) {
        lines.push(format!("{} {text}", paint(STRONG, format!("{title}."))));
    }
    lines.push(
        paint(DIM, format!("as it is kept, sealed: sha256 {}", words::value(&answer["digest"])))
            .to_string(),
    );
    lines.join("\n")
}

/// `-12.34`.
fn amount(minor: &Value, currency: &str) -> String {
    let Some(minor) = minor.as_i64() else { return format!("? {currency}") };
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", minor.unsigned_abs() / 100, minor.unsigned_abs() % 100)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::in_words;

    #[test]
    fn f44_a_statement_is_a_table_in_the_terminal() {
        let answer = json!({ "digest": "ab12", "statement": {
            "number": "I00000001", "kind": "invoice", "accountId": "7",
            "billTo": { "name": "Jo Doe", "address": ["17 Elm St", "Orem"] },
            "currency": "USD", "dueOn": "2026-04-05", "previousBalance": 500,
            "payments": [{ "on": "2026-03-16", "description": "Payment, card", "amount": 500 }],
            "adjustments": [],
            "charges": [{ "heading": "17 Elm St", "charges": [{ "description": "Basic",
                "period": { "from": "2026-04-01", "to": "2026-04-30" }, "amount": 4999 }] }],
            "taxes": [{ "description": "State tax", "amount": -5 }],
            "amountDue": 4994,
        }});
        let shown = anstream::adapter::strip_str(&in_words(&answer)).to_string();
        assert!(!shown.contains("Past due"), "{shown}");
        for said in [
            "invoice I00000001",
            "Jo Doe, 17 Elm St, Orem",
            "-5.00",
            "17 Elm St: Basic",
            "49.99",
            "-0.05",
            "49.94",
            "2026-04-05",
            "sha256 ab12",
        ] {
            assert!(shown.contains(said), "{said}: {shown}");
        }
    }

    #[test]
    fn f77_f86_what_is_past_due_and_what_brings_service_back_is_said_in_the_terminal() {
        let answer = json!({ "digest": "ab12", "statement": {
            "biller": { "name": "Acme", "address": [], "payBy": "", "questions": "",
                "paper": "letter" },
            "number": "I00000002", "kind": "invoice", "accountId": "7",
            "billTo": { "name": "Jo Doe", "address": ["17 Elm St"] },
            "issuedOn": "2026-05-01", "dueOn": "2026-05-05",
            "period": { "from": "2026-05-01", "to": "2026-05-31" },
            "currency": "USD", "previousBalance": 3000, "payments": [], "adjustments": [],
            "charges": [], "taxes": [], "totalNewCharges": 0, "amountDue": 3000,
            "pastDue": { "amount": 3000, "since": "2026-04-05", "reinstatedFor": 3000 },
            "delivery": "print",
        }});
        let shown = anstream::adapter::strip_str(&in_words(&answer)).to_string();
        assert!(shown.contains("Past due: $30.00. $30.00 was due by April 5, 2026."), "{shown}");
        assert!(shown.contains("comes back when $30.00 is paid in full."), "{shown}");
    }
}
