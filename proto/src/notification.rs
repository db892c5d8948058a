//! Messages to customers between protobuf and the domain.

use domain::notification::{Channel, NotificationEvent, RecordDelivery};

use crate::{
    CommandMessage, CommandType, Invalid,
    invalid::{code, id, required},
    pb::notification::v1::{self as pb, notification_event::Fact},
};

pub(crate) const COMMANDS: &[CommandType] = &[CommandType::of::<pb::RecordDelivery>()];

impl CommandMessage for pb::RecordDelivery {
    type Rule = RecordDelivery;
}

impl TryFrom<pb::RecordDelivery> for RecordDelivery {
    type Error = Invalid;

    fn try_from(message: pb::RecordDelivery) -> Result<Self, Invalid> {
        Ok(Self {
            message_id: id("messageId", &message.message_id)?,
            account_id: id("accountId", &message.account_id)?,
            template: code("template", &message.template)?,
            channel: channel("channel", message.channel)?,
        })
    }
}

pub(crate) fn encode(event: &NotificationEvent) -> pb::NotificationEvent {
    let fact = match event {
        NotificationEvent::Delivered { account_id, template, channel } => {
            Fact::Delivered(pb::NotificationDelivered {
                account_id: account_id.to_string(),
                template: template.to_string(),
                channel: channel_number(*channel),
            })
        }
    };
    pb::NotificationEvent { fact: Some(fact) }
}

pub(crate) fn decode(message: pb::NotificationEvent) -> Result<NotificationEvent, Invalid> {
    Ok(match required("fact", message.fact)? {
        Fact::Delivered(fact) => NotificationEvent::Delivered {
            account_id: id("accountId", &fact.account_id)?,
            template: code("template", &fact.template)?,
            channel: channel("channel", fact.channel)?,
        },
    })
}

fn channel(field: &str, number: i32) -> Result<Channel, Invalid> {
    match pb::Channel::try_from(number) {
        Ok(pb::Channel::Email) => Ok(Channel::Email),
        Ok(pb::Channel::Unspecified) | Err(_) => Err(Invalid::new(field, "must be a Channel")),
    }
}

fn channel_number(channel: Channel) -> i32 {
    i32::from(match channel {
        Channel::Email => pb::Channel::Email,
    })
}
