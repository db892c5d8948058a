//! An account's ledger: what is owed and what was paid, adjusted, reversed and given back.
//! Payments pay the oldest debt first, or the invoice that they name; what the customer disputes is
//! paid last, unless a payment names it.
//!
//! What must stay true: nothing is ever taken out of it. A mistake is corrected by another entry.

mod adjust;
mod bill;
pub mod books;
mod charge;
mod decide_adjustment;
mod evolve;
mod pay;
mod posted;
mod refund;
mod rejection;
mod reverse_payment;
mod settle_refund;
mod standing;
mod state;

pub use adjust::AdjustAccount;
pub use bill::{BillAccount, Obstacle, bill_lines};
pub use charge::RecordCharge;
pub use decide_adjustment::{ApproveAdjustment, DeclineAdjustment};
pub use pay::RecordPayment;
pub(crate) use posted::posted;
pub use refund::RefundAccount;
pub use rejection::LedgerRejection;
pub use reverse_payment::ReversePayment;
pub use settle_refund::{ConfirmRefund, FailRefund};
pub use standing::{Applied, Credit, OpenCharge, Standing};
pub use state::{AWAITED_MAX, Ledger, Payment, REQUESTS_MAX, RequestedAdjustment};

use jiff::civil::Date;

use crate::{
    Event, Fact, Id,
    account::Account,
    invoice::Invoice,
    money::Money,
    sealed::Sealed,
    text::{Code, Text},
};

/// Names a ledger, after its account.
pub type LedgerId = Id<Ledger>;

/// Facts about one account's ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerEvent {
    /// Something is owed that no invoice brought.
    Charged {
        /// By whom.
        account_id: Id<Account>,
        /// Chosen by the sender.
        charge_id: Code,
        /// What the customer reads.
        lines: Vec<ChargeLine>,
        /// When the total is due (F74).
        due_on: Date,
    },
    /// An invoice is owed. What is on it is the invoice's own fact, in the same record.
    Invoiced {
        /// By whom.
        account_id: Id<Account>,
        /// Which.
        invoice_id: Id<Invoice>,
        /// All of its lines; negative is a credit.
        total: Money,
        /// When it is due (F74).
        due_on: Date,
    },
    /// An invoice was taken back by a credit note.
    InvoiceCredited {
        /// Whose.
        account_id: Id<Account>,
        /// Which.
        invoice_id: Id<Invoice>,
        /// Number of the credit note.
        credit_note: Code,
        /// What was owed for it; the credit is as large.
        total: Money,
        /// When it is due, where the invoice was a credit and is owed back; absent in older logs.
        due_on: Option<Date>,
    },
    /// Something was paid.
    PaymentReceived {
        /// By whom.
        account_id: Id<Account>,
        /// Chosen by the sender.
        payment_id: Code,
        /// How much.
        amount: Money,
        /// How.
        method: PaymentMethod,
        /// When.
        received_on: Date,
        /// The invoice that it pays first; absent: the oldest debt.
        invoice_id: Option<Id<Invoice>>,
        /// What the processor calls it; absent where none has drawn it.
        reference: Option<Text>,
    },
    /// A payment did not hold: a check bounced, a card was charged back. What it paid is owed
    /// again.
    PaymentReversed {
        /// Whose.
        account_id: Id<Account>,
        /// Which.
        payment_id: Code,
        /// How much.
        amount: Money,
        /// How it had been paid.
        method: PaymentMethod,
        /// Why.
        reason: Code,
        /// When that became known.
        reversed_on: Date,
    },
    /// Credit was given back.
    Refunded {
        /// To whom.
        account_id: Id<Account>,
        /// Chosen by the sender.
        refund_id: Code,
        /// How much.
        amount: Money,
        /// How.
        method: PaymentMethod,
        /// When.
        refunded_on: Date,
        /// The payment that the processor is to give back; absent: somebody gives it himself.
        drawn: Option<Drawn>,
    },
    /// The processor has given it back.
    RefundConfirmed {
        /// To whom.
        account_id: Id<Account>,
        /// Which.
        refund_id: Code,
        /// What the processor calls it.
        reference: Text,
    },
    /// The processor gave nothing back: it is credit again.
    RefundFailed {
        /// Whose.
        account_id: Id<Account>,
        /// Which.
        refund_id: Code,
        /// The payment that was to be given back.
        payment_id: Code,
        /// How much.
        amount: Money,
        /// How it was to be given back.
        method: PaymentMethod,
        /// Why, in the processor's words.
        code: Code,
        /// When that became known.
        failed_on: Date,
    },
    /// A credit or a charge outside the normal billing (F55).
    Adjusted {
        /// Whose.
        account_id: Id<Account>,
        /// Chosen by the sender.
        adjustment_id: Code,
        /// Negative is a credit.
        amount: Money,
        /// One of the biller's.
        reason: Code,
        /// What it is about (F59). Personal data.
        note: Sealed,
        /// When a charge is due.
        due_on: Date,
        /// Who approved it, where that was needed.
        approved_by: Option<Code>,
    },
    /// An adjustment waits for somebody who may make it (F55).
    AdjustmentRequested {
        /// Whose.
        account_id: Id<Account>,
        /// Chosen by the sender.
        adjustment_id: Code,
        /// Negative is a credit.
        amount: Money,
        /// One of the biller's.
        reason: Code,
        /// What it is about. Personal data.
        note: Sealed,
        /// Who asks, and may not approve it.
        requested_by: Code,
    },
    /// Nobody makes that adjustment.
    AdjustmentDeclined {
        /// Whose.
        account_id: Id<Account>,
        /// Which.
        adjustment_id: Code,
    },
    /// The customer says that something is not owed: what else is owed is paid first.
    ChargeDisputed {
        /// Whose.
        account_id: Id<Account>,
        /// The invoice, charge or adjustment.
        charge_id: Code,
    },
    /// That is decided: it is paid in its turn.
    DisputeClosed {
        /// Whose.
        account_id: Id<Account>,
        /// The invoice, charge or adjustment.
        charge_id: Code,
    },
}

