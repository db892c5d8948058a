//! Refund: credit is given back, never more than there is. Where a payment is named, the processor
//! gives it back, and answers later.

use super::state::Paid;
use super::{AWAITED_MAX, Drawn, Ledger, LedgerEvent, LedgerRejection, PaymentMethod, posted};
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
    /// The payment that the processor gives back; absent: somebody gives it himself.
    pub payment_id: Option<Code>,
}

impl Decide for RefundAccount {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_opened_once()?;
        let ledger = desk.get(&Id::<Ledger>::of(&self.account_id));
        let what = Fingerprint::of(&(self.amount, self.method, self.payment_id.as_ref()));
        match ledger.refunded.recall(&self.refund_id, what) {
            Recall::Same => return Ok(vec![]),
            Recall::Otherwise => return Err(LedgerRejection::RefundIdUsed.into()),
            Recall::New if ledger.is_taken(&self.refund_id) => {
                return Err(LedgerRejection::IdOfAnother.into());
            }
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
            drawn: self.drawn(ledger)?,
        };
        Ok(posted(desk, refunded))
    }
}

impl RefundAccount {
    /// The payment that the processor is to give back, if it is to.
    fn drawn(&self, ledger: &Ledger) -> Result<Option<Drawn>, LedgerRejection> {
        let Some(payment_id) = &self.payment_id else {
            let is_drawn = |paid: &Paid| {
                paid.method == self.method && paid.reference.is_some() && paid.reversed.is_none()
            };
            return match ledger.payments.values().any(is_drawn) {
                true => Err(LedgerRejection::RefundNeedsPayment),
                false => Ok(None),
            };
        };
        let paid = ledger.payments.get(payment_id).ok_or(LedgerRejection::NoSuchPayment)?;
        let reference = paid.reference.clone().ok_or(LedgerRejection::PaymentNotDrawn)?;
        if paid.reversed.is_some() {
            return Err(LedgerRejection::PaymentReversed);
        }
        if paid.method != self.method {
            return Err(LedgerRejection::RefundOtherMethod);
        }
        if self.amount.minor > paid.amount.minor - paid.given_back {
            return Err(LedgerRejection::RefundMoreThanPaid);
        }
        if ledger.awaited.len() >= AWAITED_MAX {
            return Err(LedgerRejection::TooManyRefunds);
        }
        Ok(Some(Drawn { payment_id: payment_id.clone(), reference }))
    }
}

#[cfg(test)]
mod tests {
    use super::RefundAccount;
    use crate::{
        ledger::{
            AWAITED_MAX, ChargeLine, Drawn, LedgerEvent, LedgerRejection, PaymentMethod,
            RecordCharge, ReversePayment,
        },
        testing::{
            Given,
            fixtures::{TODAY, account, account_id, code, day, drawn, paid, text, usd},
            given,
        },
    };

    fn refund(minor: i64) -> RefundAccount {
        RefundAccount {
            account_id: account_id(),
            refund_id: code("r-1"),
            amount: usd(minor),
            method: PaymentMethod::Check,
            payment_id: None,
        }
    }

    /// The processor is to give back a part of what it drew.
    fn given_back(refund_id: &str, minor: i64) -> RefundAccount {
        RefundAccount {
            refund_id: code(refund_id),
            method: PaymentMethod::Card,
            payment_id: Some(code("p-1")),
            ..refund(minor)
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
            drawn: None,
        };
        with_credit().when(refund(500)).then([refunded.on(&account_id())]);
        with_credit().when(refund(501)).then_rejected(LedgerRejection::RefundTooLarge);
        with_credit().when(refund(0)).then_rejected(LedgerRejection::AmountNotPositive);
        with_credit()
            .after(refund(400))
            .when(refund(100))
            .then_rejected(LedgerRejection::RefundIdUsed);
    }

    #[test]
    fn what_the_processor_drew_it_gives_back_by_the_name_that_it_knows() {
        let credit = || given(account()).and([day(TODAY), drawn("p-1", 500), paid("p-2", 300)]);
        let refunded = LedgerEvent::Refunded {
            account_id: account_id(),
            refund_id: code("r-1"),
            amount: usd(400),
            method: PaymentMethod::Card,
            refunded_on: TODAY,
            drawn: Some(Drawn { payment_id: code("p-1"), reference: text("ch_1") }),
        };
        credit().when(given_back("r-1", 400)).then([refunded.on(&account_id())]);
        let after = || credit().after(given_back("r-1", 400));
        drop(after().after(given_back("r-2", 100)));
        after().when(given_back("r-2", 101)).then_rejected(LedgerRejection::RefundMoreThanPaid);
        after().when(given_back("r-1", 399)).then_rejected(LedgerRejection::RefundIdUsed);
    }

    #[test]
    fn only_a_payment_that_the_processor_drew_and_that_holds_is_given_back() {
        let credit = || given(account()).and([day(TODAY), drawn("p-1", 500), paid("p-2", 300)]);
        let of = |payment_id: &str| RefundAccount {
            payment_id: Some(code(payment_id)),
            ..given_back("r-1", 200)
        };
        credit().when(of("p-2")).then_rejected(LedgerRejection::PaymentNotDrawn);
        credit().when(of("p-3")).then_rejected(LedgerRejection::NoSuchPayment);
        let by_transfer = RefundAccount { method: PaymentMethod::BankTransfer, ..of("p-1") };
        credit().when(by_transfer).then_rejected(LedgerRejection::RefundOtherMethod);
        let by_card = RefundAccount { payment_id: None, ..of("p-1") };
        credit().when(by_card.clone()).then_rejected(LedgerRejection::RefundNeedsPayment);
        drop(with_credit().after(by_card));
        let (payment_id, reason) = (code("p-1"), code("CHARGEBACK"));
        credit()
            .after(ReversePayment { account_id: account_id(), payment_id, reason })
            .when(of("p-1"))
            .then_rejected(LedgerRejection::PaymentReversed);
    }

    #[test]
    fn what_is_given_back_has_an_id_of_its_own() {
        let named = |refund_id: &str| RefundAccount { refund_id: code(refund_id), ..refund(100) };
        let other = LedgerRejection::IdOfAnother;
        for taken in ["p-1", "C00000001", "invoice_I00000001"] {
            with_credit().when(named(taken)).then_rejected(other);
        }
        let charge = RecordCharge {
            account_id: account_id(),
            charge_id: code("r-1"),
            lines: vec![ChargeLine { description: text("Classic"), amount: usd(100) }],
            due_on: TODAY,
        };
        with_credit().after(charge.clone()).when(named("r-1")).then_rejected(other);
        with_credit().after(named("r-1")).when(charge).then_rejected(other);
    }

    #[test]
    fn no_more_refunds_wait_than_their_limit() {
        let many = (0..AWAITED_MAX)
            .fold(given(account()).and([day(TODAY), drawn("p-1", 5_000)]), |given, number| {
                given.after(given_back(&format!("r-{number}"), 1))
            });
        many.when(given_back("r-more", 1)).then_rejected(LedgerRejection::TooManyRefunds);
    }
}
