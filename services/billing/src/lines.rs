//! What was charged and what was paid, line by line?

use contract::{event::time, view::Amount};
use domain::{
    Event,
    account::AccountEvent,
    ledger::{LedgerEvent, PaymentMethod},
};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

/// By account id.
pub(crate) const TABLE: Table = Table::new(b'l');

/// Most lines that are shown; older ones are in the log.
const LINES_MAX: usize = 500;

/// What happened to one account's ledger.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinesRow {
    account_id: String,
    /// In the order in which they were recorded.
    lines: Vec<Line>,
}

/// One line of a charge, or a payment.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    kind: Kind,
    /// The charge's or the payment's.
    id: String,
    description: String,
    /// What it adds to the balance: negative is a credit or a payment.
    amount: Amount,
    /// When a charge is due (F74), or a payment was received.
    date: String,
    at: String,
    position: u64,
}

/// What a line tells of.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Charge,
    Payment,
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
            let (account_id, lines) = lines(event, recorded);
            let mut row: LinesRow = existing(rows, TABLE, account_id)?;
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

fn lines<'a>(event: &'a LedgerEvent, recorded: &Recorded) -> (&'a str, Vec<Line>) {
    let (at, position) = (time(recorded.meta.committed_at), recorded.position);
    match event {
        LedgerEvent::Charged { account_id, charge_id, lines, due_on } => {
            let line = |line: &domain::ledger::ChargeLine| Line {
                kind: Kind::Charge,
                id: charge_id.to_string(),
                description: line.description.to_string(),
                amount: Amount::from(line.amount),
                date: due_on.to_string(),
                at: at.clone(),
                position,
            };
            (account_id.as_str(), lines.iter().map(line).collect())
        }
        LedgerEvent::PaymentReceived { account_id, payment_id, amount, method, received_on } => {
            let line = Line {
                kind: Kind::Payment,
                id: payment_id.to_string(),
                description: format!("Payment, {}", method_words(*method)),
                amount: Amount::from(amount.negated()),
                date: received_on.to_string(),
                at,
                position,
            };
            (account_id.as_str(), vec![line])
        }
    }
}

/// How a customer paid, in words.
pub(crate) fn method_words(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Cash => "cash",
        PaymentMethod::Check => "check",
        PaymentMethod::Card => "card",
        PaymentMethod::BankTransfer => "bank transfer",
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        ledger::{ChargeLine, LedgerEvent},
        testing::fixtures::{account, account_id, code, debt, text, usd},
    };
    use jiff::civil::date;
    use serde_json::{Value, json};

    use super::TABLE;
    use crate::testing::{paid, story};

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
                    "at": "2026-03-16T12:00:03Z",
                    "position": 3,
                },
                {
                    "kind": "payment",
                    "id": "p-1",
                    "description": "Payment, card",
                    "amount": { "minor": -1000, "currency": "USD", "text": "-10.00 USD" },
                    "date": "2026-03-16",
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
