//! What an account owes, charge by charge.
//!
//! What must stay true: the balance is charges less payments, in whatever order they came, and
//! there is never debt and credit at the same time.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use jiff::civil::Date;

use super::LedgerEvent;
use crate::{Aggregate, Noun, text::Code};

/// Where a ledger stands. All amounts are in minor units of the biller's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// What is owed, oldest due date first; of one date, first come first.
    open: Vec<OpenCharge>,
    /// What was paid and nothing is owed for.
    credit: i64,
    /// Fingerprints of what was recorded, by charge id.
    pub(super) charges: BTreeMap<Code, u64>,
    /// Fingerprints of what was recorded, by payment id.
    pub(super) payments: BTreeMap<Code, u64>,
}

/// A charge that is not wholly paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenCharge {
    /// When it is due.
    pub due_on: Date,
    /// What is still owed of it, more than 0.
    pub remaining: i64,
}

impl Ledger {
    /// What the customer owes; negative is credit.
    #[must_use]
    pub fn balance(&self) -> i64 {
        self.open_charges().iter().map(|charge| charge.remaining).sum::<i64>() - self.credit
    }

    /// What the customer owes of charges that were due before today.
    #[must_use]
    pub fn past_due(&self, today: Date) -> i64 {
        let past = self.open.iter().take_while(|charge| charge.due_on < today);
        past.map(|charge| charge.remaining).sum()
    }

    /// Whether anything that was due before today is owed.
    #[must_use]
    pub fn is_past_due(&self, today: Date) -> bool {
        self.open.first().is_some_and(|charge| charge.due_on < today)
    }

    /// What is owed, in the order in which it is paid.
    #[must_use]
    pub fn open_charges(&self) -> &[OpenCharge] {
        &self.open
    }

    fn charge(&mut self, due_on: Date, total: i64) {
        let remaining = total.saturating_sub(self.credit).max(0);
        self.credit -= total - remaining;
        if remaining > 0 {
            let index = self.open.partition_point(|charge| charge.due_on <= due_on);
            self.open.insert(index, OpenCharge { due_on, remaining });
        }
    }

    fn pay(&mut self, amount: i64) {
        let mut left = amount;
        for charge in &mut self.open {
            let share = charge.remaining.min(left);
            charge.remaining -= share;
            left -= share;
        }
        self.open.retain(|charge| charge.remaining > 0);
        self.credit = self.credit.saturating_add(left);
    }
}

