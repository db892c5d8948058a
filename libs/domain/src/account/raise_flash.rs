//! Raise a flash: whoever changes something reads it first (F9).

use super::{AccountEvent, AccountId, AccountRejection, FLASHES_MAX};
use crate::{Decide, Desk, Fact, Rejection, remembered::Fingerprint, sealed::Sealed, text::Code};

/// Put up what every agent has to read before a change (F9).
#[derive(Clone, Debug)]
pub struct RaiseFlash {
    /// Where.
    pub account_id: AccountId,
    /// Chosen by the sender; the same id again changes nothing. Holds no personal data.
    pub flash_id: Code,
    /// What to read. Personal data.
    pub text: Sealed,
}

impl Decide for RaiseFlash {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let written = desk.get(&self.account_id).written()?;
        match written.flashes.get(&self.flash_id) {
            Some(raised) if *raised == Fingerprint::of(&self.text) => Ok(vec![]),
            Some(_) => Err(AccountRejection::FlashIdUsed.into()),
            // One that was cleared is not raised again by a late wish.
            None if written.cleared.knows(&self.flash_id) => {
                Err(AccountRejection::FlashIdUsed.into())
            }
            None if written.flashes.len() >= FLASHES_MAX => {
                Err(AccountRejection::TooManyFlashes.into())
            }
            None => Ok(vec![
                AccountEvent::FlashRaised {
                    flash_id: self.flash_id.clone(),
                    text: self.text.clone(),
                }
                .on(&self.account_id),
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RaiseFlash;
    use crate::{
        account::{AccountRejection, FLASHES_MAX},
        testing::{
            fixtures::{account, account_id, cleared, code, flash, sealed},
            given,
        },
    };

    fn raise(words: &str) -> RaiseFlash {
        RaiseFlash { account_id: account_id(), flash_id: code("f-1"), text: sealed(words) }
    }

    #[test]
    fn f9_a_flash_is_raised_once() {
        given(account()).when(raise("Dog bites.")).then([flash("f-1", "Dog bites.")]);
        given(account()).and([flash("f-1", "Dog bites.")]).when(raise("Dog bites.")).then([]);
    }

    #[test]
    fn f9_an_account_has_few_flashes_at_a_time() {
        let others = |count: usize| (0..count).map(|at| flash(&format!("other-{at}"), "Read me."));
        given(account())
            .and(others(FLASHES_MAX - 1))
            .when(raise("Dog bites."))
            .then([flash("f-1", "Dog bites.")]);
        given(account())
            .and(others(FLASHES_MAX))
            .when(raise("Dog bites."))
            .then_rejected(AccountRejection::TooManyFlashes);
        given(account())
            .and(others(FLASHES_MAX))
            .and([cleared("other-3")])
            .when(raise("Dog bites."))
            .then([flash("f-1", "Dog bites.")]);
    }

    #[test]
    fn a_flash_id_means_one_text_and_does_not_come_back() {
        let raised = given(account()).and([flash("f-1", "Dog bites.")]);
        raised.clone().when(raise("Dog sleeps.")).then_rejected(AccountRejection::FlashIdUsed);
        raised
            .and([cleared("f-1")])
            .when(raise("Dog bites."))
            .then_rejected(AccountRejection::FlashIdUsed);
    }

    #[test]
    fn nobody_raises_a_flash_on_an_account_that_is_not_open() {
        given([]).when(raise("Hello.")).then_rejected(AccountRejection::NotOpen);
    }
}
