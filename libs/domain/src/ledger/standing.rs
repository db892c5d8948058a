//! Where a ledger stands: what is owed, debt by debt, what is credit, and what paid what.
//!
//! What must stay true: the balance is what was charged less what was paid, in whatever order it
//! came, and there is never debt and credit at the same time. Nothing is owed for an invoice that
//! was taken back. What is disputed is paid last. A payment is told from a credit that has the same
//! name: only payments are reversed.

mod parts;

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::LedgerEvent;
use crate::text::Code;
pub use parts::{Applied, Credit, OpenCharge};

/// What of the past is remembered of who paid what: a payment that is reversed later reopens a
/// debt of its own.
const APPLIED_MAX: usize = 24;

/// Amounts owed and paid, in minor units of the biller's currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What is owed, oldest due date first; of one date, first come first.
    pub open: Vec<OpenCharge>,
    /// What was paid and nothing is owed for, first come first.
    pub credits: Vec<Credit>,
    /// What paid what, within a bound.
    pub applied: Vec<Applied>,
    /// What the customer says is not owed.
    pub disputed: BTreeSet<Code>,
}

impl Standing {
    pub(super) const NOTHING: Self = Self {
        open: Vec::new(),
        credits: Vec::new(),
        applied: Vec::new(),
        disputed: BTreeSet::new(),
    };

    /// What the customer owes; negative is credit.
    #[must_use]
    pub fn balance(&self) -> i64 {
        self.owed() - self.credit()
    }

    /// All that is owed.
    #[must_use]
    pub fn owed(&self) -> i64 {
        self.open.iter().map(|charge| charge.remaining).sum()
    }

    /// What was paid and nothing is owed for.
    #[must_use]
    pub fn credit(&self) -> i64 {
        self.credits.iter().map(|credit| credit.left).sum()
    }

    /// What is owed of charges that were due before a day.
    #[must_use]
    pub fn past_due(&self, today: Date) -> i64 {
        self.due_before(today).map(|charge| charge.remaining).sum()
    }

    /// The charges that were due before a day, oldest first.
    pub fn due_before(&self, day: Date) -> impl Iterator<Item = &OpenCharge> {
        self.open.iter().take_while(move |charge| charge.due_on < day)
    }

    /// Takes an entry in.
    pub fn post(&mut self, event: &LedgerEvent) {
        match event {
            LedgerEvent::Charged { charge_id, due_on, .. } => {
                self.add(charge_id, *due_on, event.effect());
            }
            LedgerEvent::Invoiced { invoice_id, due_on, .. } => {
                self.add(&invoice_id.code(), *due_on, event.effect());
            }
            LedgerEvent::InvoiceCredited { invoice_id, credit_note, due_on, .. } => {
                let due_on = due_on.unwrap_or(Date::MAX);
                self.take_back(&invoice_id.code(), (credit_note, due_on), event.effect());
            }
            LedgerEvent::PaymentReceived { payment_id, invoice_id, .. } => {
                let first = invoice_id.as_ref().map(crate::Id::code);
                self.pay((payment_id, true), event.effect().saturating_neg(), first.as_ref());
            }
            LedgerEvent::PaymentReversed { payment_id, amount, reversed_on, .. } => {
                self.reverse(payment_id, amount.minor, *reversed_on);
            }
            LedgerEvent::Refunded { amount, .. } => self.give_back(amount.minor),
            LedgerEvent::RefundFailed { refund_id, .. } => {
                self.add(refund_id, Date::MAX, event.effect());
            }
            LedgerEvent::Adjusted { adjustment_id, due_on, .. } => {
                self.add(adjustment_id, *due_on, event.effect());
            }
            LedgerEvent::ChargeDisputed { charge_id, .. } => {
                self.disputed.insert(charge_id.clone());
            }
            LedgerEvent::DisputeClosed { charge_id, .. } => {
                self.disputed.remove(charge_id);
            }
            LedgerEvent::AdjustmentRequested { .. }
            | LedgerEvent::RefundConfirmed { .. }
            | LedgerEvent::AdjustmentDeclined { .. } => {}
        }
    }

    /// A debt, or a negative one, which pays others.
    fn add(&mut self, id: &Code, due_on: Date, amount: i64) {
        if amount >= 0 {
            self.charge(id, due_on, amount);
        } else {
            self.pay((id, false), amount.saturating_neg(), None);
        }
    }

