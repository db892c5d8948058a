//! The books: every financial event as entries of a double-entry journal.
//!
//! What must stay true: the entries of an event add up to zero, so the trial balance always is;
//! what customers owe and what they have as credit stand in accounts of their own.

use super::{LedgerEvent, PaymentMethod, Standing};
use crate::invoice::{InvoiceEvent, InvoiceLine, LineKind};

/// What customers owe.
pub const RECEIVABLE: &str = "assets:receivable";
/// What customers have paid and owe nothing for.
pub const UNAPPLIED: &str = "liabilities:unapplied";

/// One entry: an account of the books and an amount in minor units. Debits are positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Its name, level by level, as in `revenue:package:classic`.
    pub account: String,
    /// In minor units; positive is a debit.
    pub minor: i64,
}

/// The entries of what happened to a ledger, which stood so before it and stands so now.
#[must_use]
pub fn of_ledger(before: &Standing, event: &LedgerEvent, after: &Standing) -> Vec<Posting> {
    let effect = event.effect();
    let counterpart = match event {
        // Its counterparts are the lines, which the invoice's own fact has.
        LedgerEvent::Invoiced { .. } | LedgerEvent::InvoiceCredited { .. } => None,
        LedgerEvent::Charged { .. } => Some("revenue:other".to_owned()),
        LedgerEvent::PaymentReceived { method, .. }
        | LedgerEvent::PaymentReversed { method, .. }
        | LedgerEvent::Refunded { method, .. }
        | LedgerEvent::RefundFailed { method, .. } => Some(cash(*method)),
        LedgerEvent::Adjusted { reason, .. } => {
            Some(format!("revenue:adjustments:{}", reason.as_str().to_lowercase()))
        }
        LedgerEvent::AdjustmentRequested { .. }
        | LedgerEvent::RefundConfirmed { .. }
        | LedgerEvent::AdjustmentDeclined { .. }
        | LedgerEvent::ChargeDisputed { .. }
        | LedgerEvent::DisputeClosed { .. } => None,
    };
    let mut entries = Vec::new();
    if let Some(account) = counterpart {
        entries.push(posting(RECEIVABLE, effect));
        entries.push(Posting { account, minor: -effect });
    }
    // What is credit now, or no longer, moves between the two accounts of customers.
    let moved = after.credit() - before.credit();
    entries.push(posting(RECEIVABLE, moved));
    entries.push(posting(UNAPPLIED, -moved));
    together(entries)
}

/// The entries of what happened to an invoice.
#[must_use]
pub fn of_invoice(event: &InvoiceEvent) -> Vec<Posting> {
    let (lines, sign) = match event {
        InvoiceEvent::Issued(issued) => (&issued.lines, 1),
        InvoiceEvent::Credited { lines, .. } => (lines, -1),
    };
    let entries = lines.iter().flat_map(|line| {
        let minor = sign * line.amount.minor;
        [posting(RECEIVABLE, minor), Posting { account: revenue(line), minor: -minor }]
    });
    together(entries.collect())
}

fn cash(method: PaymentMethod) -> String {
    format!("assets:cash:{}", method.name().replace(' ', "-"))
}

fn revenue(line: &InvoiceLine) -> String {
    let product = line.product.as_str().to_lowercase();
    match line.kind {
        LineKind::Tax => format!("liabilities:tax:{}:{product}", line.item_id),
        LineKind::Package
        | LineKind::Rental
        | LineKind::Extra
        | LineKind::Bundle
        | LineKind::Fee => format!("revenue:{}:{product}", line.kind.name()),
    }
}

fn posting(account: &str, minor: i64) -> Posting {
    Posting { account: account.to_owned(), minor }
}

/// One entry per account, in the order of their names; those of nothing are left out.
fn together(entries: Vec<Posting>) -> Vec<Posting> {
    let mut sums = std::collections::BTreeMap::new();
    for entry in entries {
        *sums.entry(entry.account).or_insert(0_i64) += entry.minor;
    }
    let sums = sums.into_iter().filter(|(_, minor)| *minor != 0);
    sums.map(|(account, minor)| Posting { account, minor }).collect()
}

#[cfg(test)]
mod tests;
