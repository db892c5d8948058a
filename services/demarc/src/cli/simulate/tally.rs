//! What a year came to: counted from the log alone, while the judge reads it.

use std::collections::BTreeMap;

use domain::{
    Event,
    biller::Biller,
    calendar::CalendarEvent,
    decision::DecisionEvent,
    dunning::{DunningEvent, LadderEnd},
    invoice::{InvoiceEvent, LineKind},
    ledger::{LedgerEvent, PaymentMethod},
    money::{Currency, Money},
    notification::NotificationEvent,
    site::{SiteEvent, SuspensionReason},
    subscription::SubscriptionEvent,
};
use serde::Serialize;

use super::judge::Judge;

/// What is counted.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tally {
    #[serde(skip)]
    currency: Currency,
    pub(super) currency_code: String,
    pub(super) events: u64,
    pub(super) accounts: u64,
    pub(super) invoices: u64,
    /// In minor units, like every amount here.
    pub(super) invoiced: i64,
    /// By market and tax.
    pub(super) taxes: BTreeMap<String, i64>,
    /// By method.
    pub(super) cash: BTreeMap<&'static str, Cash>,
    pub(super) dunning: Funnel,
    /// Accounts whose bill could not be made, by the reason's code.
    pub(super) parked: BTreeMap<String, u64>,
    /// By template.
    pub(super) mails: BTreeMap<String, u64>,
    /// Refused commands, by command and code.
    pub(super) refused: BTreeMap<String, u64>,
    /// By month, as in `2026-01`.
    pub(super) months: BTreeMap<String, Month>,
    /// What is owed now, by the days for which it has been.
    pub(super) aging: Vec<(&'static str, i64)>,
    /// By account of the books.
    pub(super) books: BTreeMap<String, i64>,
    /// The sum of the books: zero.
    pub(super) trial_balance: i64,
    #[serde(skip)]
    month: String,
    #[serde(skip)]
    suspended_now: u64,
    /// The number of the last step of whoever is in dunning.
    #[serde(skip)]
    climbed: BTreeMap<String, usize>,
}

/// Money by one method.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cash {
    pub(super) payments: u64,
    pub(super) received: i64,
    pub(super) reversals: u64,
    pub(super) reversed: i64,
    pub(super) refunded: i64,
}

/// How far accounts got in dunning.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Funnel {
    /// In the biller's order.
    pub(super) steps: Vec<Step>,
    pub(super) suspension_requests: u64,
    pub(super) suspended: u64,
    pub(super) reinstated: u64,
    pub(super) arrangements: u64,
    pub(super) kept: u64,
    pub(super) broken: u64,
    pub(super) disputes: u64,
}

/// A step of the ladder.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    pub(super) name: String,
    /// How often it was taken.
    pub(super) taken: u64,
    /// How many paid, or disputed, after it and before the next one.
    pub(super) settled: u64,
}

/// One month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Month {
    pub(super) billed: i64,
    /// Received less what was reversed and given back.
    pub(super) cash: i64,
    /// Sites that came to be suspended.
    pub(super) suspended: u64,
    /// Sites that are suspended when it ends.
    pub(super) suspended_at_end: u64,
}

/// Ages of a debt, and the days past due with which each begins.
const AGES: [(&str, i32); 5] = [
    ("not due", i32::MIN),
    ("1 to 30 days", 1),
    ("31 to 60 days", 31),
    ("61 to 90 days", 61),
    ("over 90 days", 91),
];

impl Tally {
    pub(super) fn new(biller: &Biller) -> Self {
        let names = biller.dunning.steps.iter().map(|step| step.name.to_string());
        let steps = names.map(|name| Step { name, ..Step::default() });
        Self {
            currency: biller.currency,
            currency_code: biller.currency.to_string(),
            events: 0,
            accounts: 0,
            invoices: 0,
            invoiced: 0,
            taxes: BTreeMap::new(),
            cash: BTreeMap::new(),
            dunning: Funnel { steps: steps.collect(), ..Funnel::default() },
            parked: BTreeMap::new(),
            mails: BTreeMap::new(),
            refused: BTreeMap::new(),
            months: BTreeMap::new(),
            aging: AGES.iter().map(|(name, _)| (*name, 0)).collect(),
            books: BTreeMap::new(),
            trial_balance: 0,
            month: String::new(),
            suspended_now: 0,
            climbed: BTreeMap::new(),
        }
    }

    /// An amount as a person reads it.
    pub(super) fn money(&self, minor: i64) -> String {
        Money::new(self.currency, minor).to_string()
    }

    /// Reads the next event.
    pub(super) fn read(&mut self, event: &Event) {
        self.events += 1;
        if let Event::Calendar(CalendarEvent::DayOpened { date, .. }) = event {
            self.month = date.strftime("%Y-%m").to_string();
            self.this_month().suspended_at_end = self.suspended_now;
        } else if let Event::Account(domain::account::AccountEvent::Opened { .. }) = event {
            self.accounts += 1;
        } else if let Event::Invoice(event) = event {
            self.invoice(event);
        } else if let Event::Ledger(event) = event {
            self.ledger(event);
        } else if let Event::Dunning(event) = event {
            self.dunning(event);
        } else if let Event::Site(event) = event {
            self.site(event);
        } else if let Event::Subscription(SubscriptionEvent::Parked { code, .. }) = event {
            *self.parked.entry(code.to_string()).or_default() += 1;
        } else if let Event::Notification(NotificationEvent::Delivered { template, .. }) = event {
            *self.mails.entry(template.to_string()).or_default() += 1;
        } else if let Event::Decision(DecisionEvent::Rejected { command, code, .. }) = event {
            *self.refused.entry(format!("{command} {code}")).or_default() += 1;
        }
    }

