//! Set the segment: who serves the customer when something is to change (F47, F57).

use super::{Customer, CustomerEvent, CustomerId, CustomerRejection};
use crate::{Decide, Desk, Fact, Rejection, text::Code};

/// Say to which segment a customer belongs (F57).
#[derive(Clone, Debug)]
pub struct SetSegment {
    /// Who.
    pub customer_id: CustomerId,
    /// One of the biller's.
    pub segment: Code,
}

impl Decide for SetSegment {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let known = Customer::known(desk, &self.customer_id)?;
        let routes = desk
            .biller
            .customers
            .segments
            .get(&self.segment)
            .ok_or(CustomerRejection::SegmentUnknown)?;
        match &known.segment {
            Some((segment, before)) if *segment == self.segment && before == routes => Ok(vec![]),
            Some(_) | None => {
                let (segment, routes) = (self.segment.clone(), routes.clone());
                Ok(vec![CustomerEvent::SegmentSet { segment, routes }.on(&self.customer_id)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SetSegment;
    use crate::{
        Fact,
        biller::Segment,
        customer::{CustomerEvent, CustomerRejection},
        testing::{
            fixtures::{code, customer, customer_id},
            given,
        },
    };

    fn set(segment: &str) -> SetSegment {
        SetSegment { customer_id: customer_id(), segment: code(segment) }
    }

    fn was_set(changes: &str) -> Fact {
        let routes = Segment { changes: code(changes), fiber_upgrades: code("account-executive") };
        CustomerEvent::SegmentSet { segment: code("enterprise"), routes }.on(&customer_id())
    }

    #[test]
    fn f47_f57_a_segment_says_who_serves_the_customer() {
        given([customer()]).when(set("enterprise")).then([was_set("MACD")]);
        given([customer()]).when(set("royal")).then_rejected(CustomerRejection::SegmentUnknown);
    }

    #[test]
    fn f57_the_same_segment_again_takes_over_what_the_biller_changed() {
        given([customer(), was_set("somebody-else")])
            .when(set("enterprise"))
            .then([was_set("MACD")]);
    }
}
