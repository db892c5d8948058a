//! Which messages are not handed over yet, oldest first?

use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::{
    message::{Message, State},
    template::Template,
};

pub(crate) const OUTBOX: Table = Table::new(b'o');

/// One message that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Waiting {
    pub(crate) message_id: String,
    pub(crate) account_id: String,
    pub(crate) template: Template,
    pub(crate) created_at: String,
}

/// Shows a message until it is handed over.
pub(crate) fn apply(message: &Message, rows: &mut Rows<'_>) -> Result<(), Fault> {
    // Positions are padded so that they sort as text.
    let key = format!("{:020}/{}", message.position, message.message_id);
    match message.state {
        State::Pending => {
            let waiting = Waiting {
                message_id: message.message_id.clone(),
                account_id: message.account_id.clone(),
                template: message.template,
                created_at: message.created_at.clone(),
            };
            rows.put(OUTBOX, key, &waiting)
        }
        State::Delivered => {
            rows.remove(OUTBOX, key);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::testing::fixtures::{scheduled, started};
    use projection::Keys;
    use read_side::testing::Story;

    use super::{OUTBOX, Waiting};
    use crate::testing::{delivered, order_completed, with_site};

    fn outbox(story: &Story) -> Vec<String> {
        let rows = story.rows().scan::<Waiting>(OUTBOX, Keys::all(), 100);
        rows.map(|row| row.map(|(_, waiting)| waiting.message_id).unwrap()).collect()
    }

    #[test]
    fn messages_wait_oldest_first_until_they_are_handed_over() {
        let story =
            with_site().then(started("basic")).then(scheduled(None)).then(order_completed());
        let (first, second) = ("notification_order_1001-2", "notification_order_1001-3");
        assert_eq!(outbox(&story), [first, second]);
        assert_eq!(outbox(&story.then(delivered(first))), [second]);
    }
}
