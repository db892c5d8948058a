//! The answer to a command that was not refused, as the contract writes it.

use contract::pb::envelope::v1::{Outcome, Receipt, ReceiptEvent};
use event_store::CommandId;

use crate::submission::Decision;

pub(crate) fn receipt(id: CommandId, decision: &Decision, duplicate: bool) -> Receipt {
    let (outcome, events) = match decision {
        Decision::Accepted(events) => (Outcome::Accepted, events.as_slice()),
        Decision::Fulfilled => (Outcome::Fulfilled, [].as_slice()),
        Decision::Rejected { .. } => (Outcome::Unspecified, [].as_slice()),
    };
    let events = events.iter().map(|event| ReceiptEvent {
        position: event.position,
        stream: event.stream.clone(),
        version: event.version,
        r#type: event.kind.clone(),
    });
    Receipt {
        command_id: id.to_string(),
        outcome: outcome.into(),
        duplicate,
        events: events.collect(),
        revealed: String::new(),
    }
}
