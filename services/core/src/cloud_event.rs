//! Events as outsiders see them on NATS: CloudEvents in binary mode, ids in headers, few subjects.
//!
//! What must stay true: no personal data in a subject or a header, no hash of a password anywhere;
//! the same event is described the same way for ever, because the relay publishes it again after a
//! loss.

use std::{borrow::Cow, sync::Arc};

use bus::{Describe, DescribeError, Description, EventMessage, Headers, Message};
use contract::descriptor;
use event_store::Recorded;

/// How a biller's events are told to outsiders: as protobuf, and as JSON.
#[must_use]
pub fn describe(biller: &str) -> Describe {
    let name = biller.to_owned();
    let protobuf: Description = Arc::new(move |recorded| protobuf(&name, recorded));
    let name = biller.to_owned();
    let json: Description = Arc::new(move |recorded| json(&name, recorded));
    Describe { protobuf: Some(protobuf), json: Some(json) }
}

fn protobuf(biller: &str, recorded: &Recorded) -> Result<Option<EventMessage>, DescribeError> {
    let body = match contract::public(&recorded.event.kind, &recorded.event.data)? {
        Cow::Borrowed(_) => recorded.event.data.clone(),
        Cow::Owned(public) => public.into(),
    };
    message(biller, recorded, "application/protobuf", body)
}

fn json(biller: &str, recorded: &Recorded) -> Result<Option<EventMessage>, DescribeError> {
    let envelope = contract::envelope(biller, recorded)?;
    let body = serde_json::to_vec(&envelope)?;
    message(biller, recorded, "application/json", body.into())
}

fn message(
    biller: &str,
    recorded: &Recorded,
    content_type: &str,
    body: bytes::Bytes,
) -> Result<Option<EventMessage>, DescribeError> {
    let kind = recorded.event.kind.as_ref();
    let fact = descriptor::fact(kind).ok_or_else(|| format!("{kind} is not known"))?;
    let message = Message { headers: headers(biller, recorded, content_type), body };
    Ok(Some(EventMessage { noun: fact.noun.clone(), verb: fact.verb.clone(), message }))
}

/// CloudEvents 1.0, NATS protocol binding, binary mode; what is ours are extension attributes.
fn headers(biller: &str, recorded: &Recorded, content_type: &str) -> Headers {
    let Recorded { meta, event, .. } = recorded;
    let mut headers = Headers::new();
    headers.insert("ce-specversion", "1.0");
    headers.insert("ce-id", &contract::event::id(recorded));
    headers.insert("ce-source", &format!("/demarc/{biller}"));
    headers.insert("ce-type", &event.kind);
    headers.insert("ce-subject", &event.stream);
    headers.insert("ce-time", &contract::event::time(meta.committed_at));
    headers.insert("ce-sequence", &recorded.position.to_string());
    headers.insert("ce-streamversion", &event.version.to_string());
    headers.insert("ce-actor", &meta.actor);
    headers.insert("ce-commandid", &meta.command_id.to_string());
    if let Some(causation) = meta.causation {
        headers.insert("ce-causationid", &causation.to_string());
    }
    if let Some(correlation) = meta.correlation {
        headers.insert("ce-correlationid", &correlation.to_string());
    }
    if let Some(traceparent) = &meta.traceparent {
        headers.insert("ce-traceparent", traceparent);
    }
    headers.insert("content-type", content_type);
    headers
}
