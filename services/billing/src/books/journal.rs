//! What was entered in the books, event by event.

use contract::view::Amount;
use domain::{biller::Biller, ledger::LedgerEvent, money::Money};
use event_store::Recorded;
use jiff::civil::Date;
use projection::{Fault, Rows, Table};
use serde::Serialize;

use super::Entry;

/// By day and position: the entries of a day are those whose keys begin with it.
pub(crate) const TABLE: Table = Table::new(b'J');

/// One entry.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryRow<'a> {
    /// The day on which it was recorded.
    date: String,
    position: u64,
    event_id: String,
    account_id: &'a str,
    what: &'a str,
    /// Together they are nothing.
    postings: Vec<PostingRow<'a>>,
}

/// What an entry adds to one account of the books.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PostingRow<'a> {
    account: &'a str,
    /// Negative is a credit.
    amount: Amount,
}

/// Writes an entry down.
pub(super) fn put(
    biller: &Biller,
    entry: &Entry<'_>,
    day: Date,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let postings = entry.postings.iter().map(|posting| PostingRow {
        account: &posting.account,
        amount: Amount::from(Money::new(biller.currency, posting.minor)),
    });
    let row = EntryRow {
        date: day.to_string(),
        position: recorded.position,
        event_id: contract::event::id(recorded),
        account_id: entry.account_id,
        what: &entry.what,
        postings: postings.collect(),
    };
    rows.put(TABLE, format!("{day}/{:020}", recorded.position), &row)
}

/// What happened to a ledger, in words.
pub(super) fn what(event: &LedgerEvent) -> String {
    match event {
        LedgerEvent::Charged { charge_id, .. } => format!("Charge {charge_id}"),
        LedgerEvent::Invoiced { invoice_id, .. } => {
            format!("Credit used for invoice {}", invoice_id.suffix())
        }
        LedgerEvent::InvoiceCredited { credit_note, .. } => {
            format!("Credit left of credit note {credit_note}")
        }
        LedgerEvent::PaymentReceived { payment_id, method, .. } => {
            format!("Payment {payment_id}, {}", method.name())
        }
        LedgerEvent::PaymentReversed { payment_id, reason, .. } => {
            format!("Payment {payment_id} reversed: {reason}")
        }
        LedgerEvent::Refunded { refund_id, method, .. } => {
            format!("Refund {refund_id}, {}", method.name())
        }
        LedgerEvent::RefundConfirmed { refund_id, .. } => {
            format!("Refund {refund_id} was given back")
        }
        LedgerEvent::RefundFailed { refund_id, code, .. } => {
            format!("Refund {refund_id} was not given back: {code}")
        }
        LedgerEvent::Adjusted { adjustment_id, reason, .. } => {
            format!("Adjustment {adjustment_id}: {reason}")
        }
        LedgerEvent::AdjustmentRequested { adjustment_id, .. }
        | LedgerEvent::AdjustmentDeclined { adjustment_id, .. } => {
            format!("Adjustment {adjustment_id}")
        }
        LedgerEvent::ChargeDisputed { charge_id, .. }
        | LedgerEvent::DisputeClosed { charge_id, .. } => format!("Dispute about {charge_id}"),
    }
}
