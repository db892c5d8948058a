//! What was the NOC asked for, and what came of it? Requested is not effective (F84).

use contract::event::time;
use domain::{
    biller::Policies,
    site::{NocFailure, ReinstatementGrounds, SiteEvent, SuspensionReason},
};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::{queue, site};

pub(crate) const REQUESTS: Table = Table::new(b'r');

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    /// `<site id>-<number>`.
    pub(crate) request_id: String,
    pub(crate) site_id: String,
    /// 1, 2, 3, ... at this site.
    pub(crate) number: u32,
    pub(crate) kind: Kind,
    pub(crate) account_id: String,
    /// What the NOC compares before it touches anything (F82).
    pub(crate) address_id: String,
    pub(crate) address: String,
    /// The reason of a suspension or the grounds of a reinstatement.
    pub(crate) because: Because,
    pub(crate) state: State,
    pub(crate) requested_at: String,
    /// When it fails if it is not effective.
    pub(crate) time_limit: String,
    pub(crate) acknowledged_at: Option<String>,
    /// When it became effective or failed.
    pub(crate) ended_at: Option<String>,
    pub(crate) failure: Option<Failure>,
    /// Read back from the ONT (F89).
    pub(crate) vlan: Option<u32>,
    /// The event that asked for it.
    pub(crate) position: u64,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Stop traffic (F83).
    Suspend,
    /// Let it flow again (F87).
    Unsuspend,
}

/// Why it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Because {
    NonPayment,
    CustomerRequest,
    Abuse,
    PaidInFull,
    PaymentArrangement,
    ReasonEnded,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Requested,
    Acknowledged,
    Effective,
    Failed,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Failure {
    TimedOut,
    NetworkRefused,
    VlanNotRestored,
}

/// The key of a request.
pub(crate) fn id(site_id: &str, number: u32) -> String {
    format!("{site_id}-{number}")
}

/// The request, if it has not ended. Somebody outside may speak of requests that nobody made.
pub(crate) fn open(rows: &Rows<'_>, id: &str) -> Result<Option<Request>, Fault> {
    Ok(rows.get::<Request>(REQUESTS, id)?.filter(Request::is_open))
}

/// The row of a request that an event is about.
pub(crate) fn demand(rows: &Rows<'_>, id: &str) -> Result<Request, Fault> {
    rows.get(REQUESTS, id)?.ok_or_else(|| Fault::new(format!("request {id} was never made")))
}

/// When a request made at this time fails, in microseconds since 1970.
pub(crate) fn time_limit(kind: Kind, requested_at: i64, policies: &Policies) -> i64 {
    let limit = match kind {
        Kind::Suspend => policies.suspension_limit,
        Kind::Unsuspend => policies.reinstatement_limit,
    };
    requested_at.saturating_add(i64::try_from(limit.as_micros()).unwrap_or(i64::MAX))
}

/// Follows a request.
pub(crate) fn apply(
    event: &SiteEvent,
    recorded: &Recorded,
    policies: &Policies,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let site_id: &str = &recorded.event.stream;
    let at = time(recorded.meta.committed_at);
    let request = match event {
        SiteEvent::Registered { .. } => return Ok(()),
        SiteEvent::SuspensionRequested { request, reason } => {
            let asked = (*request, Kind::Suspend, Because::from(*reason));
            made(asked, recorded, policies, rows)?
        }
        SiteEvent::ReinstatementRequested { request, grounds } => {
            let asked = (*request, Kind::Unsuspend, Because::from(*grounds));
            made(asked, recorded, policies, rows)?
        }
        SiteEvent::NocRequestAcknowledged { request } => {
            let request = demand(rows, &id(site_id, *request))?;
            Request { state: State::Acknowledged, acknowledged_at: Some(at), ..request }
        }
        SiteEvent::Suspended { request, .. } => {
            let request = demand(rows, &id(site_id, *request))?;
            Request { state: State::Effective, ended_at: Some(at), ..request }
        }
        SiteEvent::Reinstated { request, vlan } => {
            let request = demand(rows, &id(site_id, *request))?;
            Request { state: State::Effective, ended_at: Some(at), vlan: Some(*vlan), ..request }
        }
        SiteEvent::NocRequestFailed { request, failure } => {
            let request = demand(rows, &id(site_id, *request))?;
            let failure = Some(Failure::from(*failure));
            Request { state: State::Failed, ended_at: Some(at), failure, ..request }
        }
    };
    rows.put(REQUESTS, &request.request_id, &request)?;
    queue::apply(&request, rows)
}

