//! Record the social security number, entered in Customer Maintenance (F10).
//!
//! What must stay true: nobody here can read it, and nobody is shown more than its last digits
//! without a record of it.

use super::{Customer, CustomerEvent, CustomerId};
use crate::{Decide, Desk, Fact, Rejection, sealed::Sealed};

/// Enter a customer's social security number (F10). Where one is known, the customer must be
/// authenticated, whatever is entered.
#[derive(Clone, Debug)]
pub struct RecordSsn {
    /// Whose.
    pub customer_id: CustomerId,
    /// A secret: of it only the last digits are shown.
    pub ssn: Sealed,
}

impl Decide for RecordSsn {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let known = Customer::known(desk, &self.customer_id)?;
        if let Some(ssn) = &known.ssn {
            // Before they are compared: or whoever tries numbers learns which one it is.
            known.identity.demand_authenticated(desk)?;
            if *ssn == self.ssn {
                return Ok(vec![]);
            }
        }
        Ok(vec![CustomerEvent::SsnRecorded { ssn: self.ssn.clone() }.on(&self.customer_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::RecordSsn;
    use crate::{
        customer::{CustomerEvent, CustomerRejection},
        testing::{
            fixtures::{TODAY, authenticated, customer, customer_id, day, sealed},
            given,
        },
    };

    fn record(ssn: &str) -> RecordSsn {
        RecordSsn { customer_id: customer_id(), ssn: sealed(ssn) }
    }

    #[test]
    fn f10_a_social_security_number_is_entered_and_changed_for_who_is_authenticated() {
        let recorded =
            |ssn: &str| CustomerEvent::SsnRecorded { ssn: sealed(ssn) }.on(&customer_id());
        let known = || given([day(TODAY), customer(), recorded("one")]);
        given([day(TODAY), customer(), authenticated()])
            .when(record("one"))
            .then([recorded("one")]);
        known().when(record("one")).then_rejected(CustomerRejection::NotAuthenticated);
        known().when(record("other")).then_rejected(CustomerRejection::NotAuthenticated);
        known().and([authenticated()]).when(record("other")).then([recorded("other")]);
        given([]).when(record("one")).then_rejected(CustomerRejection::NotRegistered);
    }
}
