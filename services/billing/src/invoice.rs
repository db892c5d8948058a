//! What is on an invoice, and which statements does an account have (F44)?
//!
//! What must stay true: a row follows from the invoice's own facts. What paid an invoice is in the
//! account's balance.

use contract::{event::time, view::Amount};
use domain::{
    Event,
    account::AccountId,
    invoice::{InvoiceEvent, InvoiceLine, Issued},
    money::Money,
    text::Code,
};
use event_store::Recorded;
use jiff::{ToSpan, civil::Date};
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

/// By invoice id.
pub(crate) const TABLE: Table = Table::new(b'o');
/// By account id and how far from the end of all time, so that the newest comes first.
pub(crate) const OF_ACCOUNT: Table = Table::new(b'O');

/// One invoice.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InvoiceRow {
    invoice_id: String,
    number: String,
    account_id: String,
    /// The bill day that it is for.
    cycle: String,
    issued_on: String,
    due_on: String,
    /// What was owed before it; negative is credit.
    previous_balance: Amount,
    lines: Vec<LineRow>,
    total: Amount,
    /// What took it back.
    credited: Option<CreditedRow>,
}

/// One line of an invoice.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineRow {
    item_id: String,
    kind: String,
    product: String,
    description: String,
    from: Option<String>,
    /// The last day that it pays for, as on the statement.
    to: Option<String>,
    amount: Amount,
}

/// How an invoice was taken back.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreditedRow {
    credit_note: String,
    reason: String,
    on: String,
    /// Whether what was on it is billed anew.
    rebilled: bool,
}

/// One statement in the list of its account.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedRow {
    account_id: String,
    number: String,
    kind: Kind,
    /// The invoice that a credit note takes back; of an invoice, itself.
    invoice_id: String,
    issued_on: String,
    /// Absent for a credit note.
    due_on: Option<String>,
    /// Negative is a credit.
    total: Amount,
    at: String,
}

/// What kind of statement it is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Invoice,
    CreditNote,
}

/// Changes the row of the invoice and the list of its account.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Invoice(event) = event else { return Ok(()) };
    let invoice_id = &*recorded.event.stream;
    match event {
        InvoiceEvent::Issued(issued) => {
            rows.put(TABLE, invoice_id, &InvoiceRow::of(issued, invoice_id))?;
            let due_on = Some(issued.due_on);
            let of = (Kind::Invoice, &issued.account_id, &issued.number);
            list(of, (issued.issued_on, due_on), issued.total(), recorded, rows)
        }
        InvoiceEvent::Credited {
            account_id,
            credit_note,
            reason,
            credited_on,
            rebilled,
            lines,
        } => {
            if let Some(mut row) = rows.get::<InvoiceRow>(TABLE, invoice_id)? {
                row.credited = Some(CreditedRow {
                    credit_note: credit_note.to_string(),
                    reason: reason.to_string(),
                    on: credited_on.to_string(),
                    rebilled: *rebilled,
                });
                rows.put(TABLE, invoice_id, &row)?;
            }
            let total = lines.iter().map(|line| line.amount).reduce(Money::plus);
            let total = total.ok_or_else(|| Fault::new("a credit note has no lines"))?.negated();
            let of = (Kind::CreditNote, account_id, credit_note);
            list(of, (*credited_on, None), total, recorded, rows)
        }
    }
}

fn list(
    (kind, account_id, number): (Kind, &AccountId, &Code),
    (issued_on, due_on): (Date, Option<Date>),
    total: Money,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let row = ListedRow {
        account_id: account_id.to_string(),
        number: number.to_string(),
        kind,
        invoice_id: recorded.event.stream.to_string(),
        issued_on: issued_on.to_string(),
        due_on: due_on.map(|due_on| due_on.to_string()),
        total: Amount::from(total),
        at: time(recorded.meta.committed_at),
    };
    let key = format!("{account_id}/{:020}", u64::MAX - recorded.position);
    rows.put(OF_ACCOUNT, key, &row)
}

impl InvoiceRow {
    fn of(issued: &Issued, invoice_id: &str) -> Self {
        Self {
            invoice_id: invoice_id.to_owned(),
            number: issued.number.to_string(),
            account_id: issued.account_id.to_string(),
            cycle: issued.cycle.to_string(),
            issued_on: issued.issued_on.to_string(),
            due_on: issued.due_on.to_string(),
            previous_balance: Amount::from(issued.previous_balance),
            lines: issued.lines.iter().map(LineRow::of).collect(),
            total: Amount::from(issued.total()),
            credited: None,
        }
    }
}

impl LineRow {
    fn of(line: &InvoiceLine) -> Self {
        Self {
            item_id: line.item_id.to_string(),
            kind: line.kind.name().to_owned(),
            product: line.product.to_string(),
            description: line.description.to_string(),
            from: line.span.map(|(from, _)| from.to_string()),
            to: line.span.map(|(_, end)| end.saturating_sub(1.day()).to_string()),
            amount: Amount::from(line.amount),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        invoice::InvoiceEvent,
        testing::fixtures::{account, account_id, code, id, invoiced, issued},
    };
    use jiff::civil::date;
    use projection::Keys;
    use serde_json::{Value, json};

    use super::{OF_ACCOUNT, TABLE};
    use crate::testing::story;

    #[test]
    fn f44_an_invoice_shows_its_lines_and_what_took_it_back() {
        let due_on = date(2026, 3, 5);
        let fact = issued(4_999, due_on);
        let domain::Event::Invoice(InvoiceEvent::Issued(first)) = &fact.event else { panic!() };
        let credited = InvoiceEvent::Credited {
            account_id: account_id(),
            credit_note: code("C00000001"),
            reason: code("BILLING-ERROR"),
            credited_on: date(2026, 3, 16),
            rebilled: true,
            lines: first.lines.clone(),
        };
        let credited = credited.on(&id("invoice_I00000001"));
        let story = story().and(account()).and([fact, invoiced(4_999, due_on), credited]);
        let row: Value = story.row(TABLE, "invoice_I00000001");
        assert_eq!(row["total"]["text"], "49.99 USD");
        let line = json!({
            "itemId": "service_5", "kind": "package", "product": "basic", "description": "Basic",
            "from": "2026-03-01", "to": "2026-03-31",
            "amount": { "minor": 4999, "currency": "USD", "text": "49.99 USD" },
        });
        assert_eq!(row["lines"], json!([line]));
        let credited = json!({
            "creditNote": "C00000001", "reason": "BILLING-ERROR", "on": "2026-03-16",
            "rebilled": true,
        });
        assert_eq!(row["credited"], credited);

        let listed = story.rows().scan::<Value>(OF_ACCOUNT, Keys::prefix("account_7/"), 9);
        let listed: Vec<_> = listed.map(|row| row.unwrap().1).collect();
        let shown = |row: &Value| (row["number"].clone(), row["total"]["minor"].clone());
        assert_eq!(shown(&listed[0]), (json!("C00000001"), json!(-4999)), "newest first");
        assert_eq!(shown(&listed[1]), (json!("I00000001"), json!(4999)));
        assert_eq!(listed.len(), 2);
    }
}
