//! Set paperless: whether bills come without paper (F50).

use super::{Customer, CustomerEvent, CustomerId};
use crate::{Decide, Desk, Fact, Rejection};

/// Say whether bills come without paper (F50).
#[derive(Clone, Debug)]
pub struct SetPaperless {
    /// Whose.
    pub customer_id: CustomerId,
    /// Whether they come without.
    pub paperless: bool,
}

impl Decide for SetPaperless {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        if Customer::known(desk, &self.customer_id)?.paperless == self.paperless {
            return Ok(vec![]);
        }
        let paperless = self.paperless;
        Ok(vec![CustomerEvent::PaperlessSet { paperless }.on(&self.customer_id)])
    }
}

#[cfg(test)]
mod tests {
    use super::SetPaperless;
    use crate::{
        customer::{CustomerEvent, CustomerRejection},
        testing::{
            fixtures::{account, customer, customer_id, id},
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
        given([customer()]).when(set(true)).then([without.clone()]);
        given([customer(), without]).when(set(false)).then([with]);
    }

    #[test]
    fn f50_whoever_has_one_account_alone_chooses_too() {
        let wish = SetPaperless { customer_id: id("customer_account_7"), paperless: true };
        let fact = CustomerEvent::PaperlessSet { paperless: true }.on(&wish.customer_id);
        given(account()).when(wish.clone()).then([fact]);
        given([]).when(wish).then_rejected(CustomerRejection::NotRegistered);
    }
}
