//! Reverse a payment: it did not hold, and what it paid is owed again.

use super::{Ledger, LedgerEvent, LedgerRejection, posted};
use crate::{
    Decide, Desk, Fact, Id, Rejection, account::AccountId, calendar::today,
    remembered::Fingerprint, text::Code,
};

/// Say that a payment did not hold: a check bounced, a card was charged back.
#[derive(Clone, Debug)]
pub struct ReversePayment {
    /// Whose.
    pub account_id: AccountId,
    /// Which.
    pub payment_id: Code,
    /// Why, in a word: `NSF`, `CHARGEBACK`.
    pub reason: Code,
}

impl Decide for ReversePayment {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let ledger = desk.get(&Id::<Ledger>::of(&self.account_id));
        let paid = ledger.payments.get(&self.payment_id).ok_or(LedgerRejection::NoSuchPayment)?;
        match paid.reversed {
            Some(reason) if reason == Fingerprint::of(&self.reason) => Ok(vec![]),
            Some(_) => Err(LedgerRejection::ReversedOtherwise.into()),
            None => {
                let reversed = LedgerEvent::PaymentReversed {
                    account_id: self.account_id.clone(),
                    payment_id: self.payment_id.clone(),
                    amount: paid.amount,
                    method: paid.method,
                    reason: self.reason.clone(),
                    reversed_on: today(desk)?,
                };
                Ok(posted(desk, reversed))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::ReversePayment;
    use crate::{
        ledger::{Ledger, LedgerEvent, LedgerId, LedgerRejection, PaymentMethod},
        testing::{
            fixtures::{TODAY, account, account_id, code, day, debt, paid, usd},
            given,
        },
    };

    fn reverse(payment_id: &str, reason: &str) -> ReversePayment {
        let (payment_id, reason) = (code(payment_id), code(reason));
        ReversePayment { account_id: account_id(), payment_id, reason }
    }

    #[test]
    fn a_payment_that_did_not_hold_is_owed_again_as_it_was_due() {
        let due = date(2026, 3, 5);
        let facts = || [day(TODAY), debt(4_999, due), paid("p-1", 4_999)];
        let reversed = LedgerEvent::PaymentReversed {
            account_id: account_id(),
            payment_id: code("p-1"),
            amount: usd(4_999),
            method: PaymentMethod::Card,
            reason: code("NSF"),
            reversed_on: TODAY,
        };
        given(account())
            .and(facts())
            .when(reverse("p-1", "NSF"))
            .then([reversed.on(&account_id())]);
        let after = given(account()).and(facts()).after(reverse("p-1", "NSF"));
        let ledger: &Ledger = after.state(&LedgerId::of(&account_id()));
        assert_eq!((ledger.balance(), ledger.past_due(TODAY)), (4_999, 4_999));
        assert_eq!(ledger.open_charges()[0].due_on, due);
    }

    #[test]
    fn a_payment_is_reversed_once() {
        let facts = [day(TODAY), debt(4_999, TODAY), paid("p-1", 4_999)];
        let reversed = given(account()).and(facts).after(reverse("p-1", "NSF"));
        reversed
            .when(reverse("p-1", "CHARGEBACK"))
            .then_rejected(LedgerRejection::ReversedOtherwise);
        given(account()).when(reverse("p-1", "NSF")).then_rejected(LedgerRejection::NoSuchPayment);
    }
}
