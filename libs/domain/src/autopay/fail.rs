//! Fail: the processor did not collect it.

use super::{AutopayEvent, AutopayId, AutopayRejection};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId, ledger::LedgerId, text::Code};

/// Say that a collection failed.
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
        let autopay = desk.get(&AutopayId::of(&self.account_id));
        let ledger = desk.get(&LedgerId::of(&self.account_id));
        match &autopay.last {
            Some(last) if last.collection_id != self.collection_id => {
                Err(AutopayRejection::NoSuchCollection.into())
            }
            None => Err(AutopayRejection::NoSuchCollection.into()),
            Some(last) if last.failed => Ok(vec![]),
            Some(_) if ledger.payment(&self.collection_id).is_some() => {
                Err(AutopayRejection::Collected.into())
            }
            Some(_) => {
                let failed = AutopayEvent::CollectionFailed {
                    account_id: self.account_id.clone(),
                    collection_id: self.collection_id.clone(),
                    code: self.code.clone(),
                    may_retry: self.may_retry,
                };
                Ok(vec![failed.on(&self.account_id)])
            }
        }
    }
}
