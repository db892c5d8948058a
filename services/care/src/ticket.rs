//! What is the matter, who saw to it when, and where does it wait? (F35, F62, F76)

mod lists;

use contract::event::time;
use domain::{
    Event,
    ticket::{TicketEvent, TicketKind},
};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

pub(crate) use lists::{OF_ACCOUNT, QUEUE};

/// By ticket id.
pub(crate) const TABLE: Table = Table::new(b't');

/// Most steps that are shown; older ones are in the log.
const STEPS_MAX: usize = 50;

/// One ticket.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TicketRow {
    ticket_id: String,
    pub(crate) account_id: String,
    kind: Kind,
    site_id: Option<String>,
    summary: String,
    status: Status,
    /// Absent until it is assigned.
    queue: Option<String>,
    /// Absent while it is open.
    resolution: Option<String>,
    opened_at: String,
    /// Where its opening is in the log.
    position: u64,
    /// Newest last.
    steps: Vec<Step>,
}

/// What a ticket is about.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Delinquency,
    Trouble,
    Credit,
    Provisioning,
    TechSupport,
    ChangeRequest,
    Other,
}

/// Whether there is something left to see to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Status {
    Open,
    Resolved,
}

/// What somebody did.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    step: String,
    /// What was written, or the queue.
    text: String,
    at: String,
    actor: String,
    position: u64,
}

/// A ticket in a list of open tickets.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TicketSummary {
    pub(crate) ticket_id: String,
    kind: Kind,
    queue: Option<String>,
    opened_at: String,
}

impl TicketRow {
    /// `None` when it is resolved.
    pub(crate) fn open_summary(&self) -> Option<TicketSummary> {
        match self.status {
            Status::Open => Some(TicketSummary {
                ticket_id: self.ticket_id.clone(),
                kind: self.kind,
                queue: self.queue.clone(),
                opened_at: self.opened_at.clone(),
            }),
            Status::Resolved => None,
        }
    }

    fn advance(&mut self, event: &TicketEvent) {
        match event {
            TicketEvent::Opened { .. } | TicketEvent::EntryAdded { .. } => {}
            TicketEvent::Assigned { queue } => self.queue = Some(queue.to_string()),
            TicketEvent::Resolved { resolution } => {
                self.status = Status::Resolved;
                self.resolution = Some(resolution.to_string());
            }
            TicketEvent::Reopened { .. } => {
                self.status = Status::Open;
                self.resolution = None;
            }
        }
    }
}

/// Changes the rows of the ticket that the event is about.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Ticket(event) = event else { return Ok(()) };
    let ticket_id = &*recorded.event.stream;
    let mut row = match opened(event, recorded) {
        Some(row) => row,
        None => existing(rows, TABLE, ticket_id)?,
    };
    lists::leave(&row, rows);
    row.advance(event);
    let (step, text) = step(event);
    row.steps.push(Step {
        step: step.to_owned(),
        text,
        at: time(recorded.meta.committed_at),
        actor: recorded.meta.actor.to_string(),
        position: recorded.position,
    });
    let dropped = row.steps.len().saturating_sub(STEPS_MAX);
    row.steps.drain(..dropped);
    lists::join(&row, rows)?;
    rows.put(TABLE, ticket_id, &row)
}

/// The row of a new ticket.
fn opened(event: &TicketEvent, recorded: &Recorded) -> Option<TicketRow> {
    let TicketEvent::Opened { account_id, kind, site_id, summary } = event else { return None };
    Some(TicketRow {
        ticket_id: recorded.event.stream.to_string(),
        account_id: account_id.to_string(),
        kind: (*kind).into(),
        site_id: site_id.as_ref().map(ToString::to_string),
        summary: summary.to_string(),
        status: Status::Open,
        queue: None,
        resolution: None,
        opened_at: time(recorded.meta.committed_at),
        position: recorded.position,
        steps: Vec::new(),
    })
}

fn step(event: &TicketEvent) -> (&'static str, String) {
    match event {
        TicketEvent::Opened { summary, .. } => ("opened", summary.to_string()),
        TicketEvent::EntryAdded { text, .. } => ("entry added", text.to_string()),
        TicketEvent::Assigned { queue } => ("assigned", queue.to_string()),
        TicketEvent::Resolved { resolution } => ("resolved", resolution.to_string()),
        TicketEvent::Reopened { reason } => ("reopened", reason.to_string()),
    }
}

impl From<TicketKind> for Kind {
    fn from(kind: TicketKind) -> Self {
        match kind {
            TicketKind::Delinquency => Self::Delinquency,
            TicketKind::Trouble => Self::Trouble,
            TicketKind::Credit => Self::Credit,
            TicketKind::Provisioning => Self::Provisioning,
            TicketKind::TechSupport => Self::TechSupport,
            TicketKind::ChangeRequest => Self::ChangeRequest,
            TicketKind::Other => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::testing::fixtures::{assigned, entry, opened_ticket, reopened, resolved};
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use super::TABLE;
    use crate::model::Care;

    #[test]
    fn f62_f76_a_ticket_tells_its_whole_life() {
        let row: Value = Story::of(Care)
            .and(opened_ticket())
            .then(entry("s-1", "Reset the modem."))
            .by("sam; roles=lead")
            .then(assigned("TECH-SUPPORT"))
            .then(resolved("Cable replaced."))
            .row(TABLE, "ticket_12");
        let step = |step: &str, text: &str, position: u64, actor: &str| {
            let at = format!("2026-03-16T12:00:0{position}Z");
            json!({ "step": step, "text": text, "at": at, "actor": actor, "position": position })
        };
        let (jane, sam) = ("jane; roles=agent", "sam; roles=lead");
        let expected = json!({
            "ticketId": "ticket_12",
            "accountId": "account_7",
            "kind": "trouble",
            "siteId": null,
            "summary": "No service since Monday.",
            "status": "resolved",
            "queue": "TECH-SUPPORT",
            "resolution": "Cable replaced.",
            "openedAt": "2026-03-16T12:00:03Z",
            "position": 3,
            "steps": [
                step("opened", "No service since Monday.", 3, jane),
                step("entry added", "Reset the modem.", 4, jane),
                step("assigned", "TECH-SUPPORT", 5, sam),
                step("resolved", "Cable replaced.", 6, sam),
            ],
        });
        assert_eq!(row, expected);
    }

    #[test]
    fn a_reopened_ticket_is_open_where_it_waited() {
        let row: Value = Story::of(Care)
            .and(opened_ticket())
            .then(assigned("BILLING"))
            .then(resolved("Done."))
            .then(reopened("It is back."))
            .row(TABLE, "ticket_12");
        assert_eq!((&row["status"], &row["queue"]), (&json!("open"), &json!("BILLING")));
        assert_eq!(row["resolution"], Value::Null);
    }

    #[test]
    fn the_last_fifty_steps_are_shown_newest_last() {
        let entries = (1..=60).map(|at| entry(&format!("s-{at}"), &format!("Step {at}.")));
        let row: Value = Story::of(Care).and(opened_ticket()).and(entries).row(TABLE, "ticket_12");
        let steps = row["steps"].as_array().unwrap();
        assert_eq!((steps.len(), &steps[49]["text"]), (50, &json!("Step 60.")));
    }
}
