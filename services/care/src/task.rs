//! Who is to do what about a customer, by when, and what has somebody still to do? (F52)

use contract::event::time;
use domain::{Event, task::TaskEvent};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

use crate::key::oldest_first;

/// By task id.
pub(crate) const TABLE: Table = Table::new(b'K');
/// Open tasks by recipient, oldest first.
pub(crate) const OF_RECIPIENT: Table = Table::new(b'N');

/// One task.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaskRow {
    task_id: String,
    pub(crate) account_id: String,
    recipient: String,
    pub(crate) text: String,
    due_on: String,
    /// Who gave it.
    assigned_by: String,
    assigned_at: String,
    /// Absent while it is open.
    completed_by: Option<String>,
    completed_at: Option<String>,
    /// Where it was given in the log.
    position: u64,
}

/// Changes the row of the task, and what its recipient is still to do.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Task(event) = event else { return Ok(()) };
    let task_id = &*recorded.event.stream;
    let at = time(recorded.meta.committed_at);
    let actor = recorded.meta.actor.to_string();
    let row = match event {
        TaskEvent::Assigned { account_id, recipient, text, due_on } => TaskRow {
            task_id: task_id.to_owned(),
            account_id: account_id.to_string(),
            recipient: recipient.to_string(),
            text: text.to_string(),
            due_on: due_on.to_string(),
            assigned_by: actor,
            assigned_at: at,
            completed_by: None,
            completed_at: None,
            position: recorded.position,
        },
        TaskEvent::Completed => {
            let row: TaskRow = existing(rows, TABLE, task_id)?;
            TaskRow { completed_by: Some(actor), completed_at: Some(at), ..row }
        }
    };
    let waiting = oldest_first(&row.recipient, row.position);
    match row.completed_by {
        None => rows.put(OF_RECIPIENT, waiting, &row)?,
        Some(_) => rows.remove(OF_RECIPIENT, waiting),
    }
    rows.put(TABLE, task_id, &row)
}

#[cfg(test)]
mod tests {
    use domain::{
        task::TaskEvent,
        testing::fixtures::{
            TODAY, account, account_id, code, id, sealed, task_assigned, task_completed,
        },
    };
    use projection::Keys;
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use super::{OF_RECIPIENT, TABLE};
    use crate::model::Care;

    /// Ids of what somebody is still to do.
    fn open(story: &Story, recipient: &str) -> Vec<String> {
        let keys = Keys::prefix(format!("{recipient}/"));
        let rows = story.rows().scan::<Value>(OF_RECIPIENT, keys, 100);
        rows.map(|row| row.unwrap().1["taskId"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn f52_open_tasks_of_somebody_are_listed_oldest_first_until_they_are_done() {
        let other = |task: &str, recipient: &str| {
            let (account_id, recipient) = (account_id(), code(recipient));
            let text = sealed("Call back.");
            TaskEvent::Assigned { account_id, recipient, text, due_on: TODAY }.on(&id(task))
        };
        let story = Story::of(Care)
            .and(account())
            .then(task_assigned("account-executive"))
            .then(other("task_2", "account-executive"))
            .then(other("task_1", "jane"));
        assert_eq!(open(&story, "account-executive"), ["task_3", "task_2"]);
        assert_eq!(open(&story, "jane"), ["task_1"]);
        let story = story.by("eve; roles=lead").then(task_completed());
        assert_eq!(open(&story, "account-executive"), ["task_2"]);
        let row: Value = story.row(TABLE, "task_3");
        let expected = json!({
            "taskId": "task_3",
            "accountId": "account_7",
            "recipient": "account-executive",
            "text": "Wants to speak with you.",
            "dueOn": "2026-03-16",
            "assignedBy": "jane; roles=agent",
            "assignedAt": "2026-03-16T12:00:03Z",
            "completedBy": "eve; roles=lead",
            "completedAt": "2026-03-16T12:00:06Z",
            "position": 3,
        });
        assert_eq!(row, expected);
    }
}
