//! Where does an account have service, and where is it off because somebody did not pay?
//!
//! What must stay true: a letter speaks of suspension only where a service is in use, and tells
//! nobody of one that has come already.

use domain::{
    service::ServiceEvent,
    site::{SiteEvent, SuspensionReason},
};
use projection::{Fault, Keys, Rows, Table, key};
use read_side::existing;
use serde::{Deserialize, Serialize};

use crate::addressee;

/// By account and site.
const TABLE: Table = Table::new(b'l');
/// Service to site.
const OF_SERVICE: Table = Table::new(b'v');

/// What is known of one site.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct LineRow {
    services_in_use: u32,
    traffic: Traffic,
    /// Whether traffic was stopped last, or is to be, because somebody did not pay.
    for_non_payment: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Traffic {
    #[default]
    Flowing,
    Stopping,
    Stopped,
    Resuming,
}

/// The addresses at which services of an account are in use.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// Where traffic flows, or comes back.
    pub(crate) on: Vec<String>,
    /// Where it is off, or about to be, because somebody did not pay.
    pub(crate) off: Vec<String>,
}

impl LineRow {
    fn is_off_for_money(&self) -> bool {
        self.for_non_payment && !self.flows()
    }

    /// Whether there is something to suspend: nobody stops what is stopped on request.
    fn flows(&self) -> bool {
        matches!(self.traffic, Traffic::Flowing | Traffic::Resuming)
    }
}

/// Where an account has service.
pub(crate) fn of_account(rows: &Rows<'_>, account_id: &str) -> Result<Lines, Fault> {
    let begin = key([account_id, ""]);
    let mut lines = Lines::default();
    // A step concerns every site of an account, however many they are.
    for entry in rows.scan::<LineRow>(TABLE, Keys::prefix(&begin), usize::MAX) {
        let (at, line) = entry?;
        let of_them = match (line.services_in_use, line.is_off_for_money(), line.flows()) {
            (1.., true, _) => &mut lines.off,
            (1.., false, true) => &mut lines.on,
            (0, _, _) | (_, false, false) => continue,
        };
        let site_id = String::from_utf8_lossy(&at[begin.len()..]).into_owned();
        of_them.push(addressee::place(rows, &site_id)?.address);
    }
    Ok(lines)
}

/// Whether a service is in use at a site of an account's.
pub(crate) fn is_in_use(
    rows: &Rows<'_>,
    (account_id, site_id): (&str, &str),
) -> Result<bool, Fault> {
    let line: Option<LineRow> = rows.get(TABLE, key([account_id, site_id]))?;
    Ok(line.is_some_and(|line| line.services_in_use > 0))
}

/// Where that is, in words.
pub(crate) fn at(addresses: &[String]) -> Option<String> {
    match addresses {
        [] => None,
        [only] => Some(format!("at {only}")),
        [one, other] => Some(format!("at {one} and at {other}")),
        many => Some(format!("at {} addresses", many.len())),
    }
}

/// Remembers what becomes of a site's traffic.
pub(crate) fn site(
    event: &SiteEvent,
    (account_id, site_id): (&str, &str),
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let at = key([account_id, site_id]);
    let mut line: LineRow = rows.get(TABLE, &at)?.unwrap_or_default();
    line.traffic = match event {
        SiteEvent::Registered { .. } => Traffic::Flowing,
        SiteEvent::NocRequestAcknowledged { .. } => return Ok(()),
        SiteEvent::SuspensionRequested { reason, .. } => {
            line.for_non_payment = *reason == SuspensionReason::NonPayment;
            Traffic::Stopping
        }
        SiteEvent::Suspended { .. } => Traffic::Stopped,
        SiteEvent::ReinstatementRequested { .. } => Traffic::Resuming,
        SiteEvent::Reinstated { .. } => Traffic::Flowing,
        SiteEvent::NocRequestFailed { .. } => match line.traffic {
            Traffic::Flowing | Traffic::Stopping => Traffic::Flowing,
            Traffic::Stopped | Traffic::Resuming => Traffic::Stopped,
        },
    };
    rows.put(TABLE, at, &line)
}

