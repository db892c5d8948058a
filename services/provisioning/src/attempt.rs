//! The effect "attempt": what the performer needs to ask the network once.

use projection::{EffectIntent, Fault, Intents};
use serde::{Deserialize, Serialize};

use crate::{Action, transaction::Transaction};

/// What the performer tells it apart by.
const ATTEMPT: &str = "attempt";

/// One attempt at a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AttemptOrder {
    pub(crate) transaction_id: String,
    pub(crate) number: u32,
    pub(crate) action: Action,
    pub(crate) site_id: String,
    pub(crate) service_id: Option<String>,
    pub(crate) package_id: Option<String>,
    pub(crate) noc_request: Option<u32>,
}

/// Wants the next attempt made, at once or not before a time in microseconds since 1970.
///
/// A transaction has one open attempt at a time, and none when it is finished: somebody outside may
/// have reported it before it was asked for here.
pub(crate) fn make(
    transaction: &Transaction,
    policy: &'static str,
    not_before: Option<i64>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    if transaction.is_finished() {
        return Ok(());
    }
    let order = AttemptOrder {
        transaction_id: transaction.transaction_id.clone(),
        number: transaction.next_attempt(),
        action: transaction.action,
        site_id: transaction.site_id.clone(),
        service_id: transaction.service_id.clone(),
        package_id: transaction.package_id.clone(),
        noc_request: transaction.noc_request,
    };
    let body = serde_json::to_vec(&order)
        .map_err(|error| Fault::because("an attempt is not encoded", error))?;
    let wish = EffectIntent {
        kind: ATTEMPT.to_owned(),
        body: body.into(),
        not_before,
        key: Some(key(&transaction.transaction_id)),
    };
    intents.effect(policy, &transaction.transaction_id, wish);
    Ok(())
}

/// The name under which a transaction's open attempt is taken back.
pub(crate) fn key(transaction_id: &str) -> String {
    format!("attempt/{transaction_id}")
}
