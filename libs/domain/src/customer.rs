//! A customer: whoever has one account or many (F56), and may ask to be forgotten.
//!
//! What must stay true: a customer who was erased is known by their number alone, and stays erased.

mod erase;
mod register;

pub use erase::EraseCustomer;
pub use register::RegisterCustomer;

use std::collections::BTreeSet;

use crate::{
    Aggregate, Event, Fact, Id, Noun, Rejection,
    account::{Account, AccountId},
    sealed::Sealed,
};

/// Names a customer: `customer_` and the operator's own customer number.
pub type CustomerId = Id<Customer>;

/// Most accounts of one customer: so many are erased with one command.
pub const ACCOUNTS_MAX: usize = 1_000;

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
    /// There is somebody.
    Registered {
        /// Personal data.
        name: Sealed,
        /// Their accounts.
        account_ids: BTreeSet<AccountId>,
    },
    /// There was somebody.
    Erased,
}

/// What prevents a wish about a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustomerRejection {
    /// Nobody registered them.
    #[error("the customer is not registered")]
    NotRegistered,
    /// Registered, with another name.
    #[error("the customer is registered with another name")]
    RegisteredOtherwise,
    /// It would belong to whoever has that account.
    #[error("a customer number that names an account belongs to whoever has that account")]
    NumberIsAnAccounts,
    /// Nothing about them is taken any more.
    #[error("the customer was erased: nothing about them is taken any more")]
    Erased,
    /// A record has an end.
    #[error("the customer has {ACCOUNTS_MAX} accounts: register another customer for more")]
    TooManyAccounts,
    /// What is destroyed never comes back.
    #[error("erasing a customer needs an actor with the role manager or administrator")]
    ErasureNeedsManager,
}

impl CustomerRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotRegistered => "customer.not_registered",
            Self::RegisteredOtherwise => "customer.registered_otherwise",
            Self::NumberIsAnAccounts => "customer.number_is_an_accounts",
            Self::Erased => "customer.erased",
            Self::TooManyAccounts => "customer.too_many_accounts",
            Self::ErasureNeedsManager => "customer.erasure_needs_manager",
        }
    }
}

impl From<CustomerRejection> for Rejection {
    fn from(rejection: CustomerRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
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

    /// The account that a customer has alone, if the customer is implied by one.
    pub(crate) fn implying(customer_id: &CustomerId) -> Option<Id<Account>> {
        Id::parse(customer_id.suffix()).ok()
    }

    /// One more account.
    pub(crate) fn demand_room(&self) -> Result<(), CustomerRejection> {
        match self {
            Self::Unregistered => Err(CustomerRejection::NotRegistered),
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
            (_, CustomerEvent::Erased { .. }) => return Self::Erased,
            (Self::Unregistered, CustomerEvent::Registered { name }) => {
                return Self::Registered { name: name.clone(), account_ids: BTreeSet::new() };
            }
            (Self::Registered { account_ids, .. }, CustomerEvent::AccountAdded { account_id }) => {
                account_ids.insert(account_id.clone());
            }
            (
                Self::Unregistered | Self::Registered { .. } | Self::Erased,
                CustomerEvent::Registered { .. } | CustomerEvent::AccountAdded { .. },
            ) => {}
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
