//! Provisioning transactions between protobuf and the domain.

use domain::provisioning::{
    Attempt, ProvisioningAction, ProvisioningEvent, RecordProvisioningAttempt, RespCode, Subject,
};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{id, optional, or_empty, required},
    pb::provisioning::v1::{self as pb, provisioning_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] = &[CommandType::of::<pb::RecordProvisioningAttempt>()];

impl CommandMessage for pb::RecordProvisioningAttempt {
    type Rule = RecordProvisioningAttempt;
}

impl TryFrom<pb::RecordProvisioningAttempt> for RecordProvisioningAttempt {
    type Error = Invalid;

    fn try_from(message: pb::RecordProvisioningAttempt) -> Result<Self, Invalid> {
        Ok(Self {
            transaction_id: id("transactionId", &message.transaction_id)?,
            attempt: attempt(message.attempt)?,
        })
    }
}

pub(crate) fn encode(event: &ProvisioningEvent) -> pb::ProvisioningEvent {
    let fact = match event {
        ProvisioningEvent::Attempted(attempt) => {
            Fact::Attempted(pb::ProvisioningAttempted { attempt: encode_attempt(attempt) })
        }
        ProvisioningEvent::Completed(attempt) => {
            Fact::Completed(pb::ProvisioningCompleted { attempt: encode_attempt(attempt) })
        }
        ProvisioningEvent::Failed(attempt) => {
            Fact::Failed(pb::ProvisioningFailed { attempt: encode_attempt(attempt) })
        }
    };
    pb::ProvisioningEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::ProvisioningEvent) -> Result<ProvisioningEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Attempted(fact) => ProvisioningEvent::Attempted(attempt(fact.attempt)?),
        Fact::Completed(fact) => ProvisioningEvent::Completed(attempt(fact.attempt)?),
        Fact::Failed(fact) => ProvisioningEvent::Failed(attempt(fact.attempt)?),
    })
}

fn attempt(message: Option<pb::ProvisioningAttempt>) -> Result<Attempt, Invalid> {
    let message = required("attempt", message)?;
    let subject = Subject {
        action: action("action", message.action)?,
        site_id: id("siteId", &message.site_id)?,
        service_id: optional("serviceId", &message.service_id, id)?,
        noc_request: Some(message.noc_request).filter(|request| *request > 0),
    };
    let resp_code =
        RespCode::parse(&message.resp_code).map_err(|error| Invalid::new("respCode", error))?;
    Ok(Attempt { subject, number: message.attempt, resp_code })
}

fn encode_attempt(attempt: &Attempt) -> Option<pb::ProvisioningAttempt> {
    let Attempt { subject, number, resp_code } = attempt;
    Some(pb::ProvisioningAttempt {
        action: action_number(subject.action),
        site_id: subject.site_id.to_string(),
        service_id: or_empty(subject.service_id.as_ref()),
        attempt: *number,
        resp_code: resp_code.as_str().to_owned(),
        noc_request: subject.noc_request.unwrap_or_default(),
    })
}

fn action(field: &str, number: i32) -> Result<ProvisioningAction, Invalid> {
    match pb::ProvisioningAction::try_from(number) {
        Ok(pb::ProvisioningAction::Activate) => Ok(ProvisioningAction::Activate),
        Ok(pb::ProvisioningAction::Reprovision) => Ok(ProvisioningAction::Reprovision),
        Ok(pb::ProvisioningAction::Suspend) => Ok(ProvisioningAction::Suspend),
        Ok(pb::ProvisioningAction::Reinstate) => Ok(ProvisioningAction::Reinstate),
        Ok(pb::ProvisioningAction::Deactivate) => Ok(ProvisioningAction::Deactivate),
        Ok(pb::ProvisioningAction::Unspecified) | Err(_) => {
            Err(Invalid::new(field, "must be a ProvisioningAction"))
        }
    }
}

fn action_number(action: ProvisioningAction) -> i32 {
    i32::from(match action {
        ProvisioningAction::Activate => pb::ProvisioningAction::Activate,
        ProvisioningAction::Reprovision => pb::ProvisioningAction::Reprovision,
        ProvisioningAction::Suspend => pb::ProvisioningAction::Suspend,
        ProvisioningAction::Reinstate => pb::ProvisioningAction::Reinstate,
        ProvisioningAction::Deactivate => pb::ProvisioningAction::Deactivate,
    })
}
