//! How long is what customers owe past due? Counted when somebody asks, from the due dates of open
//! charges, without a look at any account.
//!
//! What must stay true: a question holds nobody up. It is read in pages, so an account whose debt
//! changes meanwhile counts as it was before or as it is after; of the past all is of one moment.

use std::{collections::HashSet, sync::Arc};

use contract::view::Amount;
use domain::{biller::Biller, money::Money};
use jiff::civil::Date;
use projection::{Fault, Handle, Keys, Rows};
use serde_json::{Value, json};
use service::{LiveError, error};

use crate::{balance, read::parse, today};

/// The view's name.
pub(crate) const NAME: &str = "aging";
/// The key that stands for the last opened day.
const TODAY: &str = "today";
/// Entries of the index that are read at once.
const PAGE: usize = 10_000;
/// The buckets: name, and most days past due.
const BUCKETS: [(&str, i32); 5] = [
    ("notDue", 0),
    ("days1To30", 30),
    ("days31To60", 60),
    ("days61To90", 90),
    ("over90Days", i32::MAX),
];

/// Counts what is owed.
pub(crate) struct Aging {
    pub(crate) biller: Arc<Biller>,
}

/// What is owed on a day, bucket by bucket.
struct Ages {
    on: Date,
    buckets: [Bucket; BUCKETS.len()],
    /// Where the next page begins.
    after: Option<Vec<u8>>,
}

#[derive(Default)]
struct Bucket {
    accounts: HashSet<Box<str>>,
    minor: i64,
}

impl Aging {
    /// What is owed on a day.
    pub(crate) async fn ask(
        &self,
        handle: &Handle,
        key: &str,
        as_of: Option<u64>,
    ) -> Result<Option<Value>, LiveError> {
        let on = match key.parse::<Date>() {
            Ok(on) => Some(on),
            Err(_) if key == TODAY => None,
            Err(_) => return Ok(None),
        };
        let ages = match as_of {
            None => now(handle.clone(), on).await?,
            Some(position) => handle
                .as_of(position, |rows| Ages::of_all(on, rows))
                .await
                .map_err(|cause| failed(&cause))?,
        };
        Ok(Some(ages.shown(&self.biller)))
    }
}

/// Page by page, away from whoever answers others.
async fn now(handle: Handle, on: Option<Date>) -> Result<Ages, LiveError> {
    let counting = tokio::task::spawn_blocking(move || {
        let mut ages = handle.query(|rows| Ages::on(on, rows))?;
        while handle.query(|rows| ages.read(rows))? {}
        Ok(ages)
    });
    let counted = counting.await.map_err(|cause| failed(&cause))?;
    counted.map_err(|cause: projection::QueryError| failed(&cause))
}

impl Ages {
    /// Of every account, in one go.
    fn of_all(on: Option<Date>, rows: &Rows<'_>) -> Result<Self, Fault> {
        let mut ages = Self::on(on, rows)?;
        while ages.read(rows)? {}
        Ok(ages)
    }

    fn on(on: Option<Date>, rows: &Rows<'_>) -> Result<Self, Fault> {
        let on = on.map_or_else(|| today::of(rows), Ok)?;
        Ok(Self { on, buckets: Default::default(), after: None })
    }

    /// Takes a page in; `false`: it was the last.
    fn read(&mut self, rows: &Rows<'_>) -> Result<bool, Fault> {
        let keys = match self.after.take() {
            Some(after) => Keys::all().after(after),
            None => Keys::all(),
        };
        let mut count = 0;
        for entry in rows.scan::<i64>(balance::DUE, keys, PAGE) {
            let (key, minor) = entry?;
            self.add(&key, minor)?;
            (self.after, count) = (Some(key), count + 1);
        }
        Ok(count == PAGE)
    }

    fn add(&mut self, key: &[u8], minor: i64) -> Result<(), Fault> {
        let key = String::from_utf8_lossy(key);
        let Some((due_on, account_id)) = key.split_once('\0') else {
            return Err(Fault::new("a key of the due dates has no account"));
        };
        let age = parse(due_on)?.until(self.on).map_or(0, |span| span.get_days());
        let at = BUCKETS.partition_point(|(_, most)| *most < age);
        let bucket = &mut self.buckets[at];
        bucket.minor = bucket.minor.saturating_add(minor);
        if !bucket.accounts.contains(account_id) {
            bucket.accounts.insert(account_id.into());
        }
        Ok(())
    }

    fn shown(&self, biller: &Biller) -> Value {
        let amount = |minor| Amount::from(Money::new(biller.currency, minor));
        let buckets = BUCKETS.iter().zip(&self.buckets).map(|((name, _), bucket)| {
            json!({
                "bucket": name,
                "accounts": bucket.accounts.len(),
                "amount": amount(bucket.minor),
            })
        });
        let total = self.buckets.iter().map(|bucket| bucket.minor).fold(0, i64::saturating_add);
        json!({
            "on": self.on.to_string(),
            "currency": biller.currency.as_str(),
            "buckets": buckets.collect::<Vec<_>>(),
            "total": amount(total),
        })
    }
}

fn failed(cause: &(dyn std::error::Error + 'static)) -> LiveError {
    LiveError(error::chain(cause))
}

#[cfg(test)]
mod tests;
