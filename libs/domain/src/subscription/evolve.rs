//! How a subscription's state follows from its facts.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;

use super::{
    BeforeBill, ChargedBy, Cycles, Exemption, FEES_MAX, Item, Piece, Price, Subscription,
    SubscriptionEvent, Tracked, charge_fee::fingerprint,
};
use crate::{Aggregate, Noun, account::Account, id::ID_CHARS_MAX, text::Code};

/// Most bills of which is remembered that they were corrected, or correct others.
const CORRECTIONS_MAX: usize = 24;
/// Days of bills that are remembered.
const BILLED_FOR_MAX: usize = 24;

impl Subscription {
    fn set(&mut self, item_id: &Code, from: Date, item: Option<Arc<Item>>) {
        self.cycles = self.cycles.told(from);
        self.items.entry(item_id.clone()).or_default().set(from, item);
    }

    /// Says what it costs from a day on, until the next thing that was said of it.
    fn reprice(&mut self, item_id: &Code, price: Price, from: Date) {
        self.cycles = self.cycles.told(from);
        let Some(tracked) = self.items.get_mut(item_id) else { return };
        let Some(item) = tracked.on(from) else { return };
        let mut repriced = Item::clone(item);
        repriced.price = price;
        if let Some(promotion) = &mut repriced.promotion {
            promotion.monthly_after = price.monthly;
        }
        let later = tracked.segments.partition_point(|(day, _)| *day <= from);
        let later = tracked.segments.split_off(later);
        tracked.set(from, Some(Arc::new(repriced)));
        tracked.segments.extend(later);
    }

    /// Bills on another day of the month. What was said of days that are not billed yet and never
    /// came into force is forgotten.
    fn change_bill_day(&mut self, bill_day: i8, from: Date) {
        let through = self.through.unwrap_or(Date::MIN);
        self.bill_days.retain(|(day, _)| *day <= through && *day < from);
        self.bill_days.push((from, bill_day));
    }

    fn bill(&mut self, invoice: Option<&Code>, cycle: Date, through: Date) {
        let was_cycle = self.next_cycle() == Some(cycle);
        let rated = self.rate(cycle, through);
        let bill = Arc::new(self.charging(invoice.cloned(), cycle));
        let corrections = self.corrections.clone();
        self.note_corrections(rated.corrects, &bill);
        let mut before = BTreeMap::new();
        for (item_id, mut billed) in rated.billed {
            for piece in billed.iter_mut().filter(|piece| piece.bill.is_none()) {
                piece.bill = Some(Arc::clone(&bill));
            }
            if let Some(tracked) = self.items.get_mut(&item_id) {
                before.insert(item_id, std::mem::replace(&mut tracked.billed, billed));
            }
        }
        self.forget();
        let fees = std::mem::take(&mut self.fees);
        self.before = invoice.map(|invoice| {
            let invoice = invoice.clone();
            let through_before = self.through_before;
            let billed = before;
            Box::new(BeforeBill { invoice, billed, fees, corrections, through_before, was_cycle })
        });
        self.billed_for.extend(was_cycle.then_some(cycle));
        let surplus = self.billed_for.len().saturating_sub(BILLED_FOR_MAX);
        self.billed_for.drain(..surplus);
        self.through_before = self.through;
        self.through = Some(self.through.map_or(through, |done| done.max(through)));
        let is_paid_for = self.items.values().any(|tracked| !tracked.is_ended_by(cycle));
        self.cycles = Cycles::billed(invoice.is_some(), is_paid_for);
        self.parked = None;
    }

    /// Notes that a bill corrects others, each of which is noted once.
    fn note_corrections(&mut self, corrected: Vec<Arc<ChargedBy>>, by: &Arc<ChargedBy>) {
        let by = (!corrected.is_empty()).then(|| Arc::clone(by));
        for bill in corrected.into_iter().chain(by) {
            if !self.corrections.contains(&bill) {
                self.corrections.push(bill);
            }
        }
        let surplus = self.corrections.len().saturating_sub(CORRECTIONS_MAX);
        self.corrections.drain(..surplus);
    }

    /// What a bill charged is paid for with nothing, also where the last bill is taken back later.
    fn waive(&mut self, invoice: &Code) {
        let now = self.items.values_mut().map(|tracked| &mut tracked.billed);
        let before = self.before.iter_mut().flat_map(|before| before.billed.values_mut());
        let of_bill = |piece: &&mut Piece| piece.is_of(invoice);
        for piece in now.chain(before).flatten().filter(of_bill) {
            piece.is_waived = true;
        }
    }

