//! Authenticate: the caller shows that they are the customer (F7, F42, 47 CFR 64.2010).
//!
//! What must stay true: a wrong PIN is a fact, for a refusal changes no state and could not be
//! counted; an attempt is not compared again while it is remembered, or it could be guessed on.

use super::{AuthenticationMethod, Customer, CustomerEvent, CustomerId, CustomerRejection};
use crate::{Decide, Desk, Fact, Rejection, calendar::today, sealed::Sealed, text::Code};

/// Say that a caller is the customer, and what shows it (F7).
#[derive(Clone, Debug)]
pub struct AuthenticateCustomer {
    /// Which.
    pub customer_id: CustomerId,
    /// Chosen by the sender, a new one for every attempt.
    pub authentication_id: Code,
    /// What the caller showed.
    pub proof: Proof,
}

/// What a caller showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A PIN, as a keyed digest.
    Pin(Sealed),
    /// They answered at the telephone number of record.
    CallBack,
    /// A valid photo id.
    PhotoId,
    /// They are logged in to the portal.
    PortalLogin,
}

impl Decide for AuthenticateCustomer {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let identity = &Customer::known(desk, &self.customer_id)?.identity;
        let (by, on) = (desk.actor.name.clone(), today(desk)?);
        let method = self.proof.method();
        let id = &self.authentication_id;
        match identity.attempts.iter().find(|attempt| attempt.authentication_id == *id) {
            Some(attempt) if attempt.method == method && attempt.by == by => return Ok(vec![]),
            Some(_) => return Err(CustomerRejection::AuthenticationIdUsed.into()),
            None => {}
        }
        let is_shown = match (&self.proof, &identity.pin) {
            (Proof::Pin(_), None) => return Err(CustomerRejection::NoPin.into()),
            (Proof::Pin(_), Some(_)) if identity.is_pin_locked() => {
                return Err(CustomerRejection::PinLocked.into());
            }
            (Proof::Pin(given), Some(pin)) => *given == pin.digest,
            (Proof::CallBack | Proof::PhotoId | Proof::PortalLogin, _) => true,
        };
        let authentication_id = id.clone();
        let fact = if is_shown {
            CustomerEvent::Authenticated { authentication_id, method, by, on }
        } else {
            let attempts = identity.pin_failures.saturating_add(1);
            CustomerEvent::AuthenticationFailed { authentication_id, attempts, by, on }
        };
        Ok(vec![fact.on(&self.customer_id)])
    }
}

