//! A customer: whoever has one account or many (F56), what is known of them, and that they may ask
//! to be forgotten.
//!
//! What must stay true: a customer who was erased is known by their number alone, and stays erased;
//! whoever has one account alone is a customer as well, by the account's number.

mod add_contact;
mod authenticate;
mod confirm;
mod create_portal_login;
mod disable_portal_login;
mod enable_portal_login;
mod erase;
mod identity;
mod profile;
mod record_agreement;
mod record_ssn;
mod register;
mod rejection;
mod remove_contact;
mod reveal_ssn;
mod set_paperless;
mod set_pin;
mod set_segment;

pub use add_contact::{AddContact, Contact};
pub use authenticate::{AuthenticateCustomer, Proof};
pub use confirm::{ConfirmCustomer, Details, LineType, Phone};
pub use create_portal_login::{CreatePortalLogin, PortalLogin};
pub use disable_portal_login::DisablePortalLogin;
pub use enable_portal_login::EnablePortalLogin;
pub use erase::EraseCustomer;
pub use identity::{Attempt, AuthenticationMethod, Identity, Pin};
pub use profile::Profile;
pub use record_agreement::{Agreement, RecordAgreement};
pub use record_ssn::RecordSsn;
pub use register::RegisterCustomer;
pub use rejection::CustomerRejection;
pub use remove_contact::RemoveContact;
pub use reveal_ssn::{RevealSsn, Revealed};
pub use set_paperless::SetPaperless;
pub use set_pin::SetPin;
pub use set_segment::SetSegment;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::{
    Aggregate, Desk, Event, Fact, Id, Noun,
    account::{Account, AccountId},
    biller::Segment,
    sealed::Sealed,
    text::Code,
};

/// Names a customer: `customer_` and the operator's own customer number.
pub type CustomerId = Id<Customer>;

/// Most accounts of one customer: so many are erased with one command.
pub const ACCOUNTS_MAX: usize = 1_000;

/// Most contacts of one customer.
pub const CONTACTS_MAX: usize = 50;
/// Most logins to the portal of one customer.
pub const PORTAL_LOGINS_MAX: usize = 50;
/// Most agreements of one customer.
pub const AGREEMENTS_MAX: usize = 200;
/// So many wrong PINs in a row, and the PIN no longer proves anything.
pub const PIN_FAILURES_MAX: u32 = 5;

/// Facts about one customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomerEvent {
    /// There is somebody who may have accounts.
    Registered {
        /// Personal data.
        name: Sealed,
    },
    /// An account was opened for the customer (F56).
    AccountAdded {
        /// Which.
        account_id: AccountId,
    },
    /// Somebody spoke with the customer about who they are (F10).
    Confirmed(Details),
    /// Somebody may be asked about the customer, or speaks for them (F42, F51).
    ContactAdded {
        /// Chosen by the sender.
        contact_id: Code,
        /// Who.
        contact: Contact,
    },
    /// A contact is one no longer.
    ContactRemoved {
        /// Which.
        contact_id: Code,
    },
    /// The customer chose a PIN.
    PinSet {
        /// A keyed digest: nobody can read the PIN.
        pin: Sealed,
        /// Who took it from them.
        by: Code,
        /// When.
        on: Date,
    },
    /// The caller is the customer, or speaks for them (F7, F42).
    Authenticated {
        /// Chosen by the sender.
        authentication_id: Code,
        /// What showed it.
        method: AuthenticationMethod,
        /// Who may rely on it...
        by: Code,
        /// ... and on which day.
        on: Date,
    },
    /// The caller gave a wrong PIN.
    AuthenticationFailed {
        /// Chosen by the sender.
        authentication_id: Code,
        /// Wrong PINs in a row, with this one.
        attempts: u32,
        /// Who asked for it.
        by: Code,
        /// When.
        on: Date,
    },
    /// Bills come without paper, or with it again (F50).
    PaperlessSet {
        /// Whether they come without.
        paperless: bool,
    },
    /// Somebody of the customer's may log in to the portal (F53).
    PortalLoginCreated {
        /// Chosen by the sender.
        portal_login_id: Code,
        /// Who logs in. Personal data.
        email: Sealed,
    },
    /// A login is closed (F53).
    PortalLoginDisabled {
        /// Which.
        portal_login_id: Code,
        /// Why, in a word of the sender's.
        reason: Code,
    },
    /// A login is open again (F53).
    PortalLoginEnabled {
        /// Which.
        portal_login_id: Code,
        /// Why, in a word of the sender's.
        reason: Code,
    },
    /// The customer belongs to others who are served in the same way (F57).
    SegmentSet {
        /// One of the biller's.
        segment: Code,
        /// Who serves it, as the biller had it then.
        routes: Segment,
    },
    /// There is a contract for a service (F41).
    AgreementRecorded {
        /// Chosen by the sender.
        agreement_id: Code,
        /// What was agreed.
        agreement: Agreement,
    },
    /// The customer told their social security number (F10).
    SsnRecorded {
        /// A secret: of it only the last digits are shown.
        ssn: Sealed,
    },
    /// Somebody was shown all of it.
    SsnRevealed(Revealed),
    /// The customer's key is to be destroyed: nothing about them can be read any more.
    Erased {
        /// The accounts that nobody's name belongs to any more.
        account_ids: Vec<AccountId>,
    },
}

