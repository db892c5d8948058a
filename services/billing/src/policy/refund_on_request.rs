//! What the payment processor drew and is to give back is asked of it.
//!
//! What must stay true: once core has heard what became of a refund, from whomever, the processor
//! is not asked for it any more: what failed is credit, and given back in another way.

use domain::{
    Event,
    account::AccountId,
    ledger::{Drawn, LedgerEvent},
    text::Code,
};
use projection::{EffectIntent, Fault, Intents};

use crate::collector::{GiveBack, REFUND};

const POLICY: &str = "refund_on_request";

/// Asks the processor, until it is known what became of it.
pub(crate) fn react(event: &Event, intents: &mut Intents<'_>) -> Result<(), Fault> {
    if let Event::Ledger(
        LedgerEvent::RefundConfirmed { account_id, refund_id, .. }
        | LedgerEvent::RefundFailed { account_id, refund_id, .. },
    ) = event
    {
        intents.cancel(&key(account_id, refund_id));
        return Ok(());
    }
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
    let (kind, key) = (REFUND.to_owned(), Some(key(account_id, refund_id)));
    let effect = EffectIntent { kind, body: body.into(), key, ..Default::default() };
    intents.effect(POLICY, "refund", effect);
    Ok(())
}

/// No other refund of the biller's has it: the id of an account has no blank.
fn key(account_id: &AccountId, refund_id: &Code) -> String {
    format!("refund {account_id} {refund_id}")
}
