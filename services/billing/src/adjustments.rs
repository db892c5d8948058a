//! What was credited and charged outside the normal billing, why, and who approved it (F59)?

use contract::{event::time, view::Amount};
use domain::{Event, ledger::LedgerEvent, money::Money, sealed::Sealed, text::Code};
use event_store::Recorded;
use projection::{Fault, Rows, Table, key};
use serde::{Deserialize, Serialize};

use crate::today;

/// By account id and position, newest first.
pub(crate) const TABLE: Table = Table::new(b'A');
/// Account id and adjustment id of what waits to be approved, to its key in [`TABLE`].
const WAITING: Table = Table::new(b'w');

/// One adjustment.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AdjustmentRow {
    adjustment_id: String,
    account_id: String,
    /// Negative is a credit.
    amount: Amount,
    reason: String,
    /// What it is about. Personal data.
    note: String,
    status: Status,
    /// Who made it or asked for it.
    actor: String,
    /// The day on which that was.
    on: String,
    at: String,
    position: u64,
    /// Who approved or declined it, where that was needed, and when.
    decided_by: Option<String>,
    decided_on: Option<String>,
    /// When a charge is due; absent until it is made.
    due_on: Option<String>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Status {
    /// It waits for somebody who may make it.
    Requested,
    /// It was made, and nobody had to approve it.
    Made,
    Approved,
    Declined,
}

/// What all kinds of adjustments say.
type Content<'a> = (&'a Code, Money, &'a Code, &'a Sealed);

/// Changes the adjustment that the event is about.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Ledger(event) = event else { return Ok(()) };
    let account_id = event.account_id().as_str();
    match event {
        LedgerEvent::AdjustmentRequested { adjustment_id, amount, reason, note, .. } => {
            let content = (adjustment_id, *amount, reason, note);
            let row = AdjustmentRow::new(account_id, content, recorded, rows)?;
            rows.put(WAITING, key([account_id, adjustment_id.as_str()]), &row.key())?;
            rows.put(TABLE, row.key(), &row)
        }
        LedgerEvent::Adjusted { adjustment_id, amount, reason, note, due_on, .. } => {
            let due_on = Some(due_on.to_string());
            if let Some(row) = decided(account_id, adjustment_id, recorded, rows)? {
                let row = AdjustmentRow { status: Status::Approved, due_on, ..row };
                return rows.put(TABLE, row.key(), &row);
            }
            let content = (adjustment_id, *amount, reason, note);
            let row = AdjustmentRow::new(account_id, content, recorded, rows)?;
            let row = AdjustmentRow { status: Status::Made, due_on, ..row };
            rows.put(TABLE, row.key(), &row)
        }
        LedgerEvent::AdjustmentDeclined { adjustment_id, .. } => {
            let Some(row) = decided(account_id, adjustment_id, recorded, rows)? else {
                return Err(Fault::new(format!("no earlier event tells of {adjustment_id}")));
            };
            let row = AdjustmentRow { status: Status::Declined, ..row };
            rows.put(TABLE, row.key(), &row)
        }
        LedgerEvent::Charged { .. }
        | LedgerEvent::Invoiced { .. }
        | LedgerEvent::InvoiceCredited { .. }
        | LedgerEvent::PaymentReceived { .. }
        | LedgerEvent::PaymentReversed { .. }
        | LedgerEvent::Refunded { .. }
        | LedgerEvent::RefundConfirmed { .. }
        | LedgerEvent::RefundFailed { .. }
        | LedgerEvent::ChargeDisputed { .. }
        | LedgerEvent::DisputeClosed { .. } => Ok(()),
    }
}

/// The adjustment that waited, which waits no longer.
fn decided(
    account_id: &str,
    adjustment_id: &Code,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<Option<AdjustmentRow>, Fault> {
    let waiting = key([account_id, adjustment_id.as_str()]);
    let Some(at) = rows.get::<String>(WAITING, &waiting)? else { return Ok(None) };
    rows.remove(WAITING, &waiting);
    let row: AdjustmentRow = read_side::existing(rows, TABLE, &at)?;
    let decided_by = Some(recorded.meta.actor.to_string());
    let decided_on = Some(today::of(rows)?.to_string());
    Ok(Some(AdjustmentRow { decided_by, decided_on, ..row }))
}

impl AdjustmentRow {
    fn new(
        account_id: &str,
        (adjustment_id, amount, reason, note): Content<'_>,
        recorded: &Recorded,
        rows: &Rows<'_>,
    ) -> Result<Self, Fault> {
        Ok(Self {
            adjustment_id: adjustment_id.to_string(),
            account_id: account_id.to_owned(),
            amount: Amount::from(amount),
            reason: reason.to_string(),
            note: note.as_str().to_owned(),
            status: Status::Requested,
            actor: recorded.meta.actor.to_string(),
            on: today::of(rows)?.to_string(),
            at: time(recorded.meta.committed_at),
            position: recorded.position,
            decided_by: None,
            decided_on: None,
            due_on: None,
        })
    }

    fn key(&self) -> String {
        format!("{}/{:020}", self.account_id, u64::MAX - self.position)
    }
}

#[cfg(test)]
mod tests;
