//! An account's ledger: charges and payments; payments pay the oldest debt first.

mod balance;
mod charge;
mod pay;

pub use balance::{Ledger, OpenCharge};
pub use charge::RecordCharge;
pub use pay::RecordPayment;

use jiff::civil::Date;

use crate::{
    Event, Fact, Id, Rejection,
    account::Account,
    money::{Currency, Money},
    text::{Code, Text},
};

/// Names a ledger, after its account.
pub type LedgerId = Id<Ledger>;

/// Facts about one account's ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerEvent {
    /// Something is owed.
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
    },
}

/// One line of a charge.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChargeLine {
    /// What the customer reads, for example `Super Fast (1 Gig), 15 of 30 days`.
    pub description: Text,
    /// Negative is a credit.
    pub amount: Money,
}

/// How a customer paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentMethod {
    /// Notes and coins.
    Cash,
    /// A mailed check.
    Check,
    /// A card.
    Card,
    /// Bank bill-pay.
    BankTransfer,
}

/// What prevents a wish about a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerRejection {
    /// One id, two charges.
    #[error("the charge id belongs to a charge with other lines or due date")]
    ChargeIdUsed,
    /// One id, two payments.
    #[error("the payment id belongs to another payment")]
    PaymentIdUsed,
    /// Nothing is charged, or too much at once.
    #[error("a charge has 1 to {max} lines")]
    LinesOutOfRange {
        /// The limit.
        max: usize,
    },
    /// A ledger has one currency.
    #[error("the ledger's currency is {currency}")]
    OtherCurrency {
        /// The biller's.
        currency: Currency,
    },
    /// No bill is that large.
    #[error("the amount, or the total of the lines, is too large")]
    AmountTooLarge,
    /// A payment is money that comes.
    #[error("the amount of a payment must be more than zero")]
    AmountNotPositive,
    /// Books are not written in advance.
    #[error("the payment is dated after today, {today}")]
    ReceivedAfterToday {
        /// The last opened day.
        today: Date,
    },
}

impl LedgerRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ChargeIdUsed => "ledger.charge_id_used",
            Self::PaymentIdUsed => "ledger.payment_id_used",
            Self::LinesOutOfRange { .. } => "ledger.lines_out_of_range",
            Self::OtherCurrency { .. } => "ledger.other_currency",
            Self::AmountTooLarge => "ledger.amount_too_large",
            Self::AmountNotPositive => "ledger.amount_not_positive",
            Self::ReceivedAfterToday { .. } => "ledger.received_after_today",
        }
    }
}

impl From<LedgerRejection> for Rejection {
    fn from(rejection: LedgerRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl LedgerEvent {
    /// This fact, about the ledger of that account.
    #[must_use]
    pub fn on(self, account_id: &Id<Account>) -> Fact {
        Fact::new(&LedgerId::of(account_id), Event::Ledger(self))
    }
}
