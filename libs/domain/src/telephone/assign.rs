//! Assign a telephone: a voice service gets a number, native or ported (F70).

use super::{Assignment, Origin, Telephone, TelephoneEvent, TelephoneId, TelephoneRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    biller::ServiceType,
    sealed::Sealed,
    service::{Service, ServiceId, ServiceStatus},
};

/// Give a voice service a number (F70).
#[derive(Clone, Debug)]
pub struct AssignTelephone {
    /// The sender's name for the number.
    pub telephone_id: TelephoneId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The voice service that it rings.
    pub service_id: ServiceId,
    /// Personal data.
    pub number: Sealed,
    /// What the number is known by: the same for whoever it is written down for.
    pub number_id: TelephoneId,
    /// Where it comes from.
    pub origin: Origin,
}

impl Decide for AssignTelephone {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        match desk.get(&self.telephone_id) {
            Telephone::Assigned(assignment) if *assignment == self.assignment() => Ok(vec![]),
            Telephone::Assigned(assignment) if is_in_use(desk, &assignment.service_id) => {
                Err(TelephoneRejection::AssignedOtherwise.into())
            }
            // The number of a service that ended is free.
            Telephone::Assigned(Assignment { account_id, service_id, .. }) => {
                let (account_id, service_id) = (account_id.clone(), service_id.clone());
                let released = TelephoneEvent::Released { account_id, service_id };
                let mut facts = vec![released.on(&self.telephone_id)];
                facts.extend(self.assign(desk)?);
                Ok(facts)
            }
            Telephone::Free => self.assign(desk),
            Telephone::Number { .. } => Err(TelephoneRejection::AssignedOtherwise.into()),
        }
    }
}

impl AssignTelephone {
    fn assign(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        desk.get(&self.account_id).demand_not_erased()?;
        if !is_in_use(desk, &self.service_id) {
            return Err(TelephoneRejection::NoService.into());
        }
        match desk.get(&self.service_id) {
            Service::Added { account_id, .. } if *account_id != self.account_id => {
                Err(TelephoneRejection::OfAnotherAccount.into())
            }
            Service::Added { service_type: Some(ServiceType::Voice), .. } => {
                let assigned = TelephoneEvent::Assigned(self.assignment());
                let mut facts = self.take(desk)?;
                facts.push(assigned.on(&self.telephone_id));
                Ok(facts)
            }
            Service::Added { .. } | Service::NotAdded => {
                Err(TelephoneRejection::NotAVoiceService.into())
            }
        }
    }

    /// The number becomes this telephone's, unless it rings somewhere under another id.
    fn take(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, TelephoneRejection> {
        match desk.get(&self.number_id) {
            Telephone::Number { taken_by } if *taken_by == self.telephone_id => Ok(vec![]),
            Telephone::Number { taken_by } if self.rings(desk, taken_by) => {
                Err(TelephoneRejection::NumberInUse)
            }
            Telephone::Number { .. } | Telephone::Free => {
                let telephone_id = self.telephone_id.clone();
                Ok(vec![TelephoneEvent::NumberTaken { telephone_id }.on(&self.number_id)])
            }
            Telephone::Assigned(_) => Err(TelephoneRejection::AssignedOtherwise),
        }
    }

    /// Whether a telephone has the number still, at a service that has not ended.
    fn rings(&self, desk: &Desk<'_>, telephone_id: &TelephoneId) -> bool {
        match desk.get(telephone_id) {
            Telephone::Assigned(Assignment { service_id, number_id, .. }) => {
                number_id.as_ref() == Some(&self.number_id) && is_in_use(desk, service_id)
            }
            Telephone::Free | Telephone::Number { .. } => false,
        }
    }

    fn assignment(&self) -> Assignment {
        Assignment {
            account_id: self.account_id.clone(),
            service_id: self.service_id.clone(),
            number: self.number.clone(),
            number_id: Some(self.number_id.clone()),
            origin: self.origin.clone(),
        }
    }
}

/// A number is assigned before the installation is done, and until the service ends.
fn is_in_use(desk: &Desk<'_>, service_id: &ServiceId) -> bool {
    match desk.get(service_id) {
        Service::NotAdded | Service::Added { status: ServiceStatus::Disconnected, .. } => false,
        Service::Added { status: ServiceStatus::Pending | ServiceStatus::Active, .. } => true,
    }
}

#[cfg(test)]
mod tests;
