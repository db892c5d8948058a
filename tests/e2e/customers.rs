//! Customers of any size: who speaks for them, who serves them, what was agreed, and all that they
//! have ordered.

use anyhow::ensure;
use e2e::{Home, Office, TODAY};
use serde_json::{Value, json};

const ADA: &str = "customer_account_7";

/// Ada with Classic.
fn office() -> anyhow::Result<Office> {
    let office = Office::open()?;
    office.jane.installs(Home::cable(7))?;
    Ok(office)
}

fn of_ada(office: &Office, field: &str) -> anyhow::Result<Value> {
    Ok(office.jane.sees(&format!("care/customer/{ADA}"))?[field].clone())
}

#[test]
fn f7_an_authentication_holds_for_the_agent_and_the_day() -> anyhow::Result<()> {
    let office = office()?;
    let lee = office.desk("lee; roles=agent")?;
    let first = json!({ "customerId": ADA, "pin": "2580" });
    office.jane.refused("customer.not_authenticated", "SetPin", first.clone())?;
    office.jane.authenticates(ADA)?;
    office.jane.sends("SetPin", first)?;
    let other = json!({ "customerId": ADA, "pin": "4921" });
    let pin = |id: &str, pin: &str| {
        json!({"customerId": ADA, "authenticationId": id, "pin": pin,
            "method": "AUTHENTICATION_METHOD_PIN"})
    };
    for attempt in 1..=5 {
        let receipt = lee.sends("AuthenticateCustomer", pin(&format!("a-{attempt}"), "2581"))?;
        ensure!(receipt.to_string().contains("CustomerAuthenticationFailed"), "{receipt}");
    }
    assert_eq!(of_ada(&office, "pin")?, "locked");
    lee.refused("customer.pin_locked", "AuthenticateCustomer", pin("a-6", "2580"))?;
    office.jane.authenticates(ADA)?;
    let shown = of_ada(&office, "authenticated")?;
    assert_eq!(shown, json!({ "method": "callBack", "by": "jane", "on": TODAY }));
    lee.refused("customer.not_authenticated", "SetPin", other.clone())?;
    office.day("2026-10-09")?;
    office.jane.refused("customer.not_authenticated", "SetPin", other)?;
    Ok(())
}

#[test]
fn f42_f51_who_is_authenticated_adds_an_authorized_user_and_everybody_sees_who_is_one()
-> anyhow::Result<()> {
    let office = office()?;
    let jane = &office.jane;
    let contact = |id: &str, name: &str, speaks: bool| {
        json!({"customerId": ADA, "contactId": id, "name": name,
            "authorizedUser": speaks})
    };
    jane.refused("customer.not_authenticated", "AddContact", contact("c-1", "Charles", true))?;
    jane.authenticates(ADA)?;
    jane.sends("AddContact", contact("c-2", "Anne", false))?;
    jane.sends("AddContact", contact("c-1", "Charles", true))?;
    let contacts = of_ada(&office, "contacts")?;
    let shown = |at: usize| (&contacts[at]["name"], &contacts[at]["authorizedUser"]);
    assert_eq!(shown(0), (&json!("Anne"), &json!(false)));
    assert_eq!(shown(1), (&json!("Charles"), &json!(true)));
    jane.sends("RemoveContact", json!({ "customerId": ADA, "contactId": "c-1" }))?;
    let contacts = of_ada(&office, "contacts")?;
    assert_eq!(
        (contacts.as_array().map(Vec::len), &contacts[0]["name"]),
        (Some(1), &json!("Anne"))
    );
    Ok(())
}

#[test]
fn f41_an_agreement_is_found_with_the_order_for_its_service() -> anyhow::Result<()> {
    let office = office()?;
    let agreement = |order: &str, ends: &str| {
        json!({"customerId": ADA, "agreementId": "ag-1", "orderId": order,
            "title": "Two years of Classic", "signedOn": TODAY, "endsOn": ends})
    };
    let jane = &office.jane;
    jane.refused("order.not_started", "RecordAgreement", agreement("order_9", ""))?;
    let over = agreement("order_install-7", "2026-10-07");
    jane.refused("customer.agreement_ends_before_signed", "RecordAgreement", over)?;
    jane.sends("RecordAgreement", agreement("order_install-7", "2028-10-07"))?;
    let expected = json!([{"agreementId": "ag-1", "orderId": "order_install-7",
        "title": "Two years of Classic", "signedOn": TODAY, "endsOn": "2028-10-07"}]);
    assert_eq!(of_ada(&office, "agreements")?, expected);
    let orders = jane.lists("care/orders-of-customer", ADA)?;
    assert_eq!(orders[0]["orderId"], "order_install-7");
    Ok(())
}

