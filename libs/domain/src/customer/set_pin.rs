//! Set the PIN: the customer chooses what shows that they call (F7, 47 CFR 64.2010).
//!
//! What must stay true: whoever takes a PIN, the first one too, has authenticated the customer by
//! something else, or anybody who calls could choose it.

use super::{Customer, CustomerEvent, CustomerId, Pin};
use crate::{Decide, Desk, Fact, Rejection, calendar::today, sealed::Sealed};

/// Set a customer's PIN. The customer must be authenticated.
#[derive(Clone, Debug)]
pub struct SetPin {
    /// Which.
    pub customer_id: CustomerId,
    /// A keyed digest.
    pub pin: Sealed,
}

impl Decide for SetPin {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let identity = &Customer::known(desk, &self.customer_id)?.identity;
        let (by, on) = (desk.actor.name.clone(), today(desk)?);
        match &identity.pin {
            None => identity.demand_authenticated(desk)?,
            // Whoever took it from the customer today learns nothing from the answer.
            Some(Pin { digest, set_by, set_on })
                if *digest == self.pin && *set_by == by && *set_on == on =>
            {
                return Ok(vec![]);
            }
            Some(Pin { digest, .. }) => {
                identity.demand_authenticated(desk)?;
                if *digest == self.pin {
                    return Ok(vec![]);
                }
            }
        }
        Ok(vec![CustomerEvent::PinSet { pin: self.pin.clone(), by, on }.on(&self.customer_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::SetPin;
    use crate::{
        Fact,
        customer::{AuthenticateCustomer, CustomerEvent, CustomerId, CustomerRejection, Proof},
        testing::{
            fixtures::{
                TODAY, account, authenticated, code, customer, customer_id, day, id, sealed,
            },
            given,
        },
    };

    fn set(pin: &str) -> SetPin {
        SetPin { customer_id: customer_id(), pin: sealed(pin) }
    }

    fn was_set(pin: &str) -> Fact {
        CustomerEvent::PinSet { pin: sealed(pin), by: code("jane"), on: TODAY }.on(&customer_id())
    }

    fn photo(customer_id: CustomerId) -> AuthenticateCustomer {
        AuthenticateCustomer { customer_id, authentication_id: code("a-1"), proof: Proof::PhotoId }
    }

    #[test]
    fn f7_a_customer_chooses_a_pin() {
        given([day(TODAY), customer(), authenticated()])
            .when(set("digest of 2580"))
            .then([was_set("digest of 2580")]);
        let alone = SetPin { customer_id: id("customer_account_7"), ..set("digest of 2580") };
        let was_set =
            CustomerEvent::PinSet { pin: sealed("digest of 2580"), by: code("jane"), on: TODAY };
        given(account())
            .after(photo(id("customer_account_7")))
            .when(alone.clone())
            .then([was_set.on(&alone.customer_id)]);
    }

    #[test]
    fn f7_the_first_pin_needs_an_authentication() {
        given([day(TODAY), customer()])
            .when(set("digest of 2580"))
            .then_rejected(CustomerRejection::NotAuthenticated);
        given([day(TODAY), customer(), authenticated()])
            .by("joe; roles=agent")
            .when(set("digest of 2580"))
            .then_rejected(CustomerRejection::NotAuthenticated);
    }

    #[test]
    fn f7_another_pin_needs_an_authentication() {
        let chosen = given([day(TODAY), customer(), was_set("digest of 2580")]);
        chosen
            .clone()
            .when(set("digest of 1379"))
            .then_rejected(CustomerRejection::NotAuthenticated);
        chosen
            .after(photo(customer_id()))
            .when(set("digest of 1379"))
            .then([was_set("digest of 1379")]);
    }

    #[test]
    fn f7_nobody_learns_the_pin_by_setting_it() {
        given([day(TODAY), customer(), was_set("digest of 2580")])
            .by("joe; roles=agent")
            .when(set("digest of 2580"))
            .then_rejected(CustomerRejection::NotAuthenticated);
    }
}
