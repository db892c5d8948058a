//! What each fact makes of a ledger.

use std::collections::BTreeMap;

use super::{
    Ledger, LedgerEvent, RequestedAdjustment, Standing,
    state::{AwaitedRefund, Decision, Paid, REMEMBERED_MAX, RefundAnswer, Unapproved, fingerprint},
};
use crate::{
    Aggregate, Noun,
    remembered::{Fingerprint, Remembered},
    text::Code,
};

impl Aggregate for Ledger {
    const CATEGORY: &'static str = "ledger";
    const UNKNOWN: &'static Self = &Self {
        standing: Standing::NOTHING,
        charges: BTreeMap::new(),
        payments: BTreeMap::new(),
        requested: BTreeMap::new(),
        adjusted: Remembered::NONE,
        decided: Remembered::NONE,
        unapproved: Unapproved::NOTHING,
        refunded: Remembered::NONE,
        awaited: BTreeMap::new(),
        answered: Remembered::NONE,
    };
    type Event = LedgerEvent;

    fn evolve(mut self, event: &LedgerEvent) -> Self {
        self.standing.post(event);
        match event {
            LedgerEvent::Charged { charge_id, lines, due_on, .. } => {
                self.charges.insert(charge_id.clone(), fingerprint(&(lines, due_on)));
            }
            LedgerEvent::PaymentReceived {
                payment_id,
                amount,
                method,
                received_on,
                invoice_id,
                reference,
                ..
            } => {
                let content = fingerprint(&(amount, method, received_on, invoice_id));
                let paid = Paid {
                    content,
                    amount: *amount,
                    method: *method,
                    reversed: None,
                    reference: reference.clone().filter(|_| method.is_drawn()),
                    given_back: 0,
                };
                self.payments.insert(payment_id.clone(), paid);
            }
            LedgerEvent::PaymentReversed { payment_id, reason, .. } => {
                if let Some(paid) = self.payments.get_mut(payment_id) {
                    paid.reversed = Some(Fingerprint::of(reason));
                }
            }
            LedgerEvent::Refunded { refund_id, amount, method, drawn, .. } => {
                let payment_id = drawn.as_ref().map(|drawn| drawn.payment_id.clone());
                let what = Fingerprint::of(&(amount, method, payment_id.as_ref()));
                self.refunded.note(refund_id, what, REMEMBERED_MAX);
                if let Some(payment_id) = payment_id {
                    let (amount, method) = (*amount, *method);
                    self.ask(refund_id, AwaitedRefund { payment_id, amount, method });
                }
            }
            LedgerEvent::RefundConfirmed { refund_id, .. } => {
                self.answer(refund_id, RefundAnswer::Confirmed);
            }
            LedgerEvent::RefundFailed { refund_id, .. } => {
                self.answer(refund_id, RefundAnswer::Failed);
            }
            LedgerEvent::Adjusted { .. }
            | LedgerEvent::AdjustmentRequested { .. }
            | LedgerEvent::AdjustmentDeclined { .. } => self.adjust(event),
            LedgerEvent::Invoiced { .. }
            | LedgerEvent::InvoiceCredited { .. }
            | LedgerEvent::ChargeDisputed { .. }
            | LedgerEvent::DisputeClosed { .. } => {}
        }
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Ledger(ledger) = noun { Some(ledger) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Ledger(ledger) = noun { Some(ledger) } else { None }
    }
}

impl Ledger {
    /// An adjustment was asked for, made or declined.
    fn adjust(&mut self, event: &LedgerEvent) {
        match event {
            LedgerEvent::Adjusted {
                adjustment_id,
                amount,
                reason,
                note,
                due_on,
                approved_by,
                ..
            } => {
                self.requested.remove(adjustment_id);
                let what = Fingerprint::of(&(amount, reason, note));
                self.adjusted.note(adjustment_id, what, REMEMBERED_MAX);
                match approved_by {
                    None => self.unapproved.note(*due_on, amount.minor),
                    Some(_) => self.decide(adjustment_id, Decision::Approved),
                }
            }
            LedgerEvent::AdjustmentRequested {
                adjustment_id,
                amount,
                reason,
                note,
                requested_by,
                ..
            } => {
                let requested = RequestedAdjustment {
                    amount: *amount,
                    reason: reason.clone(),
                    note: note.clone(),
                    requested_by: requested_by.clone(),
                };
                self.requested.insert(adjustment_id.clone(), requested);
            }
            LedgerEvent::AdjustmentDeclined { adjustment_id, .. } => {
                if let Some(it) = self.requested.remove(adjustment_id) {
                    let what = Fingerprint::of(&(it.amount, it.reason, it.note));
                    self.adjusted.note(adjustment_id, what, REMEMBERED_MAX);
                    self.decide(adjustment_id, Decision::Declined);
                }
            }
            LedgerEvent::Charged { .. }
            | LedgerEvent::ChargeDisputed { .. }
            | LedgerEvent::DisputeClosed { .. }
            | LedgerEvent::Invoiced { .. }
            | LedgerEvent::InvoiceCredited { .. }
            | LedgerEvent::PaymentReceived { .. }
            | LedgerEvent::PaymentReversed { .. }
            | LedgerEvent::Refunded { .. }
            | LedgerEvent::RefundConfirmed { .. }
            | LedgerEvent::RefundFailed { .. } => {}
        }
    }

    /// Somebody has decided about an adjustment that waited.
    fn decide(&mut self, adjustment_id: &Code, decision: Decision) {
        self.decided.note(adjustment_id, Fingerprint::of(&decision), REMEMBERED_MAX);
    }

    /// The processor is to give something back.
    fn ask(&mut self, refund_id: &Code, refund: AwaitedRefund) {
        if let Some(paid) = self.payments.get_mut(&refund.payment_id) {
            paid.given_back += refund.amount.minor;
        }
        self.awaited.insert(refund_id.clone(), refund);
    }

    /// The processor has answered about a refund.
    fn answer(&mut self, refund_id: &Code, answer: RefundAnswer) {
        let awaited = self.awaited.remove(refund_id);
        self.answered.note(refund_id, Fingerprint::of(&answer), REMEMBERED_MAX);
        let Some(AwaitedRefund { payment_id, amount, .. }) = awaited else { return };
        let paid = self.payments.get_mut(&payment_id);
        if let (RefundAnswer::Failed, Some(paid)) = (answer, paid) {
            paid.given_back -= amount.minor;
        }
    }
}
