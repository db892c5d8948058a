//! Pay: money came and pays the oldest debt first.

use jiff::civil::Date;

use super::{Ledger, LedgerEvent, LedgerRejection, PaymentMethod, posted, state::fingerprint};
use crate::{
    Decide, Desk, Fact, Id, Rejection,
    account::AccountId,
    calendar::today,
    invoice::InvoiceId,
    money::{MINOR_MAX, Money},
    reference::{ProcessorName, Reference, ReferenceEvent},
    text::Code,
};

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
            Some(recorded) if recorded.content == content => Ok(vec![]),
            Some(_) => Err(LedgerRejection::PaymentIdUsed.into()),
            None => {
                self.check(desk)?;
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
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::RecordPayment;
    use crate::{
        account::AccountRejection,
        ledger::{LedgerEvent, LedgerRejection, PaymentMethod},
        money::MINOR_MAX,
        testing::{
            fixtures::{TODAY, account, account_id, code, processor_name, usd},
            given,
        },
    };

    fn pay(minor: i64) -> RecordPayment {
        RecordPayment {
            account_id: account_id(),
            payment_id: code("p-1"),
            amount: usd(minor),
            method: PaymentMethod::Card,
            received_on: TODAY,
            invoice_id: None,
            reference: None,
        }
    }

    #[test]
    fn a_payment_is_received_once() {
        let received = LedgerEvent::PaymentReceived {
            account_id: account_id(),
            payment_id: code("p-1"),
            amount: usd(6_999),
            method: PaymentMethod::Card,
            received_on: TODAY,
            invoice_id: None,
            reference: None,
        };
        given(account()).when(pay(6_999)).then([received.on(&account_id())]);
    }

    #[test]
    fn a_processors_reference_is_of_one_payment() {
        let named = |payment_id: &str| RecordPayment {
            payment_id: code(payment_id),
            reference: Some(processor_name("ch_1")),
            ..pay(6_999)
        };
        let taken = given(account()).after(named("p-1"));
        taken.clone().when(named("p-1")).then([]);
        taken.when(named("p-2")).then_rejected(LedgerRejection::ReferenceUsed);
    }

    #[test]
    fn a_payment_id_means_one_payment() {
        given(account())
            .after(pay(6_999))
            .when(pay(7_000))
            .then_rejected(LedgerRejection::PaymentIdUsed);
    }

    #[test]
    fn a_payment_is_more_than_nothing_and_not_absurd() {
        given(account()).when(pay(0)).then_rejected(LedgerRejection::AmountNotPositive);
        given(account()).when(pay(-1)).then_rejected(LedgerRejection::AmountNotPositive);
        given(account()).when(pay(MINOR_MAX + 1)).then_rejected(LedgerRejection::AmountTooLarge);
    }

    #[test]
    fn a_payment_is_not_received_tomorrow() {
        given(account())
            .when(RecordPayment { received_on: date(2026, 3, 17), ..pay(1) })
            .then_rejected(LedgerRejection::ReceivedAfterToday { today: TODAY });
    }

    #[test]
    fn only_an_open_account_pays() {
        given([]).when(pay(1)).then_rejected(AccountRejection::NotOpen);
    }
}
