//! What does a customer pay every month, at which version of which price, when is it billed next,
//! and what prevents a bill? Plans bills and the ends of campaigns.
//!
//! What must stay true: a price is what the subscription says, whatever the catalog says today. A
//! suspended site is billed on; only its traffic stops. The day that is planned is the cycle that
//! core bills next; whoever is parked is tried again on the bill day after.

mod row;

use domain::{
    Event,
    account::{AccountEvent, AccountId},
    biller::Biller,
    run::RunKind,
    subscription::{SubscriptionEvent, SubscriptionId},
};
use event_store::Recorded;
use jiff::civil::Date;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

use crate::{
    agenda::{self, Planned},
    today,
};
use row::RecurringRow;

/// By account id.
pub(crate) const TABLE: Table = Table::new(b'r');

/// By account id: accounts whose bill could not be made.
pub(crate) const PARKED: Table = Table::new(b'R');

/// An account that is parked, in the list of all of them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ParkedAccountRow<'a> {
    account_id: &'a str,
    /// The bill day that could not be billed.
    cycle: String,
    code: &'a str,
    reason: &'a str,
    /// When that was.
    on: String,
}

/// What of a row says whether there is a subscription.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscribed {
    bill_day: Option<i8>,
}

/// Changes the row of the account whose subscription changes.
pub(crate) fn apply(
    biller: &Biller,
    event: &Event,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    match event {
        Event::Account(AccountEvent::Opened { .. }) => {
            let row = RecurringRow::opened(biller, &recorded.event.stream);
            rows.put(TABLE, &row.account_id, &row)
        }
        Event::Subscription(event) => {
            let account_id = account_of(&recorded.event.stream)?;
            let row: Option<RecurringRow> = rows.get(TABLE, account_id.as_str())?;
            let mut row = row.unwrap_or_else(|| RecurringRow::opened(biller, account_id.as_str()));
            let (bill, campaign) = (row.bill_planned()?, row.campaign_planned(event));
            let was_parked = row.is_parked();
            row.change(biller, event)?;
            plan(event, &row, (bill.as_ref(), campaign.as_ref()), rows)?;
            if was_parked || row.is_parked() {
                list_parked(event, account_id.as_str(), rows)?;
            }
            rows.put(TABLE, account_id.as_str(), &row)
        }
        Event::Customer(_)
        | Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
        | Event::Ledger(_)
        | Event::Invoice(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Autopay(_)
        | Event::Dunning(_)
        | Event::Run(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Guide(_)
        | Event::Decision(_) => Ok(()),
    }
}

/// The cycle that an account is billed for after one that is just being billed, or was. `None`:
/// there is none.
pub(crate) fn cycle_after(
    rows: &Rows<'_>,
    account_id: &AccountId,
    cycle: Date,
) -> Result<Option<Date>, Fault> {
    existing::<RecurringRow>(rows, TABLE, account_id.as_str())?.cycle_after(cycle)
}

/// Whether an account has a subscription, to which fees are charged.
pub(crate) fn is_billed(rows: &Rows<'_>, account_id: &str) -> Result<bool, Fault> {
    let row: Option<Subscribed> = rows.get(TABLE, account_id)?;
    Ok(row.is_some_and(|row| row.bill_day.is_some()))
}

/// Plans the next bill, and the end of the campaign of the item that the event is about.
fn plan(
    event: &SubscriptionEvent,
    row: &RecurringRow,
    (bill, campaign): (Option<&Planned>, Option<&Planned>),
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    agenda::plan(rows, RunKind::Bill, &row.account_id, (bill, row.bill_planned()?.as_ref()))?;
    let Some(item_id) = row::item_of(event) else { return Ok(()) };
    let after = row.campaign_planned(event);
    let subject = agenda::item_of(&row.account_id, item_id);
    agenda::plan(rows, RunKind::Campaign, &subject, (campaign, after.as_ref()))
}

fn list_parked(
    event: &SubscriptionEvent,
    account_id: &str,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    match event {
        SubscriptionEvent::Parked { cycle, code, reason } => {
            let (cycle, on) = (cycle.to_string(), today::of(rows)?.to_string());
            let row = ParkedAccountRow { account_id, cycle, code: code.as_str(), reason, on };
            rows.put(PARKED, account_id, &row)
        }
        SubscriptionEvent::Billed { .. } => {
            rows.remove(PARKED, account_id);
            Ok(())
        }
        SubscriptionEvent::Opened { .. }
        | SubscriptionEvent::ItemStarted { .. }
        | SubscriptionEvent::ItemChanged { .. }
        | SubscriptionEvent::ItemEnded { .. }
        | SubscriptionEvent::ItemRepriced { .. }
        | SubscriptionEvent::CampaignExpired { .. }
        | SubscriptionEvent::FeeCharged { .. }
        | SubscriptionEvent::BillDayChanged { .. }
        | SubscriptionEvent::ExemptionGranted { .. }
        | SubscriptionEvent::ExemptionRevoked
        | SubscriptionEvent::Unbilled { .. }
        | SubscriptionEvent::Waived { .. } => Ok(()),
    }
}

/// The account of a subscription's stream.
pub(crate) fn account_of(stream: &str) -> Result<AccountId, Fault> {
    let id = SubscriptionId::parse(stream)
        .map_err(|error| Fault::because("a subscription's stream is no id", error))?;
    Ok(AccountId::of(&id))
}

#[cfg(test)]
mod tests;
