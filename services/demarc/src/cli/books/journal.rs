//! The journal, entry by entry in its order, and what stood in the books before it.
//!
//! What must stay true: entries that are recorded while it is read are left out, so what is read
//! is the journal of one moment.

use std::ops::ControlFlow;

use contract::view::Amount;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

use super::{PAGE, Row, Rows, sums::Sums};
use crate::client::{Client, ClientError, part};

/// From a day to a day, both of them included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) from: Option<Date>,
    pub(super) to: Option<Date>,
}

/// One entry.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    #[serde(deserialize_with = "day")]
    pub(super) date: Date,
    pub(super) position: u64,
    pub(super) event_id: String,
    pub(super) account_id: String,
    pub(super) what: String,
    pub(super) postings: Vec<Posting>,
}

/// What an entry adds to an account of the books.
#[derive(Debug, Deserialize)]
pub(super) struct Posting {
    pub(super) account: String,
    pub(super) amount: Amount,
}

/// Where reading begins, and what the books held there.
pub(super) struct Start {
    pub(super) opening: Sums,
    after: Option<String>,
}

/// Reads a part of the journal.
pub(super) struct Reader<'a> {
    client: &'a Client,
    range: Range,
    after: Option<String>,
    /// The last position that belongs to it.
    until: u64,
    is_over: bool,
}

impl Start {
    /// Where the last month ended that was closed before the range begins: no older entry has to
    /// be read.
    pub(super) async fn find(client: &Client, range: Range) -> anyhow::Result<Self> {
        let mut start = Self { opening: Sums::default(), after: None };
        let Some(from) = range.from else { return Ok(start) };
        let month = from.strftime("%Y-%m").to_string();
        let (mut last, mut next) = (None, Some(String::new()));
        while let Some(after) = next {
            let page = Rows::read(client, "periods", Some(&after), PAGE).await?;
            let earlier = page.rows.into_iter().take_while(|row| row.key < month);
            last = earlier.last().or(last);
            next = page.next.filter(|next| *next < month);
        }
        let Some(period) = last else { return Ok(start) };
        for account in period.value["accounts"].as_array().into_iter().flatten() {
            let closing: Amount = part(&account["closing"])?;
            start.opening.add(account["account"].as_str().unwrap_or_default(), closing)?;
        }
        // Behind every day of that month, before those of the next one.
        start.after = Some(format!("{}~", period.key));
        Ok(start)
    }
}

impl<'a> Reader<'a> {
    /// Begins to read; nothing is read yet.
    pub(super) async fn begin(
        client: &'a Client,
        range: Range,
        start: &Start,
    ) -> Result<Self, ClientError> {
        let until = match range.to {
            None => None,
            Some(to) => first_position(client, &format!("{to}~")).await?,
        };
        let head = Rows::read(client, "journal", start.after.as_deref(), 1).await?.position;
        let until = until.map_or(head, |next| head.min(next.saturating_sub(1)));
        Ok(Self { client, range, after: start.after.clone(), until, is_over: false })
    }

    /// The last position that is read.
    pub(super) fn until(&self) -> u64 {
        self.until
    }

    /// The next entries; none when there are no more.
    pub(super) async fn page(&mut self) -> anyhow::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        while entries.is_empty() && !self.is_over {
            let page = Rows::read(self.client, "journal", self.after.as_deref(), PAGE).await?;
            self.is_over = page.next.is_none();
            self.after = page.next;
            self.is_over |= self.take_all(&page.rows, &mut entries)?.is_break();
        }
        Ok(entries)
    }

    /// Takes the entries of a page, as far as the range goes.
    fn take_all(
        &self,
        rows: &[Row],
        entries: &mut Vec<Entry>,
    ) -> Result<ControlFlow<()>, ClientError> {
        for row in rows {
            if self.take(&row.value, entries)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn take(&self, row: &Value, entries: &mut Vec<Entry>) -> Result<ControlFlow<()>, ClientError> {
        let entry: Entry = part(row)?;
        let is_later = self.range.to.is_some_and(|to| entry.date > to);
        if is_later || entry.position > self.until {
            return Ok(ControlFlow::Break(()));
        }
        entries.push(entry);
        Ok(ControlFlow::Continue(()))
    }
}

/// The position of the first entry behind a key.
async fn first_position(client: &Client, after: &str) -> Result<Option<u64>, ClientError> {
    let page = Rows::read(client, "journal", Some(after), 1).await?;
    let first = page.rows.first();
    first.map(|row| part::<Entry>(&row.value).map(|entry| entry.position)).transpose()
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}
