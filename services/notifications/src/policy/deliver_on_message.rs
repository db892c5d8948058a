//! A message that an event has caused is handed over.

use domain::Event;
use event_store::Recorded;
use projection::{EffectIntent, Fault, Intents, Rows};

use crate::message::{MESSAGES, Message, id};

const POLICY: &str = "deliver_on_message";
/// What the performer tells it apart by.
const DELIVER: &str = "deliver";

pub(crate) fn react(
    event: &Event,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    if let Event::Notification(_) = event {
        // Somebody else may have handed it over.
        intents.cancel(&recorded.event.stream);
        return Ok(());
    }
    let Some(message) = rows.get::<Message>(MESSAGES, id(recorded))? else { return Ok(()) };
    let body = serde_json::to_vec(&message)
        .map_err(|error| Fault::because("a message is not encoded", error))?;
    let wish = EffectIntent {
        kind: DELIVER.to_owned(),
        body: body.into(),
        not_before: None,
        key: Some(message.message_id),
    };
    intents.effect(POLICY, "message", wish);
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::testing::fixtures::{scheduled, started};
    use read_side::testing::Story;

    use crate::testing::{delivered, order_completed, with_site};

    /// Ids of the messages that are to be delivered, sorted.
    fn to_deliver(story: &Story) -> Vec<String> {
        let keys = story.effects().into_iter().map(|wish| wish.key);
        let mut ids: Vec<_> = keys.map(|key| key.expect("every delivery has a key")).collect();
        ids.sort();
        ids
    }

    #[test]
    fn every_message_is_to_be_delivered_once() {
        let story = with_site().then(started("basic"));
        assert_eq!(to_deliver(&story), [""; 0]);
        let story = story.then(scheduled(None)).then(order_completed());
        assert_eq!(to_deliver(&story), ["notification_order_1001-2", "notification_order_1001-3"]);
    }

    #[test]
    fn what_somebody_else_handed_over_is_not_delivered_again() {
        let story =
            with_site().then(order_completed()).then(delivered("notification_order_1001-1"));
        assert_eq!(to_deliver(&story), [""; 0]);
    }
}
