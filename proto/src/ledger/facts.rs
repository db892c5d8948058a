//! Facts about ledgers, as they are stored.

use domain::ledger::{ChargeLine, Drawn, LedgerEvent};

use super::{method, method_number};
use crate::{
    Invalid,
    invalid::{code, date, id, optional, or_empty, required, sealed, text},
    money::{self, money},
    pb::ledger::v1::{self as pb, ledger_event::Fact},
};

pub(crate) fn encode(event: &LedgerEvent) -> pb::LedgerEvent {
    let fact = owed(event).or_else(|| money_moved(event)).or_else(|| adjustment(event));
    let fact = fact.or_else(|| dispute(event));
    pb::LedgerEvent { fact }
}

/// What is owed, and no longer.
fn owed(event: &LedgerEvent) -> Option<Fact> {
    let account_id = event.account_id().to_string();
    Some(match event {
        LedgerEvent::Charged { charge_id, lines, due_on, .. } => Fact::Charged(pb::LedgerCharged {
            account_id,
            charge_id: charge_id.to_string(),
            lines: lines.iter().map(encode_line).collect(),
            due_on: due_on.to_string(),
        }),
        LedgerEvent::Invoiced { invoice_id, total, due_on, .. } => {
            Fact::Invoiced(pb::LedgerInvoiced {
                account_id,
                invoice_id: invoice_id.to_string(),
                total: Some(money::encode(total)),
                due_on: due_on.to_string(),
            })
        }
        LedgerEvent::InvoiceCredited { invoice_id, credit_note, total, due_on, .. } => {
            Fact::InvoiceCredited(pb::LedgerInvoiceCredited {
                account_id,
                invoice_id: invoice_id.to_string(),
                credit_note: credit_note.to_string(),
                total: Some(money::encode(total)),
                due_on: or_empty(due_on.as_ref()),
            })
        }
        LedgerEvent::PaymentReceived { .. }
        | LedgerEvent::PaymentReversed { .. }
        | LedgerEvent::Refunded { .. }
        | LedgerEvent::RefundConfirmed { .. }
        | LedgerEvent::RefundFailed { .. }
        | LedgerEvent::Adjusted { .. }
        | LedgerEvent::AdjustmentRequested { .. }
        | LedgerEvent::AdjustmentDeclined { .. }
        | LedgerEvent::ChargeDisputed { .. }
        | LedgerEvent::DisputeClosed { .. } => return None,
    })
}

/// Money that came or went.
fn money_moved(event: &LedgerEvent) -> Option<Fact> {
    let account_id = event.account_id().to_string();
    Some(match event {
        LedgerEvent::PaymentReceived {
            payment_id,
            amount,
            method,
            received_on,
            invoice_id,
            reference,
            ..
        } => Fact::PaymentReceived(pb::LedgerPaymentReceived {
            account_id,
            payment_id: payment_id.to_string(),
            amount: Some(money::encode(amount)),
            method: method_number(*method),
            received_on: received_on.to_string(),
            invoice_id: or_empty(invoice_id.as_ref()),
            reference: or_empty(reference.as_ref()),
        }),
        LedgerEvent::PaymentReversed {
            payment_id, amount, method, reason, reversed_on, ..
        } => Fact::PaymentReversed(pb::LedgerPaymentReversed {
            account_id,
            payment_id: payment_id.to_string(),
            amount: Some(money::encode(amount)),
            method: method_number(*method),
            reason: reason.to_string(),
            reversed_on: reversed_on.to_string(),
        }),
        LedgerEvent::Refunded { .. }
        | LedgerEvent::RefundConfirmed { .. }
        | LedgerEvent::RefundFailed { .. } => return refund(event),
        LedgerEvent::Charged { .. }
        | LedgerEvent::Invoiced { .. }
        | LedgerEvent::InvoiceCredited { .. }
        | LedgerEvent::Adjusted { .. }
        | LedgerEvent::AdjustmentRequested { .. }
        | LedgerEvent::AdjustmentDeclined { .. }
        | LedgerEvent::ChargeDisputed { .. }
        | LedgerEvent::DisputeClosed { .. } => return None,
    })
}

