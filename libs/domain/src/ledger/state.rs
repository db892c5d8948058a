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
    text::{Code, Text},
};

/// Most adjustments of one account that wait to be approved.
pub const REQUESTS_MAX: usize = 20;
/// Most refunds of one account that the processor has not answered yet.
pub const AWAITED_MAX: usize = 20;
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
    /// Refunds that the processor has not answered yet, by id.
    pub(super) awaited: BTreeMap<Code, AwaitedRefund>,
    /// What it has answered.
    pub(super) answered: Remembered,
}

/// A payment that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Paid {
    /// What was recorded.
    pub(super) content: u64,
    pub(super) amount: Money,
    pub(super) method: PaymentMethod,
    /// Why it did not hold.
    pub(super) reversed: Option<Fingerprint>,
    /// What the processor calls it, if it is one that a processor can give back.
    pub(super) reference: Option<Text>,
    /// What of it was given back or is to be, in minor units.
    pub(super) given_back: i64,
}

/// A payment, as others may look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// How much.
    pub amount: Money,
    /// Whether it did not hold.
    pub is_reversed: bool,
}

/// A refund that the processor has not answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AwaitedRefund {
    /// The payment that is given back.
    pub(super) payment_id: Code,
    pub(super) amount: Money,
    pub(super) method: PaymentMethod,
}

/// What a processor can answer about a refund, as it is remembered.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) enum RefundAnswer {
    Confirmed,
    Failed,
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

    /// A payment that was recorded.
    #[must_use]
    pub fn payment(&self, payment_id: &Code) -> Option<Payment> {
        let paid = self.payments.get(payment_id)?;
        Some(Payment { amount: paid.amount, is_reversed: paid.reversed.is_some() })
    }

    /// An adjustment was asked for, made or declined.
    fn adjust(&mut self, event: &LedgerEvent) {
        match event {
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
            LedgerEvent::Charged { .. }
            | LedgerEvent::Invoiced { .. }
            | LedgerEvent::InvoiceCredited { .. }
            | LedgerEvent::PaymentReceived { .. }
            | LedgerEvent::PaymentReversed { .. }
            | LedgerEvent::Refunded { .. }
            | LedgerEvent::RefundConfirmed { .. }
            | LedgerEvent::RefundFailed { .. } => {}
        }
    }

    /// The processor is to give something back.
    fn ask(&mut self, refund_id: &Code, refund: AwaitedRefund) {
        if let Some(paid) = self.payments.get_mut(&refund.payment_id) {
            paid.given_back += refund.amount.minor;
        }
        self.awaited.insert(refund_id.clone(), refund);
    }

    /// The processor has answered about a refund.
    fn answer(&mut self, refund_id: &Code, answer: RefundAnswer) {
        let awaited = self.awaited.remove(refund_id);
        self.answered.note(refund_id, Fingerprint::of(&answer), REMEMBERED_MAX);
        let Some(AwaitedRefund { payment_id, amount, .. }) = awaited else { return };
        let paid = self.payments.get_mut(&payment_id);
        if let (RefundAnswer::Failed, Some(paid)) = (answer, paid) {
            paid.given_back -= amount.minor;
        }
    }

    /// What is owed, in the order in which it is paid.
    #[must_use]
    pub fn open_charges(&self) -> &[OpenCharge] {
        &self.standing.open
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
    const UNKNOWN: &'static Self = &Self {
        standing: Standing::NOTHING,
        charges: BTreeMap::new(),
        payments: BTreeMap::new(),
        requested: BTreeMap::new(),
        adjusted: Remembered::NONE,
        refunded: Remembered::NONE,
        awaited: BTreeMap::new(),
        answered: Remembered::NONE,
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
                reference,
                ..
            } => {
                let content = fingerprint(&(amount, method, received_on, invoice_id));
                let paid = Paid {
                    content,
                    amount: *amount,
                    method: *method,
                    reversed: None,
                    reference: reference.clone().filter(|_| method.is_drawn()),
                    given_back: 0,
                };
                self.payments.insert(payment_id.clone(), paid);
            }
            LedgerEvent::PaymentReversed { payment_id, reason, .. } => {
                if let Some(paid) = self.payments.get_mut(payment_id) {
                    paid.reversed = Some(Fingerprint::of(reason));
                }
            }
            LedgerEvent::Refunded { refund_id, amount, method, drawn, .. } => {
                let payment_id = drawn.as_ref().map(|drawn| drawn.payment_id.clone());
                let what = Fingerprint::of(&(amount, method, payment_id.as_ref()));
                self.refunded.note(refund_id, what, REMEMBERED_MAX);
                if let Some(payment_id) = payment_id {
                    let (amount, method) = (*amount, *method);
                    self.ask(refund_id, AwaitedRefund { payment_id, amount, method });
                }
            }
            LedgerEvent::RefundConfirmed { refund_id, .. } => {
                self.answer(refund_id, RefundAnswer::Confirmed);
            }
            LedgerEvent::RefundFailed { refund_id, .. } => {
                self.answer(refund_id, RefundAnswer::Failed);
            }
            LedgerEvent::Adjusted { .. }
            | LedgerEvent::AdjustmentRequested { .. }
            | LedgerEvent::AdjustmentDeclined { .. } => self.adjust(event),
            LedgerEvent::Invoiced { .. } | LedgerEvent::InvoiceCredited { .. } => {}
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
