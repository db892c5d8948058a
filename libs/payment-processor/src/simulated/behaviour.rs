//! How the simulated processor behaves: a table by token.
//!
//! A refund behaves as the token that its money came from.

use serde::{Deserialize, Serialize};

use crate::Outcome;

/// Pays; its refunds are done.
pub const TOK_OK: &str = "tok_ok";
/// Has not enough money today: declined with `insufficient_funds`, and may be tried again.
pub const TOK_DECLINED_INSUFFICIENT: &str = "tok_declined_insufficient";
/// An expired card: declined with `card_expired`, and may never be tried again.
pub const TOK_DECLINED_EXPIRED: &str = "tok_declined_expired";
/// The processor is not reached the first time that an id is asked, and nothing moves; asked again,
/// it pays. Its refunds the same.
pub const TOK_FLAKY: &str = "tok_flaky";
/// The money is drawn the first time, and the answer is lost; asked again, the same id says that it
/// is paid. Its refunds the same.
pub const TOK_LOST_ANSWER: &str = "tok_lost_answer";
/// A bank account: the money is on its way, and only a webhook would tell what became of it.
pub const TOK_PENDING: &str = "tok_pending";
/// Pays; its refunds are refused with `refund_refused`.
pub const TOK_REFUND_REFUSED: &str = "tok_refund_refused";

/// What a token does. One that is not in the table is declined with `unknown_token`, and may never
/// be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Behaviour {
    Pays,
    HasNotEnough,
    IsExpired,
    IsFlaky,
    LosesAnswers,
    Pends,
    RefusesRefunds,
    IsUnknown,
}

impl Behaviour {
    pub(super) fn of(token: &str) -> Self {
        match token {
            TOK_OK => Self::Pays,
            TOK_DECLINED_INSUFFICIENT => Self::HasNotEnough,
            TOK_DECLINED_EXPIRED => Self::IsExpired,
            TOK_FLAKY => Self::IsFlaky,
            TOK_LOST_ANSWER => Self::LosesAnswers,
            TOK_PENDING => Self::Pends,
            TOK_REFUND_REFUSED => Self::RefusesRefunds,
            _ => Self::IsUnknown,
        }
    }

    /// What becomes of a collection once it is reached.
    pub(super) fn outcome(self, reference: String) -> Outcome {
        let declined =
            |code: &str, may_retry| Outcome::Declined { code: code.to_owned(), may_retry };
        match self {
            Self::Pays | Self::IsFlaky | Self::LosesAnswers | Self::RefusesRefunds => {
                Outcome::Paid { reference }
            }
            Self::Pends => Outcome::Pending { reference },
            Self::HasNotEnough => declined("insufficient_funds", true),
            Self::IsExpired => declined("card_expired", false),
            Self::IsUnknown => declined("unknown_token", false),
        }
    }
}
