//! Asks the payment processor once and reports what it answered.
//!
//! What must stay true: money moves once for a collection or a refund, because the processor is
//! asked under one id again and again; a refusal is a report, and only what is not known is tried
//! again. A payment is recorded as a webhook records it, so it does not matter which comes first.
//! Wrong settings are no refusal: no customer hears of them, and what was asked before they were
//! wrong may have moved money.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use contract::pb::{
    autopay::v1::FailCollection,
    ledger::v1::{ConfirmRefund, FailRefund, PaymentMethod, RecordPayment},
    money::v1::Money,
};
use domain::ledger;
use futures::{FutureExt, future::BoxFuture};
use payment_processor::{
    Collection, Currency, Outcome, Processor, ProcessorError, Refund, RefundOutcome,
};
use projection::{OpenEffect, PerformError, Performer, Report};
use serde::{Deserialize, Serialize};

/// The effect that draws money.
pub(crate) const COLLECT: &str = "collect";

/// The effect that gives money back.
pub(crate) const REFUND: &str = "refund";

/// What is to be drawn.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Collect {
    pub(crate) account_id: String,
    pub(crate) collection_id: String,
    pub(crate) token: String,
    pub(crate) method: String,
    pub(crate) minor: i64,
    pub(crate) currency: String,
    pub(crate) on: String,
}

/// What is to be given back.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GiveBack {
    pub(crate) account_id: String,
    pub(crate) refund_id: String,
    /// What the processor calls the payment.
    pub(crate) reference: String,
    pub(crate) minor: i64,
    pub(crate) currency: String,
}

/// Performs draws and refunds.
pub(crate) struct Collector {
    processor: Arc<dyn Processor>,
    /// Whether it was told that the settings are wrong since a draw was answered, or a refund.
    told_of_draws: AtomicBool,
    told_of_refunds: AtomicBool,
}

impl Collector {
    pub(crate) fn new(processor: Arc<dyn Processor>) -> Collector {
        let (told_of_draws, told_of_refunds) = Default::default();
        Collector { processor, told_of_draws, told_of_refunds }
    }

    async fn collect(&self, effect: &OpenEffect) -> Result<Report, PerformError> {
        let wish: Collect = serde_json::from_slice(&effect.body)
            .map_err(|error| PerformError::because("a collection is not decoded", error))?;
        let currency = currency(&wish.currency)?;
        let collection = Collection {
            id: wish.collection_id.clone(),
            token: wish.token.clone(),
            amount_minor: wish.minor,
            currency,
            reference: wish.account_id.clone(),
        };
        let answer = self.processor.collect(&collection).await;
        tell(&answer, &self.told_of_draws);
        match answer {
            Ok(Outcome::Paid { reference }) => Ok(paid(wish, reference)),
            Ok(Outcome::Declined { code, may_retry }) => Ok(failed(wish, &code, may_retry)),
            Ok(Outcome::Pending { .. }) => {
                Err(PerformError::new("the processor has not decided on a collection yet"))
            }
            Err(error) if error.may_ask_again() => {
                Err(PerformError::because("a collection was not answered", error))
            }
            Err(error) => {
                tracing::error!(reason = %error, "the payment processor does not take collections");
                Ok(failed(wish, code_of(&error), true))
            }
        }
    }

    async fn give_back(&self, effect: &OpenEffect) -> Result<Report, PerformError> {
        let wish: GiveBack = serde_json::from_slice(&effect.body)
            .map_err(|error| PerformError::because("a refund is not decoded", error))?;
        let refund = Refund {
            // Who asks for a refund chooses its id, which only the account knows: the effect's own
            // is nobody else's, and the same at every attempt.
            id: format!("refund-{}", effect.id),
            reference: wish.reference.clone(),
            amount_minor: wish.minor,
            currency: currency(&wish.currency)?,
        };
        let answer = self.processor.refund(&refund).await;
        tell(&answer, &self.told_of_refunds);
        match answer {
            Ok(RefundOutcome::Refunded { reference }) => Ok(given_back(wish, reference)),
            Ok(RefundOutcome::Refused { code }) => Ok(not_given_back(wish, code)),
            Ok(RefundOutcome::Pending { .. }) => {
                Err(PerformError::new("the processor has not decided on a refund yet"))
            }
            Err(error) if error.may_ask_again() => {
                Err(PerformError::because("a refund was not answered", error))
            }
            Err(error) => {
                tracing::error!(reason = %error, "the payment processor does not take refunds");
                Ok(not_given_back(wish, code_of(&error).to_owned()))
            }
        }
    }
}

impl Performer for Collector {
    fn perform<'a>(
        &'a self,
        effect: &'a OpenEffect,
    ) -> BoxFuture<'a, Result<Report, PerformError>> {
        match effect.kind.as_str() {
            COLLECT => self.collect(effect).boxed(),
            REFUND => self.give_back(effect).boxed(),
            _ => async { Err(PerformError::new("a processor does no such thing")) }.boxed(),
        }
    }
}

/// Tells what is to be set right, once for all that wait for it.
fn tell<T>(answer: &Result<T, ProcessorError>, is_told: &AtomicBool) {
    match answer {
        Ok(_) => is_told.store(false, Ordering::Relaxed),
        Err(error @ ProcessorError::Misconfigured { .. }) => {
            if !is_told.swap(true, Ordering::Relaxed) {
                let reason = error.to_string();
                tracing::error!(reason, "the payment processor does not take what is asked of it");
            }
        }
        Err(
            ProcessorError::Unreachable { .. }
            | ProcessorError::Reused { .. }
            | ProcessorError::Unfit { .. },
        ) => {}
    }
}

fn currency(text: &str) -> Result<Currency, PerformError> {
    Currency::parse(text).ok_or_else(|| PerformError::new("what is to be moved has no currency"))
}

fn code_of(error: &ProcessorError) -> &'static str {
    match error {
        ProcessorError::Unreachable { .. } => "unreachable",
        ProcessorError::Misconfigured { .. } => "misconfigured",
        ProcessorError::Reused { .. } => "reused",
        ProcessorError::Unfit { .. } => "unfit",
    }
}

fn paid(wish: Collect, reference: String) -> Report {
    let is_card = wish.method == ledger::PaymentMethod::Card.name();
    let method = if is_card { PaymentMethod::Card } else { PaymentMethod::BankTransfer };
    read_side::report(&RecordPayment {
        account_id: wish.account_id,
        payment_id: wish.collection_id,
        amount: Some(Money { currency: wish.currency, minor: wish.minor }),
        method: method.into(),
        received_on: wish.on,
        invoice_id: String::new(),
        reference,
    })
}

fn failed(wish: Collect, code: &str, may_retry: bool) -> Report {
    read_side::report(&FailCollection {
        account_id: wish.account_id,
        collection_id: wish.collection_id,
        code: code.to_owned(),
        may_retry,
    })
}

fn given_back(wish: GiveBack, reference: String) -> Report {
    let GiveBack { account_id, refund_id, .. } = wish;
    read_side::report(&ConfirmRefund { account_id, refund_id, reference })
}

fn not_given_back(wish: GiveBack, code: String) -> Report {
    let GiveBack { account_id, refund_id, .. } = wish;
    read_side::report(&FailRefund { account_id, refund_id, code })
}

#[cfg(test)]
mod tests;
