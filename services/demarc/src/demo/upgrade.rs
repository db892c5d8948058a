//! Story 1: an upgrade by an office-only order (F1 to F36).

use serde_json::json;

use super::{
    check::Check,
    step::{JANE, Step, Story, delivered, happens, refused, send, shows},
};

const ORDER: &str = "order_1002";

pub(crate) fn story() -> Story {
    let mut steps = choose();
    steps.extend(complete());
    steps.extend(what_services_know());
    Story { number: "Story 1", title: "Upgrade by an office-only order", steps }
}

fn choose() -> Vec<Step> {
    vec![
        Step::Days("2026-10-03", "2026-10-08"),
        Step::Say("Ada calls: Classic has become too slow. Jane takes a service change (task SC)."),
        refused(start(), "customer.not_authenticated", "F7"),
        send(
            JANE,
            "AuthenticateCustomer",
            "Ada answers at the number of record",
            json!({"customerId": "customer_account_1002", "authenticationId": "ada-2026-10-08",
                "method": "AUTHENTICATION_METHOD_CALL_BACK"}),
        ),
        start(),
        refused(
            swap("Classic → Super Fast (1 Gig)", "super-fast-1g", "HSD-1G", ""),
            "order.serviceability_check_required",
            "F3",
        ),
        swap("… with the check SC-7731", "super-fast-1g", "HSD-1G", "SC-7731"),
        refused(schedule(), "order.professional_installation_required", "F4"),
        Step::Say("No technician before next week. Gigablast can be self-installed (F5)."),
        swap("Classic → Gigablast", "gigablast", "HSD-GB", ""),
    ]
}

fn complete() -> Vec<Step> {
    let by_id = json!({"orderId": ORDER});
    vec![
        schedule(),
        refused(
            send(JANE, "CommitOrder", "not yet reviewed", by_id.clone()),
            "order.not_reviewed",
            "F24",
        ),
        send(JANE, "ReviewOrder", "the Order Summary, with Ada", by_id.clone()),
        happens("OrderReviewed", Some(ORDER), review()),
        send(JANE, "CommitOrder", "OK commits", by_id),
        refused(
            check_in("Start Billing Date of yesterday", "2026-10-07", true),
            "order.start_billing_date_must_be_today",
            "F27",
        ),
        refused(
            check_in("Enter, once", "2026-10-08", false),
            "order.check_in_not_confirmed",
            "F28",
        ),
        check_in("Completed, Enter twice", "2026-10-08", true),
    ]
}

fn what_services_know() -> Vec<Step> {
    vec![
        Step::Say("The modem resets and reprovisions (F29); task PT shows the Resp Codes (F33)."),
        reprovisioned("ProvisioningAttempted", "1", "503"),
        reprovisioned("ProvisioningCompleted", "2", "000"),
        shows(
            ("provisioning", "transaction", "provisioning_order-1002"),
            [Check::Field("state", "completed")],
        ),
        shows(
            ("care", "order", ORDER),
            [Check::Field("stage", "completed"), Check::Field("packageTo", "gigablast")],
        ),
        shows(
            ("care", "service", "service_1002"),
            [
                Check::Field("packageId", "gigablast"),
                Check::Field("serviceCode", "HSD-GB"),
                Check::Field("until", "2027-10-08"),
                Check::Amount(11999),
            ],
        ),
        shows(
            ("billing", "recurring", "account_1002"),
            [Check::Amount(9999), Check::Amount(5999), Check::Field("until", "2027-10-08")],
        ),
        delivered("account_1002", "order_completed"),
        send(
            JANE,
            "AddComment",
            "for the next agent (F36)",
            json!({"accountId": "account_1002", "commentId": "order_1002-done",
                "text": "Upgraded to Gigablast by office only, order_1002."}),
        ),
        shows(("care", "account", "account_1002"), [Check::Says("Upgraded to Gigablast")]),
    ]
}

/// Before, under the campaign, after it, and what the rest of the month costs (F24, F69).
fn review() -> [Check; 4] {
    [5999, 9999, 11999, 3097].map(Check::Amount)
}

fn start() -> Step {
    let body = json!({
        "orderId": ORDER, "serviceId": "service_1002", "saleType": "UPG",
        "saleReason": "CUSTOMER-CALLED", "campaignCode": "FALL26",
    });
    send(JANE, "StartServiceChange", ORDER, body)
}

fn swap(about: &'static str, package: &str, code: &str, check: &str) -> Step {
    let body = json!({
        "orderId": ORDER, "method": "SWAP_METHOD_SWAP", "fromPackageId": "classic",
        "toPackageId": package, "toServiceCode": code, "packageGroup": "Data Packages",
        "serviceabilityCheck": check,
    });
    send(JANE, "SwapPackage", about, body)
}

fn schedule() -> Step {
    let body = json!({
        "orderId": ORDER, "orderType": "UPGRADE", "officeOnly": true,
        "comments": "Customer self-installs, modem is certified.",
    });
    send(JANE, "ScheduleOrder", "office only", body)
}

fn check_in(about: &'static str, start_billing_date: &str, confirmed: bool) -> Step {
    let body = json!({
        "orderId": ORDER, "status": "CHECK_IN_STATUS_COMPLETED", "salesId": "J-4711",
        "salesDate": "2026-10-08", "startBillingDate": start_billing_date, "confirmed": confirmed,
    });
    send(JANE, "CheckInOrder", about, body)
}

fn reprovisioned(kind: &'static str, attempt: &'static str, resp_code: &'static str) -> Step {
    let checks = [
        Check::Field("serviceId", "service_1002"),
        Check::Field("action", "reprovision"),
        Check::Field("attempt", attempt),
        Check::Field("respCode", resp_code),
    ];
    happens(kind, None, checks)
}
