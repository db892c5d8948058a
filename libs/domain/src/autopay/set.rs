//! Set and remove autopay (F48).

use super::{AutopayEvent, AutopayId, AutopayRejection, Source};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId};

/// Collect what is due from a card or bank account from now on (F48).
#[derive(Clone, Debug)]
pub struct SetAutopay {
    /// Whose.
    pub account_id: AccountId,
    /// From where.
    pub source: Source,
}

/// Collect nothing any more.
#[derive(Clone, Debug)]
pub struct RemoveAutopay {
    /// Whose.
    pub account_id: AccountId,
}

impl Decide for SetAutopay {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_open()?;
        if !self.source.method.is_drawn() {
            return Err(AutopayRejection::MethodNotCollected.into());
        }
        let autopay = desk.get(&AutopayId::of(&self.account_id));
        if autopay.source.as_ref() == Some(&self.source) && !autopay.is_refused {
            return Ok(vec![]);
        }
        let (account_id, source) = (self.account_id.clone(), self.source.clone());
        Ok(vec![AutopayEvent::Set { account_id, source }.on(&self.account_id)])
    }
}

impl Decide for RemoveAutopay {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&AutopayId::of(&self.account_id)).source {
            None => Ok(vec![]),
            Some(_) => {
                let account_id = self.account_id.clone();
                Ok(vec![AutopayEvent::Removed { account_id }.on(&self.account_id)])
            }
        }
    }
}
