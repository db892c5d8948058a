//! Register: there is somebody who may have accounts (F56).

use super::{Customer, CustomerEvent, CustomerId, CustomerRejection};
use crate::{Decide, Desk, Fact, Rejection, sealed::Sealed};

/// Register a customer, who may have several accounts (F56).
#[derive(Clone, Debug)]
pub struct RegisterCustomer {
    /// Which.
    pub customer_id: CustomerId,
    /// Personal data.
    pub name: Sealed,
}

impl Decide for RegisterCustomer {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.customer_id) {
            Customer::Unregistered if Customer::is_implied(&self.customer_id) => {
                Err(CustomerRejection::NumberIsAnAccounts.into())
            }
            Customer::Implied { .. } => Err(CustomerRejection::NumberIsAnAccounts.into()),
            Customer::Unregistered => {
                let name = self.name.clone();
                Ok(vec![CustomerEvent::Registered { name }.on(&self.customer_id)])
            }
            Customer::Registered { name, .. } if *name == self.name => Ok(vec![]),
            Customer::Registered { .. } => Err(CustomerRejection::RegisteredOtherwise.into()),
            Customer::Erased => Err(CustomerRejection::Erased.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RegisterCustomer;
    use crate::{
        customer::{CustomerEvent, CustomerRejection},
        testing::{
            fixtures::{customer, customer_id, id, sealed},
            given,
        },
    };

    fn register(name: &str) -> RegisterCustomer {
        RegisterCustomer { customer_id: customer_id(), name: sealed(name) }
    }

    #[test]
    fn f56_a_customer_is_registered_once() {
        let registered = CustomerEvent::Registered { name: sealed("Harbor Cafe") };
        given([]).when(register("Harbor Cafe")).then([registered.on(&customer_id())]);
        given([customer()])
            .when(register("Mill Cafe"))
            .then_rejected(CustomerRejection::RegisteredOtherwise);
    }

    #[test]
    fn the_number_of_an_accounts_own_customer_is_not_given_away() {
        given([])
            .when(RegisterCustomer { customer_id: id("customer_account_7"), ..register("Jo") })
            .then_rejected(CustomerRejection::NumberIsAnAccounts);
    }
}
