//! Decisions that changed nothing, between protobuf and the domain.

use domain::decision::DecisionEvent;

use crate::{
    Invalid,
    invalid::required,
    pb::decision::v1::{self as pb, decision_event::Fact},
};

pub(crate) fn encode(event: &DecisionEvent) -> pb::DecisionEvent {
    let fact = match event {
        DecisionEvent::Rejected { command, code, reason } => Fact::Rejected(pb::DecisionRejected {
            command: command.clone(),
            code: code.clone(),
            reason: reason.clone(),
        }),
        DecisionEvent::Fulfilled { command } => {
            Fact::Fulfilled(pb::DecisionFulfilled { command: command.clone() })
        }
    };
    pb::DecisionEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::DecisionEvent) -> Result<DecisionEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Rejected(fact) => {
            DecisionEvent::Rejected { command: fact.command, code: fact.code, reason: fact.reason }
        }
        Fact::Fulfilled(fact) => DecisionEvent::Fulfilled { command: fact.command },
    })
}
