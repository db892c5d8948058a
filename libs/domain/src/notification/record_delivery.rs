//! Record a delivery: the message is out of our hands.

use super::{Channel, Notification, NotificationEvent, NotificationId, NotificationRejection};
use crate::{Decide, Desk, Fact, Rejection, account::AccountId, actor::Role, text::Code};

/// Report that a message to a customer was handed over.
#[derive(Clone, Debug)]
pub struct RecordDelivery {
    /// Which.
    pub message_id: NotificationId,
    /// To whom.
    pub account_id: AccountId,
    /// Name of the template it was rendered from.
    pub template: Code,
    /// On which way.
    pub channel: Channel,
}

impl Decide for RecordDelivery {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        if !desk.actor.is(Role::Service) {
            return Err(NotificationRejection::NotTheSender.into());
        }
        match desk.get(&self.message_id) {
            Notification::Undelivered => Ok(vec![
                NotificationEvent::Delivered {
                    account_id: self.account_id.clone(),
                    template: self.template.clone(),
                    channel: self.channel,
                }
                .on(&self.message_id),
            ]),
            Notification::Delivered { account_id, template, channel }
                if *account_id == self.account_id
                    && *template == self.template
                    && *channel == self.channel =>
            {
                Ok(vec![])
            }
            Notification::Delivered { .. } => Err(NotificationRejection::DeliveredOtherwise.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RecordDelivery;
    use crate::{
        notification::{Channel, NotificationEvent, NotificationRejection},
        testing::{
            fixtures::{account_id, code, id},
            given,
        },
    };

    const SENDER: &str = "notifications; roles=service";

    fn deliver(template: &str) -> RecordDelivery {
        RecordDelivery {
            message_id: id("notification_1"),
            account_id: account_id(),
            template: code(template),
            channel: Channel::Email,
        }
    }

    #[test]
    fn a_message_is_delivered_once() {
        let delivered = NotificationEvent::Delivered {
            account_id: account_id(),
            template: code("past_due"),
            channel: Channel::Email,
        };
        given([]).by(SENDER).when(deliver("past_due")).then([delivered.on(&id("notification_1"))]);
    }

    #[test]
    fn a_message_id_is_not_used_for_another_message() {
        given([])
            .by(SENDER)
            .after(deliver("past_due"))
            .when(deliver("reinstated"))
            .then_rejected(NotificationRejection::DeliveredOtherwise);
    }

    #[test]
    fn only_who_sends_says_that_a_message_is_delivered() {
        given([]).when(deliver("welcome")).then_rejected(NotificationRejection::NotTheSender);
    }
}
