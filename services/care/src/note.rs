//! What was noted when a customer called, about their work orders and about the account, newest
//! first? The task 15 of the old screens (F54).

use contract::event::time;
use domain::{Event, account::AccountEvent, interaction::InteractionEvent, order::OrderEvent};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

use crate::{
    model::change,
    order::{self, OrderRow},
};

/// By account id.
pub(crate) const TABLE: Table = Table::new(b'n');

/// Most notes that are shown; older ones are in the log.
const NOTES_MAX: usize = 100;

/// The notes about one account.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NotesRow {
    account_id: String,
    /// Newest first.
    notes: Vec<Note>,
}

/// What somebody noted.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Note {
    about: About,
    /// Id of the interaction, order, comment or memo.
    id: String,
    /// Of a call: its category and subcategory.
    subject: Option<String>,
    text: String,
    at: String,
    actor: String,
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum About {
    /// What was talked about with the customer (F66).
    Call,
    /// What whoever does the work has to know (F23).
    WorkOrder,
    /// A comment (F36).
    Account,
    /// What was done to help (F40).
    Memo,
}

/// Whose note it is, and what it says.
struct Noted {
    account_id: String,
    about: About,
    id: String,
    subject: Option<String>,
    text: String,
}

/// Adds the note that the event holds, if it holds one. Orders must be applied before.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let stream = &*recorded.event.stream;
    if let Event::Account(AccountEvent::Opened { .. }) = event {
        let row = NotesRow { account_id: stream.to_owned(), notes: Vec::new() };
        return rows.put(TABLE, stream, &row);
    }
    let Some(noted) = noted(event, stream, rows)? else { return Ok(()) };
    let Noted { account_id, about, id, subject, text } = noted;
    let at = time(recorded.meta.committed_at);
    let note = Note { about, id, subject, text, at, actor: recorded.meta.actor.to_string() };
    change(rows, TABLE, &account_id, |row: &mut NotesRow| {
        // An order that is scheduled again has other comments in the place of the first ones.
        row.notes.retain(|other| other.about != note.about || other.id != note.id);
        row.notes.insert(0, note);
        row.notes.truncate(NOTES_MAX);
    })
}

fn noted(event: &Event, stream: &str, rows: &Rows<'_>) -> Result<Option<Noted>, Fault> {
    let noted = |about, id: &dyn ToString, text: &dyn ToString| Noted {
        account_id: stream.to_owned(),
        about,
        id: id.to_string(),
        subject: None,
        text: text.to_string(),
    };
    let found = match event {
        Event::Account(AccountEvent::CommentAdded { comment_id, text }) => {
            noted(About::Account, comment_id, text)
        }
        Event::Account(AccountEvent::MemoLeft { memo_id, text }) => {
            noted(About::Memo, memo_id, text)
        }
        Event::Interaction(InteractionEvent::Recorded {
            account_id,
            category,
            subcategory,
            summary,
            recorded_on: _,
        }) => Noted {
            account_id: account_id.to_string(),
            subject: Some(format!("{category}: {subcategory}")),
            ..noted(About::Call, &stream, summary)
        },
        Event::Order(OrderEvent::Scheduled { comments: Some(comments), .. }) => {
            let order: OrderRow = existing(rows, order::TABLE, stream)?;
            let account_id = order.account_id;
            Noted { account_id, ..noted(About::WorkOrder, &stream, comments) }
        }
        Event::Account(_)
        | Event::Order(_)
        | Event::Customer(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Ledger(_)
        | Event::Subscription(_)
        | Event::Invoice(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Autopay(_)
        | Event::Dunning(_)
        | Event::Run(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Notification(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Ticket(_)
        | Event::Task(_)
        | Event::Guide(_)
        | Event::Login(_)
        | Event::Decision(_) => return Ok(None),
    };
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        order::OrderEvent,
        testing::fixtures::{
            account, code, comment, interaction, memo, order_id, sealed, service, started,
        },
    };
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use super::{NOTES_MAX, TABLE};
    use crate::model::Care;

    fn scheduled_saying(text: &str) -> Fact {
        let comments = Some(sealed(text));
        OrderEvent::Scheduled { order_type: code("UPGRADE"), appointment: None, comments }
            .on(&order_id())
    }

    fn said(row: &Value) -> Vec<(&str, &str)> {
        let notes = row["notes"].as_array().unwrap().iter();
        notes.map(|it| (it["about"].as_str().unwrap(), it["text"].as_str().unwrap())).collect()
    }

    #[test]
    fn f54_notes_on_calls_work_orders_and_the_account_are_shown_newest_first() {
        let story = Story::of(Care)
            .and(service("basic"))
            .then(interaction("interaction_1", "Wants Classic."))
            .then(started("basic"))
            .then(scheduled_saying("Call before."))
            .then(memo("m-1", "Sent a manual."))
            .then(comment("c-1", "Is upgraded."));
        let row: Value = story.row(TABLE, "account_7");
        assert_eq!(
            said(&row),
            [
                ("account", "Is upgraded."),
                ("memo", "Sent a manual."),
                ("workOrder", "Call before."),
                ("call", "Wants Classic."),
            ]
        );
        assert_eq!(row["notes"][2]["id"], "order_1001");
        assert!(row["notes"][3]["subject"].is_string(), "{row:#}");
        let again: Value = story.then(scheduled_saying("Do not call.")).row(TABLE, "account_7");
        assert_eq!(said(&again)[0], ("workOrder", "Do not call."));
        assert_eq!(said(&again).len(), 4);
    }

    #[test]
    fn f54_the_last_hundred_notes_are_shown() {
        let said = (0..=NOTES_MAX).map(|number| comment(&format!("c-{number}"), "Called."));
        let row: Value = Story::of(Care).and(account()).and(said).row(TABLE, "account_7");
        let notes = row["notes"].as_array().unwrap();
        assert_eq!((notes.len(), &notes[0]["id"]), (NOTES_MAX, &json!("c-100")));
    }
}
