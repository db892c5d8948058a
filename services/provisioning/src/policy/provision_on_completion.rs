//! A completed order is provisioned: the device resets and comes back with the package (F29), or
//! the line loses it (F67).

use domain::order::{OrderEvent, Work};
use event_store::Recorded;
use projection::{Fault, Intents, Rows};

use crate::{
    attempt,
    transaction::{demand, id_of_order},
};

const POLICY: &str = "provision_on_completion";

pub(crate) fn react(
    event: &OrderEvent,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let OrderEvent::Completed(completed) = event else { return Ok(()) };
    match completed.work {
        Work::Installed { .. } | Work::Changed { .. } | Work::Disconnected { .. } => {}
        Work::Repaired { .. } | Work::RequestFulfilled => return Ok(()),
    }
    let transaction = demand(rows, &id_of_order(&recorded.event.stream))?;
    attempt::make(&transaction, POLICY, None, intents)
}

#[cfg(test)]
mod tests {
    use domain::{
        provisioning::ProvisioningEvent,
        testing::fixtures::{completed_disconnect, repaired},
    };

    use crate::{
        Action,
        testing::{attempt, only_attempt, order_completed, story},
    };

    #[test]
    fn f29_completion_of_an_order_provisions_its_package_once() {
        let story = story().then(order_completed());
        let (attempt, not_before) = only_attempt(&story);
        assert_eq!((attempt.action, attempt.number), (Action::Reprovision, 1));
        assert_eq!(attempt.package_id.as_deref(), Some("classic"));
        assert_eq!(attempt.transaction_id, "provisioning_order-1001");
        assert_eq!(not_before, None);
    }

    #[test]
    fn f67_a_completed_disconnect_takes_its_package_off_the_line() {
        let (attempt, _) = only_attempt(&story().then(completed_disconnect("basic")));
        assert_eq!(attempt.action, Action::Deactivate);
        assert_eq!(attempt.package_id.as_deref(), Some("basic"));
    }

    #[test]
    fn f38_a_repair_asks_nothing_of_the_network() {
        assert_eq!(story().then(repaired()).intents(), []);
    }

    #[test]
    fn what_somebody_outside_has_reported_is_continued_or_already_done() {
        let tried = attempt(ProvisioningEvent::Attempted, 1, "503");
        let (attempt_made, _) = only_attempt(&story().then(tried).then(order_completed()));
        assert_eq!(attempt_made.number, 2);
        let done = attempt(ProvisioningEvent::Completed, 1, "000");
        assert_eq!(story().then(done).then(order_completed()).intents(), []);
    }
}