    /// Lets go of what is too old to be changed by itself.
    fn forget(&mut self) {
        let since = self.since();
        for tracked in self.items.values_mut() {
            tracked.billed.retain(|piece| piece.to > since);
            while tracked.segments.get(1).is_some_and(|(from, _)| *from <= since) {
                tracked.segments.remove(0);
            }
        }
        self.items.retain(|_, tracked| !tracked.is_over(since));
        while self.bill_days.get(1).is_some_and(|(from, _)| *from <= since) {
            self.bill_days.remove(0);
        }
    }

    fn unbill(&mut self, invoice: &Code) {
        let Some(before) = self.before.take_if(|before| before.invoice == *invoice) else { return };
        for (item_id, billed) in before.billed {
            if let Some(tracked) = self.items.get_mut(&item_id) {
                tracked.billed = billed;
            }
        }
        let later = std::mem::take(&mut self.fees);
        self.fees = before.fees.into_iter().chain(later).collect();
        self.corrections = before.corrections;
        if before.was_cycle {
            self.billed_for.pop();
        }
        // So that the bill that is made instead looks as far back as this one did.
        self.through_before = before.through_before;
    }
}

impl Piece {
    pub(crate) fn is_of(&self, invoice: &Code) -> bool {
        self.bill.as_ref().is_some_and(|bill| bill.invoice.as_ref() == Some(invoice))
    }
}

impl Tracked {
    /// What it is on a day.
    pub(crate) fn on(&self, date: Date) -> Option<&Arc<Item>> {
        let later = self.segments.partition_point(|(from, _)| *from <= date);
        later.checked_sub(1).and_then(|index| self.segments[index].1.as_ref())
    }

    fn is_ended_by(&self, date: Date) -> bool {
        self.segments.last().is_none_or(|(from, item)| item.is_none() && *from <= date)
    }

    /// Says what it is from a day on, whatever was said of that day and later ones before.
    fn set(&mut self, from: Date, item: Option<Arc<Item>>) {
        self.segments.retain(|(day, _)| *day < from);
        self.segments.push((from, item));
        self.expired = None;
    }

    /// Whether it ended, and nothing of it can change any more.
    fn is_over(&self, since: Date) -> bool {
        let ended = self.segments.iter().all(|(from, item)| item.is_none() && *from <= since);
        ended && self.billed.iter().all(|piece: &Piece| piece.to <= since)
    }
}

impl Aggregate for Subscription {
    const CATEGORY: &'static str = "subscription";
    const UNKNOWN: &'static Self = &Self::NOTHING;
    // The longest account has one, too.
    const ID_CHARS_MAX: usize = ID_CHARS_MAX - Account::CATEGORY.len() + Self::CATEGORY.len();
    type Event = SubscriptionEvent;

    fn evolve(mut self, event: &SubscriptionEvent) -> Self {
        match event {
            SubscriptionEvent::Opened { bill_day, .. } => {
                self.bill_days.push((Date::MIN, *bill_day));
            }
            SubscriptionEvent::ItemStarted { item_id, item, from }
            | SubscriptionEvent::ItemChanged { item_id, item, from } => {
                self.set(item_id, *from, Some(Arc::new(item.clone())));
            }
            SubscriptionEvent::ItemEnded { item_id, on } => self.set(item_id, *on, None),
            SubscriptionEvent::ItemRepriced { item_id, price, from } => {
                self.reprice(item_id, *price, *from);
            }
            // The price follows from the promotion, whenever this is heard of.
            SubscriptionEvent::CampaignExpired { item_id, campaign_code, .. } => {
                if let Some(tracked) = self.items.get_mut(item_id) {
                    tracked.expired = Some(campaign_code.clone());
                }
            }
            SubscriptionEvent::FeeCharged { fee } => {
                self.cycles = self.cycles.told(fee.on);
                self.charged.note(&fee.charge_id, fingerprint(fee), FEES_MAX);
                self.fees.push(fee.clone());
            }
            SubscriptionEvent::BillDayChanged { bill_day, from } => {
                self.change_bill_day(*bill_day, *from);
            }
            SubscriptionEvent::ExemptionGranted { taxes, certificate, until } => {
                let (taxes, certificate) = (taxes.clone(), certificate.clone());
                self.exemption = Some(Exemption { taxes, certificate, until: *until });
            }
            SubscriptionEvent::ExemptionRevoked => self.exemption = None,
            SubscriptionEvent::Billed { invoice, cycle, through } => {
                self.bill(invoice.as_ref(), *cycle, *through);
            }
            SubscriptionEvent::Unbilled { invoice } => self.unbill(invoice),
            SubscriptionEvent::Waived { invoice } => self.waive(invoice),
            SubscriptionEvent::Parked { cycle, code, .. } => {
                self.parked = Some((*cycle, code.clone()));
            }
        }
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Subscription(subscription) = noun { Some(subscription) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Subscription(subscription) = noun { Some(subscription) } else { None }
    }
}
