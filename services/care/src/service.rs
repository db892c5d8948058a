//! What does the customer have, and what delivers it?

use domain::{Event, service::ServiceEvent};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use serde::{Deserialize, Serialize};

use crate::model::change;

/// By service id.
pub(crate) const TABLE: Table = Table::new(b'v');

/// One service.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceRow {
    service_id: String,
    pub(crate) account_id: String,
    pub(crate) site_id: String,
    device_id: String,
    package_id: String,
    /// Moves together with the package (F20).
    service_code: String,
    status: Status,
    /// From when it is billed; absent while it is pending.
    active_since: Option<String>,
    /// From when this package is billed; absent while the service is pending.
    package_since: Option<String>,
}

/// Whether a service is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Status {
    Pending,
    Active,
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

/// Changes the row of the service that the event is about.
pub(crate) fn apply(event: &Event, recorded: &Recorded, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let Event::Service(event) = event else { return Ok(()) };
    let service_id = &*recorded.event.stream;
    match event {
        ServiceEvent::Added { account_id, site_id, device_id, package_id, service_code } => {
            let row = ServiceRow {
                service_id: service_id.to_owned(),
                account_id: account_id.to_string(),
                site_id: site_id.to_string(),
                device_id: device_id.to_string(),
                package_id: package_id.to_string(),
                service_code: service_code.to_string(),
                status: Status::Pending,
                active_since: None,
                package_since: None,
            };
            rows.put(TABLE, service_id, &row)
        }
        ServiceEvent::Activated { start_billing_date } => {
            change(rows, TABLE, service_id, |row: &mut ServiceRow| {
                row.status = Status::Active;
                row.active_since = Some(start_billing_date.to_string());
                row.package_since = Some(start_billing_date.to_string());
            })
        }
        ServiceEvent::PackageChanged {
            from_package_id: _,
            to_package_id,
            service_code,
            start_billing_date,
        } => change(rows, TABLE, service_id, |row: &mut ServiceRow| {
            row.package_id = to_package_id.to_string();
            row.service_code = service_code.to_string();
            row.package_since = Some(start_billing_date.to_string());
        }),
    }
}

#[cfg(test)]
mod tests {
    use domain::testing::fixtures::{changed_meanwhile, installation_in, service};
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
            "packageId": "basic",
            "serviceCode": "HSD100",
            "status": "pending",
            "activeSince": null,
            "packageSince": null,
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
}
