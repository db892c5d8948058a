//! Who did how much? Counted by name, whatever roles the actor had.

use contract::pb::envelope::v1::{Envelope, envelope::Fact};
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

pub(crate) const ACTORS: Table = Table::new(b'a');

/// What one actor did.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Actor {
    /// Facts that came of their commands.
    events: u64,
    /// Commands that changed nothing, refusals among them.
    unchanged: u64,
    /// Name and roles at the last time.
    last_as: String,
    last_at: String,
}

pub(crate) fn apply(envelope: &Envelope, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let name = envelope.actor.split(';').next().unwrap_or_default().trim();
    rows.upsert(ACTORS, name, |actor: &mut Actor| {
        match &envelope.fact {
            Some(Fact::Decision(_)) => actor.unchanged += 1,
            Some(_) | None => actor.events += 1,
        }
        actor.last_as.clone_from(&envelope.actor);
        actor.last_at.clone_from(&envelope.time);
    })
}
