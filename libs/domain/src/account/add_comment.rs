//! Add a comment: what the next agent should know (F36).

use super::{AccountEvent, AccountId, AccountRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    remembered::{Fingerprint, Recall},
    sealed::Sealed,
    text::Code,
};

/// Leave a comment for the next agent (F36).
#[derive(Clone, Debug)]
pub struct AddComment {
    /// Where.
    pub account_id: AccountId,
    /// Chosen by the sender; the same id again changes nothing.
    pub comment_id: Code,
    /// What was said. Personal data.
    pub text: Sealed,
}

impl Decide for AddComment {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let written = desk.get(&self.account_id).written()?;
        match written.comments.recall(&self.comment_id, Fingerprint::of(&self.text)) {
            Recall::New => Ok(vec![
                AccountEvent::CommentAdded {
                    comment_id: self.comment_id.clone(),
                    text: self.text.clone(),
                }
                .on(&self.account_id),
            ]),
            Recall::Same => Ok(vec![]),
            Recall::Otherwise => Err(AccountRejection::CommentIdUsed.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AddComment;
    use crate::{
        account::{AccountEvent, AccountRejection, REMEMBERED_MAX},
        testing::{
            fixtures::{account, account_id, code, comment, sealed},
            given,
        },
    };

    fn say(words: &str) -> AddComment {
        AddComment { account_id: account_id(), comment_id: code("c-1"), text: sealed(words) }
    }

    #[test]
    fn f36_a_comment_about_the_order_is_kept_with_the_account() {
        let added = AccountEvent::CommentAdded {
            comment_id: code("c-1"),
            text: sealed("Upgraded, modem is online."),
        };
        given(account()).when(say("Upgraded, modem is online.")).then([added.on(&account_id())]);
    }

    #[test]
    fn a_comment_is_never_rewritten() {
        given(account())
            .after(say("Called, no answer."))
            .when(say("Called, will pay."))
            .then_rejected(AccountRejection::CommentIdUsed);
    }

    #[test]
    fn a_comment_is_recognised_among_the_newest_and_no_longer() {
        let later = |count: usize| (0..count).map(|at| comment(&format!("later-{at}"), "Called."));
        given(account())
            .and([comment("c-1", "Hello.")])
            .and(later(REMEMBERED_MAX - 1))
            .when(say("Hello."))
            .then([]);
        given(account())
            .and([comment("c-1", "Hello.")])
            .and(later(REMEMBERED_MAX))
            .when(say("Hello."))
            .then([comment("c-1", "Hello.")]);
    }

    #[test]
    fn nobody_comments_on_an_account_that_is_not_open() {
        given([]).when(say("Hello.")).then_rejected(AccountRejection::NotOpen);
    }
}
