//! Story 2: an installation by a technician, and a network that does not answer at once.

use serde_json::{Value, json};

use super::{
    check::Check,
    step::{JANE, LEE, Step, Story, delivered, happens, refused, send, shows},
};

const ORDER: &str = "order_2001";

pub(crate) fn story() -> Story {
    let mut steps = sell();
    steps.extend(visit());
    steps.extend(what_services_know());
    Story { number: "Story 2", title: "A scheduled installation", steps }
}

fn sell() -> Vec<Step> {
    let by_id = json!({"orderId": ORDER});
    vec![
        Step::Say("Grace moves in and orders fiber."),
        send(
            JANE,
            "OpenAccount",
            "Grace Field",
            json!({"accountId": "account_2001", "holderName": "Grace Field",
                "email": "grace@example.net"}),
        ),
        send(
            JANE,
            "RegisterSite",
            "in Northern Virginia",
            json!({"siteId": "site_2001", "accountId": "account_2001", "addressId": "ADDR-2001",
                "address": "4 Orchard Court, Reston", "market": "northern_virginia"}),
        ),
        refused(
            send(JANE, "RegisterDevice", "an ONT that nobody certified", ont("ONT-1999")),
            "device.model_not_certified",
            "F2",
        ),
        send(JANE, "RegisterDevice", "a certified ONT", ont("ONT-XS")),
        send(
            JANE,
            "AddService",
            "Super Fast (1 Gig) Fiber PON",
            json!({"serviceId": "service_2001", "accountId": "account_2001",
                "siteId": "site_2001", "deviceId": "device_2001",
                "packageId": "super-fast-1g-pon", "orderId": ORDER}),
        ),
        refused(
            schedule("office only", json!({"officeOnly": true})),
            "order.professional_installation_required",
            "F4",
        ),
        schedule(
            "tomorrow, 08-10",
            json!({"appointment": {"date": "2026-10-09", "slot": "08-10"}}),
        ),
        delivered("account_2001", "order_scheduled"),
        send(JANE, "ReviewOrder", "the Order Summary, with Grace", by_id.clone()),
        send(JANE, "CommitOrder", "", by_id),
        refused(check_in("a day too early", "2026-10-08"), "order.appointment_not_reached", "F25"),
    ]
}

fn visit() -> Vec<Step> {
    vec![
        Step::Days("2026-10-09", "2026-10-09"),
        check_in("the technician is done", "2026-10-09"),
        Step::Say("The network is busy at the first attempt, and takes the second."),
        activation("ProvisioningAttempted", "1", "503"),
        activation("ProvisioningCompleted", "2", "000"),
    ]
}

fn what_services_know() -> Vec<Step> {
    vec![
        Step::Say("What each service made of it:"),
        shows(("care", "order", ORDER), [Check::Field("stage", "completed")]),
        shows(("care", "service", "service_2001"), [Check::Field("status", "active")]),
        shows(
            ("provisioning", "line", "site_2001"),
            [Check::Field("vlan", "552"), Check::Field("packageId", "super-fast-1g-pon")],
        ),
        shows(("billing", "recurring", "account_2001"), [Check::Amount(9999)]),
        delivered("account_2001", "order_completed"),
    ]
}

fn ont(model: &str) -> Value {
    json!({"deviceId": "device_2001", "siteId": "site_2001", "model": model,
        "serial": "ONT-0002001"})
}

fn schedule(about: &'static str, visit: Value) -> Step {
    let mut body = json!({"orderId": ORDER, "orderType": "INSTALL",
        "comments": "Ring the bell twice."});
    if let (Value::Object(body), Value::Object(visit)) = (&mut body, visit) {
        body.extend(visit);
    }
    send(JANE, "ScheduleOrder", about, body)
}

fn check_in(about: &'static str, start_billing_date: &str) -> Step {
    let body = json!({
        "orderId": ORDER, "status": "CHECK_IN_STATUS_COMPLETED",
        "startBillingDate": start_billing_date, "confirmed": true,
    });
    send(LEE, "CheckInOrder", about, body)
}

fn activation(kind: &'static str, attempt: &'static str, resp_code: &'static str) -> Step {
    let checks = [
        Check::Field("serviceId", "service_2001"),
        Check::Field("action", "activate"),
        Check::Field("attempt", attempt),
        Check::Field("respCode", resp_code),
    ];
    happens(kind, None, checks)
}
