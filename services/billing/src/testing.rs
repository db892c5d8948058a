//! Facts, as if core had recorded them, folded into billing's rows and intents.

use std::{collections::HashMap, sync::Arc};

use contract::{CommandMessage, Outgoing};
use domain::{
    Fact, biller,
    ledger::{LedgerEvent, PaymentMethod},
    testing::fixtures::{TODAY, account_id, code, usd},
};
use event_store::{CommandId, Event, Meta, Recorded};
use projection::{CommandIntent, Fault, InMemory, Table, Wanted};
use serde_json::Value;

use crate::model::Billing;

/// 2026-03-16 12:00:00 UTC: when the first fact was recorded; the others follow second by second.
const NOON: i64 = 1_773_662_400_000_000;

/// The customer paid by card, today.
pub(crate) fn paid(payment_id: &str, minor: i64) -> Fact {
    LedgerEvent::PaymentReceived {
        account_id: account_id(),
        payment_id: code(payment_id),
        amount: usd(minor),
        method: PaymentMethod::Card,
        received_on: TODAY,
    }
    .on(&account_id())
}

/// The row that facts lead to.
pub(crate) fn row(facts: impl IntoIterator<Item = Fact>, table: Table, key: &str) -> Value {
    let folded = fold(facts).unwrap();
    folded.rows().get(table, key).unwrap().expect("there is such a row")
}

/// What policies want because of facts: policy, step and what.
pub(crate) fn wanted(facts: impl IntoIterator<Item = Fact>) -> Vec<(String, String, Wanted)> {
    let intents = fold(facts).unwrap().intents(100).unwrap();
    intents.into_iter().map(|intent| (intent.policy, intent.step, intent.wanted)).collect()
}

/// A command that a policy wants sent at once.
pub(crate) fn sent<M: CommandMessage>(
    policy: &str,
    step: &str,
    message: &M,
) -> (String, String, Wanted) {
    let Outgoing { noun, verb, body } = contract::outgoing(message);
    let known = contract::command::on_subject(&noun, &verb).expect("core knows the command");
    known.from_proto(&body).expect("core can read the command");
    let command = CommandIntent { noun, verb, body: body.into(), not_before: None, key: None };
    (policy.to_owned(), step.to_owned(), Wanted::Command(command))
}

/// Why facts cannot be shown.
pub(crate) fn fault(facts: impl IntoIterator<Item = Fact>) -> String {
    fold(facts).map(|_| ()).unwrap_err().to_string()
}

fn fold(facts: impl IntoIterator<Item = Fact>) -> Result<InMemory, Fault> {
    let biller = Arc::new(biller::testing());
    let mut folded = InMemory::new(Arc::new(Billing { biller }));
    let mut versions: HashMap<String, u64> = HashMap::new();
    for (position, fact) in (1..).zip(facts) {
        let version = versions.entry(fact.stream.clone()).or_default();
        *version += 1;
        folded.apply(&recorded(position, &fact, *version))?;
    }
    Ok(folded)
}

fn recorded(position: u64, fact: &Fact, version: u64) -> Recorded {
    let encoded = contract::encode(&fact.event);
    let meta = Meta {
        command_id: CommandId(u128::from(position).to_be_bytes()),
        committed_at: NOON + 1_000_000 * i64::try_from(position - 1).unwrap(),
        actor: "jane; roles=agent".into(),
        causation: None,
        correlation: None,
        traceparent: None,
    };
    let event = Event {
        stream: fact.stream.as_str().into(),
        version,
        kind: encoded.kind.into(),
        schema: contract::event::SCHEMA,
        data: encoded.data.into(),
    };
    Recorded { position, meta: Arc::new(meta), event }
}
