//! Commands over the bus: `demarc.<biller>.command.<noun>.<verb>`, answered on the reply subject.
//!
//! The same route in process and over NATS, where `nats micro ls` shows it. The body is the
//! command's protobuf, or its JSON with the header `content-type: application/json`. Whoever sends
//! a token in the header `authorization` acts as its login. Who may reach these subjects without
//! one, and is believed to be whom `demarc-actor` names, is decided by the permissions of the NATS
//! server.

use std::sync::Arc;

use bus::{Endpoint, Headers, Message, Serving, subject};
use contract::{AsItIs, Closed, Door, Invalid, Unread, command};
use domain::actor::Actor;
use event_store::CommandId;
use futures::FutureExt;
use prost::Message as _;
use service::clock;

use crate::{
    Core,
    gateway::BODY_BYTES_MAX,
    receipt,
    submission::{Answer, Decision, Submission, SubmitError, traceparent},
};

/// Answers a biller's commands over the bus until the result is dropped.
pub(crate) async fn serve(core: &Core, biller: &str) -> Result<Serving, bus::ServeError> {
    let endpoint = Endpoint {
        service: "core".to_owned(),
        version: "1.0.0".to_owned(),
        description: "Commands in, events out".to_owned(),
        subject: subject::commands(biller),
        queue_group: "core".to_owned(),
    };
    let asked = core.clone();
    let biller = biller.to_owned();
    let handler = move |subject: String, message: Message| {
        let (core, biller) = (asked.clone(), biller.clone());
        async move { answer(&core, &biller, &subject, &message).await }.boxed()
    };
    core.bus().serve(endpoint, Arc::new(handler)).await
}

async fn answer(core: &Core, biller: &str, subject: &str, message: &Message) -> Message {
    let Some(desk) = core.desk(biller) else {
        return outcome("unavailable").with_header("demarc-reason", "there is no such biller here");
    };
    let known = match known(core, biller, message).await {
        Ok(known) => known,
        Err(invalid) => return refused(&invalid.into()),
    };
    let (message, door) = (known.as_ref().unwrap_or(message), &*desk.door);
    let mut submission = read(subject, message, door);
    // For a new customer a key is made first.
    if let Err(Unread::Closed(Closed::NoKey { owner })) = &submission {
        submission = match door.make_key(owner.clone()).await {
            Ok(()) => read(subject, message, door),
            Err(closed) => Err(closed.into()),
        };
    }
    match submission {
        Ok(submission) => {
            let id = submission.id;
            reply(id, core.submit(biller, submission).await)
        }
        Err(unread) => refused(&unread),
    }
}

/// The message as it comes from whom its token tells of; `None` where it has none.
async fn known(core: &Core, biller: &str, message: &Message) -> Result<Option<Message>, Invalid> {
    let Some(text) = message.headers.get("authorization") else { return Ok(None) };
    let invalid = |problem: &str| Invalid::new("authorization", problem);
    let token = text.strip_prefix("Bearer ").ok_or_else(|| invalid("must be `Bearer <token>`"))?;
    let caller = core.caller(Some(biller), token).await;
    let caller = caller.map_err(|refusal| Invalid::new("authorization", refusal))?;
    if caller.must_change {
        return Err(invalid("is of a session that may only change its password"));
    }
    Ok(Some(message.clone().with_header("demarc-actor", &caller.actor.to_string())))
}

fn refused(unread: &Unread) -> Message {
    let name = match unread {
        Unread::Invalid(_) => "invalid",
        Unread::Closed(_) => "unavailable",
    };
    outcome(name).with_header("demarc-reason", &unread.to_string())
}

/// What core says on the reply subject.
#[must_use]
pub fn reply(id: CommandId, answer: Result<Answer, SubmitError>) -> Message {
    match answer {
        Ok(Answer::Decided { decision, duplicate }) => decided(id, &decision, duplicate),
        // Sent again it would fail again: a person has to look.
        Ok(Answer::RuleFailed) => {
            outcome("invalid").with_header("demarc-reason", "the rule failed: see core's log")
        }
        Ok(Answer::Unavailable) => {
            outcome("unavailable").with_header("demarc-reason", "the log cannot be written")
        }
        Err(error) => outcome("unavailable").with_header("demarc-reason", &error.to_string()),
    }
}

fn decided(id: CommandId, decision: &Decision, duplicate: bool) -> Message {
    let mut message = match decision {
        Decision::Accepted(_) => outcome("accepted"),
        Decision::Fulfilled => outcome("fulfilled"),
        Decision::Rejected { code, reason } => {
            return outcome("rejected")
                .with_header("demarc-code", code)
                .with_header("demarc-reason", reason);
        }
    };
    message.body = receipt::receipt(id, decision, duplicate).encode_to_vec().into();
    message
}

fn outcome(name: &str) -> Message {
    Message::default().with_header("demarc-outcome", name)
}

/// Reads a command as it comes over the bus, and seals its personal data.
///
/// # Errors
/// The field that cannot be read, or a door that is closed now.
pub fn read(subject: &str, message: &Message, door: &dyn Door) -> Result<Submission, Unread> {
    let mut tail = subject.rsplit('.');
    let (verb, noun) = (tail.next().unwrap_or_default(), tail.next().unwrap_or_default());
    let command = command::on_subject(noun, verb)
        .ok_or_else(|| Invalid::new("subject", "names no command"))?;
    if message.body.len() > BODY_BYTES_MAX {
        let problem = format!("must be at most {BODY_BYTES_MAX} bytes");
        return Err(Invalid::new("body", problem).into());
    }
    let headers = &message.headers;
    let actor = Actor::parse(headers.get("demarc-actor").unwrap_or_default())
        .map_err(|error| Invalid::new("demarc-actor", error))?;
    // Whoever may not send it is refused by the domain, and gets nobody a key.
    let is_refused = actor.demand_may_send(command.name).is_err();
    let door = if is_refused { &AsItIs } else { door };
    let rule = match headers.get("content-type") {
        Some("application/json") => command.from_json(&message.body, door)?,
        Some(_) | None => command.from_proto(&message.body, door)?,
    };
    Ok(Submission {
        name: command.name,
        command: rule,
        actor,
        id: id(headers, "demarc-command-id")?
            .unwrap_or_else(|| CommandId(clock::new_id().into_bytes())),
        causation: id(headers, "demarc-causation")?,
        correlation: id(headers, "demarc-correlation")?,
        traceparent: headers.get("traceparent").and_then(traceparent),
    })
}

fn id(headers: &Headers, name: &str) -> Result<Option<CommandId>, Invalid> {
    let parse =
        |text: &str| text.parse().map_err(|_| Invalid::new(name, "must be a UUID as in RFC 9562"));
    headers.get(name).map(parse).transpose()
}
