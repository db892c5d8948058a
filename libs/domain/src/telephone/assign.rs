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
mod tests {
    use jiff::civil::date;

    use super::AssignTelephone;
    use crate::{
        Fact,
        biller::ServiceType,
        service::ServiceEvent,
        telephone::{Assignment, Origin, ReleaseTelephone, TelephoneEvent, TelephoneRejection},
        testing::{
            fixtures::{
                account_id, code, disconnected, id, installation_in, other_account, sealed,
                service, service_id,
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
            number_id: id("telephone_number-0142"),
            origin,
        }
    }

    fn ported() -> Origin {
        Origin::Ported { carrier: code("ACME"), port_date: date(2026, 3, 20) }
    }

    fn assigned(origin: Origin, to: &str) -> Fact {
        let assignment = Assignment {
            account_id: account_id(),
            service_id: id(to),
            number: sealed("+1 703 555 0142"),
            number_id: Some(id("telephone_number-0142")),
            origin,
        };
        TelephoneEvent::Assigned(assignment).on(&id("telephone_1"))
    }

    fn taken(by: &str) -> Fact {
        TelephoneEvent::NumberTaken { telephone_id: id(by) }.on(&id("telephone_number-0142"))
    }

    #[test]
    fn f70_a_voice_service_gets_a_native_or_a_ported_number() {
        for origin in [Origin::Native, ported()] {
            given(service("voice"))
                .when(assign(origin.clone()))
                .then([taken("telephone_1"), assigned(origin, "service_5")]);
        }
        let ordered = installation_in("phoenix", "SB8200", "voice");
        given(ordered)
            .when(assign(ported()))
            .then([taken("telephone_1"), assigned(ported(), "service_5")]);
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
            .and([taken("telephone_1"), assigned(ported(), "service_5")])
            .when(assign(Origin::Native))
            .then_rejected(TelephoneRejection::AssignedOtherwise);
        // The service that had it ended, or is not known.
        let (account_id, service_id) = (account_id(), id("service_6"));
        let released = TelephoneEvent::Released { account_id, service_id };
        given(service("voice"))
            .and([taken("telephone_1"), assigned(ported(), "service_6")])
            .when(assign(ported()))
            .then([released.on(&id("telephone_1")), assigned(ported(), "service_5")]);
    }

    #[test]
    fn f70_a_number_under_another_id_and_of_another_account_is_the_same_number() {
        // service_5 of account_7 has it as telephone_1; account_8 has a voice service on order.
        let ringing = || {
            let facts = [taken("telephone_1"), assigned(Origin::Native, "service_5")];
            given(service("voice")).and(other_account()).and(facts).and([ordered_voice()])
        };
        let wish = AssignTelephone {
            telephone_id: id("telephone_2"),
            account_id: id("account_8"),
            service_id: id("service_8"),
            // Another customer's key makes another token of it.
            number: sealed("the same, sealed for another"),
            ..assign(Origin::Native)
        };
        let theirs = Assignment {
            account_id: id("account_8"),
            service_id: id("service_8"),
            number: wish.number.clone(),
            number_id: Some(id("telephone_number-0142")),
            origin: Origin::Native,
        };
        let theirs = TelephoneEvent::Assigned(theirs).on(&id("telephone_2"));
        ringing().when(wish.clone()).then_rejected(TelephoneRejection::NumberInUse);
        let release =
            ReleaseTelephone { telephone_id: id("telephone_1"), account_id: account_id() };
        for free in [ringing().after(release), ringing().and([disconnected()])] {
            let taken_over = [taken("telephone_2"), theirs.clone()];
            free.clone().when(wish.clone()).then(taken_over);
            // It is telephone_1's no longer.
            free.after(wish.clone())
                .and(service("voice"))
                .when(AssignTelephone { telephone_id: id("telephone_3"), ..assign(Origin::Native) })
                .then_rejected(TelephoneRejection::NumberInUse);
        }
    }

    /// account_8 waits for the installation of a voice service.
    fn ordered_voice() -> Fact {
        ServiceEvent::Added {
            account_id: id("account_8"),
            site_id: id("site_90"),
            device_id: id("device_8"),
            package_id: code("voice"),
            service_code: code("TEL1"),
            service_type: Some(ServiceType::Voice),
        }
        .on(&id("service_8"))
    }
}
