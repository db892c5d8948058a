//! What core says is to be collected is asked of the payment processor (F48).
//!
//! What must stay true: once core has heard what became of a draw, from whomever, the processor is
//! not asked for it any more: what failed is drawn under another id.

use domain::{
    Event,
    autopay::{AutopayEvent, collected_from},
    ledger::LedgerEvent,
    text::Code,
};
use projection::{EffectIntent, Fault, Intents};

use crate::collector::{COLLECT, Collect};

const POLICY: &str = "collect_on_request";

/// Asks the processor, until it is known what became of it.
pub(crate) fn react(event: &Event, intents: &mut Intents<'_>) -> Result<(), Fault> {
    if let Some(collection_id) = over(event) {
        intents.cancel(&key(collection_id));
        return Ok(());
    }
    let Event::Autopay(AutopayEvent::CollectionRequested {
        account_id,
        collection_id,
        amount,
        source,
        on,
    }) = event
    else {
        return Ok(());
    };
    let collect = Collect {
        account_id: account_id.to_string(),
        collection_id: collection_id.to_string(),
        token: source.token.to_string(),
        method: source.method.name().to_owned(),
        minor: amount.minor,
        currency: amount.currency.to_string(),
        on: on.to_string(),
    };
    let body = serde_json::to_vec(&collect)
        .map_err(|error| Fault::because("a collection is not written", error))?;
    let (kind, key) = (COLLECT.to_owned(), Some(key(collection_id)));
    let effect = EffectIntent { kind, body: body.into(), key, ..Default::default() };
    intents.effect(POLICY, "collect", effect);
    Ok(())
}

/// The draw of which it is known what became of it.
fn over(event: &Event) -> Option<&Code> {
    if let Event::Autopay(AutopayEvent::CollectionFailed { collection_id, .. }) = event {
        return Some(collection_id);
    }
    let Event::Ledger(LedgerEvent::PaymentReceived { payment_id, .. }) = event else { return None };
    collected_from(payment_id).is_some().then_some(payment_id)
}

/// No other draw of the biller's has it.
fn key(collection_id: &Code) -> String {
    format!("collect {collection_id}")
}
