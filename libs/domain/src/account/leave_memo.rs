//! Leave a memo: what an agent did to help, for those who come after (F40).

use super::{AccountEvent, AccountId, AccountRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    remembered::{Fingerprint, Recall},
    sealed::Sealed,
    text::Code,
};

/// Write into the account's memo what was done to help (F40).
#[derive(Clone, Debug)]
pub struct LeaveMemo {
    /// Where.
    pub account_id: AccountId,
    /// Chosen by the sender; the same id again changes nothing.
    pub memo_id: Code,
    /// What was done. Personal data.
    pub text: Sealed,
}

impl Decide for LeaveMemo {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let written = desk.get(&self.account_id).written()?;
        match written.memos.recall(&self.memo_id, Fingerprint::of(&self.text)) {
            Recall::New => Ok(vec![
                AccountEvent::MemoLeft { memo_id: self.memo_id.clone(), text: self.text.clone() }
                    .on(&self.account_id),
            ]),
            Recall::Same => Ok(vec![]),
            Recall::Otherwise => Err(AccountRejection::MemoIdUsed.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LeaveMemo;
    use crate::{
        account::AccountRejection,
        testing::{
            fixtures::{account, account_id, code, comment, memo, sealed},
            given,
        },
    };

    fn leave(words: &str) -> LeaveMemo {
        LeaveMemo { account_id: account_id(), memo_id: code("m-1"), text: sealed(words) }
    }

    #[test]
    fn f40_a_memo_is_left_for_the_next_agent() {
        given(account()).when(leave("Sent a new modem.")).then([memo("m-1", "Sent a new modem.")]);
    }

    #[test]
    fn f40_memos_and_comments_have_their_own_ids() {
        given(account())
            .and([comment("m-1", "Called.")])
            .when(leave("Sent a new modem."))
            .then([memo("m-1", "Sent a new modem.")]);
    }

    #[test]
    fn a_memo_is_never_rewritten() {
        given(account())
            .after(leave("Sent a new modem."))
            .when(leave("Sent nothing."))
            .then_rejected(AccountRejection::MemoIdUsed);
    }

    #[test]
    fn nobody_leaves_a_memo_on_an_account_that_is_not_open() {
        given([]).when(leave("Hello.")).then_rejected(AccountRejection::NotOpen);
    }
}
