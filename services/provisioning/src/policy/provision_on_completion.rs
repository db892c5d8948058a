//! A completed order is provisioned: the device resets and comes back with the package (F29).

use domain::order::OrderEvent;
use event_store::Recorded;
use projection::{Fault, Intents, Rows};

use crate::{
    attempt::{self, When},
    transaction::{demand, id_of_order},
};

const POLICY: &str = "provision_on_completion";

pub(crate) fn react(
    event: &OrderEvent,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let OrderEvent::Completed { .. } = event else { return Ok(()) };
    let transaction = demand(rows, &id_of_order(&recorded.event.stream))?;
    attempt::make(&transaction, &When { policy: POLICY, number: 1, not_before: None }, intents)
}

#[cfg(test)]
mod tests {
    use crate::{
        Action,
        testing::{Story, order_completed},
    };

    #[test]
    fn f29_completion_of_an_order_provisions_its_package_once() {
        let story = Story::new().then(order_completed());
        let (attempt, not_before) = story.only_attempt();
        assert_eq!((attempt.action, attempt.number), (Action::Reprovision, 1));
        assert_eq!(attempt.package_id.as_deref(), Some("classic"));
        assert_eq!(attempt.transaction_id, "provisioning_order-1001");
        assert_eq!(not_before, None);
    }
}
