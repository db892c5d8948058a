//! What does a customer pay every month?
//!
//! What must stay true: a price is what the completed order says, whatever the catalog says today.
//! A suspended site is billed on; only its traffic stops.

use contract::view::Amount;
use domain::{
    Event,
    account::AccountEvent,
    biller::Biller,
    money::Money,
    order::{Completed, OrderEvent, Sold},
    service::ServiceId,
};
use event_store::Recorded;
use projection::{Fault, Rows, Table};
use read_side::existing;
use serde::{Deserialize, Serialize};

/// By account id.
pub(crate) const TABLE: Table = Table::new(b'r');
/// What was billed for a service until its last completed order, in minor units, by service id.
const BEFORE: Table = Table::new(b'p');

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
    /// What was billed until then, if anything was.
    previous_monthly: Option<Amount>,
}

/// Changes the row of the account whose service starts or changes.
pub(crate) fn apply(
    biller: &Biller,
    event: &Event,
    recorded: &Recorded,
    rows: &mut Rows<'_>,
) -> Result<(), Fault> {
    match event {
        Event::Account(AccountEvent::Opened { .. }) => {
            let monthly_total = Amount::from(Money::new(biller.currency, 0));
            let account_id = recorded.event.stream.to_string();
            let row = RecurringRow { account_id, monthly_total, services: Vec::new() };
            rows.put(TABLE, &row.account_id, &row)
        }
        Event::Order(event) => bill(event, rows),
        Event::Customer(_)
        | Event::Account(_)
        | Event::Site(_)
        | Event::Device(_)
        | Event::Service(_)
        | Event::Ledger(_)
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

/// What was billed for a service, in minor units, before its last completed order.
pub(crate) fn billed_before(rows: &Rows<'_>, service_id: &ServiceId) -> Result<Option<i64>, Fault> {
    Ok(rows.get::<Option<i64>>(BEFORE, service_id.as_str())?.flatten())
}

/// A completed order says what its service costs from now on, or that it costs nothing any more.
fn bill(event: &OrderEvent, rows: &mut Rows<'_>) -> Result<(), Fault> {
    let OrderEvent::Completed(completed) = event else { return Ok(()) };
    let (from, to) = (completed.work.from(), completed.work.to());
    let (Some(service_id), Some(either)) = (completed.work.service_id(), to.or(from)) else {
        return Ok(());
    };
    let mut row: RecurringRow = existing(rows, TABLE, completed.account_id.as_str())?;
    let is_this = |service: &Service| service.service_id == service_id.as_str();
    let before = row.services.iter().position(is_this).map(|at| row.services.remove(at));
    let before = before.map(|service| service.monthly);
    rows.put(BEFORE, service_id.as_str(), &before.as_ref().map(|monthly| monthly.minor))?;
    row.services.extend(to.map(|to| Service::of(completed, service_id, to, before)));
    let total = row.services.iter().map(|service| service.monthly.minor).sum();
    row.monthly_total = Amount::from(Money::new(either.monthly.currency, total));
    rows.put(TABLE, &row.account_id, &row)
}

impl Service {
    fn of(
        completed: &Completed,
        service_id: &ServiceId,
        to: &Sold,
        previous_monthly: Option<Amount>,
    ) -> Self {
        Self {
            service_id: service_id.to_string(),
            site_id: completed.site_id.to_string(),
            package_id: to.package_id.to_string(),
            package_name: to.package_name.to_string(),
            monthly: Amount::from(to.monthly),
            since: completed.completion.start_billing_date.to_string(),
            previous_monthly,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Fact,
        testing::fixtures::{
            committed_change, completed, completed_disconnect, installation_in, repaired,
        },
    };
    use serde_json::{Value, json};

    use super::TABLE;
    use crate::testing::{story, story_with_another_catalog};

    fn installed() -> Vec<Fact> {
        let ordered = installation_in("phoenix", "SB8200", "basic");
        ordered.into_iter().chain([completed(None, "basic")]).collect()
    }

    fn changed() -> Vec<Fact> {
        installed().into_iter().chain([completed(Some("basic"), "gigablast")]).collect()
    }

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
                "since": "2026-03-16",
                "previousMonthly": null,
            }],
        });
        assert_eq!(story().and(installed()).row::<Value>(TABLE, "account_7"), expected);
    }

    #[test]
    fn a_pending_service_costs_nothing() {
        let row: Value =
            story().and(installation_in("phoenix", "SB8200", "basic")).row(TABLE, "account_7");
        assert_eq!((&row["monthlyTotal"]["minor"], &row["services"]), (&json!(0), &json!([])));
    }

    #[test]
    fn nothing_about_the_price_changes_before_the_check_in() {
        let row: Value = story().and(committed_change()).row(TABLE, "account_7");
        assert_eq!(row["services"], json!([]));
    }

    #[test]
    fn a_changed_package_costs_its_own_price() {
        let row: Value = story().and(changed()).row(TABLE, "account_7");
        assert_eq!(row["monthlyTotal"]["text"], "119.99 USD");
        assert_eq!(row["services"][0]["previousMonthly"]["text"], "49.99 USD");
        assert_eq!(row["services"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn f49_a_disconnected_service_costs_nothing() {
        let facts = installed().into_iter().chain([completed_disconnect("basic")]);
        let row: Value = story().and(facts).row(TABLE, "account_7");
        assert_eq!((&row["monthlyTotal"]["minor"], &row["services"]), (&json!(0), &json!([])));
    }

    #[test]
    fn f38_a_repair_costs_nothing() {
        let facts = || installed().into_iter();
        let before: Value = story().and(facts()).row(TABLE, "account_7");
        let after: Value = story().and(facts().chain([repaired()])).row(TABLE, "account_7");
        assert_eq!(after, before);
    }

    #[test]
    fn a_rebuild_after_a_price_change_gives_the_same_rows() {
        let then: Value = story().and(changed()).row(TABLE, "account_7");
        let now: Value = story_with_another_catalog().and(changed()).row(TABLE, "account_7");
        assert_eq!(now, then);
    }
}
