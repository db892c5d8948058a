//! A request is handed to the NOC's own system (F83, F87).

use domain::site::SiteEvent;
use event_store::Recorded;
use projection::{Fault, Intents, Rows};

use crate::{
    performer::{self, Task},
    request::{demand, id},
};

const POLICY: &str = "forward_on_request";

pub(crate) fn react(
    event: &SiteEvent,
    recorded: &Recorded,
    rows: &Rows<'_>,
    intents: &mut Intents<'_>,
) -> Result<(), Fault> {
    let (SiteEvent::SuspensionRequested { request, .. }
    | SiteEvent::ReinstatementRequested { request, .. }) = event
    else {
        return Ok(());
    };
    let request = demand(rows, &id(&recorded.event.stream, *request))?;
    intents.effect(POLICY, &request.request_id, performer::want(Task::Forward, &request, None)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::{effects, suspension, with_site};

    #[test]
    fn f83_a_request_is_forwarded_to_the_noc() {
        let story = with_site().then(suspension(1));
        assert_eq!(effects(&story), ["forward site_88-1"]);
    }
}
