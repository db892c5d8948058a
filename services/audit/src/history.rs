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

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        site::SuspensionReason,
        testing::fixtures::{account, comment, suspended_site},
    };
    use serde_json::{Value, json};

    use super::SHOWN_MAX;
    use crate::testing::{Audited, BILLER, Offered};

    async fn audited(facts: Vec<Fact>) -> Audited {
        Offered::begun_as(BILLER).await.and(facts).audited().await
    }

    /// A day, an account, its site (position 3), asked to stop (4), the portal closed, stopped (6).
    async fn suspended() -> Audited {
        audited(suspended_site(SuspensionReason::Abuse)).await
    }

    fn versions(history: &Value) -> Vec<u64> {
        let events = history["events"].as_array().unwrap();
        events.iter().map(|event| event["version"].as_str().unwrap().parse().unwrap()).collect()
    }

    #[tokio::test]
    async fn a_history_is_told_from_the_first_event_to_the_last() {
        let history = suspended().await.show("history", "site_88", None).await.unwrap();
        assert_eq!((&history["stream"], &history["count"]), (&json!("site_88"), &json!(3)));
        let events = history["events"].as_array().unwrap();
        let told: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
        let types = ["SiteRegistered", "SiteSuspensionRequested", "SiteSuspended"];
        assert_eq!(told, types.map(|name| format!("demarc.site.v1.{name}")));
        assert_eq!(events[2]["actor"], "jane; roles=agent");
    }

    #[tokio::test]
    async fn a_history_as_of_a_moment_ends_there() {
        let audited = suspended().await;
        let history = audited.show("history", "site_88", Some(5)).await.unwrap();
        assert_eq!(versions(&history), [1, 2]);
        assert_eq!(audited.show("history", "site_88", Some(2)).await, None);
    }

    #[tokio::test]
    async fn a_long_history_shows_its_beginning_and_counts_everything() {
        let said = (0..SHOWN_MAX).map(|_| comment("c-1", "Called again"));
        let audited = audited(account().into_iter().chain(said).collect()).await;
        let history = audited.show("history", "account_7", None).await.unwrap();
        assert_eq!(history["count"], SHOWN_MAX + 1);
        assert_eq!(versions(&history), (1..=SHOWN_MAX as u64).collect::<Vec<_>>());
        let state = audited.show("state", "account_7", None).await.unwrap();
        assert_eq!(state["last"]["version"], SHOWN_MAX + 1, "the state is folded from all");
    }

    #[tokio::test]
    async fn a_state_is_that_of_the_moment_asked_for() {
        let audited = suspended().await;
        let expected = json!({
            "stream": "site_88",
            "last": { "position": 4, "version": 2, "time": "2026-03-16T12:00:00.000004Z" },
            "state": {
                "account": "account_7",
                "addressId": "A-17",
                "address": "17 Elm St",
                "market": "phoenix",
                "traffic": {
                    "state": "stopping", "request": 1, "reason": "Abuse", "acknowledged": false
                },
                "nocRequests": 1,
            },
        });
        assert_eq!(audited.show("state", "site_88", Some(5)).await, Some(expected));
        let before = audited.show("state", "site_88", Some(3)).await.unwrap();
        assert_eq!(before["state"]["traffic"], json!({ "state": "flowing" }));
        let now = audited.show("state", "site_88", None).await.unwrap();
        assert_eq!(now["state"]["traffic"], json!({ "state": "stopped", "reason": "Abuse" }));
    }

    #[tokio::test]
    async fn a_noun_whose_id_only_begins_alike_has_no_history() {
        let audited = suspended().await;
        assert_eq!(audited.show("history", "site_8", None).await, None);
        assert_eq!(audited.show("state", "site_8", None).await, None);
    }
}
