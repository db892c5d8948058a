//! Facts as they are stored and published.

use std::sync::Arc;

use contract::pb::envelope::v1::Envelope;
use contract::{DecodeError, descriptor};
use event_store::{CommandId, Event, Meta, Recorded};

use crate::{assert_names_a_field, chosen};

/// Decodes a fact of any kind: it says the same as protobuf, as JSON and in its envelope.
pub fn event(data: &[u8]) {
    let Some((choice, data)) = chosen(data) else { return };
    let facts = descriptor::facts();
    let kind = &facts[choice % facts.len()].kind;
    let event = match contract::decode(kind, data) {
        Ok(event) => event,
        Err(DecodeError::Field { source, .. }) => {
            return assert_names_a_field(&source.field, &source.problem);
        }
        Err(DecodeError::Proto { .. }) => return,
        Err(DecodeError::UnknownKind { kind }) => panic!("{kind} is in the list"),
    };
    let stored = contract::encode(&event);
    let again = contract::decode(stored.kind, &stored.data).expect("it was encoded here");
    assert_eq!(again, event, "a fact does not survive being stored");
    assert_eq!(contract::encode(&again), stored, "a fact is stored in two ways");

    let envelope = contract::envelope("acme", &recorded(stored.kind, &stored.data));
    let envelope = envelope.expect("it was encoded here");
    let json = serde_json::to_vec(&envelope).expect("an envelope is JSON");
    let read: Envelope = serde_json::from_slice(&json).expect("it was written here");
    assert_eq!(read, envelope, "an envelope does not survive being JSON");
    // The hash of a password stays in the log.
    let public = contract::public(stored.kind, &stored.data).expect("it was encoded here");
    let public = contract::decode(stored.kind, &public).expect("it was encoded here");
    assert_eq!(contract::opened(read).expect("it holds a fact"), public);
}

/// An event around stored bytes.
pub(crate) fn recorded(kind: &str, data: &[u8]) -> Recorded {
    let meta = Meta {
        command_id: CommandId([7; 16]),
        committed_at: 1_700_000_000_000_000,
        actor: "jane; roles=agent".into(),
        causation: None,
        correlation: Some(CommandId([8; 16])),
        traceparent: None,
    };
    let event = Event {
        stream: "site_88".into(),
        version: 3,
        kind: kind.into(),
        schema: contract::event::SCHEMA,
        data: data.to_vec().into(),
    };
    Recorded { position: 12, meta: Arc::new(meta), event }
}
