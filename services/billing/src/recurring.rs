//! What does a customer pay every month, at which version of which price?
//!
//! What must stay true: a price is what the subscription says, whatever the catalog says today. A
//! suspended site is billed on; only its traffic stops.

use std::collections::BTreeMap;

use contract::view::Amount;
use domain::{
    Event,
    account::AccountEvent,
    biller::Biller,
    money::Money,
    subscription::{Item, PendingFee, Price, SubscriptionEvent},
};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::cycle::account_of;

/// By account id.
pub(crate) const TABLE: Table = Table::new(b'r');

/// What one account pays for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecurringRow {
    account_id: String,
    bill_day: Option<i8>,
    /// At today's prices, the campaigns' where they last.
    monthly_total: Amount,
    items: BTreeMap<String, ItemRow>,
    /// Paid once, with the next bill.
    fees: Vec<FeeRow>,
    billed_through: Option<String>,
    last_invoice: Option<String>,
    /// What prevents the bill.
    parked: Option<ParkedRow>,
    exempt_from: Vec<String>,
}

/// What one item costs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemRow {
    kind: String,
    product: String,
    description: String,
    monthly: Amount,
    /// The date from which the catalog has this version of the price.
    version: Option<String>,
    since: String,
    /// What it was before, if anything was paid.
    previous_monthly: Option<Amount>,
    campaign: Option<CampaignRow>,
    service_id: Option<String>,
}

/// A campaign and what comes after it (F69).
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CampaignRow {
    campaign_code: String,
    monthly: Amount,
    until: String,
    monthly_after: Amount,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FeeRow {
    charge_id: String,
    description: String,
    amount: Amount,
    on: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParkedRow {
    cycle: String,
    code: String,
    reason: String,
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
            row.change(event);
            row.add_up(biller);
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

impl RecurringRow {
    fn opened(biller: &Biller, account_id: &str) -> Self {
        Self {
            account_id: account_id.to_owned(),
            bill_day: None,
            monthly_total: Amount::from(Money::new(biller.currency, 0)),
            items: BTreeMap::new(),
            fees: Vec::new(),
            billed_through: None,
            last_invoice: None,
            parked: None,
            exempt_from: Vec::new(),
        }
    }

    fn change(&mut self, event: &SubscriptionEvent) {
        match event {
            SubscriptionEvent::Opened { bill_day, .. }
            | SubscriptionEvent::BillDayChanged { bill_day, .. } => {
                self.bill_day = Some(*bill_day);
            }
            SubscriptionEvent::ItemStarted { item_id, item, from }
            | SubscriptionEvent::ItemChanged { item_id, item, from } => {
                let before = self.items.remove(item_id.as_str()).map(|row| row.monthly);
                let row = ItemRow::of(item, from.to_string(), before);
                self.items.insert(item_id.to_string(), row);
            }
            SubscriptionEvent::ItemEnded { item_id, .. } => {
                self.items.remove(item_id.as_str());
            }
            SubscriptionEvent::ItemRepriced { item_id, price, from } => {
                if let Some(row) = self.items.get_mut(item_id.as_str()) {
                    row.reprice(*price, from.to_string());
                }
            }
            SubscriptionEvent::CampaignExpired { item_id, on, monthly, .. } => {
                if let Some(row) = self.items.get_mut(item_id.as_str()) {
                    let before = std::mem::replace(&mut row.monthly, Amount::from(*monthly));
                    row.previous_monthly = Some(before);
                    row.since = on.to_string();
                    row.campaign = None;
                }
            }
            SubscriptionEvent::FeeCharged { fee } => self.fees.push(FeeRow::of(fee)),
            SubscriptionEvent::ExemptionGranted { taxes, .. } => {
                self.exempt_from = taxes.iter().map(ToString::to_string).collect();
            }
            SubscriptionEvent::ExemptionRevoked => self.exempt_from.clear(),
            SubscriptionEvent::Billed { invoice, through, .. } => {
                self.fees.clear();
                self.parked = None;
                self.billed_through = Some(through.to_string());
                self.last_invoice = invoice.as_ref().map(ToString::to_string);
            }
            SubscriptionEvent::Unbilled { .. } => self.last_invoice = None,
            SubscriptionEvent::Parked { cycle, code, reason } => {
                self.parked = Some(ParkedRow {
                    cycle: cycle.to_string(),
                    code: code.to_string(),
                    reason: reason.clone(),
                });
            }
        }
    }

    fn add_up(&mut self, biller: &Biller) {
        let total = self.items.values().map(|item| item.monthly.minor).sum();
        self.monthly_total = Amount::from(Money::new(biller.currency, total));
    }
}

impl ItemRow {
    /// Another version of the price; while a campaign lasts, of the one after it.
    fn reprice(&mut self, price: Price, since: String) {
        let monthly = Amount::from(price.monthly);
        self.version = price.version.map(|version| version.to_string());
        self.since = since;
        if let Some(campaign) = &mut self.campaign {
            campaign.monthly_after = monthly;
        } else {
            self.previous_monthly = Some(std::mem::replace(&mut self.monthly, monthly));
        }
    }

    fn of(item: &Item, since: String, previous_monthly: Option<Amount>) -> Self {
        let campaign = item.promotion.as_ref().map(|promotion| CampaignRow {
            campaign_code: promotion.campaign_code.to_string(),
            monthly: Amount::from(promotion.monthly),
            until: promotion.until.to_string(),
            monthly_after: Amount::from(promotion.monthly_after),
        });
        let monthly = item.promotion.as_ref().map_or(item.price.monthly, |it| it.monthly);
        Self {
            kind: item.kind.name().to_owned(),
            product: item.product.to_string(),
            description: item.description.to_string(),
            monthly: Amount::from(monthly),
            version: item.price.version.map(|version| version.to_string()),
            since,
            previous_monthly,
            campaign,
            service_id: item.service_id.as_ref().map(ToString::to_string),
        }
    }
}

impl FeeRow {
    fn of(fee: &PendingFee) -> Self {
        Self {
            charge_id: fee.charge_id.to_string(),
            description: fee.description.to_string(),
            amount: Amount::from(fee.amount),
            on: fee.on.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
