//! What happened between us and a customer, newest first? E-mails, messages that were handed over,
//! interactions, comments, memos, flashes, tickets and tasks (F52, F61, F66).

use contract::event::time;
use domain::{
    Event,
    account::{AccountEvent, EmailOrigin},
    interaction::InteractionEvent,
    notification::NotificationEvent,
    task::TaskEvent,
    ticket::TicketEvent,
};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

use crate::{
    key::newest_first,
    task::{self, TaskRow},
    ticket::{self, TicketRow},
};

/// By account, newest first.
pub(crate) const TABLE: Table = Table::new(b'h');

/// One thing that happened.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActivityRow {
    account_id: String,
    what: What,
    /// The id of what it was written from, or of what happened to it.
    about: String,
    /// Of an e-mail: its subject. Of an interaction: category and subcategory. Of a message that
    /// was handed over: its template. Of a task that was given: its recipient.
    subject: Option<String>,
    /// What was written.
    text: Option<String>,
    at: String,
    actor: String,
}

/// What happened.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum What {
    EmailWritten,
    MessageDelivered,
    Interaction,
    Comment,
    Memo,
    FlashRaised,
    TicketOpened,
    TicketResolved,
    TicketReopened,
    TaskAssigned,
    TaskCompleted,
}

/// What an event adds to the history of an account.
struct Added {
    account_id: String,
    what: What,
    about: String,
    subject: Option<String>,
    text: Option<String>,
}

/// Adds what happened to the history of the account. Tickets and tasks must be applied before.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let stream = &*recorded.event.stream;
    let added = match event {
        Event::Account(event) => of_account(event, stream),
        Event::Ticket(event) => of_ticket(event, stream, rows)?,
        Event::Task(event) => Some(of_task(event, stream, rows)?),
        Event::Interaction(event) => Some(of_interaction(event, stream)),
        Event::Notification(event) => Some(of_notification(event, stream)),
        Event::Customer(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
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
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Guide(_)
        | Event::Login(_)
        | Event::Decision(_) => None,
    };
    let Some(Added { account_id, what, about, subject, text }) = added else { return Ok(()) };
    let key = newest_first(&account_id, recorded.position);
    let at = time(recorded.meta.committed_at);
    let actor = recorded.meta.actor.to_string();
    rows.put(TABLE, key, &ActivityRow { account_id, what, about, subject, text, at, actor })
}

fn of_account(event: &AccountEvent, account_id: &str) -> Option<Added> {
    let said = |what: What, id: &dyn ToString, text: &dyn ToString| Added {
        account_id: account_id.to_owned(),
        what,
        about: id.to_string(),
        subject: None,
        text: Some(text.to_string()),
    };
    match event {
        AccountEvent::CommentAdded { comment_id, text } => {
            Some(said(What::Comment, comment_id, text))
        }
        AccountEvent::MemoLeft { memo_id, text } => Some(said(What::Memo, memo_id, text)),
        AccountEvent::FlashRaised { flash_id, text } => {
            Some(said(What::FlashRaised, flash_id, text))
        }
        AccountEvent::EmailRequested { email_id: _, subject, text, about } => {
            let about = match about {
                EmailOrigin::Account => account_id.to_owned(),
                EmailOrigin::Ticket(ticket_id) => ticket_id.to_string(),
                EmailOrigin::Order(order_id) => order_id.to_string(),
            };
            let subject = Some(subject.to_string());
            Some(Added { subject, ..said(What::EmailWritten, &about, text) })
        }
        AccountEvent::Opened { .. }
        | AccountEvent::PortalDisabled { .. }
        | AccountEvent::PortalEnabled { .. }
        | AccountEvent::FlashCleared { .. }
        | AccountEvent::BillToChanged { .. }
        | AccountEvent::HolderErased => None,
    }
}

fn of_ticket(
    event: &TicketEvent,
    ticket_id: &str,
    rows: &Rows<'_>,
) -> Result<Option<Added>, Fault> {
    let (what, text) = match event {
        TicketEvent::Opened { summary, .. } => (What::TicketOpened, summary),
        TicketEvent::Resolved { resolution } => (What::TicketResolved, resolution),
        TicketEvent::Reopened { reason } => (What::TicketReopened, reason),
        TicketEvent::EntryAdded { .. } | TicketEvent::Assigned { .. } => return Ok(None),
    };
    let ticket: TicketRow = existing(rows, ticket::TABLE, ticket_id)?;
    Ok(Some(Added {
        account_id: ticket.account_id,
        what,
        about: ticket_id.to_owned(),
        subject: None,
        text: Some(text.to_string()),
    }))
}

