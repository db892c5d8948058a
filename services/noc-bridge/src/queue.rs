//! What does the NOC have to do, oldest first?

use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::request::{Kind, Request, State};

pub(crate) const QUEUE: Table = Table::new(b'q');

/// One open request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Waiting {
    pub(crate) request_id: String,
    pub(crate) kind: Kind,
    pub(crate) site_id: String,
    pub(crate) address_id: String,
    pub(crate) state: State,
    pub(crate) requested_at: String,
    pub(crate) time_limit: String,
}

/// Shows a request while it is open.
pub(crate) fn apply(request: &Request, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let key = key(request);
    if !request.is_open() {
        rows.remove(QUEUE, key);
        return Ok(());
    }
    let waiting = Waiting {
        request_id: request.request_id.clone(),
        kind: request.kind,
        site_id: request.site_id.clone(),
        address_id: request.address_id.clone(),
        state: request.state,
        requested_at: request.requested_at.clone(),
        time_limit: request.time_limit.clone(),
    };
    rows.put(QUEUE, key, &waiting)
}

/// In the order of the requests' events: positions are padded so that they sort as text.
fn key(request: &Request) -> String {
    format!("{:020}/{}", request.position, request.request_id)
}

#[cfg(test)]
mod tests {
    use domain::testing::fixtures::{other_site_stopped, resuming};
    use projection::Keys;
    use read_side::testing::Story;

    use super::{QUEUE, State, Waiting};
    use crate::testing::{acknowledged, effective, suspension, with_site};

    fn queue(story: &Story) -> Vec<(String, State)> {
        let rows = story.rows().scan::<Waiting>(QUEUE, Keys::all(), 100);
        rows.map(|row| row.map(|(_, it)| (it.request_id, it.state)).unwrap()).collect()
    }

    #[test]
    fn f83_open_requests_wait_oldest_first() {
        let [registered, requested, _] = other_site_stopped().try_into().unwrap();
        let story = with_site().then(registered).then(requested).then(suspension(1));
        let waiting = |id: &str, state| (id.to_owned(), state);
        let (asked, seen) = (State::Requested, State::Acknowledged);
        assert_eq!(queue(&story), [waiting("site_89-1", asked), waiting("site_88-1", asked)]);
        let story = story.then(acknowledged(1));
        assert_eq!(queue(&story), [waiting("site_89-1", asked), waiting("site_88-1", seen)]);
    }

    #[test]
    fn what_has_ended_does_not_wait() {
        let story = with_site().then(suspension(1)).then(effective(1));
        assert_eq!(queue(&story), []);
        assert_eq!(queue(&story.then(resuming(2))).len(), 1);
    }
}
