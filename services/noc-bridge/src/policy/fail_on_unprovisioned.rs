//! A request that the network refused for good has failed: the site is as it was before it.

use contract::pb::site::v1::{FailNocRequest, NocFailure};
use domain::provisioning::ProvisioningEvent;
use projection::{Fault, Intents, Rows};
use read_side::command;

use crate::request::{id, open};

const POLICY: &str = "fail_on_unprovisioned";

pub(crate) fn react(
    event: &ProvisioningEvent,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let ProvisioningEvent::Failed(attempt) = event else { return Ok(()) };
    let Some(number) = attempt.subject.noc_request else { return Ok(()) };
    let request_id = id(attempt.subject.site_id.as_str(), number);
    let Some(request) = open(rows, &request_id)? else { return Ok(()) };
    let message = FailNocRequest {
        site_id: request.site_id,
        request: request.number,
        failure: NocFailure::NetworkRefused.into(),
    };
    intents.command(POLICY, &request.request_id, command(&message));
    Ok(())
}

#[cfg(test)]
mod tests {
    use contract::pb::site::v1::{FailNocRequest, NocFailure};
    use domain::provisioning::{ProvisioningAction, ProvisioningEvent};

    use crate::testing::{command_at_once, provisioned, suspension, with_site};

    #[test]
    fn f84_a_request_that_the_network_refused_has_failed() {
        let refused = |fact| provisioned(fact, ProvisioningAction::Suspend, 1, "503");
        let story = with_site().then(suspension(1));
        let story = story.then(refused(ProvisioningEvent::Attempted));
        assert_eq!(story.commands().len(), 1, "only the time limit");
        let message: FailNocRequest =
            command_at_once(&story.then(refused(ProvisioningEvent::Failed)));
        assert_eq!((message.request, message.failure), (1, NocFailure::NetworkRefused.into()));
    }
}
