//! What the rules of a ledger look at: where it stands, and which ids were used for what.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use jiff::civil::Date;

use super::{LedgerEvent, OpenCharge, PaymentMethod, Standing};
use crate::{
    Aggregate, Noun,
    money::Money,
    remembered::{Fingerprint, Remembered},
    sealed::Sealed,
    text::Code,
};

/// Most adjustments of one account that wait to be approved.
pub const REQUESTS_MAX: usize = 20;
/// Ids of adjustments, refunds and reversals that are remembered.
pub(super) const REMEMBERED_MAX: usize = 200;

/// Where a ledger stands. All amounts are in minor units of the biller's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// What is owed and what is credit.
    pub standing: Standing,
    /// Fingerprints of what was recorded, by charge id.
    pub(super) charges: BTreeMap<Code, u64>,
    /// What was recorded, by payment id.
    pub(super) payments: BTreeMap<Code, Paid>,
    /// Adjustments that wait, by id.
    pub(super) requested: BTreeMap<Code, RequestedAdjustment>,
    /// Adjustments that were made or declined, and refunds.
    pub(super) adjusted: Remembered,
    pub(super) refunded: Remembered,
}

/// A payment that was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paid {
    /// What was recorded.
    pub(super) content: u64,
    pub(super) amount: Money,
    pub(super) method: PaymentMethod,
    /// Why it did not hold.
    pub(super) reversed: Option<Fingerprint>,
}

/// An adjustment that waits for somebody who may make it (F55).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedAdjustment {
    /// Negative is a credit.
    pub amount: Money,
    /// One of the biller's.
    pub reason: Code,
    /// What it is about. Personal data.
    pub note: Sealed,
    /// Who asks.
    pub requested_by: Code,
}

impl Ledger {
    /// What the customer owes; negative is credit.
    #[must_use]
    pub fn balance(&self) -> i64 {
        self.standing.balance()
    }

    /// What the customer owes of charges that were due before today.
    #[must_use]
    pub fn past_due(&self, today: Date) -> i64 {
        self.standing.past_due(today)
    }

    /// Whether anything that was due before today is owed.
    #[must_use]
    pub fn is_past_due(&self, today: Date) -> bool {
        self.standing.due_before(today).next().is_some()
    }

    /// Whether an adjustment of that id was made, declined or waits, as far as it is remembered.
    pub(super) fn has_adjustment(&self, adjustment_id: &Code) -> bool {
        self.adjusted.knows(adjustment_id) || self.requested.contains_key(adjustment_id)
    }

    /// Whether a payment of that id was recorded, whatever became of it.
    #[must_use]
    pub fn has_payment(&self, payment_id: &Code) -> bool {
        self.payments.contains_key(payment_id)
    }

    /// What is owed, in the order in which it is paid.
    #[must_use]
    pub fn open_charges(&self) -> &[OpenCharge] {
        &self.standing.open
    }
}

/// Whether an id is such as invoices have.
pub(super) fn is_invoices(id: &Code) -> bool {
    id.as_str().starts_with("invoice_")
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
    const UNKNOWN: &'static Self = &Self {
        standing: Standing::NOTHING,
        charges: BTreeMap::new(),
        payments: BTreeMap::new(),
        requested: BTreeMap::new(),
        adjusted: Remembered::NONE,
        refunded: Remembered::NONE,
    };
    type Event = LedgerEvent;

    fn evolve(mut self, event: &LedgerEvent) -> Self {
        self.standing.post(event);
        match event {
            LedgerEvent::Charged { charge_id, lines, due_on, .. } => {
                self.charges.insert(charge_id.clone(), fingerprint(&(lines, due_on)));
            }
            LedgerEvent::PaymentReceived {
                payment_id,
                amount,
                method,
                received_on,
                invoice_id,
                ..
            } => {
                let content = fingerprint(&(amount, method, received_on, invoice_id));
                let paid = Paid { content, amount: *amount, method: *method, reversed: None };
                self.payments.insert(payment_id.clone(), paid);
            }
            LedgerEvent::PaymentReversed { payment_id, reason, .. } => {
                if let Some(paid) = self.payments.get_mut(payment_id) {
                    paid.reversed = Some(Fingerprint::of(reason));
                }
            }
            LedgerEvent::Refunded { refund_id, amount, method, .. } => {
                let what = Fingerprint::of(&(amount, method));
                self.refunded.note(refund_id, what, REMEMBERED_MAX);
            }
            LedgerEvent::Adjusted { adjustment_id, amount, reason, note, .. } => {
                self.requested.remove(adjustment_id);
                let what = Fingerprint::of(&(amount, reason, note));
                self.adjusted.note(adjustment_id, what, REMEMBERED_MAX);
            }
            LedgerEvent::AdjustmentRequested {
                adjustment_id,
                amount,
                reason,
                note,
                requested_by,
                ..
            } => {
                let requested = RequestedAdjustment {
                    amount: *amount,
                    reason: reason.clone(),
                    note: note.clone(),
                    requested_by: requested_by.clone(),
                };
                self.requested.insert(adjustment_id.clone(), requested);
            }
            LedgerEvent::AdjustmentDeclined { adjustment_id, .. } => {
                if let Some(it) = self.requested.remove(adjustment_id) {
                    let what = Fingerprint::of(&(it.amount, it.reason, it.note));
                    self.adjusted.note(adjustment_id, what, REMEMBERED_MAX);
                }
            }
            LedgerEvent::Invoiced { .. }
            | LedgerEvent::InvoiceCredited { .. }
            | LedgerEvent::ChargeDisputed { .. }
            | LedgerEvent::DisputeClosed { .. } => {}
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
