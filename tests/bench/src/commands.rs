//! Commands as they come: the same ones for every store, with random ids, in random streams.

use bytes::Bytes;
use event_store::{CommandId, Expected, NewEvent, NewRecord};

/// Bytes of an event's payload.
pub(crate) const PAYLOAD_BYTES: u64 = 300;
const PAYLOAD: [u8; 300] = [b'x'; 300];

/// An endless row of commands that each write one event.
pub(crate) struct Commands {
    made: u64,
    streams: u64,
}

impl Commands {
    /// Those that follow the first `made` ones.
    pub(crate) fn after(made: u64, streams: u64) -> Self {
        Self { made, streams: streams.max(1) }
    }

    /// The next one.
    pub(crate) fn next(&mut self) -> NewRecord {
        self.made += 1;
        let stream = mix(self.made) % self.streams;
        let mut id = [0; 16];
        id[..8].copy_from_slice(&mix(self.made + (1 << 50)).to_be_bytes());
        id[8..].copy_from_slice(&mix(self.made + (1 << 40)).to_be_bytes());
        NewRecord {
            command_id: CommandId(id),
            committed_at: i64::try_from(self.made).expect("a bench makes few commands"),
            actor: "agent/alice".to_owned(),
            causation: None,
            correlation: None,
            traceparent: None,
            events: vec![NewEvent {
                stream: stream_name(stream),
                expected: Expected::Any,
                kind: "account.renamed".to_owned(),
                schema: 1,
                data: Bytes::from_static(&PAYLOAD),
            }],
        }
    }
}

/// The name of the stream with this number.
pub(crate) fn stream_name(number: u64) -> String {
    format!("account-{number:018}")
}

/// A number that looks random and is different for every `n`.
pub(crate) fn mix(n: u64) -> u64 {
    let n = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    n ^ (n >> 27)
}
