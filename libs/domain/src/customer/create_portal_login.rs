//! Create a portal login: somebody of the customer's may pay and change things online (F53).

use super::{Customer, CustomerEvent, CustomerId, CustomerRejection, PORTAL_LOGINS_MAX};
use crate::{Decide, Desk, Fact, Rejection, sealed::Sealed, text::Code};

/// Create a login to the portal (F53). The customer must be authenticated.
#[derive(Clone, Debug)]
pub struct CreatePortalLogin {
    /// Whose.
    pub customer_id: CustomerId,
    /// Chosen by the sender.
    pub portal_login_id: Code,
    /// Who logs in. Personal data.
    pub email: Sealed,
}

/// Somebody who may log in to the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalLogin {
    /// Personal data.
    pub email: Sealed,
    /// Whether it is open.
    pub enabled: bool,
}

impl Decide for CreatePortalLogin {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let known = Customer::known(desk, &self.customer_id)?;
        match known.portal_logins.get(&self.portal_login_id) {
            Some(login) if login.email == self.email => return Ok(vec![]),
            Some(_) => return Err(CustomerRejection::PortalLoginIdUsed.into()),
            None if known.portal_logins.len() >= PORTAL_LOGINS_MAX => {
                return Err(CustomerRejection::TooManyPortalLogins.into());
            }
            None => known.identity.demand_authenticated(desk)?,
        }
        let created = CustomerEvent::PortalLoginCreated {
            portal_login_id: self.portal_login_id.clone(),
            email: self.email.clone(),
        };
        Ok(vec![created.on(&self.customer_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::CreatePortalLogin;
    use crate::{
        customer::{CustomerEvent, CustomerRejection},
        testing::{
            fixtures::{
                TODAY, authenticated, code, customer, customer_id, day, portal_login, sealed,
            },
            given,
        },
    };

    fn create(id: &str, email: &str) -> CreatePortalLogin {
        let (portal_login_id, email) = (code(id), sealed(email));
        CreatePortalLogin { customer_id: customer_id(), portal_login_id, email }
    }

    #[test]
    fn f53_a_portal_login_is_created_once_for_a_customer_who_is_authenticated() {
        given([day(TODAY), customer(), authenticated()])
            .when(create("p-1", "jo@example.com"))
            .then([portal_login("p-1")]);
        given([day(TODAY), customer()])
            .when(create("p-1", "jo@example.com"))
            .then_rejected(CustomerRejection::NotAuthenticated);
        given([day(TODAY), customer(), portal_login("p-1")])
            .when(create("p-1", "al@example.com"))
            .then_rejected(CustomerRejection::PortalLoginIdUsed);
    }

    #[test]
    fn portal_logins_have_an_end() {
        let fifty = (1..=50).map(|number| portal_login(&format!("p-{number}")));
        given([day(TODAY), customer(), authenticated()])
            .and(fifty)
            .when(create("p-51", "jo@example.com"))
            .then_rejected(CustomerRejection::TooManyPortalLogins);
    }

    #[test]
    fn f53_a_login_that_was_closed_is_not_created_again() {
        let (portal_login_id, reason) = (code("p-1"), code("ABUSE"));
        let disabled = CustomerEvent::PortalLoginDisabled { portal_login_id, reason };
        given([day(TODAY), customer(), portal_login("p-1"), disabled.on(&customer_id())])
            .when(create("p-1", "jo@example.com"))
            .then([]);
    }
}
