//! What prevents a wish about a ledger.

use jiff::civil::Date;

use super::{AWAITED_MAX, REQUESTS_MAX};
use crate::{
    Rejection,
    money::{Currency, Money},
};

/// What prevents a wish about a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerRejection {
    /// One id, two charges.
    #[error("the charge id belongs to a charge with other lines or due date")]
    ChargeIdUsed,
    /// What is owed is disputed, and an invoice paid, by its id alone.
    #[error(
        "the id belongs to something else that is owed, was paid or was given back, or is such as \
         invoices, credit notes or draws have: choose another"
    )]
    IdOfAnother,
    /// One id, two payments.
    #[error("the payment id belongs to another payment")]
    PaymentIdUsed,
    /// It would be recorded as one that held.
    #[error("the payment of this id was reversed: record money that came since under a new id")]
    PaymentIdReversed,
    /// A payment that names an invoice is not to pay another one.
    #[error("the account has no such invoice: name one of its own, or none to pay the oldest debt")]
    NoSuchInvoice,
    /// One payment, recorded twice.
    #[error("the processor's reference belongs to a payment that is recorded already")]
    ReferenceUsed,
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
    #[error("the amount of a payment or a refund must be more than zero")]
    AmountNotPositive,
    /// An adjustment changes something.
    #[error("the amount of an adjustment must not be zero")]
    AmountZero,
    /// Books are not written in advance.
    #[error("the payment is dated after today, {today}")]
    ReceivedAfterToday {
        /// The last opened day.
        today: Date,
    },
    /// A year that was mistyped.
    #[error("the payment is dated before {since}: books are not kept of so long ago")]
    ReceivedTooLongAgo {
        /// The earliest day.
        since: Date,
    },
    /// A part of a draw is no payment of it.
    #[error("under this id {amount} is drawn: record that, or choose another id")]
    NotAsDrawn {
        /// What the processor is asked for.
        amount: Money,
    },
    /// A year that was mistyped.
    #[error("what is charged is due from {since} to {until}")]
    DueTooFar {
        /// The earliest day.
        since: Date,
        /// The latest day.
        until: Date,
    },
    /// Nobody paid that, or it is too long ago to be told.
    #[error("the ledger knows no such payment")]
    NoSuchPayment,
    /// Two reasons, one reversal.
    #[error("the payment was reversed already, for another reason")]
    ReversedOtherwise,
    /// Only what is nobody's debt can be given back.
    #[error("a refund is at most the credit, which is smaller")]
    RefundTooLarge,
    /// One id, two refunds.
    #[error("the refund id belongs to another refund")]
    RefundIdUsed,
    /// The processor gives back what it has drawn.
    #[error("the payment has no name at the processor: refund it without paymentId, by check, say")]
    PaymentNotDrawn,
    /// The bank has given it back already.
    #[error("the payment was reversed: it is not given back twice")]
    PaymentReversed,
    /// Money goes back where it came from.
    #[error("the payment was not made by that method: it goes back by its own")]
    RefundOtherMethod,
    /// Nobody gives back more than he got.
    #[error("the refund is more than what is left of the payment")]
    RefundMoreThanPaid,
    /// What the processor drew, the processor gives back.
    #[error(
        "the processor drew payments of this account by that method: say in paymentId which one \
         it gives back, or refund by cash or check"
    )]
    RefundNeedsPayment,
    /// Nothing grows without a bound.
    #[error("{AWAITED_MAX} refunds of the account wait for the processor: wait for its answers")]
    TooManyRefunds,
    /// Nobody asked the processor for that.
    #[error("the processor was not asked for such a refund, or it is too long ago to be told")]
    NoSuchRefund,
    /// It says one thing.
    #[error("the processor has answered otherwise about this refund")]
    RefundAnsweredOtherwise,
    /// One id, two adjustments.
    #[error("the adjustment id belongs to another adjustment")]
    AdjustmentIdUsed,
    /// F55.
    #[error("the reason is not one of the biller's reasons for adjustments")]
    ReasonNotKnown,
    /// Nobody asked for it, or it is decided.
    #[error("no such adjustment waits to be approved")]
    NoSuchRequest,
    /// It is decided, otherwise.
    #[error("the adjustment was declined: ask for another one, under a new id")]
    AdjustmentDeclined,
    /// It is decided, otherwise.
    #[error("the adjustment was made: take it back with another one of the opposite amount")]
    AdjustmentMade,
    /// Nobody has approved it, and nobody needs to.
    #[error("the adjustment was made within the limit of who asked: it waits for no approval")]
    ApprovalNotAsked,
    /// F55.
    #[error("the amount is above what the role may adjust: somebody with a higher limit decides")]
    AboveLimit,
    /// Four eyes see more than two.
    #[error("whoever asks for an adjustment does not approve it")]
    OwnRequest,
    /// Nothing grows without a bound.
    #[error("{REQUESTS_MAX} adjustments of the account wait: approve or decline some first")]
    TooManyRequests,
    /// Bills are made in order.
    #[error("the account is to be billed for {due} first")]
    EarlierCycleOpen {
        /// The cycle that comes first.
        due: Date,
    },
    /// It is no bill day that is still to come, nor one whose bill stands.
    #[error(
        "no bill is to be made for {cycle}: the account is billed next for {due}, or at once where \
         no cycle is named"
    )]
    CycleOver {
        /// What was asked for.
        cycle: Date,
        /// The cycle that comes next.
        due: Date,
    },
    /// Nobody would ever be billed for it.
    #[error("the account is due on no day: it pays for nothing, or for nothing any more")]
    NoCycleDue,
    /// Its day has not come.
    #[error("the bill day {cycle} has not come: today is {today}")]
    CycleNotReached {
        /// The bill day.
        cycle: Date,
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
            Self::IdOfAnother => "ledger.id_of_another",
            Self::PaymentIdUsed => "ledger.payment_id_used",
            Self::PaymentIdReversed => "ledger.payment_id_reversed",
            Self::NoSuchInvoice => "ledger.no_such_invoice",
            Self::ReferenceUsed => "ledger.reference_used",
            Self::LinesOutOfRange { .. } => "ledger.lines_out_of_range",
            Self::OtherCurrency { .. } => "ledger.other_currency",
            Self::AmountTooLarge => "ledger.amount_too_large",
            Self::AmountNotPositive => "ledger.amount_not_positive",
            Self::AmountZero => "ledger.amount_zero",
            Self::ReceivedAfterToday { .. } => "ledger.received_after_today",
            Self::ReceivedTooLongAgo { .. } => "ledger.received_too_long_ago",
            Self::NotAsDrawn { .. } => "ledger.not_as_drawn",
            Self::DueTooFar { .. } => "ledger.due_too_far",
            Self::NoSuchPayment => "ledger.no_such_payment",
            Self::ReversedOtherwise => "ledger.reversed_otherwise",
            Self::RefundTooLarge => "ledger.refund_too_large",
            Self::RefundIdUsed => "ledger.refund_id_used",
            Self::PaymentNotDrawn => "ledger.payment_not_drawn",
            Self::PaymentReversed => "ledger.payment_reversed",
            Self::RefundOtherMethod => "ledger.refund_other_method",
            Self::RefundMoreThanPaid => "ledger.refund_more_than_paid",
            Self::RefundNeedsPayment => "ledger.refund_needs_payment",
            Self::TooManyRefunds => "ledger.too_many_refunds",
            Self::NoSuchRefund => "ledger.no_such_refund",
            Self::RefundAnsweredOtherwise => "ledger.refund_answered_otherwise",
            Self::AdjustmentIdUsed => "ledger.adjustment_id_used",
            Self::ReasonNotKnown => "ledger.reason_not_known",
            Self::NoSuchRequest => "ledger.no_such_request",
            Self::AdjustmentDeclined => "ledger.adjustment_declined",
            Self::AdjustmentMade => "ledger.adjustment_made",
            Self::ApprovalNotAsked => "ledger.approval_not_asked",
            Self::AboveLimit => "ledger.above_limit",
            Self::OwnRequest => "ledger.own_request",
            Self::TooManyRequests => "ledger.too_many_requests",
            Self::EarlierCycleOpen { .. } => "ledger.earlier_cycle_open",
            Self::CycleOver { .. } => "ledger.cycle_over",
            Self::NoCycleDue => "ledger.no_cycle_due",
            Self::CycleNotReached { .. } => "ledger.cycle_not_reached",
        }
    }
}

impl From<LedgerRejection> for Rejection {
    fn from(rejection: LedgerRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}