fn made(
    (number, kind, because): (u32, Kind, Because),
    recorded: &Recorded,
    policies: &Policies,
    rows: &Rows<'_>,
) -> Result<Request, Fault> {
    let site_id: &str = &recorded.event.stream;
    let place = site::demand(rows, site_id)?;
    let requested_at = recorded.meta.committed_at;
    Ok(Request {
        request_id: id(site_id, number),
        site_id: site_id.to_owned(),
        number,
        kind,
        account_id: place.account_id,
        address_id: place.address_id,
        address: place.address,
        because,
        state: State::Requested,
        requested_at: time(requested_at),
        time_limit: time(time_limit(kind, requested_at, policies)),
        acknowledged_at: None,
        ended_at: None,
        failure: None,
        vlan: None,
        position: recorded.position,
    })
}

impl Request {
    pub(crate) fn is_open(&self) -> bool {
        match self.state {
            State::Requested | State::Acknowledged => true,
            State::Effective | State::Failed => false,
        }
    }
}

impl From<SuspensionReason> for Because {
    fn from(reason: SuspensionReason) -> Self {
        match reason {
            SuspensionReason::NonPayment => Self::NonPayment,
            SuspensionReason::CustomerRequest => Self::CustomerRequest,
            SuspensionReason::Abuse => Self::Abuse,
        }
    }
}

impl From<ReinstatementGrounds> for Because {
    fn from(grounds: ReinstatementGrounds) -> Self {
        match grounds {
            ReinstatementGrounds::PaidInFull => Self::PaidInFull,
            ReinstatementGrounds::PaymentArrangement => Self::PaymentArrangement,
            ReinstatementGrounds::ReasonEnded => Self::ReasonEnded,
        }
    }
}

impl From<NocFailure> for Failure {
    fn from(failure: NocFailure) -> Self {
        match failure {
            NocFailure::TimedOut => Self::TimedOut,
            NocFailure::NetworkRefused => Self::NetworkRefused,
            NocFailure::VlanNotRestored => Self::VlanNotRestored,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        site::SiteEvent,
        testing::fixtures::{resuming, site_id},
    };
    use read_side::testing::Story;

    use super::{Because, Failure, Kind, REQUESTS, Request, State};
    use crate::testing::{acknowledged, effective, reinstated, suspension, timed_out, with_site};

    fn row(story: &Story, id: &str) -> Request {
        story.row(REQUESTS, id)
    }

    #[test]
    fn f84_requested_is_not_effective() {
        let story = with_site().then(suspension(1));
        let expected = Request {
            request_id: "site_88-1".to_owned(),
            site_id: "site_88".to_owned(),
            number: 1,
            kind: Kind::Suspend,
            account_id: "account_7".to_owned(),
            address_id: "A-17".to_owned(),
            address: "17 Elm St".to_owned(),
            because: Because::NonPayment,
            state: State::Requested,
            requested_at: "2026-03-16T12:00:04Z".to_owned(),
            time_limit: "2026-03-16T16:00:04Z".to_owned(),
            acknowledged_at: None,
            ended_at: None,
            failure: None,
            vlan: None,
            position: 4,
        };
        assert_eq!(row(&story, "site_88-1"), expected);
        let story = story.then(acknowledged(1));
        let seen = row(&story, "site_88-1");
        assert_eq!(seen.state, State::Acknowledged);
        assert_eq!(seen.acknowledged_at.as_deref(), Some("2026-03-16T12:00:05Z"));
        let done = row(&story.then(effective(1)), "site_88-1");
        assert_eq!(done.state, State::Effective);
        assert_eq!(done.ended_at.as_deref(), Some("2026-03-16T12:00:06Z"));
    }

    #[test]
    fn f88_a_reinstatement_is_to_be_effective_within_minutes() {
        let request = row(&with_site().then(resuming(2)), "site_88-2");
        assert_eq!((request.kind, request.because), (Kind::Unsuspend, Because::PaidInFull));
        assert_eq!(request.time_limit, "2026-03-16T12:10:04Z");
    }

    #[test]
    fn f89_a_reinstatement_shows_the_vlan_that_was_read_back() {
        let story = with_site().then(resuming(2)).then(reinstated(2));
        let request = row(&story, "site_88-2");
        assert_eq!((request.state, request.vlan), (State::Effective, Some(552)));
    }

    #[test]
    fn a_failed_request_says_why() {
        let story = with_site().then(suspension(1)).then(timed_out(1));
        let request = row(&story, "site_88-1");
        assert_eq!((request.state, request.failure), (State::Failed, Some(Failure::TimedOut)));
    }

    #[test]
    fn an_answer_to_a_request_that_nobody_made_is_a_fault() {
        let stray = SiteEvent::NocRequestAcknowledged { request: 9 }.on(&site_id());
        assert!(with_site().try_then(stray).is_err());
    }
}
