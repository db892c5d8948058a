//! An account: who the customer is, what was said, and whether the portal is open (F36, F85, F90).

mod add_comment;
mod open;

pub use add_comment::AddComment;
pub use open::OpenAccount;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Aggregate, Event, Fact, Id, Noun, Rejection, customer::Customer, sealed::Sealed, site::Site,
    text::Code,
};

/// Names an account: `account_` and the operator's own account number.
pub type AccountId = Id<Account>;

/// Facts about one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountEvent {
    /// There is a customer.
    Opened {
        /// Whose account it is; absent: the customer has this account alone.
        customer_id: Option<Id<Customer>>,
        /// Name of the account holder. Personal data.
        holder_name: Sealed,
        /// Where notices go. Personal data.
        email: Sealed,
    },
    /// Something the next agent should know (F36).
    CommentAdded {
        /// Chosen by the sender.
        comment_id: Code,
        /// What was said.
        text: Sealed,
    },
    /// The customer can no longer pay or change anything online (F85).
    PortalDisabled {
        /// The site whose suspension closed the portal.
        site_id: Id<Site>,
    },
    /// The customer can use the portal again (F90).
    PortalEnabled {
        /// The site whose reinstatement opened the portal.
        site_id: Id<Site>,
    },
    /// Nobody knows any more whose account it was: the customer was erased.
    HolderErased,
}

/// Where an account stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// Nobody opened it.
    Unopened,
    /// There is a customer.
    Open {
        /// Whose account it is; absent: the customer has this account alone.
        customer_id: Option<Id<Customer>>,
        /// Name of the account holder. Personal data.
        holder_name: Sealed,
        /// Where notices go. Personal data.
        email: Sealed,
        /// What was said, by comment id.
        comments: BTreeMap<Code, Sealed>,
        /// Sites whose suspension closed the portal since it was last opened; empty: it is open.
        portal_closed_by: BTreeSet<Id<Site>>,
    },
    /// The customer was erased; what the account owes and owed stays.
    Erased,
}

/// What prevents a wish about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountRejection {
    /// Nobody opened it.
    #[error("the account is not open")]
    NotOpen,
    /// There is no name for a customer who has it alone.
    #[error("the account number is too long for an account without a customer: name a customer")]
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
        }
    }
}

impl From<AccountRejection> for Rejection {
    fn from(rejection: AccountRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl AccountEvent {
    /// This fact, about that account.
    #[must_use]
    pub fn on(self, account_id: &AccountId) -> Fact {
        Fact::new(account_id, Event::Account(self))
    }
}

impl Account {
    pub(crate) fn demand_open(&self) -> Result<(), AccountRejection> {
        match self {
            Self::Unopened => Err(AccountRejection::NotOpen),
            Self::Open { .. } => Ok(()),
            Self::Erased => Err(AccountRejection::HolderErased),
        }
    }
}

impl Aggregate for Account {
    const CATEGORY: &'static str = "account";
    const UNKNOWN: &'static Self = &Self::Unopened;
    type Event = AccountEvent;

    fn evolve(mut self, event: &AccountEvent) -> Self {
        match (&mut self, event) {
            (_, AccountEvent::HolderErased) => return Self::Erased,
            (_, AccountEvent::Opened { customer_id, holder_name, email }) => {
                return Self::Open {
                    customer_id: customer_id.clone(),
                    holder_name: holder_name.clone(),
                    email: email.clone(),
                    comments: BTreeMap::new(),
                    portal_closed_by: BTreeSet::new(),
                };
            }
            (Self::Open { comments, .. }, AccountEvent::CommentAdded { comment_id, text }) => {
                comments.insert(comment_id.clone(), text.clone());
            }
            (Self::Open { portal_closed_by, .. }, AccountEvent::PortalDisabled { site_id }) => {
                portal_closed_by.insert(site_id.clone());
            }
            (Self::Open { portal_closed_by, .. }, AccountEvent::PortalEnabled { .. }) => {
                portal_closed_by.clear();
            }
            (
                Self::Unopened | Self::Erased,
                AccountEvent::CommentAdded { .. }
                | AccountEvent::PortalDisabled { .. }
                | AccountEvent::PortalEnabled { .. },
            ) => {}
        }
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Account(account) = noun { Some(account) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Account(account) = noun { Some(account) } else { None }
    }
}
