//! An acknowledged suspension moves the line out of the service VLAN (F83, F84).

use domain::site::SiteEvent;
use event_store::Recorded;
use projection::{Fault, Intents, Rows};

use crate::{
    Action, attempt,
    transaction::{demand, id_of_request},
};

const POLICY: &str = "block_on_suspension";

pub(crate) fn react(
    event: &SiteEvent,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let SiteEvent::NocRequestAcknowledged { request } = event else { return Ok(()) };
    let transaction = demand(rows, &id_of_request(&recorded.event.stream, *request))?;
    match transaction.action {
        Action::Suspend => attempt::make(&transaction, POLICY, None, intents),
        Action::Activate | Action::Reprovision | Action::Reinstate => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Action,
        testing::{Story, acknowledged, suspension},
    };

    #[test]
    fn f84_a_line_is_blocked_when_the_noc_works_on_it_not_when_it_is_asked() {
        let story = Story::new().then(suspension(1));
        assert_eq!(story.intents(), []);
        let (attempt, _) = story.then(acknowledged(1)).only_attempt();
        assert_eq!((attempt.action, attempt.noc_request), (Action::Suspend, Some(1)));
        assert_eq!(attempt.transaction_id, "provisioning_site-88-1");
    }
}
