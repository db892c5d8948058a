//! When is an account billed next, and which campaigns end when? Not a view: what runs look at.
//!
//! What must stay true: the day that is planned is the cycle that core bills next.

use domain::{
    Aggregate, Event,
    account::AccountId,
    run::RunKind,
    subscription::{Subscription, SubscriptionEvent, SubscriptionId},
};
use event_store::Recorded;
use jiff::civil::Date;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::{agenda, read::parse};

/// By account id.
const TABLE: Table = Table::new(b'c');
/// The account that pays for a service, by service id.
const OF_ITEM: Table = Table::new(b'i');

/// What decides on an account's cycles.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CycleRow {
    /// The bill days and from when they hold.
    bill_days: Vec<(String, i8)>,
    /// The first day on which there was something to bill.
    started: Option<String>,
    /// What is paid in advance is billed until then.
    through: Option<String>,
}

/// Plans what the event leads to.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Subscription(event) = event else { return Ok(()) };
    let account_id = account_of(&recorded.event.stream)?;
    let account_id = account_id.as_str();
    match event {
        SubscriptionEvent::Opened { bill_day, .. } => change(rows, account_id, |row| {
            row.bill_days.push((Date::MIN.to_string(), *bill_day));
        }),
        SubscriptionEvent::ItemStarted { item_id, item, from }
        | SubscriptionEvent::ItemChanged { item_id, item, from } => {
            rows.put(OF_ITEM, item_id.as_str(), &account_id)?;
            let until = item.promotion.as_ref().map(|promotion| promotion.until);
            agenda::plan(rows, RunKind::Campaign, item_id.as_str(), until)?;
            change(rows, account_id, |row| row.start(*from))
        }
        SubscriptionEvent::FeeCharged { fee } => change(rows, account_id, |row| row.start(fee.on)),
        SubscriptionEvent::ItemEnded { item_id, .. }
        | SubscriptionEvent::CampaignExpired { item_id, .. } => {
            agenda::plan(rows, RunKind::Campaign, item_id.as_str(), None)
        }
        SubscriptionEvent::BillDayChanged { bill_day, from } => change(rows, account_id, |row| {
            row.bill_days.push((from.to_string(), *bill_day));
        }),
        SubscriptionEvent::Billed { through, .. } => change(rows, account_id, |row| {
            row.through = Some(through.to_string());
        }),
        // It waits until somebody has seen to what prevents its bill.
        SubscriptionEvent::Parked { .. } => agenda::plan(rows, RunKind::Bill, account_id, None),
        SubscriptionEvent::ItemRepriced { .. }
        | SubscriptionEvent::ExemptionGranted { .. }
        | SubscriptionEvent::ExemptionRevoked
        | SubscriptionEvent::Unbilled { .. } => Ok(()),
    }
}

/// The account that pays for a service.
pub(crate) fn payer(rows: &Rows<'_>, item_id: &str) -> Result<Option<String>, Fault> {
    rows.get(OF_ITEM, item_id)
}

/// The account of a subscription's stream.
pub(crate) fn account_of(stream: &str) -> Result<AccountId, Fault> {
    let id = SubscriptionId::parse(stream)
        .map_err(|error| Fault::because("a subscription's stream is no id", error))?;
    Ok(AccountId::of(&id))
}

fn change(
    rows: &mut Rows<'_>,
    account_id: &str,
    change: impl FnOnce(&mut CycleRow),
) -> Result<(), Fault> {
    let mut row: CycleRow = rows.get(TABLE, account_id)?.unwrap_or_default();
    change(&mut row);
    rows.put(TABLE, account_id, &row)?;
    agenda::plan(rows, RunKind::Bill, account_id, row.next()?)
}

impl CycleRow {
    fn start(&mut self, from: Date) {
        let from = from.to_string();
        let is_earlier = self.started.as_ref().is_none_or(|started| from < *started);
        if is_earlier {
            self.started = Some(from);
        }
    }

    /// The next cycle, reckoned as core does.
    fn next(&self) -> Result<Option<Date>, Fault> {
        if let Some(through) = &self.through {
            return parse(through).map(Some);
        }
        let Some(started) = &self.started else { return Ok(None) };
        let mut subscription = Subscription::UNKNOWN.clone();
        for (from, bill_day) in &self.bill_days {
            let (bill_day, from) = (*bill_day, parse(from)?);
            subscription =
                subscription.evolve(&SubscriptionEvent::BillDayChanged { bill_day, from });
        }
        Ok(Some(subscription.end_of_cycle(parse(started)?)))
    }
}
