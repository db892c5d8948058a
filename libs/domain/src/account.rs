//! An account: who the customer is, what was said and written, what an agent must read first, and
//! whether the portal is open (F9, F36, F40, F58, F61, F85, F90).
//!
//! What must stay true: of what piles up the state holds only what tells a repeated wish from a new
//! one, within a bound (`Written`). The texts are in the log and in the views.

mod add_comment;
mod change_bill_to;
mod clear_flash;
mod evolve;
mod leave_memo;
mod open;
mod raise_flash;
mod rejection;
mod send_email;
mod written;

pub use add_comment::AddComment;
pub use change_bill_to::ChangeBillTo;
pub use clear_flash::ClearFlash;
pub use leave_memo::LeaveMemo;
pub use open::OpenAccount;
pub use raise_flash::RaiseFlash;
pub use rejection::AccountRejection;
pub use send_email::SendEmail;
pub use written::{FLASHES_MAX, REMEMBERED_MAX, Written};

use std::collections::BTreeSet;

use crate::{
    Event, Fact, Id, Rejection, customer::Customer, order::Order, sealed::Sealed, site::Site,
    text::Code, ticket::Ticket,
};

/// Names an account: `account_` and the operator's own account number.
pub type AccountId = Id<Account>;

/// Longest account number that is opened: what is named after an account has longer ids than it,
/// as in `task_dunning-<number>-12-3`. Logs may hold accounts with longer ones.
pub const NUMBER_CHARS_MAX: usize = 40;

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
        /// What was said. Personal data.
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
    /// An agent wrote down what was done to help (F40).
    MemoLeft {
        /// Chosen by the sender.
        memo_id: Code,
        /// What was done. Personal data.
        text: Sealed,
    },
    /// There is something to read before anything is changed (F9).
    FlashRaised {
        /// Chosen by the sender.
        flash_id: Code,
        /// What to read. Personal data.
        text: Sealed,
    },
    /// It need not be read any more.
    FlashCleared {
        /// Which.
        flash_id: Code,
    },
    /// An agent wrote to the customer (F61).
    EmailRequested {
        /// Chosen by the sender.
        email_id: Code,
        /// What it is about, in a line. Personal data.
        subject: Sealed,
        /// What it says. Personal data.
        text: Sealed,
        /// What it was written from.
        about: EmailOrigin,
    },
    /// Statements go to another name and address from now on (F58).
    BillToChanged {
        /// To whom. Personal data.
        name: Sealed,
        /// Where; it may have several lines. Personal data.
        address: Sealed,
    },
}

/// What an e-mail was written from (F61).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EmailOrigin {
    /// The account as a whole.
    Account,
    /// One of its tickets.
    Ticket(Id<Ticket>),
    /// One of its orders.
    Order(Id<Order>),
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
        /// What was written about the customer, as far as rules ask.
        written: Box<Written>,
        /// Sites whose suspension closed the portal since it was last opened; empty: it is open.
        portal_closed_by: BTreeSet<Id<Site>>,
    },
    /// The customer was erased; what the account owes and owed stays.
    Erased,
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
        self.written().map(|_| ())
    }

    /// Money, and what ends, goes on when nobody knows any more whose account it was.
    pub(crate) fn demand_opened_once(&self) -> Result<(), AccountRejection> {
        match self {
            Self::Unopened => Err(AccountRejection::NotOpen),
            Self::Open { .. } | Self::Erased => Ok(()),
        }
    }

    /// Nothing is taken about whoever was erased.
    pub(crate) fn demand_not_erased(&self) -> Result<(), AccountRejection> {
        match self {
            Self::Unopened | Self::Open { .. } => Ok(()),
            Self::Erased => Err(AccountRejection::HolderErased),
        }
    }

    /// The account's flashes, all of which whoever changes something has to have read (F9).
    pub(crate) fn acknowledged(&self, read: &BTreeSet<Code>) -> Result<BTreeSet<Code>, Rejection> {
        Ok(self.written()?.acknowledged(read)?)
    }

    fn written(&self) -> Result<&Written, AccountRejection> {
        match self {
            Self::Unopened => Err(AccountRejection::NotOpen),
            Self::Open { written, .. } => Ok(written),
            Self::Erased => Err(AccountRejection::HolderErased),
        }
    }
}
