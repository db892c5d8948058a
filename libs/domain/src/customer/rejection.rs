//! What prevents a wish about a customer.

use super::{ACCOUNTS_MAX, CONTACTS_MAX, PIN_FAILURES_MAX};
use crate::Rejection;

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
    /// F11.
    #[error("a mobile number is not taken as home phone: offer it as other phone")]
    MobileAsHomePhone,
    /// F11: digits alone do not tell a mobile number.
    #[error("the line type of the home phone is unknown: ask whether it is a landline or a mobile")]
    HomePhoneLineUnknown,
    /// F10.
    #[error("the biller has no such customer type: choose one of its types")]
    TypeUnknown,
    /// F10.
    #[error("the biller has no such category: choose one of its categories")]
    CategoryUnknown,
    /// Two people under one id.
    #[error("the contact id belongs to a contact with other data: choose a new id")]
    ContactIdUsed,
    /// A list has an end.
    #[error("the customer has {CONTACTS_MAX} contacts: remove one first")]
    TooManyContacts,
    /// F42, 47 CFR 64.2010.
    #[error("the customer is not authenticated: authenticate them, it holds for you today")]
    NotAuthenticated,
    /// There is nothing to compare with.
    #[error("the customer has no PIN: authenticate them otherwise")]
    NoPin,
    /// Somebody guesses.
    #[error(
        "the PIN was wrong {PIN_FAILURES_MAX} times in a row: authenticate the customer otherwise"
    )]
    PinLocked,
    /// Two attempts under one id.
    #[error("the authentication id belongs to another attempt: choose a new id")]
    AuthenticationIdUsed,
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
            Self::MobileAsHomePhone => "customer.mobile_as_home_phone",
            Self::HomePhoneLineUnknown => "customer.home_phone_line_unknown",
            Self::TypeUnknown => "customer.type_unknown",
            Self::CategoryUnknown => "customer.category_unknown",
            Self::ContactIdUsed => "customer.contact_id_used",
            Self::TooManyContacts => "customer.too_many_contacts",
            Self::NotAuthenticated => "customer.not_authenticated",
            Self::NoPin => "customer.no_pin",
            Self::PinLocked => "customer.pin_locked",
            Self::AuthenticationIdUsed => "customer.authentication_id_used",
        }
    }
}

impl From<CustomerRejection> for Rejection {
    fn from(rejection: CustomerRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}