/// Remembers where services are in use.
pub(crate) fn service(
    event: &ServiceEvent,
    service_id: &str,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    match event {
        ServiceEvent::Added { site_id, .. } => rows.put(OF_SERVICE, service_id, &site_id.as_str()),
        ServiceEvent::Activated { .. } => {
            in_use(service_id, rows, |services| services.saturating_add(1))
        }
        ServiceEvent::Disconnected { .. } => {
            in_use(service_id, rows, |services| services.saturating_sub(1))
        }
        ServiceEvent::PackageChanged { .. } | ServiceEvent::DeviceChanged { .. } => Ok(()),
    }
}

fn in_use(
    service_id: &str,
    rows: &mut Rows<'_>,
    count: impl FnOnce(u32) -> u32,
) -> Result<(), Fault> {
    let site_id: String = existing(rows, OF_SERVICE, service_id)?;
    let at = key([&*addressee::place(rows, &site_id)?.account_id, &*site_id]);
    let mut line: LineRow = rows.get(TABLE, &at)?.unwrap_or_default();
    line.services_in_use = count(line.services_in_use);
    rows.put(TABLE, at, &line)
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        site::{NocFailure, SiteEvent, SuspensionReason},
        testing::fixtures::{completed_disconnect, disconnect, service, site_id},
    };
    use read_side::testing::Story;

    use super::{at, of_account};
    use crate::testing::story;

    fn lines(story: &Story) -> (usize, usize) {
        let lines = of_account(story.rows(), "account_7").unwrap();
        (lines.on.len(), lines.off.len())
    }

    fn stopped(reason: SuspensionReason) -> [Fact; 2] {
        let requested = SiteEvent::SuspensionRequested { request: 1, reason };
        [requested, SiteEvent::Suspended { request: 1, reason }].map(|it| it.on(&site_id()))
    }

    #[test]
    fn service_is_off_from_the_request_until_somebody_asks_for_it_to_come_back() {
        let unpaid = SuspensionReason::NonPayment;
        let story = story().and(service("basic"));
        assert_eq!(lines(&story), (1, 0));
        let story = story.and(stopped(unpaid));
        assert_eq!(lines(&story), (0, 1));
        let story = story.then(domain::testing::fixtures::resuming(2));
        assert_eq!(lines(&story), (1, 0));
        let failure = NocFailure::TimedOut;
        let story = story.then(SiteEvent::NocRequestFailed { request: 2, failure }.on(&site_id()));
        assert_eq!(lines(&story), (0, 1), "it is off as before");
        assert_eq!(
            at(&of_account(story.rows(), "account_7").unwrap().off).unwrap(),
            "at 17 Elm St"
        );
    }

    #[test]
    fn what_is_off_for_another_reason_is_not_off_for_money_and_nobody_stops_it() {
        let story = story().and(service("basic")).and(stopped(SuspensionReason::CustomerRequest));
        assert_eq!(lines(&story), (0, 0));
        let story = story.then(SiteEvent::Reinstated { request: 2, vlan: 552 }.on(&site_id()));
        assert_eq!(lines(&story), (1, 0));
    }

    #[test]
    fn where_no_service_is_in_use_there_is_nothing_to_suspend() {
        let ended = domain::service::ServiceEvent::Disconnected {
            reason: domain::testing::fixtures::code("MOVED"),
            end_billing_date: jiff::civil::date(2026, 3, 16),
        };
        let story = story().and(service("basic")).then(disconnect("basic"));
        let story = story.then(completed_disconnect("basic"));
        assert_eq!(lines(&story), (1, 0), "the order says nothing of the service");
        let story = story.then(ended.on(&domain::testing::fixtures::service_id()));
        assert_eq!(lines(&story), (0, 0));
    }
}
