//! Events as outsiders see them on NATS: nothing that is in a log can break their headers.

use std::sync::Arc;

use event_store::{CommandId, Event, Meta, Recorded};

use crate::chosen;

/// Describes an event whose texts and data are anything.
pub fn cloud_event(data: &[u8]) {
    let Some((choice, rest)) = chosen(data) else { return };
    let mut texts = rest.splitn(5, |byte| *byte == 0);
    let mut text = || String::from_utf8_lossy(texts.next().unwrap_or_default()).into_owned();
    let (stream, actor, traceparent, time) = (text(), text(), text(), text());
    let facts = contract::descriptor::facts();
    let kind = &facts[choice % facts.len()].kind;
    let recorded = Recorded {
        position: 12,
        meta: Arc::new(Meta {
            command_id: CommandId([7; 16]),
            committed_at: time.parse().unwrap_or(1_700_000_000_000_000),
            actor: actor.into(),
            causation: Some(CommandId([8; 16])),
            correlation: None,
            traceparent: Some(traceparent.into()),
        }),
        event: Event {
            stream: stream.into(),
            version: 3,
            kind: kind.as_str().into(),
            schema: 1,
            data: texts.next().unwrap_or_default().to_vec().into(),
        },
    };
    let describe = core_service::describe("acme");
    for description in describe.protobuf.iter().chain(&describe.json) {
        let Ok(Some(told)) = description(&recorded) else { continue };
        assert!(bus::subject::check_name("noun", &told.noun).is_ok());
        assert!(bus::subject::check_name("verb", &told.verb).is_ok());
        for (name, value) in told.message.headers.iter() {
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{name}");
            assert!(!value.contains(['\r', '\n']), "{name} would forge another header");
        }
        assert!(told.message.headers.get("ce-id").is_some());
    }
}