/// What is given back.
fn refund(event: &LedgerEvent) -> Option<Fact> {
    let account_id = event.account_id().to_string();
    Some(match event {
        LedgerEvent::Refunded { refund_id, amount, method, refunded_on, drawn, .. } => {
            Fact::Refunded(pb::LedgerRefunded {
                account_id,
                refund_id: refund_id.to_string(),
                amount: Some(money::encode(amount)),
                method: method_number(*method),
                refunded_on: refunded_on.to_string(),
                payment_id: or_empty(drawn.as_ref().map(|drawn| &drawn.payment_id)),
                reference: or_empty(drawn.as_ref().map(|drawn| &drawn.reference)),
            })
        }
        LedgerEvent::RefundConfirmed { refund_id, reference, .. } => {
            Fact::RefundConfirmed(pb::LedgerRefundConfirmed {
                account_id,
                refund_id: refund_id.to_string(),
                reference: reference.to_string(),
            })
        }
        LedgerEvent::RefundFailed {
            refund_id,
            payment_id,
            amount,
            method,
            code,
            failed_on,
            ..
        } => Fact::RefundFailed(pb::LedgerRefundFailed {
            account_id,
            refund_id: refund_id.to_string(),
            payment_id: payment_id.to_string(),
            amount: Some(money::encode(amount)),
            method: method_number(*method),
            code: code.to_string(),
            failed_on: failed_on.to_string(),
        }),
        LedgerEvent::Charged { .. }
        | LedgerEvent::Invoiced { .. }
        | LedgerEvent::InvoiceCredited { .. }
        | LedgerEvent::PaymentReceived { .. }
        | LedgerEvent::PaymentReversed { .. }
        | LedgerEvent::Adjusted { .. }
        | LedgerEvent::AdjustmentRequested { .. }
        | LedgerEvent::AdjustmentDeclined { .. }
        | LedgerEvent::ChargeDisputed { .. }
        | LedgerEvent::DisputeClosed { .. } => return None,
    })
}

/// What was adjusted, or is to be.
fn adjustment(event: &LedgerEvent) -> Option<Fact> {
    let account_id = event.account_id().to_string();
    Some(match event {
        LedgerEvent::Adjusted {
            adjustment_id, amount, reason, note, due_on, approved_by, ..
        } => Fact::Adjusted(pb::LedgerAdjusted {
            account_id,
            adjustment_id: adjustment_id.to_string(),
            amount: Some(money::encode(amount)),
            reason: reason.to_string(),
            note: note.to_string(),
            due_on: due_on.to_string(),
            approved_by: or_empty(approved_by.as_ref()),
        }),
        LedgerEvent::AdjustmentRequested {
            adjustment_id,
            amount,
            reason,
            note,
            requested_by,
            ..
        } => Fact::AdjustmentRequested(pb::LedgerAdjustmentRequested {
            account_id,
            adjustment_id: adjustment_id.to_string(),
            amount: Some(money::encode(amount)),
            reason: reason.to_string(),
            note: note.to_string(),
            requested_by: requested_by.to_string(),
        }),
        LedgerEvent::AdjustmentDeclined { adjustment_id, .. } => {
            let adjustment_id = adjustment_id.to_string();
            Fact::AdjustmentDeclined(pb::LedgerAdjustmentDeclined { account_id, adjustment_id })
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
        | LedgerEvent::DisputeClosed { .. } => return None,
    })
}

/// What is paid last, and no longer.
fn dispute(event: &LedgerEvent) -> Option<Fact> {
    let account_id = event.account_id().to_string();
    Some(match event {
        LedgerEvent::ChargeDisputed { charge_id, .. } => {
            let charge_id = charge_id.to_string();
            Fact::ChargeDisputed(pb::LedgerChargeDisputed { account_id, charge_id })
        }
        LedgerEvent::DisputeClosed { charge_id, .. } => {
            let charge_id = charge_id.to_string();
            Fact::DisputeClosed(pb::LedgerDisputeClosed { account_id, charge_id })
        }
        LedgerEvent::Charged { .. }
        | LedgerEvent::Invoiced { .. }
        | LedgerEvent::InvoiceCredited { .. }
        | LedgerEvent::PaymentReceived { .. }
        | LedgerEvent::PaymentReversed { .. }
        | LedgerEvent::Refunded { .. }
        | LedgerEvent::RefundConfirmed { .. }
        | LedgerEvent::RefundFailed { .. }
        | LedgerEvent::Adjusted { .. }
        | LedgerEvent::AdjustmentRequested { .. }
        | LedgerEvent::AdjustmentDeclined { .. } => return None,
    })
}

pub(crate) fn decode(message: pb::LedgerEvent) -> Result<LedgerEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Charged(fact) => LedgerEvent::Charged {
            account_id: id("accountId", &fact.account_id)?,
            charge_id: code("chargeId", &fact.charge_id)?,
            lines: lines("lines", fact.lines)?,
            due_on: date("dueOn", &fact.due_on)?,
        },
        Fact::Invoiced(fact) => LedgerEvent::Invoiced {
            account_id: id("accountId", &fact.account_id)?,
            invoice_id: id("invoiceId", &fact.invoice_id)?,
            total: money("total", fact.total)?,
            due_on: date("dueOn", &fact.due_on)?,
        },
        Fact::InvoiceCredited(fact) => LedgerEvent::InvoiceCredited {
            account_id: id("accountId", &fact.account_id)?,
            invoice_id: id("invoiceId", &fact.invoice_id)?,
            credit_note: code("creditNote", &fact.credit_note)?,
            total: money("total", fact.total)?,
            due_on: optional("dueOn", &fact.due_on, date)?,
        },
        Fact::PaymentReceived(fact) => LedgerEvent::PaymentReceived {
            account_id: id("accountId", &fact.account_id)?,
            payment_id: code("paymentId", &fact.payment_id)?,
            amount: money("amount", fact.amount)?,
            method: method("method", fact.method)?,
            received_on: date("receivedOn", &fact.received_on)?,
            invoice_id: optional("invoiceId", &fact.invoice_id, id)?,
            reference: optional("reference", &fact.reference, text)?,
        },
        Fact::PaymentReversed(fact) => LedgerEvent::PaymentReversed {
            account_id: id("accountId", &fact.account_id)?,
            payment_id: code("paymentId", &fact.payment_id)?,
            amount: money("amount", fact.amount)?,
            method: method("method", fact.method)?,
            reason: code("reason", &fact.reason)?,
            reversed_on: date("reversedOn", &fact.reversed_on)?,
        },
        Fact::Refunded(fact) => refunded(fact)?,
        Fact::RefundConfirmed(fact) => LedgerEvent::RefundConfirmed {
            account_id: id("accountId", &fact.account_id)?,
            refund_id: code("refundId", &fact.refund_id)?,
            reference: text("reference", &fact.reference)?,
        },
        Fact::RefundFailed(fact) => refund_failed(fact)?,
        Fact::Adjusted(fact) => adjusted(fact)?,
        Fact::AdjustmentRequested(fact) => LedgerEvent::AdjustmentRequested {
            account_id: id("accountId", &fact.account_id)?,
            adjustment_id: code("adjustmentId", &fact.adjustment_id)?,
            amount: money("amount", fact.amount)?,
            reason: code("reason", &fact.reason)?,
            note: sealed("note", &fact.note)?,
            requested_by: code("requestedBy", &fact.requested_by)?,
        },
        Fact::AdjustmentDeclined(fact) => LedgerEvent::AdjustmentDeclined {
            account_id: id("accountId", &fact.account_id)?,
            adjustment_id: code("adjustmentId", &fact.adjustment_id)?,
        },
        Fact::ChargeDisputed(fact) => LedgerEvent::ChargeDisputed {
            account_id: id("accountId", &fact.account_id)?,
            charge_id: code("chargeId", &fact.charge_id)?,
        },
        Fact::DisputeClosed(fact) => LedgerEvent::DisputeClosed {
            account_id: id("accountId", &fact.account_id)?,
            charge_id: code("chargeId", &fact.charge_id)?,
        },
    })
}

