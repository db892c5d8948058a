//! Telephones between protobuf and the domain.
//!
//! What must stay true: what a number is known by is made here, of the number, and never taken from
//! outside.

use domain::{
    account::Account,
    telephone::{
        AssignTelephone, Assignment, Origin, ReleaseTelephone, TelephoneEvent, TelephoneId,
    },
};

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread},
    invalid::{code, date, id, optional, or_empty, required, sealed},
    pb::telephone::v1::{self as pb, telephone_event::Fact},
};

/// How the name of a number begins; its digest follows.
const NUMBER: &str = "telephone_number-";

pub(crate) const COMMANDS: &[CommandType] =
    &[CommandType::of::<pb::AssignTelephone>(), CommandType::of::<pb::ReleaseTelephone>()];

impl CommandMessage for pb::AssignTelephone {
    type Rule = AssignTelephone;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        self.number_id = format!("{NUMBER}{}", keeper.digest_phone("number", &self.number)?);
        keeper.seal_phone("number", &mut self.number)
    }
}

impl TryFrom<pb::AssignTelephone> for AssignTelephone {
    type Error = Invalid;

    fn try_from(message: pb::AssignTelephone) -> Result<Self, Invalid> {
        Ok(Self {
            telephone_id: telephone_id(&message.telephone_id)?,
            account_id: id("accountId", &message.account_id)?,
            service_id: id("serviceId", &message.service_id)?,
            number: sealed("number", &message.number)?,
            number_id: id("numberId", &message.number_id)?,
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
        TelephoneEvent::Assigned(assignment) => {
            let Assignment { account_id, service_id, number, number_id, origin } = assignment;
            let native = pb::TelephoneAssigned {
                account_id: account_id.to_string(),
                service_id: service_id.to_string(),
                number: number.to_string(),
                number_id: or_empty(number_id.as_ref()),
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
        TelephoneEvent::NumberTaken { telephone_id } => {
            Fact::NumberTaken(pb::TelephoneNumberTaken { telephone_id: telephone_id.to_string() })
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
            number_id: optional("numberId", &fact.number_id, id)?,
            origin: origin(fact.origin, &fact.carrier, &fact.port_date)?,
        }),
        Fact::NumberTaken(fact) => {
            TelephoneEvent::NumberTaken { telephone_id: id("telephoneId", &fact.telephone_id)? }
        }
        Fact::Released(fact) => TelephoneEvent::Released {
            account_id: id("accountId", &fact.account_id)?,
            service_id: id("serviceId", &fact.service_id)?,
        },
    })
}

/// What a sender calls a telephone: no name of a number.
fn telephone_id(text: &str) -> Result<TelephoneId, Invalid> {
    if text.starts_with(NUMBER) {
        return Err(Invalid::new("telephoneId", format!("must not begin with {NUMBER}")));
    }
    id("telephoneId", text)
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
