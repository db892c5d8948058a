//! What does the customer have, and what delivers it?

use contract::view::Amount;
use domain::{
    Event,
    biller::ServiceType,
    order::OrderEvent,
    service::{Promotion, ServiceEvent},
};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::{
    model::change,
    site::{self, SiteRow},
};

/// By service id.
pub(crate) const TABLE: Table = Table::new(b'v');

/// One service.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceRow {
    pub(crate) service_id: String,
    pub(crate) account_id: String,
    pub(crate) site_id: String,
    device_id: String,
    device_model: Option<String>,
    package_id: String,
    /// As it was sold; absent while it is pending.
    package_name: Option<String>,
    /// Moves together with the package (F20).
    service_code: String,
    /// Absent in services of before it was noted (F65).
    pub(crate) service_type: Option<Type>,
    pub(crate) status: Status,
    /// What is paid per month now: the campaign's price where one applies.
    monthly: Option<Amount>,
    /// Absent where no campaign applies (F69).
    campaign: Option<Campaign>,
    /// From when it is billed; absent while it is pending.
    active_since: Option<String>,
    /// From when this package is billed; absent while the service is pending.
    package_since: Option<String>,
    /// From when it is not billed any more (F49).
    disconnected_on: Option<String>,
    disconnect_reason: Option<String>,
}

/// Whether a service is in use; a pending or disconnected one is inactive (F69).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Status {
    Pending,
    Active,
    Disconnected,
}

/// What kind of service it is (F65).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Type {
    Internet,
    Voice,
    Video,
    Digital,
}

/// What a customer pays for a while, and what then (F69).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Campaign {
    code: String,
    monthly: Amount,
    /// The first day of the price after it.
    until: String,
    monthly_after: Amount,
}

/// A service in a list of services.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceSummary {
    pub(crate) service_id: String,
    package_id: String,
    status: Status,
}

impl ServiceRow {
    pub(crate) fn summary(&self) -> ServiceSummary {
        ServiceSummary {
            service_id: self.service_id.clone(),
            package_id: self.package_id.clone(),
            status: self.status,
        }
    }
}

impl From<&Promotion> for Campaign {
    fn from(promotion: &Promotion) -> Self {
        Self {
            code: promotion.campaign_code.to_string(),
            monthly: promotion.monthly.into(),
            until: promotion.until.to_string(),
            monthly_after: promotion.monthly_after.into(),
        }
    }
}

impl From<ServiceType> for Type {
    fn from(service_type: ServiceType) -> Self {
        match service_type {
            ServiceType::Internet => Self::Internet,
            ServiceType::Voice => Self::Voice,
            ServiceType::Video => Self::Video,
            ServiceType::Digital => Self::Digital,
        }
    }
}

/// Changes the row of the service that the event is about.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    match event {
        Event::Service(event) => apply_service(event, &recorded.event.stream, rows),
        Event::Order(OrderEvent::Completed(completed)) => {
            let work = &completed.work;
            let (Some(service_id), Some(to)) = (work.service_id(), work.to()) else {
                return Ok(());
            };
            change(rows, TABLE, service_id.as_str(), |row: &mut ServiceRow| {
                row.package_name = Some(to.package_name.to_string());
                row.monthly = Some(to.monthly.into());
            })
        }
        Event::Order(_)
        | Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
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
        | Event::Notification(_)
        | Event::Quota(_)
        | Event::Telephone(_)
        | Event::Customer(_)
        | Event::Ticket(_)
        | Event::Interaction(_)
        | Event::Task(_)
        | Event::Guide(_)
        | Event::Login(_)
        | Event::Decision(_) => Ok(()),
    }
}

fn apply_service(event: &ServiceEvent, service_id: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
    if let ServiceEvent::Added { .. } = event {
        return add(event, service_id, rows);
    }
    let device_model = match event {
        ServiceEvent::DeviceChanged { device_id } => {
            let row: ServiceRow = read_side::existing(rows, TABLE, service_id)?;
            model(rows, &row.site_id, device_id.as_str())?
        }
        ServiceEvent::Added { .. }
        | ServiceEvent::Activated { .. }
        | ServiceEvent::PackageChanged { .. }
        | ServiceEvent::Disconnected { .. } => None,
    };
    change(rows, TABLE, service_id, |row: &mut ServiceRow| match event {
        ServiceEvent::Added { .. } => {}
        ServiceEvent::Activated { start_billing_date, promotion } => {
            row.status = Status::Active;
            row.active_since = Some(start_billing_date.to_string());
            row.package_since = Some(start_billing_date.to_string());
            row.campaign = promotion.as_ref().map(Campaign::from);
        }
        ServiceEvent::PackageChanged {
            from_package_id: _,
            to_package_id,
            service_code,
            start_billing_date,
            service_type,
            promotion,
        } => {
            row.package_id = to_package_id.to_string();
            row.service_code = service_code.to_string();
            row.package_since = Some(start_billing_date.to_string());
            row.service_type = service_type.map(Type::from).or(row.service_type);
            row.campaign = promotion.as_ref().map(Campaign::from);
        }
        ServiceEvent::DeviceChanged { device_id } => {
            row.device_id = device_id.to_string();
            row.device_model = device_model;
        }
        ServiceEvent::Disconnected { reason, end_billing_date } => {
            row.status = Status::Disconnected;
            row.monthly = None;
            row.campaign = None;
            row.disconnected_on = Some(end_billing_date.to_string());
            row.disconnect_reason = Some(reason.to_string());
        }
    })
}

