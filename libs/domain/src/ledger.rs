//! An account's ledger: charges and payments; payments pay the oldest debt first.
//!
//! What must stay true: the balance is charges less payments, in whatever order they came, and there
//! is never debt and credit at the same time.

mod charge;
mod pay;

pub use charge::RecordCharge;
pub use pay::RecordPayment;

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use jiff::civil::Date;

use crate::{
    Aggregate, Event, Fact, Id, Noun, Rejection,
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

/// Where a ledger stands. All amounts are in minor units of the biller's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// What is owed, oldest due date first; of one date, first come first.
    open: Vec<OpenCharge>,
    /// What was paid and nothing is owed for.
    credit: i64,
    /// Fingerprints of what was recorded, by charge id.
    charges: BTreeMap<Code, u64>,
    /// Fingerprints of what was recorded, by payment id.
    payments: BTreeMap<Code, u64>,
}

/// A charge that is not wholly paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenCharge {
    /// When it is due.
    pub due_on: Date,
    /// What is still owed of it, more than 0.
    pub remaining: i64,
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

/// Two recordings under one id are the same when their fingerprints are: a ledger remembers every id
/// for ever, but not every text.
fn fingerprint(content: &impl Hash) -> u64 {
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
