//! Interactions between protobuf and the domain.

use domain::{
    account::Account,
    interaction::{InteractionEvent, RecordInteraction},
};

use crate::{
    CommandMessage, CommandType, Invalid,
    door::{Door, Keeper, Unread},
    invalid::{code, date, id, required, sealed},
    pb::interaction::v1::{self as pb, interaction_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] = &[CommandType::of::<pb::RecordInteraction>()];

impl CommandMessage for pb::RecordInteraction {
    type Rule = RecordInteraction;

    fn seal(&mut self, door: &dyn Door) -> Result<(), Unread> {
        let keeper = Keeper::of::<Account>(door, "accountId", &self.account_id)?;
        keeper.seal_remark("summary", &mut self.summary)
    }
}

impl TryFrom<pb::RecordInteraction> for RecordInteraction {
    type Error = Invalid;

    fn try_from(message: pb::RecordInteraction) -> Result<Self, Invalid> {
        Ok(Self {
            interaction_id: id("interactionId", &message.interaction_id)?,
            account_id: id("accountId", &message.account_id)?,
            category: code("category", &message.category)?,
            subcategory: code("subcategory", &message.subcategory)?,
            summary: sealed("summary", &message.summary)?,
        })
    }
}

pub(crate) fn encode(event: &InteractionEvent) -> pb::InteractionEvent {
    let fact = match event {
        InteractionEvent::Recorded { account_id, category, subcategory, summary, recorded_on } => {
            Fact::Recorded(pb::InteractionRecorded {
                account_id: account_id.to_string(),
                category: category.to_string(),
                subcategory: subcategory.to_string(),
                summary: summary.to_string(),
                recorded_on: recorded_on.to_string(),
            })
        }
    };
    pb::InteractionEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::InteractionEvent) -> Result<InteractionEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Recorded(fact) => InteractionEvent::Recorded {
            account_id: id("accountId", &fact.account_id)?,
            category: code("category", &fact.category)?,
            subcategory: code("subcategory", &fact.subcategory)?,
            summary: sealed("summary", &fact.summary)?,
            recorded_on: date("recordedOn", &fact.recorded_on)?,
        },
    })
}
