//! Asks the payment processor once and reports what it answered.
//!
//! What must stay true: money is drawn once for a collection, because the processor is asked under
//! its id again and again; a refusal is a report, and only what is not known is tried again.

use std::sync::Arc;

use contract::pb::{
    autopay::v1::FailCollection,
    ledger::v1::{PaymentMethod, RecordPayment},
    money::v1::Money,
};
use domain::ledger;
use futures::{FutureExt, future::BoxFuture};
use payment_processor::{Collection, Currency, Outcome, Processor, ProcessorError};
use projection::{OpenEffect, PerformError, Performer, Report};
use serde::{Deserialize, Serialize};

/// The effect that draws money.
pub(crate) const COLLECT: &str = "collect";

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

/// Performs draws.
pub(crate) struct Collector {
    pub(crate) processor: Arc<dyn Processor>,
}

impl Collector {
    async fn collect(&self, effect: &OpenEffect) -> Result<Report, PerformError> {
        let wish: Collect = serde_json::from_slice(&effect.body)
            .map_err(|error| PerformError::because("a collection is not decoded", error))?;
        let currency = Currency::parse(&wish.currency)
            .ok_or_else(|| PerformError::new("a collection has no currency"))?;
        let collection = Collection {
            id: wish.collection_id.clone(),
            token: wish.token.clone(),
            amount_minor: wish.minor,
            currency,
            reference: wish.account_id.clone(),
        };
        match self.processor.collect(&collection).await {
            Ok(Outcome::Paid { reference }) => Ok(paid(wish, &reference)),
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
}

impl Performer for Collector {
    fn perform<'a>(
        &'a self,
        effect: &'a OpenEffect,
    ) -> BoxFuture<'a, Result<Report, PerformError>> {
        self.collect(effect).boxed()
    }
}

fn code_of(error: &ProcessorError) -> &'static str {
    match error {
        ProcessorError::Unreachable { .. } => "unreachable",
        ProcessorError::Misconfigured { .. } => "misconfigured",
        ProcessorError::Reused { .. } => "reused",
        ProcessorError::Unfit { .. } => "unfit",
    }
}

fn paid(wish: Collect, reference: &str) -> Report {
    let is_card = wish.method == ledger::PaymentMethod::Card.name();
    let method = if is_card { PaymentMethod::Card } else { PaymentMethod::BankTransfer };
    read_side::report(&RecordPayment {
        account_id: wish.account_id,
        payment_id: wish.collection_id,
        amount: Some(Money { currency: wish.currency, minor: wish.minor }),
        method: method.into(),
        received_on: wish.on,
        invoice_id: String::new(),
        reference: safe(reference),
    })
}

/// A processor's reference as the name of a stream: what has no place there is left out.
fn safe(reference: &str) -> String {
    let is_safe = |char: &char| char.is_ascii_alphanumeric() || *char == '-' || *char == '_';
    reference.chars().filter(is_safe).take(54).collect()
}

fn failed(wish: Collect, code: &str, may_retry: bool) -> Report {
    read_side::report(&FailCollection {
        account_id: wish.account_id,
        collection_id: wish.collection_id,
        code: code.to_owned(),
        may_retry,
    })
}

#[cfg(test)]
mod tests;
