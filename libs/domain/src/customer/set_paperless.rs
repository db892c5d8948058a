//! Set paperless: whether bills come without paper (F50).

use super::{Customer, CustomerEvent, CustomerId};
use crate::{Decide, Desk, Fact, Rejection};

/// Say whether bills come without paper (F50): that is, where they go. The customer must be
/// authenticated.
#[derive(Clone, Debug)]
pub struct SetPaperless {
    /// Whose.
    pub customer_id: CustomerId,
    /// Whether they come without.
    pub paperless: bool,
}

impl Decide for SetPaperless {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let known = Customer::known(desk, &self.customer_id)?;
        if known.paperless == self.paperless {
            return Ok(vec![]);
        }
        known.identity.demand_authenticated(desk)?;
        let paperless = self.paperless;
        Ok(vec![CustomerEvent::PaperlessSet { paperless }.on(&self.customer_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::SetPaperless;
    use crate::{
        customer::{AuthenticateCustomer, CustomerEvent, CustomerRejection, Proof},
        testing::{
            fixtures::{TODAY, account, authenticated, code, customer, customer_id, day, id},
            given,
        },
    };

    fn set(paperless: bool) -> SetPaperless {
        SetPaperless { customer_id: customer_id(), paperless }
    }

    #[test]
    fn f50_bills_come_without_paper_and_with_it_again() {
        let without = CustomerEvent::PaperlessSet { paperless: true }.on(&customer_id());
        let with = CustomerEvent::PaperlessSet { paperless: false }.on(&customer_id());
        given([customer()]).when(set(false)).then([]);
        let known = given([day(TODAY), customer()]);
        known.clone().when(set(true)).then_rejected(CustomerRejection::NotAuthenticated);
        let known = known.and([authenticated()]);
        known.clone().when(set(true)).then([without.clone()]);
        known.and([without]).when(set(false)).then([with]);
    }

    #[test]
    fn f50_whoever_has_one_account_alone_chooses_too() {
        let wish = SetPaperless { customer_id: id("customer_account_7"), paperless: true };
        let fact = CustomerEvent::PaperlessSet { paperless: true }.on(&wish.customer_id);
        let shown = AuthenticateCustomer {
            customer_id: wish.customer_id.clone(),
            authentication_id: code("a-1"),
            proof: Proof::PhotoId,
        };
        given(account()).after(shown).when(wish.clone()).then([fact]);
        given([]).when(wish).then_rejected(CustomerRejection::NotRegistered);
    }
}
