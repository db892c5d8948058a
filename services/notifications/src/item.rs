//! What somebody pays for every month, and from when on it costs something else because a campaign
//! is over (F69).
//!
//! What must stay true: of a price that changes a customer hears two weeks before or earlier, with
//! the last bill that is made in time, and once; where no bill was, on the day itself.

use domain::{money::Money, service::Promotion, subscription::SubscriptionEvent};
use jiff::{ToSpan, civil::Date};
use projection::{Fault, Keys, Rows, Table, key};
use serde::{Deserialize, Serialize};

use crate::template::Change;

/// By subscription and item.
const TABLE: Table = Table::new(b'i');
/// How long before a price changes a customer knows of it, at least, in days.
const NOTICE_DAYS: i32 = 14;

/// One item.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct ItemRow {
    /// What the customer calls it.
    description: String,
    campaign: Option<CampaignRow>,
}

/// A campaign that still lasts.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct CampaignRow {
    /// The first day without it.
    until: String,
    /// What it costs a month from then on.
    monthly_after: String,
    /// Whether the customer was told.
    is_told: bool,
}

/// Remembers what somebody pays for.
pub(crate) fn apply(
    event: &SubscriptionEvent,
    stream: &str,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    match event {
        SubscriptionEvent::ItemStarted { item_id, item, .. }
        | SubscriptionEvent::ItemChanged { item_id, item, .. } => {
            let description = item.description.to_string();
            let campaign = item.promotion.as_ref().map(CampaignRow::of);
            rows.put(TABLE, key([stream, item_id.as_str()]), &ItemRow { description, campaign })
        }
        SubscriptionEvent::ItemRepriced { item_id, price, from } => {
            // What begins later is not the price after the campaign.
            change(stream, item_id.as_str(), rows, |campaign| match from.to_string() {
                from if from > campaign.until => Some(campaign),
                _ => Some(CampaignRow { is_told: false, ..campaign.costing(price.monthly) }),
            })
        }
        SubscriptionEvent::ItemEnded { item_id, .. }
        | SubscriptionEvent::CampaignExpired { item_id, .. } => {
            change(stream, item_id.as_str(), rows, |_| None)
        }
        SubscriptionEvent::Billed { through, .. } => {
            for (item_id, item) in ending(stream, *through, rows)? {
                let campaign = item.campaign.map(|it| CampaignRow { is_told: true, ..it });
                rows.put(TABLE, key([stream, &item_id]), &ItemRow { campaign, ..item })?;
            }
            Ok(())
        }
        SubscriptionEvent::Opened { .. }
        | SubscriptionEvent::FeeCharged { .. }
        | SubscriptionEvent::BillDayChanged { .. }
        | SubscriptionEvent::ExemptionGranted { .. }
        | SubscriptionEvent::ExemptionRevoked
        | SubscriptionEvent::Unbilled { .. }
        | SubscriptionEvent::Waived { .. }
        | SubscriptionEvent::Parked { .. } => Ok(()),
    }
}

/// What will cost something else soon and nobody was told of, when a bill was made that pays until
/// `through`: the next one would come too late.
pub(crate) fn changes(stream: &str, through: Date, rows: &Rows<'_>) -> Result<Vec<Change>, Fault> {
    let change = |(_, item): (String, ItemRow)| {
        let campaign = item.campaign?;
        Some(Change {
            package: item.description,
            date: campaign.until,
            amount: campaign.monthly_after,
        })
    };
    Ok(ending(stream, through, rows)?.into_iter().filter_map(change).collect())
}

/// What the customer calls an item, and whether they know that it costs so much from now on.
pub(crate) fn known(
    rows: &Rows<'_>,
    stream: &str,
    item_id: &str,
    monthly: Money,
) -> Result<(String, bool), Fault> {
    let never = || Fault::new(format!("{item_id} was never started"));
    let row: ItemRow = rows.get(TABLE, key([stream, item_id]))?.ok_or_else(never)?;
    let told = row.campaign.filter(|campaign| campaign.is_told);
    let is_known = told.is_some_and(|campaign| campaign.monthly_after == monthly.to_string());
    Ok((row.description, is_known))
}

/// Items whose campaign ends before the bill after the next one, less the notice.
fn ending(stream: &str, through: Date, rows: &Rows<'_>) -> Result<Vec<(String, ItemRow)>, Fault> {
    let begin = key([stream, ""]);
    let last = through.saturating_add(NOTICE_DAYS.days()).to_string();
    let mut found = Vec::new();
    // An account has few items.
    for entry in rows.scan::<ItemRow>(TABLE, Keys::prefix(&begin), usize::MAX) {
        let (key, item) = entry?;
        if item.campaign.as_ref().is_some_and(|it| !it.is_told && it.until < last) {
            found.push((String::from_utf8_lossy(&key[begin.len()..]).into_owned(), item));
        }
    }
    Ok(found)
}

fn change(
    stream: &str,
    item_id: &str,
    rows: &mut Rows<'_>,
    change: impl FnOnce(CampaignRow) -> Option<CampaignRow>,
) -> Result<(), Fault> {
    let key = key([stream, item_id]);
    let Some(item) = rows.get::<ItemRow>(TABLE, &key)? else { return Ok(()) };
    let campaign = item.campaign.and_then(change);
    rows.put(TABLE, key, &ItemRow { campaign, ..item })
}

impl CampaignRow {
    fn of(promotion: &Promotion) -> Self {
        let monthly_after = promotion.monthly_after.to_string();
        Self { until: promotion.until.to_string(), monthly_after, is_told: false }
    }

    fn costing(self, monthly: Money) -> Self {
        Self { monthly_after: monthly.to_string(), ..self }
    }
}
