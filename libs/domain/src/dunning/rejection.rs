//! What prevents a wish about dunning.

use jiff::civil::Date;

use super::{DISPUTES_MAX, PROMISES_MAX};
use crate::Rejection;

/// What prevents a wish about dunning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DunningRejection {
    /// There is nothing to arrange.
    #[error("nothing is past due on the account")]
    NothingPastDue,
    /// One at a time.
    #[error(
        "the account has an arrangement: only a manager makes another one before it is kept or \
         broken"
    )]
    Arranged,
    /// One id, two arrangements.
    #[error("the arrangement id belongs to another arrangement: choose a new id")]
    ArrangementIdUsed,
    /// Nothing promised, or too much of it.
    #[error("an arrangement has 1 to {PROMISES_MAX} promises")]
    PromisesOutOfRange,
    /// Days go forwards.
    #[error("promises are from today on, in the order of their days, each day once")]
    PromisesNotInOrder,
    /// A promise is money.
    #[error("a promise is an amount above zero in the ledger's currency")]
    PromiseOfNothing,
    /// F86.
    #[error("the promises together are less than what is past due")]
    PromisesTooSmall,
    /// F86.
    #[error("so long an arrangement, or for so much, needs somebody with a higher limit")]
    AboveLimit,
    /// There is nothing to dispute.
    #[error("nothing is open of that charge: name one of the balance's open charges")]
    NothingOpen,
    /// There is nothing to decide.
    #[error("that charge is not disputed: name one of the disputes that dunning shows")]
    NothingDisputed,
    /// Nothing grows without a bound.
    #[error("the account has {DISPUTES_MAX} disputes: close some first")]
    TooManyDisputes,
    /// It would exclude nobody.
    #[error("the exclusion would be over: today is {today}")]
    ExclusionOver {
        /// The last opened day.
        today: Date,
    },
}

impl DunningRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NothingPastDue => "dunning.nothing_past_due",
            Self::Arranged => "dunning.arranged",
            Self::ArrangementIdUsed => "dunning.arrangement_id_used",
            Self::PromisesOutOfRange => "dunning.promises_out_of_range",
            Self::PromisesNotInOrder => "dunning.promises_not_in_order",
            Self::PromiseOfNothing => "dunning.promise_of_nothing",
            Self::PromisesTooSmall => "dunning.promises_too_small",
            Self::AboveLimit => "dunning.above_limit",
            Self::NothingOpen => "dunning.nothing_open",
            Self::NothingDisputed => "dunning.nothing_disputed",
            Self::TooManyDisputes => "dunning.too_many_disputes",
            Self::ExclusionOver { .. } => "dunning.exclusion_over",
        }
    }
}

impl From<DunningRejection> for Rejection {
    fn from(rejection: DunningRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}
