//! Disable a portal login: nobody pays or changes anything with it any more (F53).

use super::{Customer, CustomerEvent, CustomerId, CustomerRejection};
use crate::{Decide, Desk, Fact, Rejection, text::Code};

/// Close a login to the portal (F53). The customer must be authenticated.
#[derive(Clone, Debug)]
pub struct DisablePortalLogin {
    /// Whose.
    pub customer_id: CustomerId,
    /// Which.
    pub portal_login_id: Code,
    /// Why, in a word of the sender's.
    pub reason: Code,
}

impl Decide for DisablePortalLogin {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let known = Customer::known(desk, &self.customer_id)?;
        match known.portal_logins.get(&self.portal_login_id) {
            None => return Err(CustomerRejection::NoSuchPortalLogin.into()),
            Some(login) if !login.enabled => return Ok(vec![]),
            Some(_) => known.identity.demand_authenticated(desk)?,
        }
        let disabled = CustomerEvent::PortalLoginDisabled {
            portal_login_id: self.portal_login_id.clone(),
            reason: self.reason.clone(),
        };
        Ok(vec![disabled.on(&self.customer_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::DisablePortalLogin;
    use crate::{
        customer::{CustomerEvent, CustomerRejection},
        testing::{
            fixtures::{TODAY, authenticated, code, customer, customer_id, day, portal_login},
            given,
        },
    };

    #[test]
    fn f53_a_portal_login_is_closed_for_a_customer_who_is_authenticated() {
        let wish = DisablePortalLogin {
            customer_id: customer_id(),
            portal_login_id: code("p-1"),
            reason: code("LEFT-THE-COMPANY"),
        };
        let disabled = CustomerEvent::PortalLoginDisabled {
            portal_login_id: code("p-1"),
            reason: code("LEFT-THE-COMPANY"),
        };
        let login = || given([day(TODAY), customer(), portal_login("p-1")]);
        login().and([authenticated()]).when(wish.clone()).then([disabled.on(&customer_id())]);
        login().when(wish.clone()).then_rejected(CustomerRejection::NotAuthenticated);
        given([customer()]).when(wish).then_rejected(CustomerRejection::NoSuchPortalLogin);
    }
}
