//! The effect "attempt": what the performer needs to ask the network once.

use projection::{EffectIntent, Fault, Intents};
use serde::{Deserialize, Serialize};

use crate::{Action, transaction::Transaction};

/// What the performer tells it apart by.
pub(crate) const ATTEMPT: &str = "attempt";

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

/// When an attempt is made, and who wants it.
pub(crate) struct When {
    pub(crate) policy: &'static str,
    pub(crate) number: u32,
    /// Microseconds since 1970; `None`: at once.
    pub(crate) not_before: Option<i64>,
}

/// Wants an attempt made. A transaction has one open attempt at a time.
pub(crate) fn make(
    transaction: &Transaction,
    when: &When,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let order = AttemptOrder {
        transaction_id: transaction.transaction_id.clone(),
        number: when.number,
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
        not_before: when.not_before,
        key: Some(key(&transaction.transaction_id)),
    };
    intents.effect(when.policy, &transaction.transaction_id, wish);
    Ok(())
}

/// The name under which a transaction's open attempt is taken back.
pub(crate) fn key(transaction_id: &str) -> String {
    format!("attempt/{transaction_id}")
}
