//! The log over HTTP: pages, and a stream of server-sent events that resumes where it stopped.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension, Json,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use contract::{
    descriptor,
    pb::envelope::v1::{Envelope, EventPage},
};
use event_store::{Block, Position, Reader, Recorded};
use futures::{Stream, StreamExt, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use service::Problem;
use tokio::sync::watch;

use super::edge;
use crate::{Core, Desk, access::Caller, door::BillersDoor};

/// Events on a page at most.
const PAGE_EVENTS_MAX: usize = 1_000;
/// Events that one page looks at for a type before it gives what it has found.
const SCANNED_MAX: u64 = 200_000;
/// How much of the log is read at once, in bytes.
const READ_BYTES: usize = 1 << 20;

/// Which events.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    /// First position.
    from: Option<Position>,
    /// At most so many on a page.
    limit: Option<usize>,
    /// Only this noun's.
    stream: Option<String>,
    /// Only this type's: `SiteSuspended` or `demarc.site.v1.SiteSuspended`.
    r#type: Option<String>,
}

impl Filter {
    /// The filter with the full name of its type.
    fn checked(mut self) -> Result<Self, Problem> {
        if let Some(name) = &self.r#type {
            let known = descriptor::facts().iter().find(|fact| {
                fact.kind == *name || fact.kind.rsplit('.').next() == Some(name.as_str())
            });
            let known = known.ok_or_else(|| {
                Problem::invalid("type", "must be a type of event: GET /openapi.json lists them")
            })?;
            self.r#type = Some(known.kind.clone());
        }
        Ok(self)
    }

    fn takes(&self, recorded: &Recorded) -> bool {
        let is = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == found)
        };
        is(&self.stream, &recorded.event.stream) && is(&self.r#type, &recorded.event.kind)
    }
}

pub(super) async fn page(
    State(core): State<Core>,
    Path(biller): Path<String>,
    filter: Result<Query<Filter>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let desk = edge::desk(&core, &biller)?;
    let filter = readable(filter)?.checked()?;
    let limit = filter.limit.unwrap_or(100).clamp(1, PAGE_EVENTS_MAX);
    let from = filter.from.unwrap_or(1).max(1);
    let (reader, head) = (desk.reader.clone(), desk.reader.head().position);
    let found = match filter.stream.clone() {
        Some(stream) => blocking(move || of_stream(&reader, &stream, &filter, from, limit)).await?,
        None => blocking(move || of_log(&reader, &filter, from, limit)).await?,
    };
    let (events, next) = found;
    let events = events.iter().map(|event| envelope(&biller, event)).collect::<Result<_, _>>()?;
    let page = json!(EventPage { events, next, head });
    edge::opened(desk, page).map(Json)
}

pub(super) async fn stream(
    State(core): State<Core>,
    Path(biller): Path<String>,
    filter: Result<Query<Filter>, axum::extract::rejection::QueryRejection>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let desk = edge::desk(&core, &biller)?;
    let filter = readable(filter)?.checked()?;
    let last = edge::text(&headers, "last-event-id")?;
    let parse =
        |id: &str| id.parse().map_err(|_| Problem::invalid("Last-Event-ID", "must be a position"));
    let resumed: Option<Position> = last.map(parse).transpose()?;
    let from = resumed.map(|last| last.saturating_add(1)).or(filter.from).unwrap_or(1).max(1);
    let tail = Tail::new(&core, desk, filter, from, caller);
    let events = stream::unfold(tail, |mut tail| async move {
        let batch = tail.next().await?;
        Some((stream::iter(batch), tail))
    });
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    Ok(Sse::new(events.flatten().map(Ok)).keep_alive(keep_alive))
}

/// Reads on from a position for as long as somebody listens.
struct Tail {
    biller: String,
    door: Arc<BillersDoor>,
    reader: Reader,
    head: watch::Receiver<Position>,
    filter: Filter,
    next: Position,
    core: Core,
    caller: Caller,
}

impl Tail {
    fn new(core: &Core, desk: &Desk, filter: Filter, next: Position, caller: Caller) -> Self {
        let (biller, core) = (desk.biller.name.clone(), core.clone());
        let (door, reader) = (Arc::clone(&desk.door), desk.reader.clone());
        Self { biller, door, reader, head: desk.head.clone(), filter, next, core, caller }
    }

