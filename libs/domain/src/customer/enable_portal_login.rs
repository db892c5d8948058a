//! Enable a portal login: it pays and changes things again (F53).

use super::{Customer, CustomerEvent, CustomerId, CustomerRejection};
use crate::{Decide, Desk, Fact, Rejection, text::Code};

/// Open a login to the portal again (F53). The customer must be authenticated.
#[derive(Clone, Debug)]
pub struct EnablePortalLogin {
    /// Whose.
    pub customer_id: CustomerId,
    /// Which.
    pub portal_login_id: Code,
    /// Why, in a word of the sender's.
    pub reason: Code,
}

impl Decide for EnablePortalLogin {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let known = Customer::known(desk, &self.customer_id)?;
        match known.portal_logins.get(&self.portal_login_id) {
            None => return Err(CustomerRejection::NoSuchPortalLogin.into()),
            Some(login) if login.enabled => return Ok(vec![]),
            Some(_) => known.identity.demand_authenticated(desk)?,
        }
        let enabled = CustomerEvent::PortalLoginEnabled {
            portal_login_id: self.portal_login_id.clone(),
            reason: self.reason.clone(),
        };
        Ok(vec![enabled.on(&self.customer_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::EnablePortalLogin;
    use crate::{
        customer::{CustomerEvent, CustomerRejection, DisablePortalLogin},
        testing::{
            fixtures::{TODAY, authenticated, code, customer, customer_id, day, portal_login},
            given,
        },
    };

    #[test]
    fn f53_a_portal_login_is_open_again() {
        let (portal_login_id, reason) = (code("p-1"), code("CALLED"));
        let wish = EnablePortalLogin {
            customer_id: customer_id(),
            portal_login_id: portal_login_id.clone(),
            reason: reason.clone(),
        };
        let disable = DisablePortalLogin {
            customer_id: customer_id(),
            portal_login_id: portal_login_id.clone(),
            reason: reason.clone(),
        };
        let enabled = CustomerEvent::PortalLoginEnabled { portal_login_id, reason };
        let open = given([day(TODAY), customer(), authenticated(), portal_login("p-1")]);
        open.clone().when(wish.clone()).then([]);
        let closed = open.after(disable);
        closed.clone().when(wish.clone()).then([enabled.on(&customer_id())]);
        closed.by("joe; roles=agent").when(wish).then_rejected(CustomerRejection::NotAuthenticated);
    }
}