#[test]
fn f47_f57_an_enterprise_is_served_by_macd_and_asks_its_account_executive_for_fiber()
-> anyhow::Result<()> {
    let office = office()?;
    let segment = |name: &str| json!({ "customerId": ADA, "segment": name });
    office.jane.refused("actor.role_may_not", "SetSegment", segment("enterprise"))?;
    let sam = office.desk("sam; roles=lead")?;
    sam.refused("customer.segment_unknown", "SetSegment", segment("royalty"))?;
    sam.sends("SetSegment", segment("enterprise"))?;
    let expected = json!({"segment": "enterprise", "changes": "MACD",
        "fiberUpgrades": "account-executive"});
    assert_eq!(of_ada(&office, "segment")?, expected);

    let change = json!({"ticketId": "ticket_7", "accountId": "account_7",
        "kind": "TICKET_KIND_CHANGE_REQUEST", "summary": "Move the line to another floor."});
    office.jane.sends("OpenTicket", change)?;
    office.jane.sends("AssignTicket", json!({ "ticketId": "ticket_7", "queue": "MACD" }))?;
    let waiting = office.jane.lists("care/tickets-in-queue", "MACD")?;
    assert_eq!(
        (&waiting[0]["ticketId"], &waiting[0]["kind"]),
        (&json!("ticket_7"), &json!("changeRequest"))
    );
    Ok(())
}

#[test]
fn f50_bills_come_without_paper_once_that_is_set_up() -> anyhow::Result<()> {
    let office = office()?;
    let paperless = json!({ "customerId": ADA, "paperless": true });
    office.jane.refused("customer.not_authenticated", "SetPaperless", paperless.clone())?;
    office.jane.authenticates(ADA)?;
    office.jane.sends("SetPaperless", paperless)?;
    assert_eq!(of_ada(&office, "paperless")?, true);
    office.jane.sends("SetPaperless", json!({ "customerId": ADA, "paperless": false }))?;
    assert_eq!(of_ada(&office, "paperless")?, false);
    Ok(())
}

#[test]
fn f53_the_logins_to_the_portal_are_created_viewed_closed_and_opened() -> anyhow::Result<()> {
    let office = office()?;
    let jane = &office.jane;
    let login = |more: Value| {
        let mut wish = json!({ "customerId": ADA, "portalLoginId": "p-1" });
        for (field, value) in more.as_object().into_iter().flatten() {
            wish[field] = value.clone();
        }
        wish
    };
    let create = login(json!({ "email": "ada@example.com" }));
    jane.refused("customer.not_authenticated", "CreatePortalLogin", create.clone())?;
    jane.authenticates(ADA)?;
    jane.sends("CreatePortalLogin", create)?;
    let shown = || Ok::<_, anyhow::Error>(of_ada(&office, "portalLogins")?[0].clone());
    let expected = json!({"portalLoginId": "p-1", "email": "ada@example.com",
        "enabled": true, "reason": null});
    assert_eq!(shown()?, expected);
    jane.sends("DisablePortalLogin", login(json!({ "reason": "LEFT" })))?;
    let closed = shown()?;
    assert_eq!((&closed["enabled"], &closed["reason"]), (&json!(false), &json!("LEFT")));
    jane.sends("EnablePortalLogin", login(json!({ "reason": "BACK" })))?;
    assert_eq!(shown()?["enabled"], true);
    Ok(())
}

#[test]
fn f56_the_orders_of_a_customer_are_seen_over_all_accounts() -> anyhow::Result<()> {
    let office = office()?;
    let jane = &office.jane;
    jane.sends("RegisterCustomer", json!({ "customerId": "customer_1", "name": "Mill & Co." }))?;
    for number in [11, 12] {
        let account = format!("account_{number}");
        jane.sends(
            "OpenAccount",
            json!({"accountId": account, "customerId": "customer_1", "holderName": "Mill & Co.",
                "email": "office@example.net"}),
        )?;
        jane.sends(
            "RegisterSite",
            json!({"siteId": format!("site_{number}"), "accountId": account,
                "addressId": format!("ADDR-{number}"), "address": format!("{number} Mill Lane"),
                "market": "phoenix"}),
        )?;
    }
    for (order, number) in [("order_a", 11), ("order_b", 12), ("order_c", 11)] {
        let request = json!({"orderId": order, "accountId": format!("account_{number}"),
            "siteId": format!("site_{number}"), "request": "WIRING"});
        jane.sends("StartSpecialRequest", request)?;
    }
    let given_up = json!({ "orderId": "order_a", "reason": "CANCEL_REASON_CUSTOMER_REQUEST" });
    jane.sends("CancelOrder", given_up)?;

    let orders = jane.lists("care/orders-of-customer", "customer_1")?;
    let shown: Vec<_> = orders
        .iter()
        .map(|it| [&it["orderId"], &it["accountId"], &it["stage"]].map(|it| it.as_str()))
        .collect();
    let expected = [
        ["order_c", "account_11", "draft"].map(Some),
        ["order_b", "account_12", "draft"].map(Some),
        ["order_a", "account_11", "cancelled"].map(Some),
    ];
    assert_eq!(shown, expected, "newest first");
    let page = jane.looks("care/orders-of-customer?limit=2&of=customer_1")?;
    let next = page["next"].as_str().unwrap_or_default();
    let rest =
        jane.looks(&format!("care/orders-of-customer?limit=1&of=customer_1&after={next}"))?;
    assert_eq!(rest["rows"][0]["value"]["orderId"], "order_a", "{rest:#}");
    assert_eq!(rest["next"], Value::Null, "what follows is another customer's");
    let accounts = jane.sees("care/customer/customer_1")?["accountIds"].clone();
    assert_eq!(accounts, json!(["account_11", "account_12"]));
    let other = jane.lists("care/orders-of-customer", ADA)?;
    assert_eq!(other.len(), 1, "Ada's installation alone: {other:#?}");
    Ok(())
}
