//! Reveal the social security number: somebody needs to see all of it.
//!
//! What must stay true: who saw it, when and what for is a fact, and the fact comes first. Every
//! time has an id of its own, so that no answer that is given again shows it.

use jiff::civil::Date;

use super::{Customer, CustomerEvent, CustomerId, CustomerRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    calendar::today,
    remembered::{Fingerprint, Recall},
    sealed::Sealed,
    text::Code,
};

/// Ask to see a customer's whole social security number.
#[derive(Clone, Debug)]
pub struct RevealSsn {
    /// Whose.
    pub customer_id: CustomerId,
    /// Chosen by the sender, a new one for every time.
    pub reveal_id: Code,
    /// What it is needed for. Personal data.
    pub reason: Sealed,
}

/// Somebody was shown a whole social security number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revealed {
    /// Chosen by the sender.
    pub reveal_id: Code,
    /// What they were shown.
    pub ssn: Sealed,
    /// What for. Personal data.
    pub reason: Sealed,
    /// Who.
    pub by: Code,
    /// When.
    pub on: Date,
}

impl Decide for RevealSsn {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let known = Customer::known(desk, &self.customer_id)?;
        let (by, on) = (desk.actor.name.clone(), today(desk)?);
        let told = fingerprint(&by, &self.reason);
        match (known.reveals.recall(&self.reveal_id, told), &known.ssn) {
            (Recall::Same, _) => Ok(vec![]),
            (Recall::Otherwise, _) => Err(CustomerRejection::RevealIdUsed.into()),
            (Recall::New, None) => Err(CustomerRejection::NoSsn.into()),
            (Recall::New, Some(ssn)) => {
                let (reveal_id, reason) = (self.reveal_id.clone(), self.reason.clone());
                let revealed = Revealed { reveal_id, ssn: ssn.clone(), reason, by, on };
                Ok(vec![CustomerEvent::SsnRevealed(revealed).on(&self.customer_id)])
            }
        }
    }
}

/// What is remembered of one time.
pub(super) fn fingerprint(by: &Code, reason: &Sealed) -> Fingerprint {
    Fingerprint::of(&(by, reason))
}

#[cfg(test)]
mod tests {
    use super::{RevealSsn, Revealed};
    use crate::{
        customer::{CustomerEvent, CustomerRejection},
        testing::{
            Given,
            fixtures::{TODAY, code, customer, customer_id, day, sealed},
            given,
        },
    };

    fn reveal(id: &str, reason: &str) -> RevealSsn {
        RevealSsn { customer_id: customer_id(), reveal_id: code(id), reason: sealed(reason) }
    }

    fn known() -> Given {
        let recorded = CustomerEvent::SsnRecorded { ssn: sealed("ssn") }.on(&customer_id());
        given([day(TODAY), customer(), recorded]).by("bea; roles=billing")
    }

    #[test]
    fn f10_who_saw_the_whole_number_and_what_for_is_a_fact_every_time() {
        let shown = |id: &str| {
            let (reveal_id, reason) = (code(id), sealed("Credit check."));
            let (ssn, by, on) = (sealed("ssn"), code("bea"), TODAY);
            CustomerEvent::SsnRevealed(Revealed { reveal_id, ssn, reason, by, on })
                .on(&customer_id())
        };
        known().when(reveal("v-1", "Credit check.")).then([shown("v-1")]);
        known()
            .after(reveal("v-1", "Credit check."))
            .when(reveal("v-2", "Credit check."))
            .then([shown("v-2")]);
    }

    #[test]
    fn f10_under_the_id_of_another_time_nothing_is_shown() {
        let once = known().after(reveal("v-1", "Credit check."));
        once.clone().when(reveal("v-1", "Curious.")).then_rejected(CustomerRejection::RevealIdUsed);
        once.by("sam; roles=manager")
            .when(reveal("v-1", "Credit check."))
            .then_rejected(CustomerRejection::RevealIdUsed);
    }

    #[test]
    fn f10_what_nobody_recorded_is_not_shown() {
        given([day(TODAY), customer()])
            .when(reveal("v-1", "Credit check."))
            .then_rejected(CustomerRejection::NoSsn);
    }
}
