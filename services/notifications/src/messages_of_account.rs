//! What was a customer told, latest first?

use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::{
    message::{Message, State},
    template::Template,
};

pub(crate) const ACCOUNTS: Table = Table::new(b'a');

/// Messages listed per account.
const LISTED_MAX: usize = 100;

/// One account's messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountMessages {
    pub(crate) account_id: String,
    /// Latest first.
    pub(crate) messages: Vec<Listed>,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed {
    pub(crate) message_id: String,
    pub(crate) template: Template,
    pub(crate) subject: String,
    pub(crate) state: State,
    pub(crate) created_at: String,
}

/// Shows a message in the list of its account.
pub(crate) fn apply(message: &Message, rows: &mut Rows<'_>) -> Result<(), Fault> {
    rows.upsert(ACCOUNTS, &message.account_id, |account: &mut AccountMessages| {
        account.account_id.clone_from(&message.account_id);
        let listed = account.messages.iter_mut().find(|it| it.message_id == message.message_id);
        if let Some(listed) = listed {
            listed.state = message.state;
            return;
        }
        // What has left the list does not come back when it is delivered late.
        if message.state == State::Pending {
            let listed = Listed {
                message_id: message.message_id.clone(),
                template: message.template,
                subject: message.subject.clone(),
                state: message.state,
                created_at: message.created_at.clone(),
            };
            account.messages.insert(0, listed);
            account.messages.truncate(LISTED_MAX);
        }
    })
}

#[cfg(test)]
mod tests {
    use domain::testing::fixtures::{scheduled, started};

    use super::{ACCOUNTS, AccountMessages};
    use crate::{
        message::State,
        testing::{delivered, order_completed, with_site},
    };

    #[test]
    fn messages_are_kept_in_the_history_of_the_account_latest_first() {
        let story = with_site()
            .then(started("basic"))
            .then(scheduled(None))
            .then(order_completed())
            .then(delivered("notification_order_1001-2"));
        let account: AccountMessages = story.row(ACCOUNTS, "account_7");
        let listed: Vec<_> =
            account.messages.iter().map(|it| (it.subject.as_str(), it.state)).collect();
        assert_eq!(
            listed,
            [
                ("Your Classic is ready", State::Pending),
                ("Your order order_1001 is scheduled", State::Delivered),
            ]
        );
    }
}
