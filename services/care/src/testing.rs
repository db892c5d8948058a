//! Facts, as if core had recorded them, folded into care's rows.

use std::{collections::HashMap, sync::Arc};

use domain::Fact;
use event_store::{CommandId, Event, Meta, Recorded};
use projection::{Fault, InMemory, Table};
use serde_json::Value;

use crate::model::Care;

/// 2026-03-16 12:00:00 UTC: when the first fact was recorded; the others follow second by second.
const NOON: i64 = 1_773_662_400_000_000;

/// The row that facts lead to.
pub(crate) fn row(facts: impl IntoIterator<Item = Fact>, table: Table, key: &str) -> Value {
    let folded = fold(facts).unwrap();
    folded.rows().get(table, key).unwrap().expect("there is such a row")
}

/// Why facts cannot be shown.
pub(crate) fn fault(facts: impl IntoIterator<Item = Fact>) -> String {
    fold(facts).map(|_| ()).unwrap_err().to_string()
}

fn fold(facts: impl IntoIterator<Item = Fact>) -> Result<InMemory, Fault> {
    let mut folded = InMemory::new(Arc::new(Care));
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
