//! `POST /v1/{biller}/payments/webhook`: what a payment processor says on its own (F48). Its
//! signature shows who it is, so nobody logs in.
//!
//! What must stay true: nothing of a body is read before its signature is right; what follows from
//! a notice are commands whose ids follow from the notice's, so it is done once however often the
//! notice comes; a payment is recorded as billing records it, which asked for it, so it does
//! not matter who hears of it first.

mod known;
mod reaction;

use std::time::Duration;

use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::HeaderMap,
};
use domain::actor::Actor;
use event_store::CommandId;
use payment_processor::webhook::{self, Event, Notice, WebhookError};
use serde_json::{Value, json};
use service::{Problem, clock, error};
use uuid::Uuid;

use super::{commands, edge};
use crate::{Answer, Core, Decision, Desk, Submission};
use known::Known;
use reaction::{Reaction, Wish};

/// Who acts on a notice.
const PROCESSOR: &str = "payment-processor; roles=service";
/// Where the signature stands.
const SIGNATURE: &str = "webhook-signature";
/// How long a signature holds, and how far the clocks may be apart.
const TOLERANCE: Duration = Duration::from_secs(300);
/// Microseconds in a second.
const SECOND: i64 = 1_000_000;
/// Refusals of what was paid: it did not fail, it came back.
const CAME: [&str; 2] = ["autopay.collected", "autopay.no_such_collection"];
/// Refusals that say that it is so already.
const ALREADY: [&str; 4] = [
    "autopay.no_such_collection",
    "ledger.payment_id_used",
    "ledger.reference_used",
    "ledger.reversed_otherwise",
];

pub(super) async fn receive(
    State(core): State<Core>,
    Path(biller): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let keyed = core.desk(&biller).and_then(|desk| Some((desk, desk.webhook_key.get()?)));
    let (desk, key) = keyed.ok_or_else(nobody_listens)?;
    let body = axum::body::to_bytes(body, webhook::BODY_BYTES_MAX)
        .await
        .map_err(|_| Problem::too_large(webhook::BODY_BYTES_MAX))?;
    let signature = edge::text(&headers, SIGNATURE)?.unwrap_or_default();
    let now_s = clock::now_micros() / SECOND;
    let notice = match webhook::verify(key, signature, &body, now_s, TOLERANCE) {
        Ok(Event::Money(notice)) => notice,
        Ok(Event::Other { .. }) => return Ok(received("ignored")),
        Err(refused) => {
            tracing::warn!(biller, reason = %refused, "a webhook was not believed");
            return Err(disbelieved(refused));
        }
    };
    act(&core, &biller, desk, notice).await
}

/// Does what a notice leads to.
async fn act(
    core: &Core,
    biller: &str,
    desk: &Desk,
    notice: Notice,
) -> Result<Json<Value>, Problem> {
    let notice_id = notice.id.clone();
    let id = command_id(biller, &notice_id, "");
    let reader = desk.reader.clone();
    let looking = tokio::task::spawn_blocking(move || {
        let known = Known::of(&reader, &notice)?;
        Ok::<_, crate::states::LoadError>(reaction::to(&notice, &known, id))
    });
    let looked =
        looking.await.map_err(|_| Problem::unavailable("the notice was not looked into"))?;
    let reaction = looked.map_err(|failure| {
        tracing::error!(cause = error::chain(&failure), "a notice's account was not read");
        Problem::unavailable("the account cannot be read now: send it again")
    })?;
    let (wish, otherwise) = match reaction {
        Reaction::Send(wish, otherwise) => (wish, otherwise),
        Reaction::Nothing => return Ok(received("ignored")),
        Reaction::Later => return Err(later()),
    };
    let mut answer = submit(core, biller, desk, (wish, id)).await?;
    if is_of(&answer, &CAME) {
        match otherwise {
            Some(wish) => {
                let id = command_id(biller, &notice_id, "/came-back");
                answer = submit(core, biller, desk, (wish, id)).await?;
            }
            // It was recorded since it was looked for.
            None if is_of(&answer, &CAME[..1]) => return Err(later()),
            None => {}
        }
    }
    answered(biller, answer)
}

/// Whether a command was refused with one of these codes.
fn is_of(answer: &Answer, codes: &[&str]) -> bool {
    match answer {
        Answer::Decided { decision: Decision::Rejected { code, .. }, .. } => {
            codes.contains(&code.as_str())
        }
        Answer::Decided { decision: Decision::Accepted(_) | Decision::Fulfilled, .. }
        | Answer::RuleFailed
        | Answer::Unavailable => false,
    }
}

fn later() -> Problem {
    Problem::unavailable("the payment is not recorded yet: send it again in a moment")
}

async fn submit(
    core: &Core,
    biller: &str,
    desk: &Desk,
    (wish, id): (Wish, CommandId),
) -> Result<Answer, Problem> {
    let actor = Actor::parse(PROCESSOR).expect("it is an actor");
    let command = contract::command::named(wish.command).expect("it is a command");
    let rule = commands::rule(command, &actor, &wish.json, &desk.door).await?;
    let submission = Submission::of(command.name, rule, actor, id);
    core.submit(biller, submission).await.map_err(commands::refused)
}

fn answered(biller: &str, answer: Answer) -> Result<Json<Value>, Problem> {
    match answer {
        Answer::Decided { decision: Decision::Accepted(_) | Decision::Fulfilled, .. } => {
            Ok(received("done"))
        }
        Answer::Decided { decision: Decision::Rejected { code, .. }, .. }
            if ALREADY.contains(&code.as_str()) =>
        {
            Ok(received("done"))
        }
        Answer::Decided { decision: Decision::Rejected { code, reason }, .. } => {
            tracing::error!(biller, code, "what a payment processor says was refused");
            Err(Problem::rejected(&code, &reason))
        }
        Answer::RuleFailed => {
            Err(Problem::internal("the rule failed, nothing was changed: see core's log"))
        }
        Answer::Unavailable => {
            Err(Problem::unavailable("the log cannot be written now: send it again"))
        }
    }
}

fn received(outcome: &str) -> Json<Value> {
    Json(json!({ "outcome": outcome }))
}

/// The id of a command that a notice leads to: of version 5, so no client can take it.
fn command_id(biller: &str, notice_id: &str, which: &str) -> CommandId {
    let name = format!("demarc/{biller}/payment-processor/{notice_id}{which}");
    CommandId(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).into_bytes())
}

/// The same whether there is no such biller or no key.
fn nobody_listens() -> Problem {
    Problem::not_found(
        "nobody takes webhooks here: name the biller and its webhook_key_file in the file of \
         --processor-file, and start core with it",
    )
}

fn disbelieved(refused: WebhookError) -> Problem {
    match refused {
        WebhookError::NoSecret => nobody_listens(),
        WebhookError::TooLong => Problem::too_large(webhook::BODY_BYTES_MAX),
        WebhookError::Body(what) => {
            Problem::invalid("body", &format!("is signed, and no notice: {what} is not right"))
        }
        WebhookError::Header(_)
        | WebhookError::WrongSignature
        | WebhookError::TooOld
        | WebhookError::FromTheFuture => Problem::unauthorized(format!(
            "{refused}: sign the bytes of the body with the webhook key, now, and put \
             `t=<seconds since 1970>,v1=<HMAC-SHA-256 of \"t.body\" in hex>` in Webhook-Signature"
        )),
    }
}