/// A payment that the processor has drawn and is to give back, in part or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Which.
    pub payment_id: Code,
    /// What the processor calls it.
    pub reference: Text,
}

/// One line of a charge.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChargeLine {
    /// What the customer reads, for example `Super Fast (1 Gig), 15 of 30 days`.
    pub description: Text,
    /// Negative is a credit.
    pub amount: Money,
}

/// How a customer paid, or got money back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentMethod {
    /// Notes and coins.
    Cash,
    /// A mailed check.
    Check,
    /// A card, by the processor's token.
    Card,
    /// Bank bill-pay, or a bank account by the processor's token.
    BankTransfer,
}

impl PaymentMethod {
    /// Whether a processor can draw by it, and give back.
    #[must_use]
    pub fn is_drawn(self) -> bool {
        match self {
            Self::Card | Self::BankTransfer => true,
            Self::Cash | Self::Check => false,
        }
    }

    /// Its name outside, and in the books.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Check => "check",
            Self::Card => "card",
            Self::BankTransfer => "bank transfer",
        }
    }
}

impl LedgerEvent {
    /// Whose ledger it is about.
    #[must_use]
    pub fn account_id(&self) -> &Id<Account> {
        match self {
            Self::Charged { account_id, .. }
            | Self::Invoiced { account_id, .. }
            | Self::InvoiceCredited { account_id, .. }
            | Self::PaymentReceived { account_id, .. }
            | Self::PaymentReversed { account_id, .. }
            | Self::Refunded { account_id, .. }
            | Self::RefundConfirmed { account_id, .. }
            | Self::RefundFailed { account_id, .. }
            | Self::Adjusted { account_id, .. }
            | Self::AdjustmentRequested { account_id, .. }
            | Self::AdjustmentDeclined { account_id, .. }
            | Self::ChargeDisputed { account_id, .. }
            | Self::DisputeClosed { account_id, .. } => account_id,
        }
    }

    /// What it adds to the balance, in minor units.
    #[must_use]
    pub fn effect(&self) -> i64 {
        match self {
            Self::Charged { lines, .. } => {
                lines.iter().map(|line| line.amount.minor).fold(0, i64::saturating_add)
            }
            Self::Invoiced { total, .. } => total.minor,
            Self::InvoiceCredited { total, .. } => total.minor.saturating_neg(),
            Self::PaymentReceived { amount, .. } | Self::RefundFailed { amount, .. } => {
                amount.minor.saturating_neg()
            }
            Self::PaymentReversed { amount, .. }
            | Self::Refunded { amount, .. }
            | Self::Adjusted { amount, .. } => amount.minor,
            Self::AdjustmentRequested { .. }
            | Self::RefundConfirmed { .. }
            | Self::AdjustmentDeclined { .. }
            | Self::ChargeDisputed { .. }
            | Self::DisputeClosed { .. } => 0,
        }
    }

    /// This fact, about the ledger of that account.
    #[must_use]
    pub fn on(self, account_id: &Id<Account>) -> Fact {
        Fact::new(&LedgerId::of(account_id), Event::Ledger(self))
    }
}
