//! How many points are free in a day's slots (F21)? Capacity is the biller's data of today, so it
//! is put beside what is taken when somebody asks.

use std::{collections::BTreeMap, sync::Arc};

use domain::{Event, biller::Biller, quota::QuotaEvent};
use event_store::Recorded;
use futures::{FutureExt, future::BoxFuture};
use jiff::civil::Date;
use projection::{Fault, Handle, Rows, Table};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use service::{Live, LiveError, error};

/// The view's name.
pub(crate) const NAME: &str = "quota";
/// What is taken of a day, by date.
const TABLE: Table = Table::new(b'Q');
/// What precedes the date in the name of a day's quota.
const PREFIX: &str = "quota_";

/// What is taken of one day, by order id.
#[derive(Debug, Default, Serialize, Deserialize)]
struct QuotaRow(BTreeMap<String, Taken>);

/// What one order took.
#[derive(Debug, Serialize, Deserialize)]
struct Taken {
    slot: String,
    points: u32,
}

/// Changes the row of the day that the event is about.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Quota(event) = event else { return Ok(()) };
    let stream = &*recorded.event.stream;
    let date = stream.strip_prefix(PREFIX).unwrap_or(stream);
    rows.upsert(TABLE, date, |row: &mut QuotaRow| match event {
        QuotaEvent::PointsTaken { slot, order_id, points } => {
            let taken = Taken { slot: slot.to_string(), points: *points };
            row.0.insert(order_id.to_string(), taken);
        }
        QuotaEvent::PointsReleased { order_id, .. } => {
            row.0.remove(order_id.as_str());
        }
    })
}

/// Puts capacity beside what is taken.
pub(crate) struct Quotas {
    pub(crate) biller: Arc<Biller>,
}

impl Quotas {
    async fn ask(
        &self,
        handle: &Handle,
        date: &str,
        as_of: Option<u64>,
    ) -> Result<Option<Value>, LiveError> {
        if date.parse::<Date>().is_err() {
            return Ok(None);
        }
        let read = |rows: &Rows<'_>| rows.get::<QuotaRow>(TABLE, date);
        let row = match as_of {
            None => handle.query(read).map_err(|cause| failed(&cause))?,
            Some(position) => handle.as_of(position, read).await.map_err(|cause| failed(&cause))?,
        };
        Ok(Some(day(&self.biller, date, &row.unwrap_or_default())))
    }
}

impl Live for Quotas {
    fn show<'a>(
        &'a self,
        handle: &'a Handle,
        _: &'a str,
        key: &'a str,
        as_of: Option<u64>,
    ) -> BoxFuture<'a, Result<Option<Value>, LiveError>> {
        self.ask(handle, key, as_of).boxed()
    }
}

/// Every slot of a day that the biller offers, and every other one of which something is taken.
fn day(biller: &Biller, date: &str, row: &QuotaRow) -> Value {
    let capacities = &biller.catalog.slots;
    let offered = capacities.iter().map(|(slot, capacity)| (slot.as_str(), *capacity));
    let mut slots: BTreeMap<&str, (u32, u32, Vec<&str>)> =
        offered.map(|(slot, capacity)| (slot, (capacity, 0, Vec::new()))).collect();
    for (order_id, taken) in &row.0 {
        let (_, sum, orders) = slots.entry(&taken.slot).or_default();
        *sum = sum.saturating_add(taken.points);
        orders.push(order_id);
    }
    let slot = |(slot, (capacity, taken, orders)): (&str, (u32, u32, Vec<&str>))| {
        json!({
            "slot": slot,
            "capacity": capacity,
            "taken": taken,
            "free": capacity.saturating_sub(taken),
            "orders": orders,
        })
    };
    json!({ "date": date, "slots": slots.into_iter().map(slot).collect::<Vec<_>>() })
}

fn failed(cause: &(dyn std::error::Error + 'static)) -> LiveError {
    LiveError(error::chain(cause))
}

#[cfg(test)]
mod tests {
    use domain::{
        biller,
        testing::fixtures::{appointment, committed_visit, released},
    };
    use read_side::testing::Story;
    use serde_json::json;

    use super::{QuotaRow, TABLE, day};
    use crate::model::Care;

    #[test]
    fn f21_a_day_shows_what_is_taken_and_free_of_each_slot() {
        let visit = appointment("08-10");
        let story = Story::of(Care).and(committed_visit(&visit));
        let row: QuotaRow = story.row(TABLE, "2026-03-16");
        let slot = |slot: &str, capacity: u32, taken: u32, orders: &[&str]| {
            let free = capacity - taken;
            json!({
                "slot": slot, "capacity": capacity, "taken": taken, "free": free, "orders": orders,
            })
        };
        let expected = json!({
            "date": "2026-03-16",
            "slots": [
                slot("08-10", 6, 2, &["order_1001"]),
                slot("10-12", 6, 0, &[]),
                slot("13-15", 3, 0, &[]),
            ],
        });
        assert_eq!(day(&biller::testing(), "2026-03-16", &row), expected);
        let row: QuotaRow = story.then(released(&visit)).row(TABLE, "2026-03-16");
        assert_eq!(day(&biller::testing(), "2026-03-16", &row)["slots"][0]["free"], 6);
    }

    #[test]
    fn f21_a_slot_that_is_no_longer_offered_shows_what_was_agreed_on() {
        let mut biller = biller::testing();
        biller.catalog.slots.clear();
        let story = Story::of(Care).and(committed_visit(&appointment("08-10")));
        let row: QuotaRow = story.row(TABLE, "2026-03-16");
        let expected = json!([{
            "slot": "08-10", "capacity": 0, "taken": 2, "free": 0, "orders": ["order_1001"]
        }]);
        assert_eq!(day(&biller, "2026-03-16", &row)["slots"], expected);
    }
}
