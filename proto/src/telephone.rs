//! Telephones between protobuf and the domain.

use domain::{
    account::Account,
    telephone::{AssignTelephone, Assignment, Origin, ReleaseTelephone, TelephoneEvent},
};

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread},
    invalid::{code, date, id, required, sealed},
    pb::telephone::v1::{self as pb, telephone_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] =
    &[CommandType::of::<pb::AssignTelephone>(), CommandType::of::<pb::ReleaseTelephone>()];

impl CommandMessage for pb::AssignTelephone {
    type Rule = AssignTelephone;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal_phone("number", &mut self.number)
    }
}

impl TryFrom<pb::AssignTelephone> for AssignTelephone {
    type Error = Invalid;

    fn try_from(message: pb::AssignTelephone) -> Result<Self, Invalid> {
        Ok(Self {
            telephone_id: id("telephoneId", &message.telephone_id)?,
            account_id: id("accountId", &message.account_id)?,
            service_id: id("serviceId", &message.service_id)?,
            number: sealed("number", &message.number)?,
            origin: origin(message.origin, &message.carrier, &message.port_date)?,
        })
    }
}

impl CommandMessage for pb::ReleaseTelephone {
    type Rule = ReleaseTelephone;
}

impl TryFrom<pb::ReleaseTelephone> for ReleaseTelephone {
    type Error = Invalid;

    fn try_from(message: pb::ReleaseTelephone) -> Result<Self, Invalid> {
        Ok(Self {
            telephone_id: id("telephoneId", &message.telephone_id)?,
            account_id: id("accountId", &message.account_id)?,
        })
    }
}

pub(crate) fn encode(event: &TelephoneEvent) -> pb::TelephoneEvent {
    let fact = match event {
        TelephoneEvent::Assigned(Assignment { account_id, service_id, number, origin }) => {
            let native = pb::TelephoneAssigned {
                account_id: account_id.to_string(),
                service_id: service_id.to_string(),
                number: number.to_string(),
                origin: pb::TelephoneOrigin::Native.into(),
                ..pb::TelephoneAssigned::default()
            };
            Fact::Assigned(match origin {
                Origin::Native => native,
                Origin::Ported { carrier, port_date } => pb::TelephoneAssigned {
                    origin: pb::TelephoneOrigin::Ported.into(),
                    carrier: carrier.to_string(),
                    port_date: port_date.to_string(),
                    ..native
                },
            })
        }
        TelephoneEvent::Released { account_id, service_id } => {
            Fact::Released(pb::TelephoneReleased {
                account_id: account_id.to_string(),
                service_id: service_id.to_string(),
            })
        }
    };
    pb::TelephoneEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::TelephoneEvent) -> Result<TelephoneEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Assigned(fact) => TelephoneEvent::Assigned(Assignment {
            account_id: id("accountId", &fact.account_id)?,
            service_id: id("serviceId", &fact.service_id)?,
            number: sealed("number", &fact.number)?,
            origin: origin(fact.origin, &fact.carrier, &fact.port_date)?,
        }),
        Fact::Released(fact) => TelephoneEvent::Released {
            account_id: id("accountId", &fact.account_id)?,
            service_id: id("serviceId", &fact.service_id)?,
        },
    })
}

/// A native number comes from nobody.
fn origin(number: i32, carrier: &str, port_date: &str) -> Result<Origin, Invalid> {
    match pb::TelephoneOrigin::try_from(number) {
        Ok(pb::TelephoneOrigin::Native) if !carrier.is_empty() => {
            Err(Invalid::new("carrier", "belongs to ported numbers"))
        }
        Ok(pb::TelephoneOrigin::Native) if !port_date.is_empty() => {
            Err(Invalid::new("portDate", "belongs to ported numbers"))
        }
        Ok(pb::TelephoneOrigin::Native) => Ok(Origin::Native),
        Ok(pb::TelephoneOrigin::Ported) => Ok(Origin::Ported {
            carrier: code("carrier", carrier)?,
            port_date: date("portDate", port_date)?,
        }),
        Ok(pb::TelephoneOrigin::Unspecified) | Err(_) => {
            Err(Invalid::new("origin", "must be a TelephoneOrigin"))
        }
    }
}
