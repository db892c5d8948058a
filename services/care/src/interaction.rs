//! Who dealt with a customer, when and about what? By account for the next agent, by day and agent
//! for a supervisor (F66).

use contract::event::time;
use domain::{Event, interaction::InteractionEvent};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::key::{newest_first, oldest_first};

/// By account, newest first.
pub(crate) const OF_ACCOUNT: Table = Table::new(b'i');
/// By the biller's day and the agent, oldest first.
pub(crate) const OF_DAY: Table = Table::new(b'd');

/// One interaction.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InteractionRow {
    interaction_id: String,
    account_id: String,
    category: String,
    subcategory: String,
    summary: String,
    recorded_on: String,
    at: String,
    actor: String,
}

/// Shows an interaction in both lists.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Interaction(InteractionEvent::Recorded {
        account_id,
        category,
        subcategory,
        summary,
        recorded_on,
    }) = event
    else {
        return Ok(());
    };
    let row = InteractionRow {
        interaction_id: recorded.event.stream.to_string(),
        account_id: account_id.to_string(),
        category: category.to_string(),
        subcategory: subcategory.to_string(),
        summary: summary.to_string(),
        recorded_on: recorded_on.to_string(),
        at: time(recorded.meta.committed_at),
        actor: recorded.meta.actor.to_string(),
    };
    let day_and_agent = format!("{recorded_on}/{}", name(&recorded.meta.actor));
    rows.put(OF_DAY, oldest_first(&day_and_agent, recorded.position), &row)?;
    rows.put(OF_ACCOUNT, newest_first(account_id.as_str(), recorded.position), &row)
}

/// `jane` of `jane; roles=agent`.
fn name(actor: &str) -> &str {
    actor.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use domain::testing::fixtures::{account, interaction};
    use projection::{Keys, Table};
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use super::{OF_ACCOUNT, OF_DAY};
    use crate::model::Care;

    fn told() -> Story {
        Story::of(Care)
            .and(account())
            .then(interaction("interaction_1", "Wants Classic."))
            .by("sam; roles=agent")
            .then(interaction("interaction_2", "Asks when."))
            .by("jane; roles=agent")
            .then(interaction("interaction_3", "Moved the visit."))
    }

    /// Ids of the interactions whose keys begin so, in their order.
    fn listed(table: Table, of: &str) -> Vec<String> {
        let story = told();
        let rows = story.rows().scan::<Value>(table, Keys::prefix(of), 100);
        rows.map(|row| row.unwrap().1["interactionId"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn f66_the_next_agent_sees_an_accounts_interactions_newest_first() {
        let expected = ["interaction_3", "interaction_2", "interaction_1"];
        assert_eq!(listed(OF_ACCOUNT, "account_7/"), expected);
    }

    #[test]
    fn f66_a_supervisor_sees_a_day_agent_by_agent() {
        let expected = ["interaction_1", "interaction_3", "interaction_2"];
        assert_eq!(listed(OF_DAY, "2026-03-16/"), expected);
        assert_eq!(listed(OF_DAY, "2026-03-16/sam/"), ["interaction_2"]);
        assert_eq!(listed(OF_DAY, "2026-03-17/"), [""; 0]);
    }

    #[test]
    fn f66_an_interaction_shows_what_it_was_about_who_and_when() {
        let row: Value = told().row(OF_DAY, "2026-03-16/jane/00000000000000000003");
        let expected = json!({
            "interactionId": "interaction_1",
            "accountId": "account_7",
            "category": "Orders",
            "subcategory": "New order created",
            "summary": "Wants Classic.",
            "recordedOn": "2026-03-16",
            "at": "2026-03-16T12:00:03Z",
            "actor": "jane; roles=agent",
        });
        assert_eq!(row, expected);
    }
}
