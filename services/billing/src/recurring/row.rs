//! The row of what an account pays for.

use std::collections::BTreeMap;

use contract::view::Amount;
use domain::{
    Aggregate,
    biller::Biller,
    money::Money,
    subscription::{Cycles, Item, PendingFee, Price, Subscription, SubscriptionEvent},
};
use jiff::civil::Date;
use projection::Fault;
use serde::{Deserialize, Serialize};

use crate::{agenda::Planned, read::parse};

/// What one account pays for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecurringRow {
    pub(super) account_id: String,
    bill_day: Option<i8>,
    /// Bill days and from when they hold, as far as they still matter.
    bill_days: Vec<BillDayRow>,
    /// The cycle that is billed next.
    next_bill: Option<String>,
    /// What a month costs from the next bill on, before taxes; of campaigns, the price that they
    /// have then.
    monthly_total: Amount,
    items: BTreeMap<String, ItemRow>,
    /// Paid once, with the next bill.
    fees: Vec<FeeRow>,
    /// Those that the last bill took: they wait again if it is taken back.
    fees_of_last_invoice: Vec<FeeRow>,
    /// The first day on which there was something to bill.
    started: Option<String>,
    billed_through: Option<String>,
    /// Whether cycles rest, for nothing is paid for.
    rests: bool,
    /// From when on they go on after a rest.
    resumes: Option<String>,
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
    /// The first day on which it is not paid for any more.
    ends_on: Option<String>,
    /// What it was before, if anything was paid.
    previous_monthly: Option<Amount>,
    campaign: Option<CampaignRow>,
    /// What it costs without one, by the days from which on, as far as they still matter.
    prices: Vec<PriceRow>,
    service_id: Option<String>,
}

/// A price from a date on.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PriceRow {
    from: String,
    monthly: Amount,
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

/// A bill day from a date on.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct BillDayRow {
    /// Absent: from the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    bill_day: i8,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
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

impl RecurringRow {
    /// Nothing is paid for yet.
    pub(super) fn opened(biller: &Biller, account_id: &str) -> Self {
        Self {
            account_id: account_id.to_owned(),
            bill_day: None,
            bill_days: Vec::new(),
            next_bill: None,
            monthly_total: Amount::from(Money::new(biller.currency, 0)),
            items: BTreeMap::new(),
            fees: Vec::new(),
            fees_of_last_invoice: Vec::new(),
            started: None,
            billed_through: None,
            rests: false,
            resumes: None,
            last_invoice: None,
            parked: None,
            exempt_from: Vec::new(),
        }
    }

    /// Whether the last bill could not be made.
    pub(super) fn is_parked(&self) -> bool {
        self.parked.is_some()
    }

    /// What the next bill is planned for: its cycle, or the one after it where it could not be
    /// made.
    pub(super) fn bill_planned(&self) -> Result<Option<Planned>, Fault> {
        let Some(cycle) = &self.next_bill else { return Ok(None) };
        let on = match &self.parked {
            None => cycle.clone(),
            Some(_) => self.cycles()?.end_of_cycle(parse(cycle)?).to_string(),
        };
        Ok(Some(Planned { on, about: cycle.clone() }))
    }

    /// The cycle after one that is just being billed, or was.
    pub(super) fn cycle_after(&self, cycle: Date) -> Result<Option<Date>, Fault> {
        let Some(next) = &self.next_bill else { return Ok(None) };
        let next = parse(next)?;
        // The bill is told of before what it leaves to be billed.
        if next > cycle { Ok(Some(next)) } else { Ok(Some(self.cycles()?.end_of_cycle(cycle))) }
    }

    /// When the campaign ends of the item that an event is about.
    pub(super) fn campaign_planned(&self, event: &SubscriptionEvent) -> Option<Planned> {
        let item = self.items.get(item_of(event)?)?;
        let campaign = item.campaign.as_ref().filter(|_| item.ends_on.is_none())?;
        Some(Planned { on: campaign.until.clone(), about: item_of(event)?.to_owned() })
    }

