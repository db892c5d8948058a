//! Remove a contact: they are asked no longer, and speak for the customer no longer (F42, F51).

use super::{Customer, CustomerEvent, CustomerId};
use crate::{Decide, Desk, Fact, Rejection, text::Code};

/// Remove a related contact (F51). The customer must be authenticated.
#[derive(Clone, Debug)]
pub struct RemoveContact {
    /// Whose.
    pub customer_id: CustomerId,
    /// Which; one that is not there is removed already.
    pub contact_id: Code,
}

impl Decide for RemoveContact {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let known = Customer::known(desk, &self.customer_id)?;
        if !known.contacts.contains_key(&self.contact_id) {
            return Ok(vec![]);
        }
        known.identity.demand_authenticated(desk)?;
        let contact_id = self.contact_id.clone();
        Ok(vec![CustomerEvent::ContactRemoved { contact_id }.on(&self.customer_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::RemoveContact;
    use crate::{
        customer::{CustomerEvent, CustomerRejection},
        testing::{
            fixtures::{TODAY, authenticated, code, contact, customer, customer_id, day},
            given,
        },
    };

    #[test]
    fn f51_a_contact_is_removed_once() {
        let contact_id = code("c-1");
        let wish = RemoveContact { customer_id: customer_id(), contact_id: contact_id.clone() };
        let added =
            CustomerEvent::ContactAdded { contact_id: contact_id.clone(), contact: contact() };
        let removed = CustomerEvent::ContactRemoved { contact_id };
        let with_contact = given([day(TODAY), customer(), added.on(&customer_id())]);
        with_contact
            .clone()
            .and([authenticated()])
            .when(wish.clone())
            .then([removed.on(&customer_id())]);
        with_contact.when(wish.clone()).then_rejected(CustomerRejection::NotAuthenticated);
        given([customer()]).when(wish.clone()).then([]);
        given([]).when(wish).then_rejected(CustomerRejection::NotRegistered);
    }
}
