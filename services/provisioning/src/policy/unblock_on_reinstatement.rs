//! An acknowledged reinstatement moves the line back into the service VLAN (F87, F88).

use domain::site::SiteEvent;
use event_store::Recorded;
use projection::{Fault, Intents, Rows};

use crate::{
    Action, attempt,
    transaction::{demand, id_of_request},
};

const POLICY: &str = "unblock_on_reinstatement";

pub(crate) fn react(
    event: &SiteEvent,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let SiteEvent::NocRequestAcknowledged { request } = event else { return Ok(()) };
    let transaction = demand(rows, &id_of_request(&recorded.event.stream, *request))?;
    match transaction.action {
        Action::Reinstate => attempt::make(&transaction, POLICY, None, intents),
        Action::Activate | Action::Reprovision | Action::Suspend => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use domain::testing::fixtures::resuming;

    use crate::{
        Action,
        testing::{Story, acknowledged},
    };

    #[test]
    fn f87_an_acknowledged_reinstatement_moves_the_line_back() {
        let story = Story::new().then(resuming(2)).then(acknowledged(2));
        let (attempt, _) = story.only_attempt();
        assert_eq!((attempt.action, attempt.noc_request), (Action::Reinstate, Some(2)));
        assert_eq!(attempt.transaction_id, "provisioning_site-88-2");
    }
}
