//! What prevents a wish about an account.

use super::{FLASHES_MAX, NUMBER_CHARS_MAX};
use crate::Rejection;

/// What prevents a wish about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountRejection {
    /// Nobody opened it.
    #[error("the account is not open")]
    NotOpen,
    /// Tickets, tasks and the customer who has it alone are named after it.
    #[error("an account number has at most {NUMBER_CHARS_MAX} characters")]
    NumberTooLong,
    /// Nobody knows any more whose it was.
    #[error("the customer of this account was erased: nothing about them is taken any more")]
    HolderErased,
    /// It is open, with other data.
    #[error("the account was opened with other data")]
    OpenedOtherwise,
    /// Two texts under one id.
    #[error("the comment id belongs to a comment with another text: choose a new id")]
    CommentIdUsed,
    /// Two texts under one id.
    #[error("the memo id belongs to a memo with another text: choose a new id")]
    MemoIdUsed,
    /// Two texts under one id, or one that was cleared.
    #[error(
        "the flash id belongs to a flash with another text, or to a cleared one: choose a new id"
    )]
    FlashIdUsed,
    /// Who has to read everything reads nothing.
    #[error("the account has {FLASHES_MAX} flashes: clear one first")]
    TooManyFlashes,
    /// There is nothing to clear.
    #[error("the account has no such flash")]
    NoSuchFlash,
    /// Two e-mails under one id.
    #[error("the e-mail id belongs to another e-mail: choose a new id")]
    EmailIdUsed,
    /// Somebody else's ticket.
    #[error("the ticket is not one of the account's: name the account's own ticket")]
    TicketOfAnotherAccount,
    /// Somebody else's order.
    #[error("the order is not one of the account's: name the account's own order")]
    OrderOfAnotherAccount,
}

impl AccountRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotOpen => "account.not_open",
            Self::NumberTooLong => "account.number_too_long",
            Self::HolderErased => "account.holder_erased",
            Self::OpenedOtherwise => "account.opened_otherwise",
            Self::CommentIdUsed => "account.comment_id_used",
            Self::MemoIdUsed => "account.memo_id_used",
            Self::FlashIdUsed => "account.flash_id_used",
            Self::TooManyFlashes => "account.too_many_flashes",
            Self::NoSuchFlash => "account.no_such_flash",
            Self::EmailIdUsed => "account.email_id_used",
            Self::TicketOfAnotherAccount => "account.ticket_of_another_account",
            Self::OrderOfAnotherAccount => "account.order_of_another_account",
        }
    }
}

impl From<AccountRejection> for Rejection {
    fn from(rejection: AccountRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}