impl Proof {
    fn method(&self) -> AuthenticationMethod {
        match self {
            Self::Pin(_) => AuthenticationMethod::Pin,
            Self::CallBack => AuthenticationMethod::CallBack,
            Self::PhotoId => AuthenticationMethod::PhotoId,
            Self::PortalLogin => AuthenticationMethod::PortalLogin,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AuthenticateCustomer, Proof};
    use crate::{
        Fact,
        customer::{AuthenticationMethod, CustomerEvent, CustomerRejection, SetPin},
        testing::{
            Given,
            fixtures::{TODAY, code, customer, customer_id, day, sealed},
            given,
        },
    };

    fn attempt(id: &str, proof: Proof) -> AuthenticateCustomer {
        let authentication_id = code(id);
        AuthenticateCustomer { customer_id: customer_id(), authentication_id, proof }
    }

    fn pin(id: &str, pin: &str) -> AuthenticateCustomer {
        attempt(id, Proof::Pin(sealed(pin)))
    }

    fn with_pin() -> Given {
        let (pin, by) = (sealed("digest of 2580"), code("jane"));
        let set = CustomerEvent::PinSet { pin, by, on: TODAY };
        given([day(TODAY), customer(), set.on(&customer_id())])
    }

    fn authenticated(id: &str, method: AuthenticationMethod) -> Fact {
        let (authentication_id, by) = (code(id), code("jane"));
        CustomerEvent::Authenticated { authentication_id, method, by, on: TODAY }.on(&customer_id())
    }

    fn failed(id: &str, attempts: u32) -> Fact {
        let (authentication_id, by) = (code(id), code("jane"));
        CustomerEvent::AuthenticationFailed { authentication_id, attempts, by, on: TODAY }
            .on(&customer_id())
    }

    fn locked() -> Given {
        (1..=5).fold(with_pin(), |given, number| given.after(pin(&number.to_string(), "wrong")))
    }

    #[test]
    fn f7_the_right_pin_authenticates_for_the_actor_of_the_day() {
        with_pin()
            .when(pin("a-1", "digest of 2580"))
            .then([authenticated("a-1", AuthenticationMethod::Pin)]);
    }

    #[test]
    fn f7_without_a_pin_something_else_shows_it() {
        let methods = [
            (Proof::CallBack, AuthenticationMethod::CallBack),
            (Proof::PhotoId, AuthenticationMethod::PhotoId),
            (Proof::PortalLogin, AuthenticationMethod::PortalLogin),
        ];
        for (proof, method) in methods {
            given([day(TODAY), customer()])
                .when(attempt("a-1", proof))
                .then([authenticated("a-1", method)]);
        }
        given([day(TODAY), customer()])
            .when(pin("a-1", "digest of 2580"))
            .then_rejected(CustomerRejection::NoPin);
    }

    #[test]
    fn f7_a_wrong_pin_is_a_fact_and_is_counted() {
        with_pin().when(pin("a-1", "wrong")).then([failed("a-1", 1)]);
        with_pin()
            .after(pin("a-1", "wrong"))
            .when(pin("a-2", "wrong too"))
            .then([failed("a-2", 2)]);
        with_pin()
            .after(pin("a-1", "wrong"))
            .after(pin("a-2", "digest of 2580"))
            .when(pin("a-3", "wrong"))
            .then([failed("a-3", 1)]);
    }

    #[test]
    fn f7_after_five_wrong_pins_only_something_else_authenticates() {
        locked().when(pin("6", "digest of 2580")).then_rejected(CustomerRejection::PinLocked);
        locked()
            .after(attempt("6", Proof::PhotoId))
            .when(pin("7", "digest of 2580"))
            .then([authenticated("7", AuthenticationMethod::Pin)]);
    }

    #[test]
    fn f7_another_pin_opens_nothing_that_was_locked() {
        let earlier =
            given([day(TODAY), customer(), authenticated("0", AuthenticationMethod::PhotoId)]);
        let set = |pin: &str| SetPin { customer_id: customer_id(), pin: sealed(pin) };
        let locked = (1..=5).fold(earlier.after(set("digest of 2580")), |given, number| {
            given.after(pin(&number.to_string(), "wrong"))
        });
        locked
            .after(set("digest of 1379"))
            .when(pin("6", "digest of 1379"))
            .then_rejected(CustomerRejection::PinLocked);
    }

    #[test]
    fn f7_nobody_guesses_on_under_the_id_of_an_attempt() {
        with_pin().after(pin("a-1", "wrong")).when(pin("a-1", "digest of 2580")).then([]);
        with_pin()
            .after(pin("a-1", "wrong"))
            .when(attempt("a-1", Proof::CallBack))
            .then_rejected(CustomerRejection::AuthenticationIdUsed);
        with_pin()
            .after(pin("a-1", "wrong"))
            .by("joe; roles=agent")
            .when(pin("a-1", "digest of 2580"))
            .then_rejected(CustomerRejection::AuthenticationIdUsed);
    }

    #[test]
    fn what_is_remembered_of_attempts_has_an_end() {
        let many = (0..30).fold(with_pin(), |given, number| {
            given.after(attempt(&number.to_string(), Proof::CallBack))
        });
        many.when(attempt("0", Proof::CallBack))
            .then([authenticated("0", AuthenticationMethod::CallBack)]);
    }
}
