//! A request to the NOC that failed is no longer attempted: the site is as it was before it.

use domain::site::SiteEvent;
use event_store::Recorded;
use projection::Intents;

use crate::{attempt, transaction::id_of_request};

pub(crate) fn react(event: &SiteEvent, recorded: &Recorded, intents: &mut Intents<'_>) {
    if let SiteEvent::NocRequestFailed { request, .. } = event {
        intents.cancel(&attempt::key(&id_of_request(&recorded.event.stream, *request)));
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{acknowledged, failed, story, suspension};

    #[test]
    fn f84_a_request_that_timed_out_does_not_block_the_line_later() {
        let story = story().then(suspension(1)).then(acknowledged(1));
        assert_eq!(story.intents().len(), 1);
        assert_eq!(story.then(failed(1)).intents(), []);
    }
}
