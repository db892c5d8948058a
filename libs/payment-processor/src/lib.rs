//! The seam to whoever moves money: what a processor can be asked, what it answers, and what it
//! says later on its own.
//!
//! What must stay true:
//!
//! - Whoever implements [`Processor`] moves money once for an id, however often it is asked; the
//!   same id has the same answer.
//! - After an error that may be asked again ([`ProcessorError::may_ask_again`]) it is not known
//!   whether money was moved: ask under the same id, never under another one. After any other error
//!   nothing was moved by this asking.
//! - No card number and no bank account's number comes here: a token of the processor stands for
//!   it. Tokens and keys are in no error and in nothing that `Debug` shows.

mod currency;
mod error;
mod http;
mod money;
mod secret;
mod simulated;
pub mod webhook;

use futures::future::BoxFuture;

pub use currency::Currency;
pub use error::ProcessorError;
pub use http::{Http, HttpError, HttpOptions};
pub use money::{AMOUNT_MINOR_MAX, Collection, Outcome, Refund, RefundOutcome};
pub use secret::Secret;
pub use simulated::{
    Simulated, TOK_DECLINED_EXPIRED, TOK_DECLINED_INSUFFICIENT, TOK_FLAKY, TOK_LOST_ANSWER, TOK_OK,
    TOK_PENDING, TOK_REFUND_REFUSED,
};

/// Moves money. One processor per biller.
pub trait Processor: Send + Sync + 'static {
    /// Draws money from a card or a bank account. A refusal is an outcome; an error means that the
    /// processor said neither yes nor no. Who does not want to wait drops the future, and knows as
    /// little as after an error that may be asked again.
    fn collect<'a>(
        &'a self,
        collection: &'a Collection,
    ) -> BoxFuture<'a, Result<Outcome, ProcessorError>>;

    /// Gives back what was drawn, in part or all of it. Errors as for [`Processor::collect`].
    fn refund<'a>(
        &'a self,
        refund: &'a Refund,
    ) -> BoxFuture<'a, Result<RefundOutcome, ProcessorError>>;
}
