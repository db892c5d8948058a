//! What the policies know of sites: whose they are, whether a service is in use there, and whether
//! traffic flows. Not a view: care shows sites.

use domain::{
    Event,
    service::ServiceEvent,
    site::{SiteEvent, SuspensionReason},
};
use event_store::Recorded;
use projection::{Fault, Keys, Rows, Table, key};
use read_side::existing;
use serde::{Deserialize, Serialize};

/// By site id.
const TABLE: Table = Table::new(b's');
/// Account id and site id, to the site id.
const OF_ACCOUNT: Table = Table::new(b'a');
/// Where a service is that may not be active yet: service id to site id.
const OF_SERVICE: Table = Table::new(b'v');

/// One site.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SiteRow {
    pub(crate) site_id: String,
    pub(crate) account_id: String,
    /// What a command about the site must carry (F82).
    pub(crate) address_id: String,
    /// Sealed.
    pub(crate) address: String,
    traffic: Traffic,
    /// Whether the traffic was stopped, or is to be, because somebody did not pay.
    for_non_payment: bool,
    /// Whether it was the customer who asked for that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    on_request: bool,
    /// How many services are active here.
    services_in_use: u32,
}

/// Whether traffic flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Traffic {
    Flowing,
    Stopping,
    Stopped,
    Resuming,
}

impl SiteRow {
    /// Whether there is something to suspend.
    pub(crate) fn is_in_service(&self) -> bool {
        self.is_in_use() && self.traffic == Traffic::Flowing
    }

    /// Whether a service is active here, traffic or not.
    pub(crate) fn is_in_use(&self) -> bool {
        self.services_in_use > 0
    }

    /// Whether its traffic was stopped last, or is to be, because somebody did not pay.
    pub(crate) fn is_about_money(&self) -> bool {
        self.for_non_payment
    }

    /// Whether its traffic does not flow because somebody did not pay.
    pub(crate) fn is_cut_off_for_money(&self) -> bool {
        self.cut_off().is_some()
    }

    /// Whether its traffic is off, or is to be, because somebody did not pay, and does not come
    /// back.
    pub(crate) fn is_off_for_money(&self) -> bool {
        self.for_non_payment && self.is_off()
    }

    /// Why its traffic is off, or is to be, where that is not because somebody did not pay.
    pub(crate) fn off_otherwise(&self) -> Option<&'static str> {
        let why = if self.on_request { "the customer's own request" } else { "abuse" };
        (self.is_off() && !self.for_non_payment).then_some(why)
    }

    fn is_off(&self) -> bool {
        matches!(self.traffic, Traffic::Stopping | Traffic::Stopped)
    }

    /// In words, where its traffic does not flow because somebody did not pay.
    pub(crate) fn cut_off(&self) -> Option<&'static str> {
        let words = match self.traffic {
            Traffic::Flowing => return None,
            Traffic::Stopping => "suspension requested",
            Traffic::Stopped => "suspended",
            Traffic::Resuming => "reinstatement requested",
        };
        self.for_non_payment.then_some(words)
    }

    /// What follows the category in the account's id.
    pub(crate) fn account_suffix(&self) -> &str {
        self.account_id.split_once('_').map_or("", |(_, suffix)| suffix)
    }

    /// Whether it is suspended for non-payment, and nobody has asked to reinstate it.
    pub(crate) fn waits_for_payment(&self) -> bool {
        self.for_non_payment && self.traffic == Traffic::Stopped
    }
}

/// Changes the row of the site at which the event happened.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let stream = &*recorded.event.stream;
    match event {
        Event::Site(event) => apply_site(event, stream, rows),
        Event::Service(ServiceEvent::Added { site_id, .. }) => {
            rows.put(OF_SERVICE, stream, &site_id.as_str())
        }
        Event::Service(ServiceEvent::Activated { .. }) => {
            use_site(rows, stream, |services| services.saturating_add(1))
        }
        Event::Service(ServiceEvent::Disconnected { .. }) => {
            use_site(rows, stream, |services| services.saturating_sub(1))
        }
        Event::Service(
            ServiceEvent::PackageChanged { .. } | ServiceEvent::DeviceChanged { .. },
        )
        | Event::Customer(_)
        | Event::Account(_)
        | Event::Device(_)
        | Event::Order(_)
        | Event::Ledger(_)
        | Event::Subscription(_)
        | Event::Invoice(_)
        | Event::Series(_)
        | Event::Reference(_)
        | Event::Autopay(_)
        | Event::Dunning(_)
        | Event::Run(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Login(_)
        | Event::Notification(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Guide(_)
        | Event::Decision(_) => Ok(()),
    }
}

/// A service came up or ended at its site.
fn use_site(
    rows: &mut Rows<'_>,
    service_id: &str,
    count: impl FnOnce(u32) -> u32,
) -> Result<(), Fault> {
    let site_id: String = existing(rows, OF_SERVICE, service_id)?;
    let row = find(rows, &site_id)?;
    let services_in_use = count(row.services_in_use);
    rows.put(TABLE, &site_id, &SiteRow { services_in_use, ..row })
}

/// One site.
pub(crate) fn find(rows: &Rows<'_>, site_id: &str) -> Result<SiteRow, Fault> {
    existing(rows, TABLE, site_id)
}

/// Where a service is, if it is one.
pub(crate) fn of_service(rows: &Rows<'_>, service_id: &str) -> Result<Option<String>, Fault> {
    rows.get(OF_SERVICE, service_id)
}

/// The sites of an account, in the order of their ids.
pub(crate) fn of_account(rows: &Rows<'_>, account_id: &str) -> Result<Vec<SiteRow>, Fault> {
    let keys = Keys::prefix(key([account_id, ""]));
    // A suspension concerns every site of an account, however many they are.
    let ids = rows.scan::<String>(OF_ACCOUNT, keys, usize::MAX);
    ids.map(|row| row.and_then(|(_, site_id)| find(rows, &site_id))).collect()
}

fn apply_site(event: &SiteEvent, site_id: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
    if let SiteEvent::Registered { account_id, address_id, address, .. } = event {
        rows.put(OF_ACCOUNT, key([account_id.as_str(), site_id]), &site_id)?;
        let row = SiteRow {
            site_id: site_id.to_owned(),
            account_id: account_id.to_string(),
            address_id: address_id.to_string(),
            address: address.to_string(),
            traffic: Traffic::Flowing,
            for_non_payment: false,
            on_request: false,
            services_in_use: 0,
        };
        return rows.put(TABLE, site_id, &row);
    }
    let mut row = find(rows, site_id)?;
    row.traffic = match event {
        SiteEvent::Registered { .. } | SiteEvent::NocRequestAcknowledged { .. } => row.traffic,
        SiteEvent::SuspensionRequested { reason, .. } => {
            row.for_non_payment = *reason == SuspensionReason::NonPayment;
            row.on_request = *reason == SuspensionReason::CustomerRequest;
            Traffic::Stopping
        }
        SiteEvent::Suspended { .. } => Traffic::Stopped,
        SiteEvent::ReinstatementRequested { .. } => Traffic::Resuming,
        SiteEvent::Reinstated { .. } => Traffic::Flowing,
        SiteEvent::NocRequestFailed { .. } => match row.traffic {
            Traffic::Flowing | Traffic::Stopping => Traffic::Flowing,
            Traffic::Stopped | Traffic::Resuming => Traffic::Stopped,
        },
    };
    rows.put(TABLE, site_id, &row)
}
