//! A notification: one message to a customer, handed over once.

mod record_delivery;

pub use record_delivery::RecordDelivery;

use crate::{Aggregate, Event, Fact, Id, Noun, Rejection, account::Account, text::Code};

/// Names a message.
pub type NotificationId = Id<Notification>;

/// Facts about one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotificationEvent {
    /// It was handed over.
    Delivered {
        /// To whom.
        account_id: Id<Account>,
        /// Name of the template it was rendered from.
        template: Code,
        /// On which way.
        channel: Channel,
    },
}

/// On which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// To the account's address.
    Email,
}

/// Where a message stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notification {
    /// Nobody handed it over.
    Undelivered,
    /// It was handed over.
    Delivered {
        /// To whom.
        account_id: Id<Account>,
        /// Name of the template it was rendered from.
        template: Code,
        /// On which way.
        channel: Channel,
    },
}

/// What prevents a wish about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotificationRejection {
    /// Who says that a message is delivered stops its delivery.
    #[error("only a service can say that a message was handed over")]
    NotTheSender,
    /// One id, two messages.
    #[error("the message id belongs to another message that was delivered")]
    DeliveredOtherwise,
}

impl NotificationRejection {
    /// The API's code, stable for ever.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotTheSender => "notification.not_the_sender",
            Self::DeliveredOtherwise => "notification.delivered_otherwise",
        }
    }
}

impl From<NotificationRejection> for Rejection {
    fn from(rejection: NotificationRejection) -> Self {
        Self { code: rejection.code(), reason: rejection.to_string() }
    }
}

impl NotificationEvent {
    /// This fact, about that message.
    #[must_use]
    pub fn on(self, message_id: &NotificationId) -> Fact {
        Fact::new(message_id, Event::Notification(self))
    }
}

impl Aggregate for Notification {
    const CATEGORY: &'static str = "notification";
    const UNKNOWN: &'static Self = &Self::Undelivered;
    type Event = NotificationEvent;

    fn evolve(self, event: &NotificationEvent) -> Self {
        match event {
            NotificationEvent::Delivered { account_id, template, channel } => Self::Delivered {
                account_id: account_id.clone(),
                template: template.clone(),
                channel: *channel,
            },
        }
    }

    fn of(noun: &Noun) -> Option<&Self> {
        if let Noun::Notification(notification) = noun { Some(notification) } else { None }
    }

    fn from(noun: Noun) -> Option<Self> {
        if let Noun::Notification(notification) = noun { Some(notification) } else { None }
    }
}
