//! Pay: money came and pays the oldest debt first, or the account's invoice that it names. Nobody
//! sends money back because nothing is owed on that one any more, paid or taken back: it pays the
//! oldest debt then, or is credit, which the balance shows.
//!
//! What must stay true: a payment is recorded once. Told again under its id it changes nothing;
//! once it was reversed, only what the processor calls by the same name is the same payment told
//! again.

use jiff::{ToSpan, civil::Date};

use super::{
    Ledger, LedgerEvent, LedgerRejection, PaymentMethod, posted,
    state::{Paid, fingerprint},
};
use crate::{
    Decide, Desk, Fact, Id, Rejection,
    account::AccountId,
    autopay::{Autopay, collected_from},
    calendar::today,
    invoice::InvoiceId,
    money::{MINOR_MAX, Money},
    reference::{ProcessorName, Reference, ReferenceEvent},
    text::Code,
};

/// How long ago money may have come that is recorded now, in years: as long as books are kept, so
/// that those of an older system can be taken over.
const RECEIVED_YEARS_MAX: i32 = 10;

/// Post a payment to an account's ledger; it pays the oldest debt first.
#[derive(Clone, Debug)]
pub struct RecordPayment {
    /// Whose.
    pub account_id: AccountId,
    /// Chosen by the sender; the same id with the same amount again changes nothing.
    pub payment_id: Code,
    /// How much.
    pub amount: Money,
    /// How.
    pub method: PaymentMethod,
    /// When.
    pub received_on: Date,
    /// The invoice that it pays first; absent: the oldest debt.
    pub invoice_id: Option<InvoiceId>,
    /// The processor's own name of the payment: a second payment of that name is refused.
    pub reference: Option<ProcessorName>,
}

impl Decide for RecordPayment {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_opened_once()?;
        let ledger = desk.get(&Id::<Ledger>::of(&self.account_id));
        let content = fingerprint(&(self.amount, self.method, self.received_on, &self.invoice_id));
        match ledger.payments.get(&self.payment_id) {
            Some(recorded) if recorded.content == content => {
                match recorded.reversed.is_none() || self.is_named_as(recorded) {
                    true => Ok(vec![]),
                    false => Err(LedgerRejection::PaymentIdReversed.into()),
                }
            }
            Some(_) => Err(LedgerRejection::PaymentIdUsed.into()),
            // What does not hold is owed again by this id: a dispute names one debt.
            // What autopay has drawn is recorded, whatever was charged by its id in former times.
            None if ledger.is_taken_by_other_than_payments(&self.payment_id)
                && collected_from(&self.payment_id).is_none() =>
            {
                Err(LedgerRejection::IdOfAnother.into())
            }
            // It was drawn from somebody else.
            None if collected_from(&self.payment_id).is_some_and(|of| of != self.account_id) => {
                Err(LedgerRejection::IdOfAnother.into())
            }
            // Else that draw could not be recorded when it is made.
            None if desk
                .get(&Id::<Autopay>::of(&self.account_id))
                .may_yet_draw(&self.account_id, &self.payment_id) =>
            {
                Err(LedgerRejection::IdOfAnother.into())
            }
            None => {
                self.check(desk)?;
                self.demand_as_drawn(desk)?;
                let received = LedgerEvent::PaymentReceived {
                    account_id: self.account_id.clone(),
                    payment_id: self.payment_id.clone(),
                    amount: self.amount,
                    method: self.method,
                    received_on: self.received_on,
                    invoice_id: self.invoice_id.clone(),
                    reference: self.reference.as_ref().map(|it| it.name.clone()),
                };
                let taken = self.take_reference(desk)?;
                Ok(posted(desk, received).into_iter().chain(taken).collect())
            }
        }
    }
}

impl RecordPayment {
    /// Whether the processor calls it as it calls what was recorded.
    fn is_named_as(&self, recorded: &Paid) -> bool {
        let name = self.reference.as_ref().map(|reference| &reference.name);
        name.is_some() && name == recorded.reference.as_ref()
    }

    /// What autopay asks the processor for is recorded as that, or else under another id: the
    /// processor is not asked for it any more.
    fn demand_as_drawn(&self, desk: &Desk<'_>) -> Result<(), LedgerRejection> {
        let autopay = desk.get(&Id::<Autopay>::of(&self.account_id));
        match autopay.last.as_ref().filter(|draw| draw.collection_id == self.payment_id) {
            Some(draw) if draw.amount != self.amount => {
                Err(LedgerRejection::NotAsDrawn { amount: draw.amount })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The processor's reference is this payment's from now on.
    fn take_reference(&self, desk: &Desk<'_>) -> Result<Option<Fact>, LedgerRejection> {
        let Some(reference) = &self.reference else { return Ok(None) };
        match desk.get(&reference.id) {
            Reference::Free => Ok(Some(
                ReferenceEvent::Taken {
                    account_id: self.account_id.clone(),
                    payment_id: self.payment_id.clone(),
                }
                .on(&reference.id),
            )),
            Reference::Taken { .. } => Err(LedgerRejection::ReferenceUsed),
        }
    }

    fn check(&self, desk: &Desk<'_>) -> Result<(), Rejection> {
        let currency = desk.biller.currency;
        if self.amount.currency != currency {
            return Err(LedgerRejection::OtherCurrency { currency }.into());
        }
        if self.amount.minor <= 0 {
            return Err(LedgerRejection::AmountNotPositive.into());
        }
        if self.amount.minor > MINOR_MAX {
            return Err(LedgerRejection::AmountTooLarge.into());
        }
        let today = today(desk)?;
        if self.received_on > today {
            return Err(LedgerRejection::ReceivedAfterToday { today }.into());
        }
        let since = today.saturating_sub(RECEIVED_YEARS_MAX.years());
        if self.received_on < since {
            return Err(LedgerRejection::ReceivedTooLongAgo { since }.into());
        }
        let invoice = self.invoice_id.as_ref().map(|invoice_id| desk.get(invoice_id));
        match invoice.is_none_or(|it| it.account_id() == Some(&self.account_id)) {
            true => Ok(()),
            false => Err(LedgerRejection::NoSuchInvoice.into()),
        }
    }
}

#[cfg(test)]
mod tests;
