//! Confirm and fail a refund: what the processor said about money that it was to give back.
//!
//! What must stay true: a refund that it refused is credit again, so nobody loses it and somebody
//! sees it.

use super::{
    Ledger, LedgerEvent, LedgerId, LedgerRejection, posted,
    state::{AwaitedRefund, RefundAnswer},
};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    calendar::today,
    remembered::{Fingerprint, Recall},
    text::{Code, Text},
};

/// Say that the processor has given a refund back.
#[derive(Clone, Debug)]
pub struct ConfirmRefund {
    /// To whom.
    pub account_id: AccountId,
    /// Which.
    pub refund_id: Code,
    /// What the processor calls it.
    pub reference: Text,
}

/// Say that the processor gives a refund not back, and never will.
#[derive(Clone, Debug)]
pub struct FailRefund {
    /// Whose.
    pub account_id: AccountId,
    /// Which.
    pub refund_id: Code,
    /// Why, in the processor's words.
    pub code: Code,
}

impl Decide for ConfirmRefund {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let ledger = desk.get(&LedgerId::of(&self.account_id));
        if awaited(ledger, &self.refund_id, RefundAnswer::Confirmed)?.is_none() {
            return Ok(vec![]);
        }
        let confirmed = LedgerEvent::RefundConfirmed {
            account_id: self.account_id.clone(),
            refund_id: self.refund_id.clone(),
            reference: self.reference.clone(),
        };
        Ok(vec![confirmed.on(&self.account_id)])
    }
}

impl Decide for FailRefund {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let ledger = desk.get(&LedgerId::of(&self.account_id));
        let Some(refund) = awaited(ledger, &self.refund_id, RefundAnswer::Failed)? else {
            return Ok(vec![]);
        };
        let failed = LedgerEvent::RefundFailed {
            account_id: self.account_id.clone(),
            refund_id: self.refund_id.clone(),
            payment_id: refund.payment_id.clone(),
            amount: refund.amount,
            method: refund.method,
            code: self.code.clone(),
            failed_on: today(desk)?,
        };
        Ok(posted(desk, failed))
    }
}

/// The refund that waits for this answer; `None` where it has come already.
fn awaited<'a>(
    ledger: &'a Ledger,
    refund_id: &Code,
    answer: RefundAnswer,
) -> Result<Option<&'a AwaitedRefund>, LedgerRejection> {
    if let Some(refund) = ledger.awaited.get(refund_id) {
        return Ok(Some(refund));
    }
    match ledger.answered.recall(refund_id, Fingerprint::of(&answer)) {
        Recall::Same => Ok(None),
        Recall::Otherwise => Err(LedgerRejection::RefundAnsweredOtherwise),
        Recall::New => Err(LedgerRejection::NoSuchRefund),
    }
}

#[cfg(test)]
mod tests {
    use super::{ConfirmRefund, FailRefund};
    use crate::{
        ledger::{Ledger, LedgerEvent, LedgerId, LedgerRejection, PaymentMethod, RefundAccount},
        testing::{
            Given,
            fixtures::{TODAY, account, account_id, code, day, debt, drawn, text, usd},
            given,
        },
    };

    fn refund(refund_id: &str, minor: i64) -> RefundAccount {
        RefundAccount {
            account_id: account_id(),
            refund_id: code(refund_id),
            amount: usd(minor),
            method: PaymentMethod::Card,
            payment_id: Some(code("p-1")),
        }
    }

    fn confirm() -> ConfirmRefund {
        let (refund_id, reference) = (code("r-1"), text("re_1"));
        ConfirmRefund { account_id: account_id(), refund_id, reference }
    }

    fn fail() -> FailRefund {
        FailRefund { account_id: account_id(), refund_id: code("r-1"), code: code("too_late") }
    }

    /// 5.00 was drawn, nothing is owed, and 4.00 are to be given back.
    fn asked() -> Given {
        given(account()).and([day(TODAY), drawn("p-1", 500)]).after(refund("r-1", 400))
    }

    fn balance(given: &Given) -> i64 {
        given.state::<Ledger>(&LedgerId::of(&account_id())).balance()
    }

    #[test]
    fn what_was_given_back_is_known_by_the_processors_name() {
        let confirmed = LedgerEvent::RefundConfirmed {
            account_id: account_id(),
            refund_id: code("r-1"),
            reference: text("re_1"),
        };
        asked().when(confirm()).then([confirmed.on(&account_id())]);
        assert_eq!(balance(&asked().after(confirm())), -100, "as it was");
    }

    #[test]
    fn what_the_processor_refuses_is_credit_again_and_may_be_given_back_otherwise() {
        let failed = LedgerEvent::RefundFailed {
            account_id: account_id(),
            refund_id: code("r-1"),
            payment_id: code("p-1"),
            amount: usd(400),
            method: PaymentMethod::Card,
            code: code("too_late"),
            failed_on: TODAY,
        };
        asked().when(fail()).then([failed.on(&account_id())]);
        assert_eq!((balance(&asked()), balance(&asked().after(fail()))), (-100, -500));
        let again = asked().after(fail()).after(refund("r-2", 500));
        assert_eq!(balance(&again), 0, "all of the payment is left to be given back");
    }

    #[test]
    fn what_is_credit_again_pays_what_has_come_up_meanwhile() {
        let owing = asked().and([debt(300, TODAY)]);
        assert_eq!(balance(&owing), 200);
        assert_eq!(balance(&owing.after(fail())), -200);
    }

    #[test]
    fn the_processor_says_one_thing_about_a_refund_that_it_was_asked_for() {
        asked()
            .after(confirm())
            .when(fail())
            .then_rejected(LedgerRejection::RefundAnsweredOtherwise);
        asked()
            .after(fail())
            .when(confirm())
            .then_rejected(LedgerRejection::RefundAnsweredOtherwise);
        given(account()).when(confirm()).then_rejected(LedgerRejection::NoSuchRefund);
        let by_check =
            RefundAccount { method: PaymentMethod::Check, payment_id: None, ..refund("r-1", 400) };
        given(account())
            .and([day(TODAY), drawn("p-1", 500)])
            .after(by_check)
            .when(fail())
            .then_rejected(LedgerRejection::NoSuchRefund);
    }
}
