//! Add a contact: somebody who may be asked about the customer, or speaks for them (F42, F51).

use super::{CONTACTS_MAX, Customer, CustomerEvent, CustomerId, CustomerRejection, Phone};
use crate::{Decide, Desk, Fact, Rejection, sealed::Sealed, text::Code};

/// Add a related contact (F51); one who speaks for the customer is an authorized user (F42). The
/// customer must be authenticated: whoever is in the list is called back and asked.
#[derive(Clone, Debug)]
pub struct AddContact {
    /// Whose.
    pub customer_id: CustomerId,
    /// Chosen by the sender.
    pub contact_id: Code,
    /// Who.
    pub contact: Contact,
}

/// Somebody who belongs to a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Personal data.
    pub name: Sealed,
    /// How to call them.
    pub phone: Option<Phone>,
    /// Where to write to. Personal data.
    pub email: Option<Sealed>,
    /// Whether they speak for the customer (F42).
    pub authorized_user: bool,
}

impl Decide for AddContact {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let known = Customer::known(desk, &self.customer_id)?;
        match known.contacts.get(&self.contact_id) {
            Some(contact) if *contact == self.contact => return Ok(vec![]),
            Some(_) => return Err(CustomerRejection::ContactIdUsed.into()),
            None if known.contacts.len() >= CONTACTS_MAX => {
                return Err(CustomerRejection::TooManyContacts.into());
            }
            None => {}
        }
        known.identity.demand_authenticated(desk)?;
        let (contact_id, contact) = (self.contact_id.clone(), self.contact.clone());
        Ok(vec![CustomerEvent::ContactAdded { contact_id, contact }.on(&self.customer_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::{AddContact, Contact};
    use crate::{
        Fact,
        customer::{AuthenticateCustomer, CustomerEvent, CustomerId, CustomerRejection, Proof},
        testing::{
            Given,
            fixtures::{TODAY, account, code, contact, customer, customer_id, day, id, sealed},
            given,
        },
    };

    fn add(contact_id: &str, contact: Contact) -> AddContact {
        AddContact { customer_id: customer_id(), contact_id: code(contact_id), contact }
    }

    fn added(contact_id: &str, contact: Contact) -> Fact {
        CustomerEvent::ContactAdded { contact_id: code(contact_id), contact }.on(&customer_id())
    }

    fn authorized() -> Contact {
        Contact { authorized_user: true, ..contact() }
    }

    fn authenticated() -> Given {
        given([day(TODAY), customer()]).after(call_back(customer_id()))
    }

    fn call_back(customer_id: CustomerId) -> AuthenticateCustomer {
        let (authentication_id, proof) = (code("a-1"), Proof::CallBack);
        AuthenticateCustomer { customer_id, authentication_id, proof }
    }

    #[test]
    fn f51_a_contact_is_added_once() {
        authenticated().when(add("c-1", contact())).then([added("c-1", contact())]);
        given([day(TODAY), customer()])
            .when(add("c-1", contact()))
            .then_rejected(CustomerRejection::NotAuthenticated);
        let other = Contact { name: sealed("Al Roe"), ..contact() };
        given([customer(), added("c-1", contact())])
            .when(add("c-1", other))
            .then_rejected(CustomerRejection::ContactIdUsed);
    }

    #[test]
    fn f51_whoever_has_one_account_alone_has_contacts_too() {
        let wish = AddContact { customer_id: id("customer_account_7"), ..add("c-1", contact()) };
        let fact = CustomerEvent::ContactAdded { contact_id: code("c-1"), contact: contact() };
        given(account())
            .after(call_back(wish.customer_id.clone()))
            .when(wish.clone())
            .then([fact.on(&wish.customer_id)]);
    }

    #[test]
    fn f42_an_authorized_user_is_added_by_whom_the_customer_was_authenticated_for() {
        authenticated().when(add("c-1", authorized())).then([added("c-1", authorized())]);
        given([day(TODAY), customer()])
            .when(add("c-1", authorized()))
            .then_rejected(CustomerRejection::NotAuthenticated);
        authenticated()
            .by("joe; roles=agent")
            .when(add("c-1", authorized()))
            .then_rejected(CustomerRejection::NotAuthenticated);
    }

    #[test]
    fn f42_an_authentication_of_yesterday_adds_nobody() {
        let tomorrow = day(TODAY.tomorrow().unwrap());
        authenticated()
            .and([tomorrow])
            .when(add("c-1", authorized()))
            .then_rejected(CustomerRejection::NotAuthenticated);
    }

    #[test]
    fn contacts_have_an_end() {
        let fifty = (1..=50).map(|number| added(&format!("c-{number}"), contact()));
        given([customer()])
            .and(fifty)
            .when(add("c-51", contact()))
            .then_rejected(CustomerRejection::TooManyContacts);
    }
}
