//! Add a comment: what the next agent should know (F36).

use super::{Account, AccountEvent, AccountId, AccountRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    text::{Code, Text},
};

/// Leave a comment for the next agent (F36).
#[derive(Clone, Debug)]
pub struct AddComment {
    /// Where.
    pub account_id: AccountId,
    /// Chosen by the sender; the same id again changes nothing.
    pub comment_id: Code,
    /// What was said.
    pub text: Text,
}

impl Decide for AddComment {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let Account::Open { comments, .. } = desk.get(&self.account_id) else {
            return Err(AccountRejection::NotOpen.into());
        };
        match comments.get(&self.comment_id) {
            None => Ok(vec![
                AccountEvent::CommentAdded {
                    comment_id: self.comment_id.clone(),
                    text: self.text.clone(),
                }
                .on(&self.account_id),
            ]),
            Some(text) if *text == self.text => Ok(vec![]),
            Some(_) => Err(AccountRejection::CommentIdUsed.into()),
        }
    }
}
