//! Pay: money came and pays the oldest debt first.

use jiff::civil::Date;

use super::{Ledger, LedgerEvent, LedgerRejection, PaymentMethod, fingerprint};
use crate::{
    Decide, Desk, Fact, Id, Rejection,
    account::AccountId,
    calendar::today,
    money::{MINOR_MAX, Money},
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
}

impl Decide for RecordPayment {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_open()?;
        let ledger = desk.get(&Id::<Ledger>::of(&self.account_id));
        let content = fingerprint(&(self.amount, self.method, self.received_on));
        match ledger.payments.get(&self.payment_id) {
            Some(recorded) if *recorded == content => Ok(vec![]),
            Some(_) => Err(LedgerRejection::PaymentIdUsed.into()),
            None => {
                self.check(desk)?;
                let received = LedgerEvent::PaymentReceived {
                    account_id: self.account_id.clone(),
                    payment_id: self.payment_id.clone(),
                    amount: self.amount,
                    method: self.method,
                    received_on: self.received_on,
                };
                Ok(vec![received.on(&self.account_id)])
            }
        }
    }
}

impl RecordPayment {
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
