//! Refund: credit is given back, never more than there is.

use super::{Ledger, LedgerEvent, LedgerRejection, PaymentMethod, posted};
use crate::{
    Decide, Desk, Fact, Id, Rejection,
    account::AccountId,
    calendar::today,
    money::Money,
    remembered::{Fingerprint, Recall},
    text::Code,
};

/// Give credit back.
#[derive(Clone, Debug)]
pub struct RefundAccount {
    /// To whom.
    pub account_id: AccountId,
    /// Chosen by the sender; the same again changes nothing.
    pub refund_id: Code,
    /// How much: at most the credit.
    pub amount: Money,
    /// How.
    pub method: PaymentMethod,
}

impl Decide for RefundAccount {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_opened_once()?;
        let ledger = desk.get(&Id::<Ledger>::of(&self.account_id));
        let what = Fingerprint::of(&(self.amount, self.method));
        match ledger.refunded.recall(&self.refund_id, what) {
            Recall::Same => return Ok(vec![]),
            Recall::Otherwise => return Err(LedgerRejection::RefundIdUsed.into()),
            Recall::New => {}
        }
        let currency = desk.biller.currency;
        if self.amount.currency != currency {
            return Err(LedgerRejection::OtherCurrency { currency }.into());
        }
        if self.amount.minor <= 0 {
            return Err(LedgerRejection::AmountNotPositive.into());
        }
        if self.amount.minor > ledger.standing.credit() {
            return Err(LedgerRejection::RefundTooLarge.into());
        }
        let refunded = LedgerEvent::Refunded {
            account_id: self.account_id.clone(),
            refund_id: self.refund_id.clone(),
            amount: self.amount,
            method: self.method,
            refunded_on: today(desk)?,
        };
        Ok(posted(desk, refunded))
    }
}

#[cfg(test)]
mod tests {
    use super::RefundAccount;
    use crate::{
        ledger::{LedgerEvent, LedgerRejection, PaymentMethod},
        testing::{
            Given,
            fixtures::{TODAY, account, account_id, code, day, paid, usd},
            given,
        },
    };

    fn refund(minor: i64) -> RefundAccount {
        RefundAccount {
            account_id: account_id(),
            refund_id: code("r-1"),
            amount: usd(minor),
            method: PaymentMethod::Check,
        }
    }

    fn with_credit() -> Given {
        given(account()).and([day(TODAY), paid("p-1", 500)])
    }

    #[test]
    fn credit_is_given_back_and_no_more() {
        let refunded = LedgerEvent::Refunded {
            account_id: account_id(),
            refund_id: code("r-1"),
            amount: usd(500),
            method: PaymentMethod::Check,
            refunded_on: TODAY,
        };
        with_credit().when(refund(500)).then([refunded.on(&account_id())]);
        with_credit().when(refund(501)).then_rejected(LedgerRejection::RefundTooLarge);
        with_credit().when(refund(0)).then_rejected(LedgerRejection::AmountNotPositive);
        with_credit()
            .after(refund(400))
            .when(refund(100))
            .then_rejected(LedgerRejection::RefundIdUsed);
    }
}