    /// What the judge reckons at the end.
    pub(super) fn finish(&mut self, judge: &Judge<'_>) {
        let mut credit = 0;
        for account in judge.accounts.values() {
            for charge in &account.standing.open {
                let days = (judge.today - charge.due_on).get_days();
                let age = AGES.iter().rposition(|(_, from)| days >= *from).unwrap_or_default();
                self.aging[age].1 += charge.remaining;
            }
            credit -= account.standing.credit();
        }
        self.aging.push(("credit", credit));
        self.books.clone_from(&judge.books.sums);
        self.trial_balance = judge.books.trial_balance();
    }

    fn this_month(&mut self) -> &mut Month {
        self.months.entry(self.month.clone()).or_default()
    }

    fn invoice(&mut self, event: &InvoiceEvent) {
        let InvoiceEvent::Issued(issued) = event else { return };
        let total = issued.total().minor;
        self.invoices += 1;
        self.invoiced += total;
        self.this_month().billed += total;
        for line in issued.lines.iter().filter(|line| line.kind == LineKind::Tax) {
            let tax = format!("{} {}", line.item_id, line.product);
            *self.taxes.entry(tax).or_default() += line.amount.minor;
        }
    }

    fn ledger(&mut self, event: &LedgerEvent) {
        match event {
            LedgerEvent::PaymentReceived { amount, method, .. } => {
                let cash = self.by(*method);
                cash.payments += 1;
                cash.received += amount.minor;
                self.this_month().cash += amount.minor;
            }
            LedgerEvent::PaymentReversed { amount, method, .. } => {
                let cash = self.by(*method);
                cash.reversals += 1;
                cash.reversed += amount.minor;
                self.this_month().cash -= amount.minor;
            }
            LedgerEvent::Refunded { amount, method, .. } => {
                self.by(*method).refunded += amount.minor;
                self.this_month().cash -= amount.minor;
            }
            LedgerEvent::RefundFailed { amount, method, .. } => {
                self.by(*method).refunded -= amount.minor;
                self.this_month().cash += amount.minor;
            }
            LedgerEvent::Charged { .. }
            | LedgerEvent::RefundConfirmed { .. }
            | LedgerEvent::Invoiced { .. }
            | LedgerEvent::InvoiceCredited { .. }
            | LedgerEvent::Adjusted { .. }
            | LedgerEvent::AdjustmentRequested { .. }
            | LedgerEvent::AdjustmentDeclined { .. }
            | LedgerEvent::ChargeDisputed { .. }
            | LedgerEvent::DisputeClosed { .. } => {}
        }
    }

    fn by(&mut self, method: PaymentMethod) -> &mut Cash {
        self.cash.entry(method.name()).or_default()
    }

    fn dunning(&mut self, event: &DunningEvent) {
        let funnel = &mut self.dunning;
        match event {
            DunningEvent::StepTaken(step) => {
                let number = usize::try_from(step.step).unwrap_or(usize::MAX);
                if let Some(known) = funnel.steps.get_mut(number) {
                    known.taken += 1;
                }
                self.climbed.insert(step.account_id.to_string(), number);
            }
            DunningEvent::LadderEnded { account_id, because, .. } => {
                let number = self.climbed.remove(account_id.as_str());
                let number = number.filter(|_| *because == LadderEnd::Settled);
                if let Some(known) = number.and_then(|number| funnel.steps.get_mut(number)) {
                    known.settled += 1;
                }
            }
            DunningEvent::ArrangementMade { .. } => funnel.arrangements += 1,
            DunningEvent::ArrangementKept { .. } => funnel.kept += 1,
            DunningEvent::ArrangementBroken { .. } => funnel.broken += 1,
            DunningEvent::ChargeDisputed { .. } => funnel.disputes += 1,
            DunningEvent::DisputeClosed { .. }
            | DunningEvent::Excluded { .. }
            | DunningEvent::Included { .. }
            | DunningEvent::PaymentDemanded { .. } => {}
        }
    }

    fn site(&mut self, event: &SiteEvent) {
        let unpaid = SuspensionReason::NonPayment;
        match event {
            SiteEvent::SuspensionRequested { reason, .. } if *reason == unpaid => {
                self.dunning.suspension_requests += 1;
            }
            SiteEvent::Suspended { reason, .. } if *reason == unpaid => {
                self.dunning.suspended += 1;
                self.suspended_now += 1;
                self.this_month().suspended += 1;
            }
            SiteEvent::Reinstated { .. } => {
                self.dunning.reinstated += 1;
                self.suspended_now = self.suspended_now.saturating_sub(1);
            }
            SiteEvent::Registered { .. }
            | SiteEvent::SuspensionRequested { .. }
            | SiteEvent::NocRequestAcknowledged { .. }
            | SiteEvent::Suspended { .. }
            | SiteEvent::ReinstatementRequested { .. }
            | SiteEvent::NocRequestFailed { .. } => {}
        }
        self.this_month().suspended_at_end = self.suspended_now;
    }
}