fn add(event: &ServiceEvent, service_id: &str, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let ServiceEvent::Added {
        account_id,
        site_id,
        device_id,
        package_id,
        service_code,
        service_type,
    } = event
    else {
        return Ok(());
    };
    let row = ServiceRow {
        service_id: service_id.to_owned(),
        account_id: account_id.to_string(),
        site_id: site_id.to_string(),
        device_id: device_id.to_string(),
        device_model: model(rows, site_id.as_str(), device_id.as_str())?,
        package_id: package_id.to_string(),
        package_name: None,
        service_code: service_code.to_string(),
        service_type: service_type.map(Type::from),
        status: Status::Pending,
        monthly: None,
        campaign: None,
        active_since: None,
        package_since: None,
        disconnected_on: None,
        disconnect_reason: None,
    };
    rows.put(TABLE, service_id, &row)
}

/// The model of a device at a site.
fn model(rows: &Rows<'_>, site_id: &str, device_id: &str) -> Result<Option<String>, Fault> {
    let site: Option<SiteRow> = rows.get(site::TABLE, site_id)?;
    Ok(site.and_then(|site| site.model_of(device_id)))
}

#[cfg(test)]
mod tests {
    use domain::{
        device::DeviceEvent,
        service::{Promotion, ServiceEvent},
        testing::fixtures::{
            TODAY, changed_meanwhile, code, committed_change, completed, disconnected, id,
            installation_in, service, service_id, site_id, usd,
        },
    };
    use jiff::civil::date;
    use read_side::testing::Story;
    use serde_json::{Value, json};

    use super::TABLE;
    use crate::model::Care;

    #[test]
    fn an_added_service_is_pending() {
        let row: Value = Story::of(Care)
            .and(installation_in("phoenix", "SB8200", "basic"))
            .row(TABLE, "service_5");
        let expected = json!({
            "serviceId": "service_5",
            "accountId": "account_7",
            "siteId": "site_88",
            "deviceId": "device_3",
            "deviceModel": "SB8200",
            "packageId": "basic",
            "packageName": null,
            "serviceCode": "HSD100",
            "serviceType": "internet",
            "status": "pending",
            "monthly": null,
            "campaign": null,
            "activeSince": null,
            "packageSince": null,
            "disconnectedOn": null,
            "disconnectReason": null,
        });
        assert_eq!(row, expected);
    }

    #[test]
    fn f20_package_and_service_code_change_together() {
        let facts = service("basic").into_iter().chain([changed_meanwhile()]);
        let row: Value = Story::of(Care).and(facts).row(TABLE, "service_5");
        assert_eq!(
            (&row["packageId"], &row["serviceCode"]),
            (&json!("gigablast"), &json!("HSDGB"))
        );
        assert_eq!(row["activeSince"], "2026-01-01");
        assert_eq!(row["packageSince"], "2026-03-16");
    }

    #[test]
    fn f69_a_service_shows_its_campaign_its_price_and_the_price_after_it() {
        let promotion = Promotion {
            campaign_code: code("SPRING"),
            monthly: usd(5_999),
            until: date(2027, 3, 16),
            monthly_after: usd(11_999),
        };
        let changed = ServiceEvent::PackageChanged {
            from_package_id: code("basic"),
            to_package_id: code("gigablast"),
            service_code: code("HSDGB"),
            start_billing_date: TODAY,
            service_type: None,
            promotion: Some(promotion),
        };
        let facts = service("basic").into_iter().chain([changed.on(&service_id())]);
        let row: Value = Story::of(Care).and(facts).row(TABLE, "service_5");
        let expected = json!({
            "code": "SPRING",
            "monthly": { "minor": 5999, "currency": "USD", "text": "59.99 USD" },
            "until": "2027-03-16",
            "monthlyAfter": { "minor": 11999, "currency": "USD", "text": "119.99 USD" },
        });
        assert_eq!((&row["campaign"], &row["serviceType"]), (&expected, &json!("internet")));
    }

    #[test]
    fn f69_a_service_shows_what_it_costs_and_f49_when_it_ended() {
        let facts = committed_change().into_iter().chain([completed(Some("basic"), "classic")]);
        let story = Story::of(Care).and(facts);
        let row: Value = story.row(TABLE, "service_5");
        assert_eq!(
            (&row["packageName"], &row["monthly"]["minor"]),
            (&json!("Classic"), &json!(6999))
        );
        let row: Value = story.then(disconnected()).row(TABLE, "service_5");
        assert_eq!(
            (&row["status"], &row["disconnectedOn"]),
            (&json!("disconnected"), &json!("2026-03-16"))
        );
        assert_eq!((&row["disconnectReason"], &row["monthly"]), (&json!("MOVED"), &Value::Null));
    }

    #[test]
    fn f68_a_service_shows_the_device_that_delivers_it_now() {
        let (model, serial) = (code("ONT-G"), code("S-2"));
        let second = DeviceEvent::Registered { site_id: site_id(), model, serial };
        let changed = ServiceEvent::DeviceChanged { device_id: id("device_4") };
        let row: Value = Story::of(Care)
            .and(service("basic"))
            .and([second.on(&id("device_4")), changed.on(&service_id())])
            .row(TABLE, "service_5");
        assert_eq!((&row["deviceId"], &row["deviceModel"]), (&json!("device_4"), &json!("ONT-G")));
    }
}
