//! What the payment processor drew and is to give back is asked of it.

use domain::{
    Event,
    ledger::{Drawn, LedgerEvent},
};
use projection::{EffectIntent, Fault, Intents};

use crate::collector::{GiveBack, REFUND};

const POLICY: &str = "refund_on_request";

/// Asks the processor.
pub(crate) fn react(event: &Event, intents: &mut Intents<'_>) -> Result<(), Fault> {
    let Event::Ledger(LedgerEvent::Refunded {
        account_id,
        refund_id,
        amount,
        drawn: Some(Drawn { reference, .. }),
        ..
    }) = event
    else {
        return Ok(());
    };
    let wish = GiveBack {
        account_id: account_id.to_string(),
        refund_id: refund_id.to_string(),
        reference: reference.to_string(),
        minor: amount.minor,
        currency: amount.currency.to_string(),
    };
    let body = serde_json::to_vec(&wish)
        .map_err(|error| Fault::because("a refund is not written", error))?;
    let effect = EffectIntent { kind: REFUND.to_owned(), body: body.into(), ..Default::default() };
    intents.effect(POLICY, "refund", effect);
    Ok(())
}
