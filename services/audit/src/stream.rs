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

#[cfg(test)]
mod tests {
    use domain::{site::SuspensionReason, testing::fixtures::suspended_site};
    use serde_json::{Value, json};

    use super::STREAMS;
    use crate::testing::story;

    #[test]
    fn a_noun_is_listed_with_its_first_and_its_last_event() {
        let row: Value =
            story().and(suspended_site(SuspensionReason::Abuse)).row(STREAMS, "site_88");
        let expected = json!({
            "events": 3,
            "firstAt": "2026-03-16T12:00:03Z",
            "lastAt": "2026-03-16T12:00:06Z",
            "lastType": "demarc.site.v1.SiteSuspended",
            "lastPosition": 6,
        });
        assert_eq!(row, expected);
    }
}
