//! What is read from a request before anything else: who asks, under which key, about which moment.
//!
//! What must stay true: whatever a header holds, it is read, or refused by its name; no refusal
//! repeats a value.

use axum::http::HeaderMap;
use domain::actor::{Actor, Role};
use domain::text::Code;
use event_store::CommandId;
use jiff::Timestamp;
use serde_json::Value;
use service::{Problem, clock, error};
use uuid::Uuid;

pub use super::local::names_this_machine;
pub use crate::submission::traceparent;
use crate::{Core, Desk};

/// Longest idempotency key in characters.
const KEY_CHARS_MAX: usize = 200;

/// The biller of a path.
pub(super) fn desk<'a>(core: &'a Core, biller: &str) -> Result<&'a Desk, Problem> {
    core.desk(biller).ok_or_else(|| {
        let billers = core.billers().collect::<Vec<_>>().join(", ");
        Problem::not_found(format!("there is no biller {biller:?} here; there is {billers}"))
    })
}

/// Who asks, as a header says: for development, where it is believed.
///
/// # Errors
/// When the header is no actor.
pub fn actor(headers: &HeaderMap) -> Result<Actor, Problem> {
    match text(headers, "demarc-actor")? {
        Some(actor) => Actor::parse(actor)
            .map_err(|error| Problem::invalid("Demarc-Actor", &error.to_string())),
        None => Ok(developer()),
    }
}

/// Has every role: only for development.
fn developer() -> Actor {
    let name = Code::parse("developer").expect("the name is a code");
    Actor { name, roles: Role::ALL.into_iter().collect() }
}

/// The command id: a random UUID as it is, any other key as a UUID derived from it, or a new one.
///
/// # Errors
/// When the key is empty, too long or not text.
pub fn command_id(headers: &HeaderMap, biller: &str, command: &str) -> Result<CommandId, Problem> {
    let id = match text(headers, "idempotency-key")? {
        None => clock::new_id(),
        Some(key) if key.is_empty() || key.chars().count() > KEY_CHARS_MAX => {
            let problem = format!("must be 1 to {KEY_CHARS_MAX} characters");
            return Err(Problem::invalid("Idempotency-Key", &problem));
        }
        Some(key) => Uuid::parse_str(key).ok().filter(is_a_clients).unwrap_or_else(|| {
            let name = format!("demarc/{biller}/{command}/idempotency-key/{key}");
            Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
        }),
    };
    Ok(CommandId(id.into_bytes()))
}

/// Ids of version 5 follow from other ids: policies and the calendar have theirs from them, and
/// nobody may take one beforehand.
fn is_a_clients(id: &Uuid) -> bool {
    id.get_version_num() != 5
}

/// A header that names another command.
///
/// # Errors
/// When it is no UUID.
pub fn reference(headers: &HeaderMap, name: &str) -> Result<Option<CommandId>, Problem> {
    let parse = |text: &str| {
        text.parse::<CommandId>().map_err(|_| Problem::invalid(name, "must be a UUID"))
    };
    text(headers, name)?.map(parse).transpose()
}

/// A header's text.
///
/// # Errors
/// When it is not printable ASCII.
pub fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let printable = |_| Problem::invalid(name, "must be printable ASCII");
    headers.get(name).map(|value| value.to_str().map_err(printable)).transpose()
}

/// A moment that somebody asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// After this position.
    Position(u64),
    /// After the last position that was committed until then.
    Time(Timestamp),
}

impl Moment {
    /// Reads a position, or a time in RFC 3339.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        if let Ok(position) = text.parse() {
            return Ok(Self::Position(position));
        }
        text.parse().map(Self::Time).map_err(|_| {
            Problem::invalid("asOf", "must be a position or a time as in 2026-11-16T09:30:00Z")
        })
    }
}

/// The position that a moment stands for in a biller's log.
pub(super) fn position_at(desk: &Desk, moment: &str) -> Result<u64, Problem> {
    match Moment::parse(moment)? {
        Moment::Position(position) => Ok(position),
        Moment::Time(time) => {
            desk.reader.position_at(time.as_microsecond()).map_err(|error| log_unreadable(&error))
        }
    }
}

/// A document as whoever asks may read it: what is sealed is opened.
pub(super) fn opened(desk: &Desk, document: Value) -> Result<Value, Problem> {
    desk.door.opened(document).map_err(|error| {
        tracing::error!(cause = error::chain(&error), "personal data was not opened");
        Problem::unavailable("personal data cannot be opened now: see core's log")
    })
}

/// Logs once, at the edge, and tells the caller no more than it can use.
pub(super) fn log_unreadable(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(cause = error::chain(error), "the log was not read");
    Problem::unavailable("the log cannot be read now: see core's log")
}
