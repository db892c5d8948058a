//! When the NOC works on a request, its line is moved: out of the service VLAN to suspend it, back
//! into it to reinstate it (F83, F84, F87, F88).

use domain::site::SiteEvent;
use event_store::Recorded;
use projection::{Fault, Intents, Rows};

use crate::{
    attempt,
    transaction::{demand, id_of_request},
};

const POLICY: &str = "move_line_on_acknowledgement";

pub(crate) fn react(
    event: &SiteEvent,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let SiteEvent::NocRequestAcknowledged { request } = event else { return Ok(()) };
    let transaction = demand(rows, &id_of_request(&recorded.event.stream, *request))?;
    attempt::make(&transaction, POLICY, None, intents)
}

#[cfg(test)]
mod tests {
    use domain::testing::fixtures::resuming;

    use crate::{
        Action,
        testing::{acknowledged, only_attempt, story, suspension},
    };

    #[test]
    fn f84_a_line_is_blocked_when_the_noc_works_on_it_not_when_it_is_asked() {
        let story = story().then(suspension(1));
        assert_eq!(story.intents(), []);
        let (attempt, _) = only_attempt(&story.then(acknowledged(1)));
        assert_eq!((attempt.action, attempt.noc_request), (Action::Suspend, Some(1)));
        assert_eq!(attempt.transaction_id, "provisioning_site-88-1");
    }

    #[test]
    fn f87_an_acknowledged_reinstatement_moves_the_line_back() {
        let story = story().then(resuming(2)).then(acknowledged(2));
        let (attempt, _) = only_attempt(&story);
        assert_eq!((attempt.action, attempt.noc_request), (Action::Reinstate, Some(2)));
        assert_eq!(attempt.transaction_id, "provisioning_site-88-2");
    }
}
