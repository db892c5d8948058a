//! Clear a flash: nobody need read it any more (F9).

use super::{AccountEvent, AccountId, AccountRejection};
use crate::{Decide, Desk, Fact, Rejection, text::Code};

/// Take a flash down (F9).
#[derive(Clone, Debug)]
pub struct ClearFlash {
    /// Where.
    pub account_id: AccountId,
    /// Which.
    pub flash_id: Code,
}

impl Decide for ClearFlash {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let written = desk.get(&self.account_id).written()?;
        if written.flashes.contains_key(&self.flash_id) {
            let cleared = AccountEvent::FlashCleared { flash_id: self.flash_id.clone() };
            Ok(vec![cleared.on(&self.account_id)])
        } else if written.cleared.knows(&self.flash_id) {
            Ok(vec![])
        } else {
            Err(AccountRejection::NoSuchFlash.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ClearFlash;
    use crate::{
        account::AccountRejection,
        testing::{
            fixtures::{account, account_id, cleared, code, flash},
            given,
        },
    };

    fn clear() -> ClearFlash {
        ClearFlash { account_id: account_id(), flash_id: code("f-1") }
    }

    #[test]
    fn f9_a_flash_is_cleared_once() {
        given(account())
            .and([flash("f-1", "Dog bites."), flash("f-2", "Gate code.")])
            .when(clear())
            .then([cleared("f-1")]);
    }

    #[test]
    fn there_is_nothing_to_clear_where_nothing_was_raised() {
        given(account()).when(clear()).then_rejected(AccountRejection::NoSuchFlash);
        given([]).when(clear()).then_rejected(AccountRejection::NotOpen);
    }
}
