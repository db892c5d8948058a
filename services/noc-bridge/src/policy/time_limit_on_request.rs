//! A request that is not effective within the biller's limit fails (F84, F88).

use contract::pb::site::v1::{FailNocRequest, NocFailure};
use domain::{biller::Biller, site::SiteEvent};
use event_store::Recorded;
use projection::{CommandIntent, Fault, Intents, Rows};
use read_side::command;

use crate::request::{Request, demand, id, time_limit};

const POLICY: &str = "time_limit_on_request";

pub(crate) fn react(
    event: &SiteEvent,
    recorded: &Recorded,
    biller: &Biller,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let site_id: &str = &recorded.event.stream;
    match event {
        SiteEvent::SuspensionRequested { request, .. }
        | SiteEvent::ReinstatementRequested { request, .. } => {
            let request = demand(rows, &id(site_id, *request))?;
            let due = time_limit(request.kind, recorded.meta.committed_at, &biller.policies);
            intents.command(POLICY, &request.request_id, late(&request, due));
        }
        SiteEvent::Suspended { request, .. }
        | SiteEvent::Reinstated { request, .. }
        | SiteEvent::NocRequestFailed { request, .. } => {
            intents.cancel(&key(&id(site_id, *request)));
        }
        SiteEvent::Registered { .. } | SiteEvent::NocRequestAcknowledged { .. } => {}
    }
    Ok(())
}

fn late(request: &Request, due: i64) -> CommandIntent {
    let message = FailNocRequest {
        site_id: request.site_id.clone(),
        request: request.number,
        failure: NocFailure::TimedOut.into(),
    };
    CommandIntent {
        not_before: Some(due),
        key: Some(key(&request.request_id)),
        ..command(&message)
    }
}

fn key(request_id: &str) -> String {
    format!("limit/{request_id}")
}

#[cfg(test)]
mod tests {
    use contract::pb::site::v1::{FailNocRequest, NocFailure};
    use domain::testing::fixtures::resuming;
    use prost::Message as _;
    use read_side::testing::{START, only};

    use crate::testing::{effective, reinstated, suspension, timed_out, with_site};

    const SECOND: i64 = 1_000_000;
    const REQUESTED: i64 = START + 4 * SECOND;

    #[test]
    fn f84_a_suspension_that_is_not_effective_within_hours_fails() {
        let story = with_site().then(suspension(1));
        let command = only(story.commands());
        let message = FailNocRequest::decode(command.body).unwrap();
        assert_eq!((message.request, message.failure), (1, NocFailure::TimedOut.into()));
        assert_eq!(command.not_before, Some(REQUESTED + 4 * 3_600 * SECOND));
    }

    #[test]
    fn f88_a_reinstatement_that_is_not_effective_within_minutes_fails() {
        let story = with_site().then(resuming(2));
        assert_eq!(only(story.commands()).not_before, Some(REQUESTED + 600 * SECOND));
    }

    #[test]
    fn a_request_that_has_ended_has_no_limit_any_more() {
        let asked = || with_site().then(suspension(1));
        assert_eq!(asked().then(effective(1)).commands(), []);
        assert_eq!(asked().then(timed_out(1)).commands(), []);
        assert_eq!(with_site().then(resuming(2)).then(reinstated(2)).commands(), []);
    }
}