fn adjusted(fact: pb::LedgerAdjusted) -> Result<LedgerEvent, Invalid> {
    Ok(LedgerEvent::Adjusted {
        account_id: id("accountId", &fact.account_id)?,
        adjustment_id: code("adjustmentId", &fact.adjustment_id)?,
        amount: money("amount", fact.amount)?,
        reason: code("reason", &fact.reason)?,
        note: sealed("note", &fact.note)?,
        due_on: date("dueOn", &fact.due_on)?,
        approved_by: optional("approvedBy", &fact.approved_by, code)?,
    })
}

fn refunded(fact: pb::LedgerRefunded) -> Result<LedgerEvent, Invalid> {
    Ok(LedgerEvent::Refunded {
        account_id: id("accountId", &fact.account_id)?,
        refund_id: code("refundId", &fact.refund_id)?,
        amount: money("amount", fact.amount)?,
        method: method("method", fact.method)?,
        refunded_on: date("refundedOn", &fact.refunded_on)?,
        drawn: drawn(&fact.payment_id, &fact.reference)?,
    })
}

fn refund_failed(fact: pb::LedgerRefundFailed) -> Result<LedgerEvent, Invalid> {
    Ok(LedgerEvent::RefundFailed {
        account_id: id("accountId", &fact.account_id)?,
        refund_id: code("refundId", &fact.refund_id)?,
        payment_id: code("paymentId", &fact.payment_id)?,
        amount: money("amount", fact.amount)?,
        method: method("method", fact.method)?,
        code: code("code", &fact.code)?,
        failed_on: date("failedOn", &fact.failed_on)?,
    })
}

/// The payment that the processor gives back: both fields or none.
fn drawn(payment_id: &str, reference: &str) -> Result<Option<Drawn>, Invalid> {
    if payment_id.is_empty() && reference.is_empty() {
        return Ok(None);
    }
    let payment_id = code("paymentId", payment_id)?;
    Ok(Some(Drawn { payment_id, reference: text("reference", reference)? }))
}

pub(super) fn lines(field: &str, lines: Vec<pb::ChargeLine>) -> Result<Vec<ChargeLine>, Invalid> {
    let line = |(index, line): (usize, pb::ChargeLine)| {
        let within = format!("{field}[{index}]");
        let parsed = || {
            Ok(ChargeLine {
                description: text("description", &line.description)?,
                amount: money("amount", line.amount)?,
            })
        };
        parsed().map_err(|invalid: Invalid| invalid.within(&within))
    };
    lines.into_iter().enumerate().map(line).collect()
}

fn encode_line(line: &ChargeLine) -> pb::ChargeLine {
    pb::ChargeLine {
        description: line.description.to_string(),
        amount: Some(money::encode(&line.amount)),
    }
}