/// Two recordings under one id are the same when their fingerprints are: a ledger remembers every
/// id for ever, but not every text.
pub(super) fn fingerprint(content: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

impl Aggregate for Ledger {
    const CATEGORY: &'static str = "ledger";
    const UNKNOWN: &'static Self =
        &Self { open: Vec::new(), credit: 0, charges: BTreeMap::new(), payments: BTreeMap::new() };
    type Event = LedgerEvent;

    fn evolve(mut self, event: &LedgerEvent) -> Self {
        match event {
            LedgerEvent::Charged { charge_id, lines, due_on, .. } => {
                self.charges.insert(charge_id.clone(), fingerprint(&(lines, due_on)));
                match lines.iter().map(|line| line.amount.minor).fold(0, i64::saturating_add) {
                    total if total < 0 => self.pay(total.saturating_neg()),
                    total => self.charge(*due_on, total),
                }
            }
            LedgerEvent::PaymentReceived { payment_id, amount, method, received_on, .. } => {
                let content = fingerprint(&(amount, method, received_on));
                self.payments.insert(payment_id.clone(), content);
                self.pay(amount.minor);
            }
        }
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Ledger(ledger) = noun { Some(ledger) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Ledger(ledger) = noun { Some(ledger) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{ToSpan, civil::date};
    use proptest::{
        collection::vec,
        prelude::{Strategy, any, proptest},
    };

    use super::{Ledger, OpenCharge};
    use crate::{
        Aggregate, Event,
        ledger::{LedgerEvent, PaymentMethod},
        testing::fixtures::{TODAY, account_id, code, debt, usd},
    };

    fn charged(minor: i64, day: i8) -> LedgerEvent {
        let Event::Ledger(charged) = debt(minor, date(2026, 3, day)).event else {
            unreachable!("a debt is a fact about a ledger")
        };
        charged
    }

    fn paid(minor: i64) -> LedgerEvent {
        LedgerEvent::PaymentReceived {
            account_id: account_id(),
            payment_id: code("p"),
            amount: usd(minor),
            method: PaymentMethod::Cash,
            received_on: TODAY,
        }
    }

    fn after(events: &[LedgerEvent]) -> Ledger {
        events.iter().fold(Ledger::UNKNOWN.clone(), Ledger::evolve)
    }

    fn open(due_day: i8, remaining: i64) -> OpenCharge {
        OpenCharge { due_on: date(2026, 3, due_day), remaining }
    }

    #[test]
    fn a_payment_pays_the_oldest_debt_first() {
        let ledger = after(&[charged(300, 20), charged(100, 5), charged(200, 10), paid(150)]);
        assert_eq!(ledger.open_charges(), [open(10, 150), open(20, 300)]);
        assert_eq!(ledger.past_due(date(2026, 3, 16)), 150);
    }

    #[test]
    fn of_charges_due_on_one_date_the_first_is_paid_first() {
        let ledger = after(&[charged(100, 5), charged(300, 5), paid(150)]);
        assert_eq!(ledger.open_charges(), [open(5, 250)]);
    }

    #[test]
    fn what_is_due_today_is_not_past_due() {
        let ledger = after(&[charged(100, 16)]);
        assert_eq!(ledger.past_due(date(2026, 3, 16)), 0);
        assert_eq!(ledger.past_due(date(2026, 3, 17)), 100);
        assert!(!ledger.is_past_due(date(2026, 3, 16)) && ledger.is_past_due(date(2026, 3, 17)));
    }

    #[test]
    fn what_is_paid_too_much_pays_later_charges() {
        let ledger = after(&[paid(150), charged(100, 5), charged(100, 6)]);
        assert_eq!(ledger.open_charges(), [open(6, 50)]);
        assert_eq!(after(&[paid(150), charged(100, 5)]).balance(), -50);
    }

    #[test]
    fn a_credit_pays_the_oldest_debt_first() {
        let ledger = after(&[charged(100, 5), charged(100, 6), charged(-120, 31)]);
        assert_eq!(ledger.open_charges(), [open(6, 80)]);
    }

    fn events() -> impl Strategy<Value = Vec<LedgerEvent>> {
        let event =
            (any::<bool>(), -1_000_i64..1_000, 1_i8..=31).prop_map(|(charge, minor, day)| {
                if charge { charged(minor, day) } else { paid(minor.abs() + 1) }
            });
        vec(event, 0..60)
    }

    fn owed(event: &LedgerEvent) -> i64 {
        match event {
            LedgerEvent::Charged { lines, .. } => lines.iter().map(|it| it.amount.minor).sum(),
            LedgerEvent::PaymentReceived { amount, .. } => -amount.minor,
        }
    }

    proptest! {
        #[test]
        fn the_balance_is_charges_less_payments(events in events()) {
            let ledger = after(&events);
            assert_eq!(ledger.balance(), events.iter().map(owed).sum::<i64>());
            assert!(ledger.open.iter().all(|charge| charge.remaining > 0));
            assert!(ledger.credit == 0 || ledger.credit > 0 && ledger.open.is_empty());
            assert!(ledger.open.is_sorted_by_key(|charge| charge.due_on));
        }

        #[test]
        fn all_that_is_owed_is_past_due_after_the_last_due_date(events in events()) {
            let ledger = after(&events);
            let later = date(2026, 3, 31).saturating_add(1.day());
            assert_eq!(ledger.past_due(later), ledger.balance().max(0));
            assert_eq!(ledger.is_past_due(later), ledger.balance() > 0);
        }
    }
}
