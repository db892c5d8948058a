//! What the rules of a ledger look at: where it stands, and which ids were used for what.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use jiff::civil::Date;

use super::{OpenCharge, PaymentMethod, Standing};
use crate::{
    autopay::collected_from,
    money::Money,
    remembered::{Fingerprint, Remembered},
    sealed::Sealed,
    series::is_numbered,
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
    /// What was decided about those that waited.
    pub(super) decided: Remembered,
    /// What was adjusted lately without anybody's approval.
    pub(super) unapproved: Unapproved,
    pub(super) refunded: Remembered,
    /// Refunds that the processor has not answered yet, by id.
    pub(super) awaited: BTreeMap<Code, AwaitedRefund>,
    /// What it has answered.
    pub(super) answered: Remembered,
}

/// What was adjusted on the newest day on which anything was, without anybody's approval (F55).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unapproved {
    /// When adjustments of that day are due, which tells it from others.
    pub(super) due_on: Option<Date>,
    /// What was credited, in minor units.
    pub(super) credited: i64,
    /// What was charged, in minor units.
    pub(super) charged: i64,
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

/// What becomes of an adjustment that waits, as it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Decision {
    Approved,
    Declined,
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

impl Unapproved {
    pub(super) const NOTHING: Self = Self { due_on: None, credited: 0, charged: 0 };

    /// What was credited that day, or charged, with one more adjustment that is due on a day; as
    /// an amount above zero.
    pub(super) fn with(self, due_on: Date, minor: i64) -> i64 {
        let so_far = match (self.due_on == Some(due_on), minor < 0) {
            (false, _) => 0,
            (true, true) => self.credited,
            (true, false) => self.charged,
        };
        so_far.saturating_add(minor.saturating_abs())
    }

    /// Takes one more in.
    pub(super) fn note(&mut self, due_on: Date, minor: i64) {
        let sum = self.with(due_on, minor);
        if self.due_on != Some(due_on) {
            *self = Self { due_on: Some(due_on), ..Self::NOTHING };
        }
        if minor < 0 { self.credited = sum } else { self.charged = sum }
    }
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
    fn has_adjustment(&self, adjustment_id: &Code) -> bool {
        self.adjusted.knows(adjustment_id) || self.requested.contains_key(adjustment_id)
    }

    /// Whether anything has that id, as far as it is remembered, or what is to come may have it: a
    /// draw is recorded once it is made.
    pub(super) fn is_taken(&self, id: &Code) -> bool {
        let is_a_payments = self.payments.contains_key(id) || collected_from(id).is_some();
        is_a_payments || self.is_taken_by_other_than_payments(id)
    }

    /// Whether something that is owed or given back has that id, as far as it is remembered, or an
    /// invoice or credit note may have it.
    pub(super) fn is_taken_by_other_than_payments(&self, id: &Code) -> bool {
        let is_a_debts = self.charges.contains_key(id) || self.has_adjustment(id);
        is_a_debts || self.refunded.knows(id) || is_invoices(id) || is_numbered(id)
    }

    /// A payment that was recorded.
    #[must_use]
    pub fn payment(&self, payment_id: &Code) -> Option<Payment> {
        let paid = self.payments.get(payment_id)?;
        Some(Payment { amount: paid.amount, is_reversed: paid.reversed.is_some() })
    }

    /// What is owed, in the order in which it is paid.
    #[must_use]
    pub fn open_charges(&self) -> &[OpenCharge] {
        &self.standing.open
    }
}

/// Whether an id is such as invoices have.
fn is_invoices(id: &Code) -> bool {
    id.as_str().starts_with("invoice_")
}

/// Two recordings under one id are the same when their fingerprints are: a ledger remembers every
/// id for ever, but not every text.
pub(super) fn fingerprint(content: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}
