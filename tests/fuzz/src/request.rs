//! Requests: headers of HTTP, commands over the bus, questions about views and moments.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use core_service::edge::{self, Moment};
use service::Problem;
use service::query::Query;

use crate::assert_names_a_field;
use crate::log_reply::{message, split};

/// Reads what the gateway reads from the headers of a command.
pub fn request_headers(data: &[u8]) {
    let (lines, _) = split(data);
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let name = HeaderName::from_bytes(name);
        let value = HeaderValue::from_bytes(value);
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.insert(name, value);
        }
    }
    if let Some(actor) = read(edge::actor(&headers)) {
        assert!(actor.to_string().len() <= 255, "a record holds 255 bytes of an actor");
    }
    command_id(&headers);
    for name in ["demarc-causation", "demarc-correlation"] {
        if let Some(Some(id)) = read(edge::reference(&headers, name)) {
            let said = headers[name].to_str().expect("it was read as text");
            assert_eq!(id.to_string(), said.to_ascii_lowercase());
        }
    }
    if let Some(Some(text)) = read(edge::text(&headers, "traceparent"))
        && let Some(kept) = edge::traceparent(text)
    {
        assert_eq!((kept.as_str(), kept.len()), (text, 55));
    }
    for name in ["host", "origin"] {
        if let Some(Some(text)) = read(edge::text(&headers, name))
            && edge::names_this_machine(text)
        {
            let loopback = ["localhost", "127.", "[::1]", "[::ffff:127.", "[0:"];
            assert!(loopback.iter().any(|name| text.to_lowercase().contains(name)), "{text}");
        }
    }
}

/// The same key gives the same command, for ever; another command has another id.
fn command_id(headers: &HeaderMap) {
    let Some(id) = read(edge::command_id(headers, "acme", "SuspendSite")) else { return };
    if !headers.contains_key("idempotency-key") {
        return;
    }
    let again = edge::command_id(headers, "acme", "SuspendSite");
    assert_eq!(again.ok(), Some(id), "a key gives two ids");
}

/// Reads a command as it comes over the bus: its subject in the first line.
pub fn bus_command(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (subject, rest) = data.split_at(end);
    let subject = String::from_utf8_lossy(subject);
    let message = message(rest.get(1..).unwrap_or_default());
    match core_service::read(&subject, &message, &contract::AsItIs) {
        Ok(submission) => {
            assert!(contract::command::named(submission.name).is_some());
            assert!(submission.actor.to_string().len() <= 255);
            assert!(submission.traceparent.is_none_or(|text| text.len() == 55));
        }
        Err(unread) => drop(crate::command::unreadable(unread)),
    }
}

/// Reads a question about a view, and the moment that it is about.
pub fn query(data: &[u8]) {
    if let Ok(query) = serde_json::from_slice::<Query>(data) {
        let json = serde_json::to_vec(&query).expect("a question is JSON");
        let again: Query = serde_json::from_slice(&json).expect("it was written here");
        assert_eq!(again, query);
    }
    let text = String::from_utf8_lossy(data);
    match read(Moment::parse(&text)) {
        Some(Moment::Position(position)) => assert_eq!(text.parse(), Ok(position)),
        Some(Moment::Time(time)) => {
            let written = time.to_string();
            assert!(matches!(Moment::parse(&written), Ok(Moment::Time(same)) if same == time));
        }
        None => {}
    }
}

/// What was read; a refusal names the field.
fn read<T>(read: Result<T, Problem>) -> Option<T> {
    read.map_err(|problem| {
        assert_eq!((problem.status, problem.errors.len()), (422, 1));
        let error = &problem.errors[0];
        assert_names_a_field(&error.field, &error.problem);
    })
    .ok()
}
