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
    let Event::Ledger(LedgerEvent::PaymentReceived { account_id, payment_id, .. }) = event else {
        return None;
    };
    // What is entered at another account's is not it.
    (collected_from(payment_id).as_ref() == Some(account_id)).then_some(payment_id)
}

/// No other draw of the biller's has it.
fn key(collection_id: &Code) -> String {
    format!("collect {collection_id}")
}

#[cfg(test)]
mod tests {
    use domain::{
        Event,
        ledger::{LedgerEvent, PaymentMethod},
        testing::fixtures::{TODAY, code, id, usd},
    };

    use super::over;

    #[test]
    fn f48_what_is_entered_at_another_account_is_not_the_draw() {
        let draw = code("autopay-7-2026-03-16");
        let paid = |account| {
            Event::Ledger(LedgerEvent::PaymentReceived {
                account_id: id(account),
                payment_id: draw.clone(),
                amount: usd(4_999),
                method: PaymentMethod::Card,
                received_on: TODAY,
                invoice_id: None,
                reference: None,
            })
        };
        assert_eq!(over(&paid("account_7")), Some(&draw));
        assert_eq!(over(&paid("account_8")), None);
    }
}
