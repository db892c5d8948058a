//! What shows that a caller is the customer: never digits of a social security number, never what
//! others can look up about them (F7, F42, 47 CFR 64.2010).
//!
//! What must stay true: an authentication holds for the actor who asked, on that day, and a wrong
//! PIN is counted until the customer is authenticated.

use jiff::civil::Date;

use super::{Customer, CustomerEvent, CustomerRejection, PIN_FAILURES_MAX};
use crate::{
    Desk, Rejection,
    account::{Account, AccountId},
    calendar::today,
    sealed::Sealed,
    text::Code,
};

/// Attempts that are remembered; whoever was authenticated before them asks again.
const ATTEMPTS_KEPT: usize = 20;

/// What is known of how a customer shows who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `None`: they chose none.
    pub pin: Option<Pin>,
    /// Wrong PINs since the customer was last authenticated.
    pub pin_failures: u32,
    /// The last ones, newest last.
    pub attempts: Vec<Attempt>,
}

/// A PIN that nobody can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// A keyed digest.
    pub digest: Sealed,
    /// Who took it from the customer.
    pub set_by: Code,
    /// When.
    pub set_on: Date,
}

/// One attempt to show who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Chosen by the sender.
    pub authentication_id: Code,
    /// With what.
    pub method: AuthenticationMethod,
    /// Who asked.
    pub by: Code,
    /// When.
    pub on: Date,
    /// Whether it showed it.
    pub succeeded: bool,
}

/// What shows that a caller is the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticationMethod {
    /// A PIN that the customer chose.
    Pin,
    /// A call back to the telephone number of record.
    CallBack,
    /// A valid photo id, shown in person.
    PhotoId,
    /// A login to the portal.
    PortalLogin,
}

impl Identity {
    /// Of whom nothing was said yet.
    pub(crate) const UNKNOWN: Self = Self { pin: None, pin_failures: 0, attempts: Vec::new() };

    /// Refuses an actor for whom the customer was not authenticated today.
    pub(crate) fn demand_authenticated(&self, desk: &Desk<'_>) -> Result<(), Rejection> {
        let today = today(desk)?;
        let holds = |attempt: &Attempt| {
            attempt.succeeded && attempt.by == desk.actor.name && attempt.on == today
        };
        if self.attempts.iter().any(holds) {
            return Ok(());
        }
        Err(CustomerRejection::NotAuthenticated.into())
    }

    /// Refuses an order that changes or ends a service of an account whose customer was not
    /// authenticated today, where the biller wants that (F7).
    pub(crate) fn demand_before_order(
        desk: &Desk<'_>,
        account_id: &AccountId,
    ) -> Result<(), Rejection> {
        let customer_id = match desk.get(account_id) {
            Account::Open { customer_id: Some(customer_id), .. } => Some(customer_id.clone()),
            Account::Open { customer_id: None, .. } => Customer::implied(account_id),
            // There is nobody who could call.
            Account::Unopened | Account::Erased => None,
        };
        match customer_id {
            Some(customer_id) if desk.biller.customers.authenticate_before_orders => {
                Customer::known(desk, &customer_id)?.identity.demand_authenticated(desk)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether the PIN proves nothing any more.
    #[must_use]
    pub fn is_pin_locked(&self) -> bool {
        self.pin_failures >= PIN_FAILURES_MAX
    }

    /// Takes one more fact in.
    pub(crate) fn learn(&mut self, event: &CustomerEvent) {
        match event {
            CustomerEvent::PinSet { pin, by, on } => {
                let (digest, set_by, set_on) = (pin.clone(), by.clone(), *on);
                self.pin = Some(Pin { digest, set_by, set_on });
            }
            CustomerEvent::Authenticated { authentication_id, method, by, on } => {
                self.pin_failures = 0;
                self.keep(Attempt {
                    authentication_id: authentication_id.clone(),
                    method: *method,
                    by: by.clone(),
                    on: *on,
                    succeeded: true,
                });
            }
            CustomerEvent::AuthenticationFailed { authentication_id, attempts, by, on } => {
                self.pin_failures = *attempts;
                self.keep(Attempt {
                    authentication_id: authentication_id.clone(),
                    method: AuthenticationMethod::Pin,
                    by: by.clone(),
                    on: *on,
                    succeeded: false,
                });
            }
            CustomerEvent::Registered { .. }
            | CustomerEvent::AccountAdded { .. }
            | CustomerEvent::Confirmed(_)
            | CustomerEvent::ContactAdded { .. }
            | CustomerEvent::ContactRemoved { .. }
            | CustomerEvent::PaperlessSet { .. }
            | CustomerEvent::PortalLoginCreated { .. }
            | CustomerEvent::PortalLoginDisabled { .. }
            | CustomerEvent::PortalLoginEnabled { .. }
            | CustomerEvent::SegmentSet { .. }
            | CustomerEvent::AgreementRecorded { .. }
            | CustomerEvent::SsnRecorded { .. }
            | CustomerEvent::SsnRevealed(_)
            | CustomerEvent::Erased { .. } => {}
        }
    }

    fn keep(&mut self, attempt: Attempt) {
        if self.attempts.len() == ATTEMPTS_KEPT {
            self.attempts.remove(0);
        }
        self.attempts.push(attempt);
    }
}
