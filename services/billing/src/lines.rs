//! What was charged, billed, adjusted and paid in the past six months (F43)?
//!
//! What must stay true: what is older is in the log, in the invoices and in the journal; the list
//! of an account has an end.

use contract::{event::time, view::Amount};
use domain::{Event, account::AccountEvent, ledger::LedgerEvent, money::Money};
use event_store::Recorded;
use jiff::{ToSpan, civil::Date};
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

use crate::today;

/// By account id.
pub(crate) const TABLE: Table = Table::new(b'l');

/// How long a line is shown, in months (F43).
const MONTHS_SHOWN: i32 = 6;
/// Most lines that are shown.
const LINES_MAX: usize = 500;

/// What happened to one account's ledger.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinesRow {
    account_id: String,
    /// In the order in which they were recorded.
    lines: Vec<Line>,
}

/// One line of a charge, or another entry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    kind: Kind,
    /// The charge's, the payment's, the invoice's, ...
    id: String,
    description: String,
    /// What it adds to the balance: negative is a credit or a payment.
    amount: Amount,
    /// When a charge is due (F74), or money moved.
    date: String,
    /// The day on which it was recorded.
    on: String,
    at: String,
    position: u64,
}

/// What a line tells of.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Charge,
    Invoice,
    CreditNote,
    Payment,
    Reversal,
    Refund,
    Adjustment,
}

/// Adds the event's lines to the list of its account.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    match event {
        Event::Account(AccountEvent::Opened { .. }) => {
            let account_id = recorded.event.stream.to_string();
            let row = LinesRow { account_id, lines: Vec::new() };
            rows.put(TABLE, &row.account_id, &row)
        }
        Event::Ledger(event) => {
            let account_id = event.account_id().as_str();
            let today = today::of(rows)?;
            let lines = lines(event, today, recorded);
            if lines.is_empty() {
                return Ok(());
            }
            let mut row: LinesRow = existing(rows, TABLE, account_id)?;
            let since = today.saturating_sub(MONTHS_SHOWN.months()).to_string();
            row.lines.retain(|line| line.on >= since);
            row.lines.extend(lines);
            let dropped = row.lines.len().saturating_sub(LINES_MAX);
            row.lines.drain(..dropped);
            rows.put(TABLE, account_id, &row)
        }
        Event::Customer(_)
        | Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Order(_)
        | Event::Subscription(_)
        | Event::Invoice(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Autopay(_)
        | Event::Dunning(_)
        | Event::Run(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Guide(_)
        | Event::Decision(_) => Ok(()),
    }
}

fn lines(event: &LedgerEvent, today: Date, recorded: &Recorded) -> Vec<Line> {
    let line = |kind, id: String, description: String, amount: Money, date: Date| Line {
        kind,
        id,
        description,
        amount: Amount::from(amount),
        date: date.to_string(),
        on: today.to_string(),
        at: time(recorded.meta.committed_at),
        position: recorded.position,
    };
    match event {
        LedgerEvent::Charged { charge_id, lines, due_on, .. } => {
            let one = |it: &domain::ledger::ChargeLine| {
                let description = it.description.to_string();
                line(Kind::Charge, charge_id.to_string(), description, it.amount, *due_on)
            };
            lines.iter().map(one).collect()
        }
        LedgerEvent::Invoiced { invoice_id, total, due_on, .. } => {
            let (id, text) = (invoice_id.to_string(), format!("Invoice {}", invoice_id.suffix()));
            vec![line(Kind::Invoice, id, text, *total, *due_on)]
        }
        LedgerEvent::InvoiceCredited { invoice_id, credit_note, total, .. } => {
            let text = format!("Credit note {credit_note} for invoice {}", invoice_id.suffix());
            vec![line(Kind::CreditNote, credit_note.to_string(), text, total.negated(), today)]
        }
        LedgerEvent::PaymentReceived { payment_id, amount, method, received_on, .. } => {
            let text = format!("Payment, {}", method.name());
            let id = payment_id.to_string();
            vec![line(Kind::Payment, id, text, amount.negated(), *received_on)]
        }
        LedgerEvent::PaymentReversed { payment_id, amount, reason, reversed_on, .. } => {
            let text = format!("Payment reversed: {reason}");
            vec![line(Kind::Reversal, payment_id.to_string(), text, *amount, *reversed_on)]
        }
        LedgerEvent::Refunded { refund_id, amount, method, refunded_on, .. } => {
            let text = format!("Refund, {}", method.name());
            vec![line(Kind::Refund, refund_id.to_string(), text, *amount, *refunded_on)]
        }
        LedgerEvent::RefundFailed { refund_id, amount, code, failed_on, .. } => {
            let text = format!("Refund was not given back: {code}");
            vec![line(Kind::Refund, refund_id.to_string(), text, amount.negated(), *failed_on)]
        }
        LedgerEvent::Adjusted { adjustment_id, amount, reason, due_on, .. } => {
            let text = format!("Adjustment: {reason}");
            vec![line(Kind::Adjustment, adjustment_id.to_string(), text, *amount, *due_on)]
        }
        LedgerEvent::AdjustmentRequested { .. }
        | LedgerEvent::RefundConfirmed { .. }
        | LedgerEvent::AdjustmentDeclined { .. }
        | LedgerEvent::ChargeDisputed { .. }
        | LedgerEvent::DisputeClosed { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        ledger::{ChargeLine, LedgerEvent},
        testing::fixtures::{account, account_id, code, debt, paid, text, usd},
    };
    use jiff::civil::date;
    use serde_json::{Value, json};

    use super::TABLE;
    use crate::testing::story;

    #[test]
    fn charges_and_payments_are_listed_in_order() {
        let posted = [debt(6_999, date(2026, 4, 5)), paid("p-1", 1_000)];
        let row: Value = story().and(account()).and(posted).row(TABLE, "account_7");
        let expected = json!({
            "accountId": "account_7",
            "lines": [
                {
                    "kind": "charge",
                    "id": "bill-2026-04-05",
                    "description": "Classic",
                    "amount": { "minor": 6999, "currency": "USD", "text": "69.99 USD" },
                    "date": "2026-04-05",
                    "on": "2026-03-16",
                    "at": "2026-03-16T12:00:03Z",
                    "position": 3,
                },
                {
                    "kind": "payment",
                    "id": "p-1",
                    "description": "Payment, card",
                    "amount": { "minor": -1000, "currency": "USD", "text": "-10.00 USD" },
                    "date": "2026-03-16",
                    "on": "2026-03-16",
                    "at": "2026-03-16T12:00:04Z",
                    "position": 4,
                },
            ],
        });
        assert_eq!(row, expected);
    }

    #[test]
    fn the_last_five_hundred_lines_are_shown() {
        let line = ChargeLine { description: text("Classic"), amount: usd(1) };
        let charged = LedgerEvent::Charged {
            account_id: account_id(),
            charge_id: code("bill"),
            lines: vec![line; 100],
            due_on: date(2026, 4, 5),
        };
        let charges = (0..5).map(|_| charged.clone().on(&account_id()));
        let posted = [paid("p-1", 1), paid("p-2", 1)].into_iter().chain(charges);
        let facts = account().into_iter().chain(posted).chain([paid("p-3", 1)]);
        let row: Value = story().and(facts).row(TABLE, "account_7");
        let lines = row["lines"].as_array().unwrap();
        assert_eq!((lines.len(), &lines[0]["id"]), (500, &json!("bill")));
        assert_eq!(lines[499]["id"], "p-3");
    }
}
