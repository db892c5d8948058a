//! Which nouns are there, and how much happened to each?

use contract::pb::envelope::v1::Envelope;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

pub(crate) const STREAMS: Table = Table::new(b's');

/// One noun's stream.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stream {
    events: u64,
    first_at: String,
    last_at: String,
    last_type: String,
    last_position: u64,
}

pub(crate) fn apply(envelope: &Envelope, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let known: Option<Stream> = rows.get(STREAMS, &envelope.stream)?;
    let stream = Stream {
        events: envelope.version,
        first_at: known.map_or_else(|| envelope.time.clone(), |known| known.first_at),
        last_at: envelope.time.clone(),
        last_type: envelope.r#type.clone(),
        last_position: envelope.position,
    };
    rows.put(STREAMS, &envelope.stream, &stream)
}
