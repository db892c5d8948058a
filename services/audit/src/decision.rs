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

#[cfg(test)]
mod tests {
    use domain::{
        decision::DecisionEvent,
        testing::fixtures::{account, id},
    };
    use serde_json::{Value, json};

    use super::DECISIONS;
    use crate::testing::story;

    #[test]
    fn a_refused_command_is_listed_with_its_reason_and_its_actor() {
        let refused = DecisionEvent::Rejected {
            command: "SuspendSite".to_owned(),
            code: "site.not_registered".to_owned(),
            reason: "the site is not registered".to_owned(),
        };
        let story = story().and(account()).then(refused.on(&id("decision_1")));
        let row: Value = story.row(DECISIONS, "00000000-0000-0000-0000-000000000003");
        let expected = json!({
            "command": "SuspendSite",
            "outcome": "rejected",
            "code": "site.not_registered",
            "reason": "the site is not registered",
            "actor": "jane; roles=agent",
            "time": "2026-03-16T12:00:03Z",
            "position": 3,
        });
        assert_eq!(row, expected);
    }

    #[test]
    fn a_wish_that_was_fulfilled_before_is_listed_without_a_reason() {
        let done = DecisionEvent::Fulfilled { command: "OpenAccount".to_owned() };
        let story = story().then(done.on(&id("decision_1")));
        let row: Value = story.row(DECISIONS, "00000000-0000-0000-0000-000000000001");
        assert_eq!((&row["outcome"], &row["reason"]), (&json!("fulfilled"), &json!("")));
    }

    #[test]
    fn a_command_that_changed_something_is_not_listed() {
        let story = story().and(account());
        let row = story.rows().get::<Value>(DECISIONS, "00000000-0000-0000-0000-000000000001");
        assert_eq!(row.unwrap(), None);
    }
}