    /// Whether the session goes on in which the stream was asked for.
    async fn may_go_on(&self) -> bool {
        match &self.caller.token {
            Some(token) => self.core.caller(Some(&self.biller), token).await.is_ok(),
            None => true,
        }
    }

    /// The next events, or `None` when the log is closed or cannot be read, or the session is over.
    async fn next(&mut self) -> Option<Vec<Event>> {
        let (next, head) = (self.next, &mut self.head);
        tokio::select! {
            () = self.core.stop().cancelled() => return None,
            grown = head.wait_for(|head| *head >= next) => { grown.ok()?; }
        }
        if !self.may_go_on().await {
            return None;
        }
        let (reader, from) = (self.reader.clone(), self.next);
        let blocks = blocking(move || {
            reader.read_blocks(from, READ_BYTES).map_err(|error| edge::log_unreadable(&error))
        });
        let blocks = blocks.await.ok()?;
        let mut events = Vec::new();
        for recorded in recorded(&blocks, self.next) {
            let recorded = recorded.ok()?;
            self.next = recorded.position + 1;
            if self.filter.takes(&recorded) {
                events.push(server_sent(&self.biller, &self.door, &recorded)?);
            }
        }
        Some(events)
    }
}

fn server_sent(biller: &str, door: &BillersDoor, recorded: &Recorded) -> Option<Event> {
    let envelope = door.opened(json!(envelope(biller, recorded).ok()?)).ok()?;
    let kind = recorded.event.kind.rsplit('.').next().unwrap_or_default();
    let event = Event::default().id(recorded.position.to_string()).event(kind);
    event.json_data(envelope).ok()
}

/// What was found, and where the next page begins; 0 at the end of the log.
type Found = (Vec<Recorded>, Position);

fn of_stream(
    reader: &Reader,
    stream: &str,
    filter: &Filter,
    from: Position,
    limit: usize,
) -> Result<Found, Problem> {
    let mut found = Vec::new();
    let mut version = 1;
    loop {
        let page = reader
            .read_stream(stream, version, PAGE_EVENTS_MAX)
            .map_err(|error| edge::log_unreadable(&error))?;
        let last_page = page.len() < PAGE_EVENTS_MAX;
        for recorded in page {
            version = recorded.event.version + 1;
            if recorded.position < from || !filter.takes(&recorded) {
                continue;
            }
            if found.len() == limit {
                return Ok((found, recorded.position));
            }
            found.push(recorded);
        }
        if last_page {
            return Ok((found, 0));
        }
    }
}

fn of_log(
    reader: &Reader,
    filter: &Filter,
    from: Position,
    limit: usize,
) -> Result<Found, Problem> {
    let mut found = Vec::new();
    if from > reader.head().position {
        return Ok((found, 0));
    }
    let mut next = from;
    while next < from.saturating_add(SCANNED_MAX) {
        let blocks =
            reader.read_blocks(next, READ_BYTES).map_err(|error| edge::log_unreadable(&error))?;
        if blocks.is_empty() {
            return Ok((found, 0));
        }
        for recorded in recorded(&blocks, next) {
            let recorded = recorded.map_err(|error| edge::log_unreadable(&error))?;
            if found.len() == limit {
                return Ok((found, recorded.position));
            }
            next = recorded.position + 1;
            if filter.takes(&recorded) {
                found.push(recorded);
            }
        }
    }
    Ok((found, next))
}

fn recorded(
    blocks: &[Block],
    from: Position,
) -> impl Iterator<Item = Result<Recorded, event_store::BlockError>> {
    blocks
        .iter()
        .flat_map(Block::events)
        .filter(move |event| event.as_ref().map_or(true, |event| event.position >= from))
}

fn envelope(biller: &str, recorded: &Recorded) -> Result<Envelope, Problem> {
    contract::envelope(biller, recorded).map_err(|error| edge::log_unreadable(&error))
}

fn readable(
    filter: Result<Query<Filter>, axum::extract::rejection::QueryRejection>,
) -> Result<Filter, Problem> {
    let Query(filter) = filter.map_err(|_| {
        Problem::invalid("query", "takes from and limit (numbers), stream and type")
    })?;
    Ok(filter)
}

/// Runs a read of the log off the runtime's threads: old segments come from the disk.
async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let failed = |_| Problem::internal("reading the log failed: see core's log");
    tokio::task::spawn_blocking(read).await.map_err(failed)?
}
