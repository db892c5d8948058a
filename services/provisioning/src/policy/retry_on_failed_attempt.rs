//! An attempt that did not succeed is followed by the next one, after a pause that doubles.

use domain::{biller::Biller, provisioning::ProvisioningEvent};
use event_store::Recorded;
use projection::{Fault, Intents, Rows};

use crate::{
    attempt,
    transaction::{State, TRANSACTIONS, Transaction},
};

const POLICY: &str = "retry_on_failed_attempt";
/// The pause no longer doubles after so many attempts.
const DOUBLINGS_MAX: u32 = 16;

pub(crate) fn react(
    event: &ProvisioningEvent,
    recorded: &Recorded,
    biller: &Biller,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let id: &str = &recorded.event.stream;
    let number = match event {
        ProvisioningEvent::Attempted(attempt) => attempt.number,
        // Somebody else may have answered for the network while an attempt was planned.
        ProvisioningEvent::Completed(_) | ProvisioningEvent::Failed(_) => {
            intents.cancel(&attempt::key(id));
            return Ok(());
        }
    };
    let transaction = rows.get::<Transaction>(TRANSACTIONS, id)?;
    // Whoever only reported an attempt repeats it as well; what is withdrawn is not repeated.
    let ours = transaction.filter(|it| it.caused_by.is_some() && it.state == State::Retrying);
    let Some(transaction) = ours else { return Ok(()) };
    let due = recorded.meta.committed_at.saturating_add(pause(biller, number));
    attempt::make(&transaction, POLICY, Some(due), intents)
}

/// How long to wait after an attempt, in microseconds.
fn pause(biller: &Biller, number: u32) -> i64 {
    let first = biller.policies.provisioning_retry.as_micros();
    let doubled = first << number.saturating_sub(1).min(DOUBLINGS_MAX);
    i64::try_from(doubled).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use domain::provisioning::ProvisioningEvent;

    use read_side::testing::START;

    use crate::testing::{
        acknowledged, attempt, failed, only_attempt, order_completed, story, suspension,
    };

    /// The test biller waits 30 seconds before the second attempt.
    const PAUSE: i64 = 30_000_000;
    const SECOND: i64 = 1_000_000;

    fn attempted(number: u32) -> domain::Fact {
        attempt(ProvisioningEvent::Attempted, number, "503")
    }

    #[test]
    fn f33_a_failed_attempt_is_followed_by_the_next_after_a_pause_that_doubles() {
        let story = story().then(order_completed()).answered(attempted(1));
        let (second, due) = only_attempt(&story);
        assert_eq!((second.number, due), (2, Some(START + 2 * SECOND + PAUSE)));
        let story = story.answered(attempted(2));
        let (third, due) = only_attempt(&story);
        assert_eq!((third.number, due), (3, Some(START + 3 * SECOND + 2 * PAUSE)));
        assert_eq!(third.package_id.as_deref(), Some("classic"));
    }

    #[test]
    fn a_finished_transaction_is_not_attempted_again() {
        let done = attempt(ProvisioningEvent::Completed, 1, "000");
        assert_eq!(story().then(order_completed()).then(done).intents(), []);
        let lost = attempt(ProvisioningEvent::Failed, 1, "430");
        assert_eq!(story().then(order_completed()).then(lost).intents(), []);
    }

    #[test]
    fn an_attempt_that_only_the_noc_knows_of_is_not_repeated() {
        assert_eq!(story().then(attempted(1)).intents(), []);
    }

    #[test]
    fn a_withdrawn_transaction_is_not_attempted_again() {
        let late = crate::testing::moved(ProvisioningEvent::Attempted, 1, "408");
        let story = story().then(suspension(1)).then(acknowledged(1)).then(failed(1));
        assert_eq!(story.then(late).intents(), []);
    }
}