    /// Takes an event in.
    pub(super) fn change(
        &mut self,
        biller: &Biller,
        event: &SubscriptionEvent,
    ) -> Result<(), Fault> {
        match event {
            SubscriptionEvent::Opened { bill_day, .. } => self.bill_on(*bill_day, None),
            SubscriptionEvent::BillDayChanged { bill_day, from } => {
                self.bill_on(*bill_day, Some(*from));
            }
            SubscriptionEvent::ItemStarted { item_id, item, from }
            | SubscriptionEvent::ItemChanged { item_id, item, from } => {
                let before = self.items.remove(item_id.as_str());
                let before = before.filter(|row| row.ends_on.is_none());
                let row = ItemRow::of(item, from.to_string(), before);
                self.items.insert(item_id.to_string(), row);
                self.start(*from)?;
            }
            SubscriptionEvent::ItemEnded { item_id, on } => {
                self.tell(*on)?;
                if let Some(row) = self.items.get_mut(item_id.as_str()) {
                    row.end(on.to_string());
                }
            }
            SubscriptionEvent::ItemRepriced { item_id, price, from } => {
                self.tell(*from)?;
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
            SubscriptionEvent::FeeCharged { fee } => {
                self.fees.push(FeeRow::of(fee));
                self.start(fee.on)?;
            }
            SubscriptionEvent::ExemptionGranted { taxes, .. } => {
                self.exempt_from = taxes.iter().map(ToString::to_string).collect();
            }
            SubscriptionEvent::ExemptionRevoked => self.exempt_from.clear(),
            SubscriptionEvent::Billed { invoice, cycle, through } => {
                self.rest(Cycles::billed(invoice.is_some(), self.is_paid_for(*cycle)));
                self.bill_through(*through);
                if let Some(invoice) = invoice {
                    self.fees_of_last_invoice = std::mem::take(&mut self.fees);
                    self.last_invoice = Some(invoice.to_string());
                }
            }
            SubscriptionEvent::Unbilled { invoice } => {
                if self.last_invoice.as_deref() == Some(invoice.as_str()) {
                    self.fees.splice(0..0, self.fees_of_last_invoice.drain(..));
                    self.last_invoice = None;
                }
            }
            // What is paid every month stays as it is.
            SubscriptionEvent::Waived { .. } => {}
            SubscriptionEvent::Parked { cycle, code, reason } => {
                self.parked = Some(ParkedRow {
                    cycle: cycle.to_string(),
                    code: code.to_string(),
                    reason: reason.clone(),
                });
            }
        }
        self.next_bill = self.next_cycle()?.map(|cycle| cycle.to_string());
        self.add_up(biller);
        Ok(())
    }

    fn bill_on(&mut self, bill_day: i8, from: Option<Date>) {
        self.bill_day = Some(bill_day);
        self.bill_days.push(BillDayRow { from: from.map(|from| from.to_string()), bill_day });
    }

    /// Something is said that holds from a day on.
    fn tell(&mut self, from: Date) -> Result<(), Fault> {
        self.rest(self.rested()?.told(from));
        Ok(())
    }

    fn rested(&self) -> Result<Cycles, Fault> {
        Ok(match &self.resumes {
            Some(from) => Cycles::GoOnFrom(parse(from)?),
            None if self.rests => Cycles::Rest,
            None => Cycles::GoOn,
        })
    }

    fn rest(&mut self, cycles: Cycles) {
        self.rests = cycles == Cycles::Rest;
        self.resumes = match cycles {
            Cycles::GoOnFrom(from) => Some(from.to_string()),
            Cycles::GoOn | Cycles::Rest => None,
        };
    }

    /// Whether anything is paid for on a day or later.
    fn is_paid_for(&self, day: Date) -> bool {
        let day = day.to_string();
        self.items.values().any(|item| item.ends_on.as_ref().is_none_or(|end| *end > day))
    }

    fn start(&mut self, from: Date) -> Result<(), Fault> {
        self.tell(from)?;
        let from = from.to_string();
        let is_earlier = self.started.as_ref().is_none_or(|started| from < *started);
        if is_earlier {
            self.started = Some(from);
        }
        Ok(())
    }

    fn bill_through(&mut self, through: Date) {
        let through = through.to_string();
        // What is over is on this bill, and bill days before it do not matter any more.
        let is_over = |item: &ItemRow| item.ends_on.as_ref().is_some_and(|end| *end <= through);
        self.items.retain(|_, item| !is_over(item));
        self.items.values_mut().for_each(|item| item.forget_prices(&through));
        let held = self.bill_days.iter().rposition(|day| day.from.as_ref() <= Some(&through));
        self.bill_days.drain(..held.unwrap_or_default());
        self.parked = None;
        self.billed_through = self.billed_through.take().max(Some(through));
    }

    /// The next cycle, reckoned as core does.
    fn next_cycle(&self) -> Result<Option<Date>, Fault> {
        let after = |started: Date| Ok(self.cycles()?.end_of_cycle(started));
        match (&self.billed_through, self.rested()?) {
            (Some(_), Cycles::Rest) => Ok(None),
            (Some(through), Cycles::GoOn) => parse(through).map(Some),
            (Some(through), Cycles::GoOnFrom(from)) => Ok(Some(parse(through)?.max(after(from)?))),
            (None, _) => match &self.started {
                Some(started) => parse(started).and_then(after).map(Some),
                None => Ok(None),
            },
        }
    }

    /// A subscription with these bill days.
    fn cycles(&self) -> Result<Subscription, Fault> {
        let mut subscription = Subscription::UNKNOWN.clone();
        for (number, BillDayRow { from, bill_day }) in self.bill_days.iter().enumerate() {
            // The first one is in force, and stays so until another one is.
            let from = from.as_deref().filter(|_| number > 0).map(parse).transpose()?;
            let (bill_day, from) = (*bill_day, from.unwrap_or(Date::MIN));
            subscription =
                subscription.evolve(&SubscriptionEvent::BillDayChanged { bill_day, from });
        }
        Ok(subscription)
    }

    fn add_up(&mut self, biller: &Biller) {
        let next = self.next_bill.as_deref().unwrap_or_default();
        let total = self.items.values().filter_map(|item| item.monthly_on(next)).sum();
        self.monthly_total = Amount::from(Money::new(biller.currency, total));
    }
}

/// The item that an event is about.
pub(super) fn item_of(event: &SubscriptionEvent) -> Option<&str> {
    match event {
        SubscriptionEvent::ItemStarted { item_id, .. }
        | SubscriptionEvent::ItemChanged { item_id, .. }
        | SubscriptionEvent::ItemEnded { item_id, .. }
        | SubscriptionEvent::ItemRepriced { item_id, .. }
        | SubscriptionEvent::CampaignExpired { item_id, .. } => Some(item_id.as_str()),
        SubscriptionEvent::Opened { .. }
        | SubscriptionEvent::FeeCharged { .. }
        | SubscriptionEvent::BillDayChanged { .. }
        | SubscriptionEvent::ExemptionGranted { .. }
        | SubscriptionEvent::ExemptionRevoked
        | SubscriptionEvent::Billed { .. }
        | SubscriptionEvent::Unbilled { .. }
        | SubscriptionEvent::Waived { .. }
        | SubscriptionEvent::Parked { .. } => None,
    }
}

impl ItemRow {
    /// What it costs in a month that begins on a day, in minor units; `None`: it is not paid for.
    fn monthly_on(&self, day: &str) -> Option<i64> {
        if self.ends_on.as_deref().is_some_and(|end| end <= day) {
            return None;
        }
        let is_in = |campaign: &&CampaignRow| *self.since <= *day && *day < *campaign.until;
        let campaign = self.campaign.as_ref().filter(is_in);
        campaign.map_or_else(|| self.price_on(day), |campaign| Some(campaign.monthly.minor))
    }

