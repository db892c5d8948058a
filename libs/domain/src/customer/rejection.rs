//! What prevents a wish about a customer.

use super::{ACCOUNTS_MAX, AGREEMENTS_MAX, CONTACTS_MAX, PIN_FAILURES_MAX, PORTAL_LOGINS_MAX};
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
    /// Two people under one id.
    #[error("the portal login id belongs to another e-mail address: choose a new id")]
    PortalLoginIdUsed,
    /// A list has an end.
    #[error("the customer has {PORTAL_LOGINS_MAX} portal logins")]
    TooManyPortalLogins,
    /// Nobody created it.
    #[error("the customer has no such portal login")]
    NoSuchPortalLogin,
    /// F57.
    #[error("the biller has no such segment: choose one of its segments")]
    SegmentUnknown,
    /// F41: a contract is for what the customer ordered.
    #[error("the order is not on one of the customer's accounts")]
    OrderOfAnother,
    /// It would never hold.
    #[error("the agreement ends before it was signed")]
    AgreementEndsBeforeSigned,
    /// Two contracts under one id.
    #[error("the agreement id belongs to another agreement: choose a new id")]
    AgreementIdUsed,
    /// A list has an end.
    #[error("the customer has {AGREEMENTS_MAX} agreements: register another customer for more")]
    TooManyAgreements,
    /// F10.
    #[error("the customer has no social security number on record")]
    NoSsn,
    /// Two times under one id.
    #[error("the reveal id belongs to another time: choose a new id")]
    RevealIdUsed,
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
            Self::PortalLoginIdUsed => "customer.portal_login_id_used",
            Self::TooManyPortalLogins => "customer.too_many_portal_logins",
            Self::NoSuchPortalLogin => "customer.no_such_portal_login",
            Self::SegmentUnknown => "customer.segment_unknown",
            Self::OrderOfAnother => "customer.order_of_another",
            Self::AgreementEndsBeforeSigned => "customer.agreement_ends_before_signed",
            Self::AgreementIdUsed => "customer.agreement_id_used",
            Self::TooManyAgreements => "customer.too_many_agreements",
            Self::NoSsn => "customer.no_ssn",
            Self::RevealIdUsed => "customer.reveal_id_used",
        }
    }
}

impl From<CustomerRejection> for Rejection {
    fn from(rejection: CustomerRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}
