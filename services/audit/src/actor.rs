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

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        decision::DecisionEvent,
        testing::fixtures::{account, id, site},
    };
    use serde_json::{Value, json};

    use super::ACTORS;
    use crate::testing::story;

    fn fulfilled() -> Fact {
        DecisionEvent::Fulfilled { command: "OpenAccount".to_owned() }.on(&id("decision_1"))
    }

    #[test]
    fn what_an_actor_changed_is_counted_apart_from_what_changed_nothing() {
        let row: Value = story().and(site()).then(fulfilled()).row(ACTORS, "jane");
        let expected = json!({
            "events": 3,
            "unchanged": 1,
            "lastAs": "jane; roles=agent",
            "lastAt": "2026-03-16T12:00:04Z",
        });
        assert_eq!(row, expected);
    }

    #[test]
    fn an_actor_is_counted_by_name_whatever_the_roles() {
        let [day, opened] = account().try_into().unwrap();
        let story = story().by("sam; roles=manager").then(day).by("sam; roles=agent").then(opened);
        let sam: Value = story.row(ACTORS, "sam");
        assert_eq!((&sam["events"], &sam["lastAs"]), (&json!(2), &json!("sam; roles=agent")));
        assert_eq!(story.rows().get::<Value>(ACTORS, "jane").unwrap(), None);
    }
}