    /// The same without a campaign.
    fn price_on(&self, day: &str) -> Option<i64> {
        let price = self.prices.iter().rfind(|price| *price.from <= *day)?;
        Some(price.monthly.minor)
    }

    /// Another version of the price from a day on, until the next one that was announced; while a
    /// campaign lasts, of the one after it.
    fn reprice(&mut self, price: Price, from: String) {
        let at = self.prices.partition_point(|price| price.from < from);
        let same = self.prices.get(at).is_some_and(|price| price.from == from);
        let row = PriceRow { from: from.clone(), monthly: Amount::from(price.monthly) };
        self.prices.splice(at..at + usize::from(same), [row]);
        let is_newest = at + 1 == self.prices.len();
        if is_newest {
            self.version = price.version.map(|version| version.to_string());
        }
        match &mut self.campaign {
            Some(campaign) if from <= campaign.until => {
                campaign.monthly_after = Amount::from(price.monthly);
            }
            Some(_) => {}
            None => self.show_newest_price(),
        }
    }

    /// It is not paid for from a day on, nor is what was announced for later.
    fn end(&mut self, on: String) {
        let held = self.prices.partition_point(|price| price.from < on).max(1);
        self.prices.truncate(held);
        self.ends_on = Some(on);
        if self.campaign.is_none() {
            self.show_newest_price();
        }
    }

    fn show_newest_price(&mut self) {
        let [before @ .., newest] = &self.prices[..] else { return };
        self.since.clone_from(&newest.from);
        self.monthly = newest.monthly;
        if let Some(before) = before.last() {
            self.previous_monthly = Some(before.monthly);
        }
    }

    /// What was in force before a day does not matter any more.
    fn forget_prices(&mut self, day: &str) {
        let held = self.prices.iter().rposition(|price| *price.from <= *day);
        self.prices.drain(..held.unwrap_or_default());
    }

    /// An item from a day on, which was something else before, if anything was paid.
    fn of(item: &Item, since: String, before: Option<Self>) -> Self {
        let campaign = item.promotion.as_ref().map(|promotion| CampaignRow {
            campaign_code: promotion.campaign_code.to_string(),
            monthly: Amount::from(promotion.monthly),
            until: promotion.until.to_string(),
            monthly_after: Amount::from(promotion.monthly_after),
        });
        let monthly = item.promotion.as_ref().map_or(item.price.monthly, |it| it.monthly);
        let (previous_monthly, mut prices) =
            before.map_or_else(Default::default, |row| (Some(row.monthly), row.prices));
        prices.retain(|price| price.from < since);
        let (from, after) = (since.clone(), Amount::from(item.price.monthly));
        prices.push(PriceRow { from, monthly: after });
        Self {
            kind: item.kind.name().to_owned(),
            product: item.product.to_string(),
            description: item.description.to_string(),
            monthly: Amount::from(monthly),
            version: item.price.version.map(|version| version.to_string()),
            since,
            ends_on: None,
            previous_monthly,
            campaign,
            prices,
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
