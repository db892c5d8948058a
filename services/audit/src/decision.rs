//! Which commands changed nothing, whose were they, and why?

use contract::pb::{
    decision::v1::decision_event::Fact as Outcome,
    envelope::v1::{Envelope, envelope::Fact},
};
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

pub(crate) const DECISIONS: Table = Table::new(b'd');

/// One command that changed nothing.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Decision {
    command: String,
    outcome: String,
    code: String,
    reason: String,
    actor: String,
    time: String,
    position: u64,
}

pub(crate) fn apply(envelope: &Envelope, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Some(Fact::Decision(event)) = &envelope.fact else { return Ok(()) };
    let (command, outcome, code, reason) = match &event.fact {
        Some(Outcome::Rejected(no)) => {
            (no.command.clone(), "rejected", no.code.clone(), no.reason.clone())
        }
        Some(Outcome::Fulfilled(done)) => {
            (done.command.clone(), "fulfilled", String::new(), String::new())
        }
        None => return Err(Fault::new("a decision without an outcome")),
    };
    let decision = Decision {
        command,
        outcome: outcome.to_owned(),
        code,
        reason,
        actor: envelope.actor.clone(),
        time: envelope.time.clone(),
        position: envelope.position,
    };
    rows.put(DECISIONS, &envelope.command_id, &decision)
}
