//! What core says is to be collected is asked of the payment processor (F48).

use domain::{Event, autopay::AutopayEvent};
use projection::{EffectIntent, Fault, Intents};

use crate::collector::{COLLECT, Collect};

const POLICY: &str = "collect_on_request";

/// Asks the processor.
pub(crate) fn react(event: &Event, intents: &mut Intents<'_>) -> Result<(), Fault> {
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
    let effect = EffectIntent { kind: COLLECT.to_owned(), body: body.into(), ..Default::default() };
    intents.effect(POLICY, "collect", effect);
    Ok(())
}
