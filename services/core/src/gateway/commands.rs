//! `POST /v1/{biller}/commands/{Command}`: one route for every command.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Request, State},
    http::request::Parts,
};
use contract::{AsItIs, Closed, CommandType, Unread, command, pb::envelope::v1::Receipt};
use domain::{Decide, actor::Actor};
use event_store::CommandId;
use service::Problem;

use super::{BODY_BYTES_MAX, edge, revealed};
use crate::{
    Core,
    access::Caller,
    door::BillersDoor,
    receipt,
    submission::{Answer, Decision, Submission, SubmitError, traceparent},
};

pub(super) async fn send(
    State(core): State<Core>,
    Path((biller, name)): Path<(String, String)>,
    request: Request,
) -> Result<Json<Receipt>, Problem> {
    let desk = edge::desk(&core, &biller)?;
    let door = Arc::clone(&desk.door);
    let submission = read(&biller, &name, request, &door).await?;
    let Json(mut receipt) = decided(&core, &biller, submission).await?;
    revealed::fill(desk, &mut receipt)?;
    Ok(Json(receipt))
}

/// What a client hears of a command.
pub(super) async fn decided(
    core: &Core,
    biller: &str,
    submission: Submission,
) -> Result<Json<Receipt>, Problem> {
    let id = submission.id;
    let answer = core.submit(biller, submission).await.map_err(refused)?;
    answered(id, answer)
}

/// Nothing of the request is kept: the connection reads the next one into the same memory.
async fn read(
    biller: &str,
    name: &str,
    request: Request,
    door: &BillersDoor,
) -> Result<Submission, Problem> {
    let (Parts { headers, mut extensions, .. }, body) = request.into_parts();
    let command = command::named(name).ok_or_else(|| unknown(name))?;
    let Caller { actor, .. } = extensions.remove().ok_or_else(unknown_caller)?;
    let id = edge::command_id(&headers, biller, command.name)?;
    let body = axum::body::to_bytes(body, BODY_BYTES_MAX)
        .await
        .map_err(|_| Problem::too_large(BODY_BYTES_MAX))?;
    Ok(Submission {
        name: command.name,
        command: rule(command, &actor, &body, door).await?,
        actor,
        id,
        causation: edge::reference(&headers, "demarc-causation")?,
        correlation: edge::reference(&headers, "demarc-correlation")?,
        traceparent: edge::text(&headers, "traceparent")?.and_then(traceparent),
    })
}

/// Reads the command; for a new customer a key is made first.
pub(super) async fn rule(
    command: &CommandType,
    actor: &Actor,
    body: &[u8],
    door: &BillersDoor,
) -> Result<Box<dyn Decide>, Problem> {
    // Whoever may not send it is refused by the domain, and gets nobody a key.
    if actor.demand_may_send(command.name).is_err() {
        return command.from_json(body, &AsItIs).map_err(|unread| unreadable(&unread));
    }
    let mut read = command.from_json(body, door);
    if let Err(Unread::Closed(Closed::NoKey { owner })) = &read {
        let made = door.make_key(owner.clone()).await;
        made.map_err(|closed| Problem::unavailable(closed.to_string()))?;
        read = command.from_json(body, door);
    }
    read.map_err(|unread| unreadable(&unread))
}

fn answered(id: CommandId, answer: Answer) -> Result<Json<Receipt>, Problem> {
    match answer {
        Answer::Decided { decision: Decision::Rejected { code, reason }, duplicate } => {
            Err(Problem {
                command_id: Some(id.to_string()),
                duplicate: Some(duplicate),
                ..Problem::rejected(&code, &reason)
            })
        }
        Answer::Decided { decision, duplicate } => {
            Ok(Json(receipt::receipt(id, &decision, duplicate)))
        }
        Answer::RuleFailed => Err(Problem {
            command_id: Some(id.to_string()),
            ..Problem::internal("the rule failed, nothing was changed: see core's log")
        }),
        Answer::Unavailable => Err(Problem {
            command_id: Some(id.to_string()),
            ..Problem::unavailable(
                "the log cannot be written now: send the same command with this id as \
                 Idempotency-Key to learn what became of it",
            )
        }),
    }
}

/// The guard lets nobody through whom it does not know.
fn unknown_caller() -> Problem {
    Problem::unauthorized("nobody said who asks")
}

pub(super) fn refused(error: SubmitError) -> Problem {
    match error {
        SubmitError::UnknownBiller => Problem::not_found(error.to_string()),
        SubmitError::Full | SubmitError::Stopped => Problem::unavailable(error.to_string()),
    }
}

pub(super) fn unreadable(unread: &Unread) -> Problem {
    match unread {
        Unread::Invalid(invalid) => Problem::invalid(&invalid.field, &invalid.problem),
        Unread::Closed(closed) => Problem::unavailable(closed.to_string()),
    }
}

fn unknown(name: &str) -> Problem {
    let names: Vec<_> = command::all().map(|command| command.name).collect();
    Problem::not_found(format!("there is no command {name:?}; there is {}", names.join(", ")))
}
