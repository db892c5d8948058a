//! The operator before the stories begin: two customers with Classic, and their bills for October.

use serde_json::{Value, json};

use super::{
    check::Check,
    step::{BILLING_DESK, JANE, LEE, Step, Story, happens, send, shows},
};

pub(crate) fn story() -> Story {
    let mut steps = vec![
        Step::Say("An operator in September: two customers get Classic, without a technician."),
        Step::Days("2026-09-28", "2026-09-28"),
    ];
    steps.extend(customer(&Customer {
        account: json!({"accountId": "account_1002", "holderName": "Ada Byron",
            "email": "ada@example.net"}),
        site: json!({"siteId": "site_1002", "accountId": "account_1002",
            "addressId": "ADDR-1002", "address": "12 Mill Lane, Phoenix", "market": "phoenix"}),
        device: json!({"deviceId": "device_1002", "siteId": "site_1002", "model": "CM1000",
            "serial": "CM-0001002"}),
        service: json!({"serviceId": "service_1002", "accountId": "account_1002",
            "siteId": "site_1002", "deviceId": "device_1002", "packageId": "classic",
            "orderId": "order_1001"}),
        order: "order_1001",
        about: "Ada Byron, cable modem",
    }));
    steps.extend(customer(&Customer {
        account: json!({"accountId": "account_88", "holderName": "Ben Marsh",
            "email": "ben@example.net"}),
        site: json!({"siteId": "site_88", "accountId": "account_88", "addressId": "ADDR-88",
            "address": "88 Harbor Road, Orem", "market": "utah"}),
        device: json!({"deviceId": "device_88", "siteId": "site_88", "model": "ONT-G",
            "serial": "ONT-0000088"}),
        service: json!({"serviceId": "service_88", "accountId": "account_88",
            "siteId": "site_88", "deviceId": "device_88", "packageId": "classic",
            "orderId": "order_880"}),
        order: "order_880",
        about: "Ben Marsh, fiber",
    }));
    steps.extend([
        shows(
            ("care", "service", "service_1002"),
            [Check::Field("packageId", "classic"), Check::Field("status", "active")],
        ),
        shows(("billing", "recurring", "account_1002"), [Check::Amount(5999)]),
        Step::Say("The 1st is bill day, the 5th is due day (F73, F74). Ada pays, Ben does not."),
        Step::Days("2026-09-29", "2026-10-01"),
        happens("RunClosed", Some("run_bill-2026-10-01"), [Check::Field("kind", "bill")]),
        shows(
            ("billing", "balance", "account_88"),
            [Check::Field("balance", "$74.06"), Check::Field("dueOn", "2026-10-05")],
        ),
        Step::Days("2026-10-02", "2026-10-02"),
        payment("account_1002", "2026-10-02", "7555", "Ada, $75.55: September's days and October"),
        shows(("billing", "balance", "account_1002"), [Check::Field("balance", "$0.00")]),
    ]);
    Story { number: "Before ", title: "Two customers, and bill day", steps }
}

struct Customer {
    account: Value,
    site: Value,
    device: Value,
    service: Value,
    order: &'static str,
    about: &'static str,
}

fn customer(customer: &Customer) -> Vec<Step> {
    let Customer { account, site, device, service, order, about } = customer;
    let order_type = "INSTALL";
    let order_id = *order;
    vec![
        send(JANE, "OpenAccount", about, account.clone()),
        send(JANE, "RegisterSite", "", site.clone()),
        send(JANE, "RegisterDevice", "", device.clone()),
        send(JANE, "AddService", "Classic", service.clone()),
        send(
            JANE,
            "ScheduleOrder",
            "office only",
            json!({"orderId": order_id, "orderType": order_type, "officeOnly": true}),
        ),
        send(JANE, "ReviewOrder", "", json!({"orderId": order_id})),
        send(JANE, "CommitOrder", "", json!({"orderId": order_id})),
        send(
            LEE,
            "CheckInOrder",
            "billing starts today",
            json!({"orderId": order_id, "status": "CHECK_IN_STATUS_COMPLETED",
                "startBillingDate": "2026-09-28", "confirmed": true}),
        ),
    ]
}

/// A card payment of what is due for September's days and for October.
pub(crate) fn payment(
    account: &'static str,
    date: &'static str,
    minor: &'static str,
    about: &'static str,
) -> Step {
    let body = json!({
        "accountId": account, "paymentId": format!("card-{date}-{account}"),
        "amount": {"currency": "USD", "minor": minor},
        "method": "PAYMENT_METHOD_CARD", "receivedOn": date,
    });
    send(BILLING_DESK, "RecordPayment", about, body)
}
