//! What a command asked to see stands in its answer over HTTP.
//!
//! What must stay true: the log has a record of it before anybody sees it, a record for every time;
//! so an answer that is given again, perhaps to somebody else, shows nothing.

use contract::pb::envelope::v1::{Receipt, ReceiptEvent};
use domain::{
    Event,
    customer::{CustomerEvent, Revealed},
};
use service::{Problem, error};

use super::edge;
use crate::Desk;

/// The fact after which a secret is shown.
const REVEALED: &str = "demarc.customer.v1.CustomerSsnRevealed";

/// Fills in what the log says that somebody is shown.
pub(super) fn fill(desk: &Desk, receipt: &mut Receipt) -> Result<(), Problem> {
    let shown = receipt.events.iter().find(|event| event.r#type == REVEALED);
    if let (Some(event), false) = (shown, receipt.duplicate) {
        receipt.revealed = secret(desk, event)?;
    }
    Ok(())
}

/// Empty when the customer was erased meanwhile.
fn secret(desk: &Desk, shown: &ReceiptEvent) -> Result<String, Problem> {
    let found = desk.reader.read_stream(&shown.stream, shown.version, 1);
    let found = found.map_err(|error| edge::log_unreadable(&error))?;
    let decoded = found.first().map(|it| contract::decode(&it.event.kind, &it.event.data));
    let decoded = decoded.transpose().map_err(|error| edge::log_unreadable(&error))?;
    let Some(Event::Customer(CustomerEvent::SsnRevealed(Revealed { ssn, .. }))) = decoded else {
        return Ok(String::new());
    };
    let secret = desk.door.vault.revealed(ssn.as_str()).map_err(|error| {
        tracing::error!(cause = error::chain(&error), "a secret was not opened");
        Problem::unavailable("personal data cannot be opened now: see core's log")
    })?;
    Ok(secret.unwrap_or_default())
}
