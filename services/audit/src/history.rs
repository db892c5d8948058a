//! What happened to this noun, and what did its events add up to at some moment?

use contract::pb::envelope::v1::Envelope;
use domain::Noun;
use projection::{Fault, Handle, Keys, Rows, Table, key};
use serde_json::{Value, json};
use service::{LiveError, error};

const EVENTS: Table = Table::new(b'e');
/// Events of one noun that a history shows; its state is folded from all of them.
const SHOWN_MAX: usize = 10_000;
/// Events read at a time.
const PAGE_EVENTS: usize = 1_000;

pub(crate) fn apply(envelope: &Envelope, rows: &mut Rows<'_>) -> Result<(), Fault> {
    rows.put(EVENTS, row_key(&envelope.stream, envelope.version), envelope)
}

/// Versions in a key have a fixed width, so that they sort as numbers.
fn row_key(stream: &str, version: u64) -> Vec<u8> {
    key([stream, &format!("{version:020}")])
}

/// The noun's events until a moment, the oldest first.
pub(crate) fn of(
    handle: &Handle,
    stream: &str,
    as_of: Option<u64>,
) -> Result<Option<Value>, LiveError> {
    let mut events = Vec::new();
    let mut count = 0;
    each(handle, stream, as_of, |envelope| {
        count += 1;
        if events.len() < SHOWN_MAX {
            events.push(json!(envelope));
        }
        Ok(())
    })?;
    Ok((count > 0).then(|| json!({ "stream": stream, "count": count, "events": events })))
}

/// What the noun's events until a moment add up to.
pub(crate) fn state(
    handle: &Handle,
    stream: &str,
    as_of: Option<u64>,
) -> Result<Option<Value>, LiveError> {
    let mut noun = None;
    let mut last = json!(null);
    each(handle, stream, as_of, |envelope| {
        let (position, version) = (envelope.position, envelope.version);
        last = json!({ "position": position, "version": version, "time": envelope.time });
        let event = contract::opened(envelope).map_err(|error| failed(&error))?;
        noun = Some(Noun::evolve(noun.take(), &event));
        Ok(())
    })?;
    Ok(noun.map(
        |noun| json!({ "stream": stream, "last": last, "state": contract::state::json(&noun) }),
    ))
}

fn each(
    handle: &Handle,
    stream: &str,
    as_of: Option<u64>,
    mut visit: impl FnMut(Envelope) -> Result<(), LiveError>,
) -> Result<(), LiveError> {
    let mut after = key([stream, ""]);
    loop {
        let keys = Keys::prefix(key([stream, ""])).after(&after);
        let page = handle
            .query(|rows| {
                rows.scan::<Envelope>(EVENTS, keys, PAGE_EVENTS).collect::<Result<Vec<_>, _>>()
            })
            .map_err(|error| failed(&error))?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after.clone_from(last);
        for (_, envelope) in page {
            if as_of.is_some_and(|as_of| envelope.position > as_of) {
                return Ok(());
            }
            visit(envelope)?;
        }
    }
}

fn failed(error: &(dyn std::error::Error + 'static)) -> LiveError {
    LiveError(error::chain(error))
}
