//! `demarc books`: the trial balance; below it the aging and the export of the journal.
//!
//! What must stay true: the trial balance is of one moment, and what does not add up to nothing is
//! a failure.

mod aging;
mod csv;
mod export;
mod hledger;
mod journal;
mod sums;

use anyhow::ensure;
use clap::{Args, Subcommand};
use comfy_table::{Attribute, Cell};
use contract::view::Amount;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Context;
use crate::{
    client::{Client, ClientError, part},
    output::{DIM, paint, table, words},
};

const EXAMPLES: &str = "\
Examples:
  demarc books                                    what stands in each account of the books
  demarc books aging                              how long is what is owed past due
  demarc books export --from 2026-11-01 --to 2026-11-30 --out november.journal
  demarc books export --format csv > journal.csv
  demarc show billing journal --of 2026-11-01     the entries of a day
  demarc show billing periods 2026-11             a month that is closed

Ends with 1 when the books do not balance, which must never be.";

/// How often the trial balance is read again when it changes while it is read.
const TRIES: usize = 5;
/// How many rows are asked for at once.
const PAGE: u64 = 1_000;

/// Options of `demarc books`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Books {
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Show how long is what customers owe past due
    Aging(aging::Aging),
    /// Write the journal for another program
    Export(export::Export),
}

/// A page of a view of billing.
#[derive(Debug, Deserialize)]
struct Rows {
    /// How far the view was.
    position: u64,
    rows: Vec<Row>,
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Row {
    key: String,
    value: Value,
}

/// What stands in the books at a position.
#[derive(Debug)]
struct Trial {
    position: u64,
    accounts: Vec<Value>,
}

impl Books {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        match self.part {
            None => trial_balance(context).await,
            Some(Part::Aging(aging)) => aging.run(context).await,
            Some(Part::Export(export)) => export.run(context).await,
        }
    }
}

impl Rows {
    /// At most `limit` rows of a view of billing behind a key.
    async fn read(
        client: &Client,
        view: &str,
        after: Option<&str>,
        limit: u64,
    ) -> Result<Self, ClientError> {
        let mut query = vec![("limit", limit.to_string())];
        query.extend(after.map(|after| ("after", after.to_owned())));
        part(&client.get(&["billing", view], &query).await?)
    }

    /// All rows of a view, if it did not change meanwhile.
    async fn all(client: &Client, view: &str) -> Result<Option<Self>, ClientError> {
        let mut all = Self::read(client, view, None, PAGE).await?;
        while let Some(next) = all.next.take() {
            let page = Self::read(client, view, Some(&next), PAGE).await?;
            if page.position != all.position {
                return Ok(None);
            }
            all.rows.extend(page.rows);
            all.next = page.next;
        }
        Ok(Some(all))
    }
}

async fn trial_balance(context: &Context) -> anyhow::Result<()> {
    let mut found = None;
    for _ in 0..TRIES {
        found = Rows::all(&context.client, "books").await?;
        if found.is_some() {
            break;
        }
    }
    let found = found.ok_or_else(|| {
        anyhow::anyhow!("the books changed each time they were read: ask again when it is quieter")
    })?;
    let accounts = found.rows.into_iter().map(|row| row.value).collect();
    let trial = Trial { position: found.position, accounts };
    let total = trial.total("balance")?;
    if context.output.is_json() {
        context.output.document(&trial.document(&total))?;
    } else {
        context.output.line(trial.in_words()?)?;
    }
    let off = total.filter(|total| total.minor != 0);
    ensure!(off.is_none(), "the books do not balance: {}", text(off.as_ref()));
    Ok(())
}

impl Trial {
    /// One column together; nothing where there are no accounts.
    fn total(&self, field: &str) -> anyhow::Result<Option<Amount>> {
        let mut total: Option<Amount> = None;
        for account in &self.accounts {
            let amount: Amount = part(&account[field])?;
            total = Some(match total {
                None => amount,
                Some(sum) => Amount { minor: sum.minor.saturating_add(amount.minor), ..sum },
            });
        }
        Ok(total)
    }

    fn document(&self, total: &Option<Amount>) -> Value {
        json!({ "position": self.position, "accounts": self.accounts, "total": total })
    }

    fn in_words(&self) -> anyhow::Result<String> {
        let Some(first) = self.accounts.first() else {
            return Ok("nothing is entered in the books yet".to_owned());
        };
        let columns = ["opening", "debits", "credits", "balance"];
        let title = format!("books of {}", words::value(&first["month"]));
        let mut table = table::table([title.as_str()].into_iter().chain(columns));
        for account in &self.accounts {
            let cells = columns.iter().map(|column| words::value(&account[*column]));
            table.add_row([words::value(&account["account"])].into_iter().chain(cells));
        }
        let totals = columns.iter().map(|column| Ok(text(self.total(column)?.as_ref())));
        let totals = totals.collect::<anyhow::Result<Vec<_>>>()?;
        table.add_row(strong(["total".to_owned()].into_iter().chain(totals)));
        let at = paint(DIM, format!("as of position {}", self.position));
        Ok(format!("{}\n{at}", table::fitted(table)))
    }
}

/// The cells of a total.
fn strong(cells: impl IntoIterator<Item = String>) -> Vec<Cell> {
    cells.into_iter().map(|cell| Cell::new(cell).add_attribute(Attribute::Bold)).collect()
}

/// An amount as a person writes it.
fn text(amount: Option<&Amount>) -> String {
    amount.map(|amount| words::value(&json!(amount))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use contract::view::Amount;
    use domain::money::Currency;
    use serde_json::{Value, json};

    use super::Trial;

    fn account(name: &str, minor: i64) -> Value {
        let currency = Currency::parse("USD").unwrap();
        let amount = |minor| json!(Amount { minor, currency });
        json!({
            "account": name, "month": "2026-11", "opening": amount(0),
            "debits": amount(minor.max(0)), "credits": amount(-minor.min(0)),
            "balance": amount(minor),
        })
    }

    #[test]
    fn f71_the_trial_balance_has_a_total_of_nothing() {
        let accounts = vec![account("assets:receivable", 6_999), account("revenue:other", -6_999)];
        let trial = Trial { position: 7, accounts };
        let shown = anstream::adapter::strip_str(&trial.in_words().unwrap()).to_string();
        let total = shown.lines().find(|line| line.contains("total")).unwrap();
        let cells: Vec<_> = total.split_whitespace().collect();
        assert_eq!(cells, ["total", "$0.00", "$69.99", "$69.99", "$0.00"], "{shown}");
        assert!(shown.contains("books of 2026-11") && shown.ends_with("position 7"), "{shown}");
    }

    #[test]
    fn f71_books_that_do_not_balance_say_by_how_much() {
        let trial = Trial { position: 7, accounts: vec![account("revenue:other", -6_999)] };
        assert_eq!(trial.total("balance").unwrap().unwrap().minor, -6_999);
        let empty = Trial { position: 7, accounts: vec![] };
        assert!(empty.in_words().unwrap().contains("nothing is entered"));
    }
}
