//! Fail: the processor did not collect it, or what it had collected came back.

use super::{AutopayEvent, AutopayId, AutopayRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    ledger::{LedgerId, ReversePayment},
    text::Code,
};

/// Say that a collection failed. What it paid is owed again, if it had paid anything.
#[derive(Clone, Debug)]
pub struct FailCollection {
    /// From whom.
    pub account_id: AccountId,
    /// Which.
    pub collection_id: Code,
    /// The processor's code.
    pub code: Code,
    /// Whether it may be tried again another day.
    pub may_retry: bool,
}

impl Decide for FailCollection {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let last = desk.get(&AutopayId::of(&self.account_id)).last.as_ref();
        let last = last.filter(|draw| draw.collection_id == self.collection_id);
        let paid = desk.get(&LedgerId::of(&self.account_id)).payment(&self.collection_id);
        if last.is_none() && paid.is_none() {
            return Err(AutopayRejection::NoSuchCollection.into());
        }
        let failed = last.filter(|draw| !draw.failed).map(|_| self.failed());
        let returned = match paid {
            Some(paid) if !paid.is_reversed => self.reversal().decide(desk)?,
            Some(_) | None => vec![],
        };
        Ok(failed.into_iter().chain(returned).collect())
    }
}

impl FailCollection {
    fn failed(&self) -> Fact {
        AutopayEvent::CollectionFailed {
            account_id: self.account_id.clone(),
            collection_id: self.collection_id.clone(),
            code: self.code.clone(),
            may_retry: self.may_retry,
        }
        .on(&self.account_id)
    }

    fn reversal(&self) -> ReversePayment {
        ReversePayment {
            account_id: self.account_id.clone(),
            payment_id: self.collection_id.clone(),
            reason: self.code.clone(),
        }
    }
}
