//! References between protobuf and the domain.

use domain::reference::ReferenceEvent;

use crate::{
    Invalid,
    invalid::{code, id, required},
    pb::reference::v1::{self as pb, reference_event::Fact},
};

pub(crate) fn encode(event: &ReferenceEvent) -> pb::ReferenceEvent {
    let fact = match event {
        ReferenceEvent::Taken { account_id, payment_id } => Fact::Taken(pb::ReferenceTaken {
            account_id: account_id.to_string(),
            payment_id: payment_id.to_string(),
        }),
    };
    pb::ReferenceEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::ReferenceEvent) -> Result<ReferenceEvent, Invalid> {
    let Fact::Taken(fact) = required("fact", message.fact)?;
    Ok(ReferenceEvent::Taken {
        account_id: id("accountId", &fact.account_id)?,
        payment_id: code("paymentId", &fact.payment_id)?,
    })
}
