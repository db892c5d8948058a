//! What a standing is made of: debts, credits, and who paid what.

use jiff::civil::Date;

use crate::text::Code;

/// A charge that is not wholly paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCharge {
    /// The charge, the invoice or the adjustment.
    pub charge_id: Code,
    /// When it is due.
    pub due_on: Date,
    /// What is still owed of it, more than 0.
    pub remaining: i64,
}

/// Something that was paid and nothing is owed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The payment, or what else brought it.
    pub source: Code,
    /// Whether it is a payment.
    pub is_payment: bool,
    /// What is left of it, more than 0.
    pub left: i64,
}

/// A part of a payment and the charge that it paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The payment, or what else brought it.
    pub source: Code,
    /// Whether it is a payment.
    pub is_payment: bool,
    /// What it paid.
    pub charge_id: Code,
    /// When that was due.
    pub due_on: Date,
    /// How much of it.
    pub amount: i64,
}
