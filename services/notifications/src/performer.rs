//! Hands messages over and reports it. The id is logged, the address never.

use std::sync::Arc;

use contract::pb::notification::v1::{self as pb, RecordDelivery};
use futures::{FutureExt, future::BoxFuture};
use projection::{OpenEffect, PerformError, Performer, Report};

use crate::{
    mailbox::Mailbox,
    message::{Channel, Message},
};

/// Delivers messages.
pub(crate) struct Postman {
    pub(crate) mailbox: Arc<Mailbox>,
}

impl Postman {
    async fn deliver(&self, effect: &OpenEffect) -> Result<Report, PerformError> {
        let message: Message = serde_json::from_slice(&effect.body)
            .map_err(|error| PerformError::because("a message is not decoded", error))?;
        let report = report(&message);
        let (mailbox, id) = (Arc::clone(&self.mailbox), message.message_id.clone());
        let putting = tokio::task::spawn_blocking(move || mailbox.put(&message)).await;
        let put = putting.map_err(std::io::Error::other).flatten();
        let first =
            put.map_err(|error| PerformError::because(format!("{id} was not delivered"), error))?;
        tracing::info!(message = id, first, "message delivered");
        Ok(report)
    }
}

impl Performer for Postman {
    fn perform<'a>(
        &'a self,
        effect: &'a OpenEffect,
    ) -> BoxFuture<'a, Result<Report, PerformError>> {
        self.deliver(effect).boxed()
    }
}

fn report(message: &Message) -> Report {
    let channel = match message.channel {
        Channel::Email => pb::Channel::Email,
    };
    let delivery = RecordDelivery {
        message_id: message.message_id.clone(),
        account_id: message.account_id.clone(),
        template: message.template.name().to_owned(),
        channel: channel.into(),
    };
    read_side::report(&delivery)
}

#[cfg(test)]
mod tests {
    use std::{fs, sync::Arc};

    use contract::pb::notification::v1::{Channel, RecordDelivery};
    use prost::Message as _;
    use read_side::testing::{effect, only};

    use super::Postman;
    use crate::{
        mailbox::Mailbox,
        testing::{order_completed, with_site},
    };

    #[tokio::test]
    async fn a_message_is_handed_over_once_and_reported_every_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mail.ndjson");
        let postman = Postman { mailbox: Arc::new(Mailbox::open(&path).unwrap()) };
        let effect = effect(only(with_site().then(order_completed()).effects()));
        let first = postman.deliver(&effect).await.unwrap();
        assert_eq!(postman.deliver(&effect).await.unwrap(), first);
        let expected = RecordDelivery {
            message_id: "notification_order_1001-1".to_owned(),
            account_id: "account_7".to_owned(),
            template: "order_completed".to_owned(),
            channel: Channel::Email.into(),
        };
        assert_eq!(RecordDelivery::decode(first.body).unwrap(), expected);
        let mail = fs::read_to_string(&path).unwrap();
        assert_eq!(mail.lines().count(), 1);
        assert!(mail.contains("\"to\":\"jo@example.com\""), "{mail}");
    }
}
