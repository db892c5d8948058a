//! What the network did is confirmed: a suspension at once, a reinstatement after its line was read
//! back (F84, F89).

use contract::pb::site::v1::ConfirmSuspension;
use domain::{
    provisioning::{ProvisioningAction, ProvisioningEvent},
    site::SiteEvent,
};
use event_store::Recorded;
use projection::{Fault, Intents, Rows};
use read_side::command;

use crate::{
    performer::{self, Task},
    request::{Kind, id, open},
};

const POLICY: &str = "confirm_on_provisioned";

pub(crate) fn react(
    event: &ProvisioningEvent,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let ProvisioningEvent::Completed(attempt) = event else { return Ok(()) };
    let subject = &attempt.subject;
    let Some(number) = subject.noc_request else { return Ok(()) };
    let Some(request) = open(rows, &id(subject.site_id.as_str(), number))? else { return Ok(()) };
    match (subject.action, request.kind) {
        (ProvisioningAction::Suspend, Kind::Suspend) => {
            let message = ConfirmSuspension { site_id: request.site_id, request: request.number };
            intents.command(POLICY, &request.request_id, command(&message));
        }
        (ProvisioningAction::Reinstate, Kind::Unsuspend) => {
            let wish = performer::want(Task::VerifyVlan, &request, Some(key(&request.request_id)))?;
            intents.effect(POLICY, &request.request_id, wish);
        }
        // Somebody reported another transaction under the number of a request.
        (
            ProvisioningAction::Activate
            | ProvisioningAction::Reprovision
            | ProvisioningAction::Suspend
            | ProvisioningAction::Reinstate
            | ProvisioningAction::Deactivate,
            Kind::Suspend | Kind::Unsuspend,
        ) => {}
    }
    Ok(())
}

/// A request that has ended is no longer verified.
pub(crate) fn stop(event: &SiteEvent, recorded: &Recorded, intents: &mut Intents<'_>) {
    if let SiteEvent::Reinstated { request, .. } | SiteEvent::NocRequestFailed { request, .. } =
        event
    {
        intents.cancel(&key(&id(&recorded.event.stream, *request)));
    }
}

fn key(request_id: &str) -> String {
    format!("verify/{request_id}")
}

#[cfg(test)]
mod tests {
    use contract::pb::site::v1::ConfirmSuspension;
    use domain::{
        provisioning::{ProvisioningAction, ProvisioningEvent},
        testing::fixtures::resuming,
    };

    use crate::testing::{
        command_at_once, effective, effects, provisioned, reinstated, suspension, timed_out,
        with_site,
    };

    const COMPLETED: fn(domain::provisioning::Attempt) -> ProvisioningEvent =
        ProvisioningEvent::Completed;

    #[test]
    fn f84_a_suspension_is_confirmed_when_the_network_did_it() {
        let story = with_site().then(suspension(1));
        let done = provisioned(COMPLETED, ProvisioningAction::Suspend, 1, "000");
        let message: ConfirmSuspension = command_at_once(&story.then(done));
        assert_eq!(message, ConfirmSuspension { site_id: "site_88".to_owned(), request: 1 });
    }

    #[test]
    fn f89_a_reinstatement_is_read_back_before_it_is_confirmed() {
        let story = with_site().then(resuming(2));
        let done = provisioned(COMPLETED, ProvisioningAction::Reinstate, 2, "000");
        let story = story.then(done);
        assert_eq!(effects(&story), ["forward site_88-2", "verify_vlan site_88-2"]);
        assert_eq!(story.commands().len(), 1, "only the time limit");
        assert_eq!(effects(&story.then(reinstated(2))), ["forward site_88-2"]);
    }

    #[test]
    fn what_is_done_after_the_request_ended_confirms_nothing() {
        let done = || provisioned(COMPLETED, ProvisioningAction::Suspend, 1, "000");
        let asked = || with_site().then(suspension(1));
        assert_eq!(asked().then(timed_out(1)).then(done()).commands(), []);
        assert_eq!(asked().then(effective(1)).then(done()).commands(), []);
        assert_eq!(with_site().then(done()).commands(), []);
    }

    #[test]
    fn another_transaction_under_the_number_of_a_request_confirms_nothing() {
        let odd = provisioned(COMPLETED, ProvisioningAction::Reinstate, 1, "000");
        let story = with_site().then(suspension(1)).then(odd);
        assert_eq!((story.commands().len(), story.effects().len()), (1, 1));
    }
}