    /// A credit note pays the whole of its invoice, and what had paid that pays what else is owed:
    /// whatever does not hold later is owed for what it pays then. An invoice that was a credit is
    /// owed back.
    fn take_back(&mut self, invoice: &Code, (credit_note, due_on): (&Code, Date), effect: i64) {
        if effect >= 0 {
            return self.charge(credit_note, due_on, effect);
        }
        let paid_it = |applied: &mut Applied| applied.charge_id == *invoice;
        let freed: Vec<Applied> = self.applied.extract_if(.., paid_it).collect();
        for applied in &freed {
            self.owe(invoice, applied.due_on, applied.amount);
        }
        self.pay((credit_note, false), effect.saturating_neg(), Some(invoice));
        for Applied { source, is_payment, amount, .. } in freed {
            self.pay((&source, is_payment), amount, None);
        }
    }

    fn charge(&mut self, charge_id: &Code, due_on: Date, amount: i64) {
        let mut remaining = amount;
        while remaining > 0 && !self.credits.is_empty() {
            let credit = &mut self.credits[0];
            let share = credit.left.min(remaining);
            (credit.left, remaining) = (credit.left - share, remaining - share);
            let (source, is_payment) = (credit.source.clone(), credit.is_payment);
            if credit.left == 0 {
                self.credits.remove(0);
            }
            let charge_id = charge_id.clone();
            self.note(Applied { source, is_payment, charge_id, due_on, amount: share });
        }
        self.owe(charge_id, due_on, remaining);
    }

    /// So much of a charge is owed.
    fn owe(&mut self, charge_id: &Code, due_on: Date, remaining: i64) {
        if remaining > 0 {
            let index = self.open.partition_point(|charge| charge.due_on <= due_on);
            let charge_id = charge_id.clone();
            self.open.insert(index, OpenCharge { charge_id, due_on, remaining });
        }
    }

    fn pay(&mut self, (source, is_payment): (&Code, bool), amount: i64, first: Option<&Code>) {
        let source = source.clone();
        let mut left = amount;
        // What was paid and came back is another part of the same charge.
        let is_named = |index: &usize| Some(&self.open[*index].charge_id) == first;
        let is_disputed = |index: &usize| self.disputed.contains(&self.open[*index].charge_id);
        let (named, others): (Vec<_>, Vec<_>) = (0..self.open.len()).partition(is_named);
        let (last, in_turn): (Vec<_>, Vec<_>) = others.into_iter().partition(is_disputed);
        let order = named.into_iter().chain(in_turn).chain(last);
        for index in order {
            let charge = &mut self.open[index];
            let share = charge.remaining.min(left);
            if share > 0 {
                charge.remaining -= share;
                left -= share;
                let (charge_id, due_on) = (charge.charge_id.clone(), charge.due_on);
                let source = source.clone();
                self.note(Applied { source, is_payment, charge_id, due_on, amount: share });
            }
        }
        self.open.retain(|charge| charge.remaining > 0);
        if left > 0 {
            self.credits.push(Credit { source, is_payment, left });
        }
    }

    /// What a payment paid is owed again, each part as it was due; what nobody remembers any more
    /// is owed from that day on.
    fn reverse(&mut self, source: &Code, amount: i64, on: Date) {
        let mut left = amount;
        let is_it = |credit: &&mut Credit| credit.is_payment && credit.source == *source;
        for credit in self.credits.iter_mut().filter(is_it) {
            let share = credit.left.min(left);
            (credit.left, left) = (credit.left - share, left - share);
        }
        self.credits.retain(|credit| credit.left > 0);
        let of_it = |applied: &Applied| applied.is_payment && applied.source == *source;
        let undone: Vec<Applied> = self.applied.iter().filter(|it| of_it(it)).cloned().collect();
        self.applied.retain(|applied| !of_it(applied));
        for applied in undone {
            let share = applied.amount.min(left);
            left -= share;
            self.charge(&applied.charge_id, applied.due_on, share);
        }
        self.charge(source, on, left);
    }

    fn give_back(&mut self, amount: i64) {
        let mut left = amount;
        for credit in &mut self.credits {
            let share = credit.left.min(left);
            (credit.left, left) = (credit.left - share, left - share);
        }
        self.credits.retain(|credit| credit.left > 0);
    }

    fn note(&mut self, applied: Applied) {
        self.applied.push(applied);
        let surplus = self.applied.len().saturating_sub(APPLIED_MAX);
        self.applied.drain(..surplus);
    }
}

#[cfg(test)]
mod tests;