fn of_task(event: &TaskEvent, task_id: &str, rows: &Rows<'_>) -> Result<Added, Fault> {
    let task: TaskRow = existing(rows, task::TABLE, task_id)?;
    let (what, subject) = match event {
        TaskEvent::Assigned { recipient, .. } => (What::TaskAssigned, Some(recipient.to_string())),
        TaskEvent::Completed => (What::TaskCompleted, None),
    };
    let (account_id, text) = (task.account_id, Some(task.text));
    Ok(Added { account_id, what, about: task_id.to_owned(), subject, text })
}

fn of_interaction(event: &InteractionEvent, interaction_id: &str) -> Added {
    let InteractionEvent::Recorded { account_id, category, subcategory, summary, .. } = event;
    Added {
        account_id: account_id.to_string(),
        what: What::Interaction,
        about: interaction_id.to_owned(),
        subject: Some(format!("{category}: {subcategory}")),
        text: Some(summary.to_string()),
    }
}

fn of_notification(event: &NotificationEvent, message_id: &str) -> Added {
    let NotificationEvent::Delivered { account_id, template, channel: _ } = event;
    Added {
        account_id: account_id.to_string(),
        what: What::MessageDelivered,
        about: message_id.to_owned(),
        subject: Some(template.to_string()),
        text: None,
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        account::{AccountEvent, EmailOrigin},
        notification::{Channel, NotificationEvent},
        testing::fixtures::{
            account_id, code, comment, entry, flash, id, interaction, memo, opened_ticket,
            resolved, sealed, task_assigned, task_completed, ticket_id,
        },
    };
    use projection::Keys;
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use super::TABLE;
    use crate::model::Care;

    fn history(story: &Story) -> Vec<Value> {
        let rows = story.rows().scan::<Value>(TABLE, Keys::prefix("account_7/"), 100);
        rows.map(|row| row.unwrap().1).collect()
    }

    #[test]
    fn f61_an_email_from_a_ticket_and_its_delivery_are_kept_in_the_history() {
        let email = AccountEvent::EmailRequested {
            email_id: code("e-1"),
            subject: sealed("Your credit"),
            text: sealed("It is on your next bill."),
            about: EmailOrigin::Ticket(ticket_id()),
        };
        let delivered = NotificationEvent::Delivered {
            account_id: account_id(),
            template: code("email"),
            channel: Channel::Email,
        };
        let story = Story::of(Care)
            .and(opened_ticket())
            .then(email.on(&account_id()))
            .by("notifications; roles=service")
            .then(delivered.on(&id("notification_account_7-2")));
        let written = json!({
            "accountId": "account_7",
            "what": "emailWritten",
            "about": "ticket_12",
            "subject": "Your credit",
            "text": "It is on your next bill.",
            "at": "2026-03-16T12:00:04Z",
            "actor": "jane; roles=agent",
        });
        let history = history(&story);
        assert_eq!(history[1], written);
        assert_eq!(history[0]["what"], "messageDelivered");
        assert_eq!(history[2]["what"], "ticketOpened");
    }

    #[test]
    fn f52_a_task_is_in_the_history_when_it_is_given_and_when_it_is_done() {
        let story = Story::of(Care)
            .and(opened_ticket())
            .then(task_assigned("account-executive"))
            .then(task_completed());
        let history = history(&story);
        let told = |row: &Value| (row["what"].clone(), row["subject"].clone());
        assert_eq!(told(&history[0]), (json!("taskCompleted"), Value::Null));
        assert_eq!(told(&history[1]), (json!("taskAssigned"), json!("account-executive")));
        assert_eq!(history[0]["text"], "Wants to speak with you.");
    }

    #[test]
    fn f61_f66_what_happened_is_told_newest_first() {
        let story = Story::of(Care)
            .and(opened_ticket())
            .then(comment("c-1", "Called."))
            .then(memo("m-1", "Sent a new modem."))
            .then(flash("f-1", "Dog bites."))
            .then(entry("s-1", "Reset the modem."))
            .then(interaction("interaction_1", "Wants Classic."))
            .then(resolved("Modem replaced."));
        let told: Vec<_> = history(&story).into_iter().map(|row| row["what"].clone()).collect();
        let expected =
            ["ticketResolved", "interaction", "flashRaised", "memo", "comment", "ticketOpened"];
        assert_eq!(told, expected);
    }
}
