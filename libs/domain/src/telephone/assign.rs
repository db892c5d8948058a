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
    /// The sender's name for the number: one for ever.
    pub telephone_id: TelephoneId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The voice service that it rings.
    pub service_id: ServiceId,
    /// Personal data.
    pub number: Sealed,
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
                let assigned = self.assign(desk)?;
                Ok(vec![released.on(&self.telephone_id), assigned])
            }
            Telephone::Free => Ok(vec![self.assign(desk)?]),
        }
    }
}

impl AssignTelephone {
    fn assign(&self, desk: &Desk<'_>) -> Result<Fact, Rejection> {
        desk.get(&self.account_id).demand_not_erased()?;
        if !is_in_use(desk, &self.service_id) {
            return Err(TelephoneRejection::NoService.into());
        }
        match desk.get(&self.service_id) {
            Service::Added { account_id, .. } if *account_id != self.account_id => {
                Err(TelephoneRejection::OfAnotherAccount.into())
            }
            Service::Added { service_type: Some(ServiceType::Voice), .. } => {
                Ok(TelephoneEvent::Assigned(self.assignment()).on(&self.telephone_id))
            }
            Service::Added { .. } | Service::NotAdded => {
                Err(TelephoneRejection::NotAVoiceService.into())
            }
        }
    }

    fn assignment(&self) -> Assignment {
        Assignment {
            account_id: self.account_id.clone(),
            service_id: self.service_id.clone(),
            number: self.number.clone(),
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
mod tests {
    use jiff::civil::date;

    use super::AssignTelephone;
    use crate::{
        Fact,
        telephone::{Assignment, Origin, TelephoneEvent, TelephoneRejection},
        testing::{
            fixtures::{
                account_id, code, disconnected, id, installation_in, sealed, service, service_id,
            },
            given,
        },
    };

    fn assign(origin: Origin) -> AssignTelephone {
        AssignTelephone {
            telephone_id: id("telephone_1"),
            account_id: account_id(),
            service_id: service_id(),
            number: sealed("+1 703 555 0142"),
            origin,
        }
    }

    fn ported() -> Origin {
        Origin::Ported { carrier: code("ACME"), port_date: date(2026, 3, 20) }
    }

    fn assigned(origin: Origin, to: &str) -> Fact {
        let number = sealed("+1 703 555 0142");
        let (account_id, service_id) = (account_id(), id(to));
        let assignment = Assignment { account_id, service_id, number, origin };
        TelephoneEvent::Assigned(assignment).on(&id("telephone_1"))
    }

    #[test]
    fn f70_a_voice_service_gets_a_native_or_a_ported_number() {
        for origin in [Origin::Native, ported()] {
            given(service("voice"))
                .when(assign(origin.clone()))
                .then([assigned(origin, "service_5")]);
        }
        let ordered = installation_in("phoenix", "SB8200", "voice");
        given(ordered).when(assign(ported())).then([assigned(ported(), "service_5")]);
    }

    #[test]
    fn f70_only_a_voice_service_that_is_there_has_a_number() {
        given(service("basic"))
            .when(assign(Origin::Native))
            .then_rejected(TelephoneRejection::NotAVoiceService);
        given([]).when(assign(Origin::Native)).then_rejected(TelephoneRejection::NoService);
        given(service("voice"))
            .and([disconnected()])
            .when(assign(Origin::Native))
            .then_rejected(TelephoneRejection::NoService);
        given(service("voice"))
            .when(AssignTelephone { account_id: id("account_8"), ..assign(Origin::Native) })
            .then_rejected(TelephoneRejection::OfAnotherAccount);
    }

    #[test]
    fn f70_a_number_belongs_to_one_service_at_a_time() {
        given(service("voice"))
            .and([assigned(ported(), "service_5")])
            .when(assign(Origin::Native))
            .then_rejected(TelephoneRejection::AssignedOtherwise);
        // The service that had it ended, or is not known.
        let (account_id, service_id) = (account_id(), id("service_6"));
        let released = TelephoneEvent::Released { account_id, service_id };
        given(service("voice"))
            .and([assigned(ported(), "service_6")])
            .when(assign(ported()))
            .then([released.on(&id("telephone_1")), assigned(ported(), "service_5")]);
    }
}
