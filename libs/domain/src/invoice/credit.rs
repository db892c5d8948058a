//! Credit an invoice: a credit note takes it back whole; what was on it is billed anew where that
//! is asked for.
//!
//! What must stay true: what a credit note takes back for good is paid for with nothing from then
//! on, so no later bill credits it again. Bills of which one corrects another say together what
//! their days cost; none of them is taken back for good alone.

use super::{Invoice, InvoiceEvent, InvoiceId, InvoiceRejection, Issued};
use crate::{
    Decide, Desk, Fact, Rejection,
    calendar::today,
    ledger::{LedgerEvent, posted},
    series::{self, Numbered},
    subscription::{SubscriptionEvent, SubscriptionId},
    text::Code,
};

/// Take an invoice back with a credit note.
#[derive(Clone, Debug)]
pub struct CreditInvoice {
    /// Which.
    pub invoice_id: InvoiceId,
    /// Why: one of the biller's reasons for adjustments.
    pub reason: Code,
    /// Whether the next bill has on it again what was on this one, as it should have been.
    pub rebill: bool,
}

impl Decide for CreditInvoice {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.invoice_id) {
            Invoice::NotIssued => Err(InvoiceRejection::NotIssued.into()),
            Invoice::Credited { reason, rebilled, .. }
                if *reason == self.reason && *rebilled == self.rebill =>
            {
                Ok(vec![])
            }
            Invoice::Credited { .. } => Err(InvoiceRejection::CreditedOtherwise.into()),
            Invoice::Issued(issued) => self.credit(desk, issued),
        }
    }
}

impl CreditInvoice {
    fn credit(&self, desk: &Desk<'_>, issued: &Issued) -> Result<Vec<Fact>, Rejection> {
        if !desk.biller.billing.adjustment_reasons.contains(&self.reason) {
            return Err(InvoiceRejection::ReasonNotKnown.into());
        }
        let account_id = &issued.account_id;
        let subscription = desk.get(&SubscriptionId::of(account_id));
        if self.rebill && subscription.last_invoice() != Some(&issued.number) {
            return Err(InvoiceRejection::NotTheLast.into());
        }
        if !self.rebill && subscription.is_corrected(&issued.number) {
            return Err(InvoiceRejection::Corrected.into());
        }
        let (number, taken) = series::next(desk, Numbered::CreditNote);
        let today = today(desk)?;
        let credited = InvoiceEvent::Credited {
            account_id: account_id.clone(),
            credit_note: number.clone(),
            reason: self.reason.clone(),
            credited_on: today,
            rebilled: self.rebill,
            lines: issued.lines.clone(),
        };
        let entry = LedgerEvent::InvoiceCredited {
            account_id: account_id.clone(),
            invoice_id: self.invoice_id.clone(),
            credit_note: number,
            total: issued.total(),
            due_on: Some(desk.biller.billing.due_on(today, today)),
        };
        let mut facts = vec![taken, credited.on(&self.invoice_id)];
        facts.extend(posted(desk, entry));
        let invoice = issued.number.clone();
        if self.rebill {
            facts.push(SubscriptionEvent::Unbilled { invoice }.on(account_id));
        } else if subscription.is_charged_by(&invoice) {
            facts.push(SubscriptionEvent::Waived { invoice }.on(account_id));
        }
        Ok(facts)
    }
}

#[cfg(test)]
mod tests;
