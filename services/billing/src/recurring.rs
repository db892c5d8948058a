//! What does a customer pay every month?
//!
//! What must stay true: a suspended site is billed on; only its traffic stops.

use contract::view::Amount;
use domain::{
    Event,
    account::AccountEvent,
    biller::{Biller, Package},
    money::Money,
    service::ServiceEvent,
    text::Code,
};
use event_store::Recorded;
use jiff::civil::Date;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

/// By account id.
pub(crate) const TABLE: Table = Table::new(b'r');
/// What was ordered, by service id.
const ORDERED: Table = Table::new(b'o');

/// What one account pays every month.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecurringRow {
    account_id: String,
    monthly_total: Amount,
    services: Vec<Service>,
}

/// What one service costs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Service {
    service_id: String,
    site_id: String,
    package_id: String,
    package_name: String,
    monthly: Amount,
    /// From when this package is billed.
    since: String,
}

/// A service that may not be active yet.
#[derive(Debug, Serialize, Deserialize)]
struct Ordered {
    account_id: String,
    site_id: String,
    package_id: String,
}

/// A package that is billed from a date on.
struct Billed<'a> {
    package_id: &'a Code,
    package: &'a Package,
    since: Date,
}

/// Changes the row of the account whose service starts or changes.
pub(crate) fn apply(
    biller: &Biller,
    event: &Event,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    let stream = &*recorded.event.stream;
    match event {
        Event::Account(AccountEvent::Opened { .. }) => {
            let monthly_total = Amount::from(Money::new(biller.currency, 0));
            let account_id = stream.to_owned();
            rows.put(TABLE, stream, &RecurringRow { account_id, monthly_total, services: vec![] })
        }
        Event::Service(event) => apply_service(biller, event, stream, rows),
        Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Order(_)
        | Event::Ledger(_)
        | Event::Calendar(_)
        | Event::Provisioning(_)
        | Event::Notification(_)
        | Event::Decision(_) => Ok(()),
    }
}

/// A package, which the biller's catalog must hold for ever once it was sold.
pub(crate) fn package<'a>(biller: &'a Biller, package_id: &Code) -> Result<&'a Package, Fault> {
    let package = biller.catalog.packages.get(package_id);
    package.ok_or_else(|| Fault::new(format!("package {package_id} is not in the catalog")))
}

fn apply_service(
    biller: &Biller,
    event: &ServiceEvent,
    service_id: &str,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    match event {
        ServiceEvent::Added { account_id, site_id, package_id, .. } => {
            let ordered = Ordered {
                account_id: account_id.to_string(),
                site_id: site_id.to_string(),
                package_id: package_id.to_string(),
            };
            rows.put(ORDERED, service_id, &ordered)
        }
        ServiceEvent::Activated { start_billing_date } => {
            let ordered: Ordered = existing(rows, ORDERED, service_id)?;
            let package_id = &Code::parse(&ordered.package_id)
                .map_err(|error| Fault::because("an ordered package has no id", error))?;
            let package = package(biller, package_id)?;
            bill(rows, service_id, &Billed { package_id, package, since: *start_billing_date })
        }
        ServiceEvent::PackageChanged { to_package_id, start_billing_date, .. } => {
            let package = package(biller, to_package_id)?;
            let since = *start_billing_date;
            bill(rows, service_id, &Billed { package_id: to_package_id, package, since })
        }
    }
}

fn bill(rows: &mut Rows<'_>, service_id: &str, billed: &Billed<'_>) -> Result<(), Fault> {
    let ordered: Ordered = existing(rows, ORDERED, service_id)?;
    let mut row: RecurringRow = existing(rows, TABLE, &ordered.account_id)?;
    row.services.retain(|service| service.service_id != service_id);
    row.services.push(Service {
        service_id: service_id.to_owned(),
        site_id: ordered.site_id,
        package_id: billed.package_id.to_string(),
        package_name: billed.package.name.clone(),
        monthly: Amount::from(billed.package.monthly),
        since: billed.since.to_string(),
    });
    let total = row.services.iter().map(|service| service.monthly.minor).sum();
    row.monthly_total = Amount::from(Money::new(billed.package.monthly.currency, total));
    rows.put(TABLE, &row.account_id, &row)
}

#[cfg(test)]
mod tests {
    use domain::testing::fixtures::{changed_meanwhile, installation_in, service};
    use serde_json::{Value, json};

    use super::TABLE;
    use crate::testing::story;

    #[test]
    fn an_active_service_costs_its_package_every_month() {
        let monthly = json!({ "minor": 4999, "currency": "USD", "text": "49.99 USD" });
        let expected = json!({
            "accountId": "account_7",
            "monthlyTotal": monthly,
            "services": [{
                "serviceId": "service_5",
                "siteId": "site_88",
                "packageId": "basic",
                "packageName": "Basic",
                "monthly": monthly,
                "since": "2026-01-01",
            }],
        });
        assert_eq!(story().and(service("basic")).row::<Value>(TABLE, "account_7"), expected);
    }

    #[test]
    fn a_pending_service_costs_nothing() {
        let row: Value =
            story().and(installation_in("phoenix", "SB8200", "basic")).row(TABLE, "account_7");
        assert_eq!((&row["monthlyTotal"]["minor"], &row["services"]), (&json!(0), &json!([])));
    }

    #[test]
    fn a_changed_package_costs_its_own_price() {
        let facts = service("basic").into_iter().chain([changed_meanwhile()]);
        let row: Value = story().and(facts).row(TABLE, "account_7");
        assert_eq!(row["monthlyTotal"]["text"], "119.99 USD");
        assert_eq!(row["services"][0]["since"], "2026-03-16");
        assert_eq!(row["services"].as_array().map(Vec::len), Some(1));
    }
}