/// Where a customer stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Customer {
    /// Nobody registered them.
    Unregistered,
    /// Nobody registered them, but they have one account alone, and more is known of them.
    Implied {
        /// What is known.
        profile: Box<Profile>,
    },
    /// There is somebody.
    Registered {
        /// Personal data.
        name: Sealed,
        /// Their accounts.
        account_ids: BTreeSet<AccountId>,
        /// What else is known.
        profile: Box<Profile>,
    },
    /// There was somebody.
    Erased,
}

impl CustomerEvent {
    /// This fact, about that customer.
    #[must_use]
    pub fn on(self, customer_id: &CustomerId) -> Fact {
        Fact::new(customer_id, Event::Customer(self))
    }
}

impl Customer {
    /// The customer of an account that was opened without naming one: `customer_account_7` has
    /// `account_7` alone. `None`: the number is too long for that.
    #[must_use]
    pub fn implied(account_id: &AccountId) -> Option<CustomerId> {
        Id::parse(&format!("{}_{account_id}", Self::CATEGORY)).ok()
    }

    /// Whether a number is that of an account's own customer.
    pub(crate) fn is_implied(customer_id: &CustomerId) -> bool {
        AccountId::parse(customer_id.suffix()).is_ok()
    }

    /// The open account that a customer has alone, if it is the account that names them.
    pub(crate) fn sole_account(desk: &Desk<'_>, customer_id: &CustomerId) -> Option<AccountId> {
        let account_id = AccountId::parse(customer_id.suffix()).ok()?;
        let is_alone = matches!(desk.get(&account_id), Account::Open { customer_id: None, .. });
        is_alone.then_some(account_id)
    }

    /// What is known of a customer: somebody who is registered, or has one open account alone.
    pub(crate) fn known<'a>(
        desk: &Desk<'a>,
        customer_id: &CustomerId,
    ) -> Result<&'a Profile, CustomerRejection> {
        match desk.get(customer_id) {
            Self::Registered { profile, .. } | Self::Implied { profile } => Ok(profile),
            Self::Unregistered if Self::sole_account(desk, customer_id).is_some() => {
                Ok(Profile::UNKNOWN)
            }
            Self::Unregistered => Err(CustomerRejection::NotRegistered),
            Self::Erased => Err(CustomerRejection::Erased),
        }
    }

    /// One more account.
    pub(crate) fn demand_room(&self) -> Result<(), CustomerRejection> {
        match self {
            Self::Unregistered | Self::Implied { .. } => Err(CustomerRejection::NotRegistered),
            Self::Registered { account_ids, .. } if account_ids.len() >= ACCOUNTS_MAX => {
                Err(CustomerRejection::TooManyAccounts)
            }
            Self::Registered { .. } => Ok(()),
            Self::Erased => Err(CustomerRejection::Erased),
        }
    }
}

impl Aggregate for Customer {
    const CATEGORY: &'static str = "customer";
    const UNKNOWN: &'static Self = &Self::Unregistered;
    type Event = CustomerEvent;

    fn evolve(mut self, event: &CustomerEvent) -> Self {
        match (&mut self, event) {
            (Self::Erased, _) | (_, CustomerEvent::Erased { .. }) => return Self::Erased,
            (Self::Unregistered, CustomerEvent::Registered { name }) => {
                let (name, account_ids) = (name.clone(), BTreeSet::new());
                return Self::Registered { name, account_ids, profile: Box::default() };
            }
            (Self::Unregistered, event) => {
                let mut profile = Box::<Profile>::default();
                profile.learn(event);
                return Self::Implied { profile };
            }
            (Self::Registered { account_ids, .. }, CustomerEvent::AccountAdded { account_id }) => {
                account_ids.insert(account_id.clone());
            }
            (Self::Registered { profile, .. } | Self::Implied { profile }, event) => {
                profile.learn(event);
            }
        }
        self
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Customer(customer) = noun { Some(customer) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Customer(customer) = noun { Some(customer) } else { None }
    }
}
