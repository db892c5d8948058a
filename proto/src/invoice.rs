//! Invoices between protobuf and the domain.

use domain::invoice::{CreditInvoice, InvoiceEvent, InvoiceLine, Issued, LineKind};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{code, date, id, optional, required, text},
    money::{self, money},
    pb::invoice::v1::{self as pb, invoice_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] = &[CommandType::of::<pb::CreditInvoice>()];

impl CommandMessage for pb::CreditInvoice {
    type Rule = CreditInvoice;
}

impl TryFrom<pb::CreditInvoice> for CreditInvoice {
    type Error = Invalid;

    fn try_from(message: pb::CreditInvoice) -> Result<Self, Invalid> {
        Ok(Self {
            invoice_id: id("invoiceId", &message.invoice_id)?,
            reason: code("reason", &message.reason)?,
            rebill: message.rebill,
        })
    }
}

pub(crate) fn encode(event: &InvoiceEvent) -> pb::InvoiceEvent {
    let fact = match event {
        InvoiceEvent::Issued(issued) => Fact::Issued(pb::InvoiceIssued {
            account_id: issued.account_id.to_string(),
            number: issued.number.to_string(),
            cycle: issued.cycle.to_string(),
            issued_on: issued.issued_on.to_string(),
            due_on: issued.due_on.to_string(),
            previous_balance: Some(money::encode(&issued.previous_balance)),
            lines: issued.lines.iter().map(encode_line).collect(),
        }),
        InvoiceEvent::Credited {
            account_id,
            credit_note,
            reason,
            credited_on,
            rebilled,
            lines,
        } => Fact::Credited(pb::InvoiceCredited {
            account_id: account_id.to_string(),
            credit_note: credit_note.to_string(),
            reason: reason.to_string(),
            credited_on: credited_on.to_string(),
            rebilled: *rebilled,
            lines: lines.iter().map(encode_line).collect(),
        }),
    };
    pb::InvoiceEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::InvoiceEvent) -> Result<InvoiceEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Issued(fact) => InvoiceEvent::Issued(Issued {
            account_id: id("accountId", &fact.account_id)?,
            number: code("number", &fact.number)?,
            cycle: date("cycle", &fact.cycle)?,
            issued_on: date("issuedOn", &fact.issued_on)?,
            due_on: date("dueOn", &fact.due_on)?,
            previous_balance: money("previousBalance", fact.previous_balance)?,
            lines: lines("lines", fact.lines)?,
        }),
        Fact::Credited(fact) => InvoiceEvent::Credited {
            account_id: id("accountId", &fact.account_id)?,
            credit_note: code("creditNote", &fact.credit_note)?,
            reason: code("reason", &fact.reason)?,
            credited_on: date("creditedOn", &fact.credited_on)?,
            rebilled: fact.rebilled,
            lines: lines("lines", fact.lines)?,
        },
    })
}

fn encode_line(line: &InvoiceLine) -> pb::InvoiceLine {
    let day = |pick: fn(&(jiff::civil::Date, jiff::civil::Date)) -> jiff::civil::Date| {
        line.span.as_ref().map(|span| pick(span).to_string()).unwrap_or_default()
    };
    pb::InvoiceLine {
        item_id: line.item_id.to_string(),
        kind: line_kind_number(line.kind),
        product: line.product.to_string(),
        description: line.description.to_string(),
        from: day(|span| span.0),
        to: day(|span| span.1),
        amount: Some(money::encode(&line.amount)),
    }
}

fn lines(field: &str, lines: Vec<pb::InvoiceLine>) -> Result<Vec<InvoiceLine>, Invalid> {
    let numbered = lines.into_iter().enumerate();
    let read = |(at, message)| {
        line(message).map_err(|invalid: Invalid| invalid.within(&format!("{field}[{at}]")))
    };
    numbered.map(read).collect()
}

fn line(message: pb::InvoiceLine) -> Result<InvoiceLine, Invalid> {
    let from = optional("from", &message.from, date)?;
    let to = optional("to", &message.to, date)?;
    Ok(InvoiceLine {
        item_id: code("itemId", &message.item_id)?,
        kind: line_kind("kind", message.kind)?,
        product: code("product", &message.product)?,
        description: text("description", &message.description)?,
        span: from.zip(to),
        amount: money("amount", message.amount)?,
    })
}

fn line_kind(field: &str, number: i32) -> Result<LineKind, Invalid> {
    match pb::LineKind::try_from(number) {
        Ok(pb::LineKind::Package) => Ok(LineKind::Package),
        Ok(pb::LineKind::Rental) => Ok(LineKind::Rental),
        Ok(pb::LineKind::Extra) => Ok(LineKind::Extra),
        Ok(pb::LineKind::Bundle) => Ok(LineKind::Bundle),
        Ok(pb::LineKind::Fee) => Ok(LineKind::Fee),
        Ok(pb::LineKind::Tax) => Ok(LineKind::Tax),
        Ok(pb::LineKind::Unspecified) | Err(_) => Err(Invalid::new(field, "must be a LineKind")),
    }
}

fn line_kind_number(kind: LineKind) -> i32 {
    i32::from(match kind {
        LineKind::Package => pb::LineKind::Package,
        LineKind::Rental => pb::LineKind::Rental,
        LineKind::Extra => pb::LineKind::Extra,
        LineKind::Bundle => pb::LineKind::Bundle,
        LineKind::Fee => pb::LineKind::Fee,
        LineKind::Tax => pb::LineKind::Tax,
    })
}
