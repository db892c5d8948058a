//! Orders of every kind: how they begin, how they are seen, changed and done, and the services and
//! numbers that come of them.

use e2e::{Desk, Home, Office, TODAY};
use serde_json::{Value, json};

/// Ada with Classic, who has shown Jane who she is.
fn office() -> anyhow::Result<Office> {
    let office = Office::open()?;
    office.jane.installs(Home::cable(7))?;
    office.jane.authenticates("customer_account_7")?;
    Ok(office)
}

fn trouble_call(order: &str) -> Value {
    json!({ "orderId": order, "serviceId": "service_7", "problem": "SLOW" })
}

fn special_request(order: &str) -> Value {
    json!({"orderId": order, "accountId": "account_7", "siteId": "site_7", "request": "WIRING"})
}

fn visit(order: &str, kind: &str, date: &str, slot: &str) -> Value {
    json!({"orderId": order, "orderType": kind, "appointment": {"date": date, "slot": slot}})
}

/// A trouble call with a visit that is agreed on.
fn call_with_visit(jane: &Desk, order: &str, date: &str, slot: &str) -> anyhow::Result<()> {
    jane.sends("StartTroubleCall", trouble_call(order))?;
    jane.sends("ScheduleOrder", visit(order, "REPAIR", date, slot))?;
    jane.sends("CommitOrder", json!({ "orderId": order })).map(drop)
}

/// A field of every one of these rows.
fn each<'a>(rows: &'a Value, field: &str) -> Vec<&'a Value> {
    rows.as_array().into_iter().flatten().map(|row| &row[field]).collect()
}

/// The numbers of the work orders that fit a filter.
fn work_orders(jane: &Desk, filter: &str) -> anyhow::Result<Vec<Value>> {
    let page = jane.looks(&format!("care/work-order?{filter}"))?;
    let rows = page["rows"].as_array().cloned().unwrap_or_default();
    Ok(rows.iter().map(|row| row["value"]["number"].clone()).collect())
}

#[test]
fn f38_f45_service_orders_trouble_calls_and_special_requests_are_orders_current_and_past()
-> anyhow::Result<()> {
    let office = office()?;
    let jane = &office.jane;
    jane.sends("StartTroubleCall", trouble_call("order_tc"))?;
    jane.sends("StartSpecialRequest", special_request("order_sro"))?;
    let mut unknown = trouble_call("order_x");
    unknown["problem"] = json!("GHOSTS");
    jane.refused("order.problem_not_in_catalog", "StartTroubleCall", unknown)?;
    let orders = jane.sees("care/orders/account_7")?;
    assert_eq!(each(&orders["current"], "kind"), ["specialRequest", "troubleCall"]);
    assert_eq!(each(&orders["past"], "kind"), ["installation"]);

    jane.sends("ScheduleOrder", visit("order_tc", "REPAIR", TODAY, "10-12"))?;
    jane.sends("CommitOrder", json!({ "orderId": "order_tc" }))?;
    jane.completes("order_tc")?;
    let given_up = json!({ "orderId": "order_sro", "reason": "CANCEL_REASON_CUSTOMER_REQUEST" });
    jane.sends("CancelOrder", given_up)?;
    let orders = jane.sees("care/orders/account_7")?;
    assert_eq!(orders["current"], json!([]));
    assert_eq!(each(&orders["past"], "orderId"), ["order_sro", "order_tc", "order_install-7"]);
    assert_eq!(each(&orders["past"], "stage"), ["cancelled", "completed", "completed"]);
    assert_eq!(jane.sees("care/service/service_7")?["packageId"], "classic");
    Ok(())
}

#[test]
fn f46_changes_are_seen_as_requested_and_then_as_made() -> anyhow::Result<()> {
    let office = office()?;
    let jane = &office.jane;
    let change = json!({"orderId": "order_7", "serviceId": "service_7", "saleType": "DNG",
        "saleReason": "SAVE"});
    jane.sends("StartServiceChange", change)?;
    let swap = json!({"orderId": "order_7", "method": "SWAP_METHOD_SWAP",
        "fromPackageId": "classic", "toPackageId": "basic", "toServiceCode": "HSD-100",
        "packageGroup": "Data Packages"});
    jane.sends("SwapPackage", swap)?;
    let requests = jane.sees("care/requests/account_7")?;
    let asked = &requests["requested"][0];
    assert_eq!(
        (&asked["orderId"], &asked["packageFrom"], &asked["packageTo"], &requests["made"]),
        (&json!("order_7"), &json!("classic"), &json!("basic"), &json!([]))
    );
    let schedule = json!({ "orderId": "order_7", "orderType": "DOWNGRADE", "officeOnly": true });
    jane.sends("ScheduleOrder", schedule)?;
    jane.agrees("order_7")?;
    jane.completes("order_7")?;
    let requests = jane.sees("care/requests/account_7")?;
    let made = &requests["made"][0];
    assert_eq!(
        (&requests["requested"], &made["orderId"], &made["completedOn"]),
        (&json!([]), &json!("order_7"), &json!(TODAY))
    );
    Ok(())
}

#[test]
fn f49_services_are_seen_while_they_are_used_and_after_they_are_disconnected() -> anyhow::Result<()>
{
    let office = office()?;
    let jane = &office.jane;
    let end = json!({ "orderId": "order_end", "serviceId": "service_7", "reason": "MOVED" });
    jane.sends("StartDisconnect", end)?;
    let schedule = json!({ "orderId": "order_end", "orderType": "DISCO", "officeOnly": true });
    jane.sends("ScheduleOrder", schedule)?;
    jane.agrees("order_end")?;
    let services = jane.sees("care/services/account_7")?;
    assert_eq!(each(&services["current"], "status"), ["active"]);
    jane.completes("order_end")?;
    let services = jane.sees("care/services/account_7")?;
    let ended = &services["disconnected"][0];
    assert_eq!(services["current"], json!([]));
    assert_eq!(
        (&ended["serviceId"], &ended["disconnectedOn"], &ended["disconnectReason"]),
        (&json!("service_7"), &json!(TODAY), &json!("MOVED"))
    );
    assert_eq!(jane.sees("provisioning/line/site_7")?["packageId"], Value::Null);
    let typed = office.world.client(&["task", "04", "account_7"])?.well()?.out;
    assert!(typed.contains("disconnected") && typed.contains("service_7"), "{typed}");
    Ok(())
}

#[test]
fn f60_a_service_change_and_a_special_request_begin_from_the_order_workflow() -> anyhow::Result<()>
{
    let office = office()?;
    let jane = &office.jane;
    let tasks = jane.looks("tasks")?["tasks"].clone();
    let begins = |command: &str| {
        let mut tasks = tasks.as_array().into_iter().flatten();
        tasks.find(|task| task["command"] == command).map(|task| task["code"].clone())
    };
    assert_eq!(begins("StartServiceChange"), Some(json!("SC")), "{tasks:#}");
    assert_eq!(begins("StartSpecialRequest"), Some(json!("SRO")), "{tasks:#}");
    assert_eq!(begins("StartTroubleCall"), Some(json!("TC")), "{tasks:#}");
    let described = office.world.client(&["task", "SRO"])?.well()?.out;
    assert!(described.contains("Special Request Order") && described.contains("request"));

    let change = json!({"orderId": "order_7", "serviceId": "service_7", "saleType": "UPG",
        "saleReason": "CUSTOMER-CALLED"});
    let request = special_request("order_8");
    for (task, wish) in [("SC", change), ("SRO", request)] {
        let (wish, jane) = (wish.to_string(), ["--actor", "jane; roles=agent"]);
        let task = ["task", task, "--data", &wish];
        office.world.client(&[&jane[..], &task].concat())?.well()?;
    }
    let orders = jane.sees("care/orders/account_7")?;
    assert_eq!(each(&orders["current"], "kind"), ["specialRequest", "serviceChange"]);
    assert_eq!(jane.sees("care/order/order_8")?["about"], "WIRING");
    Ok(())
}

#[test]
fn f65_a_new_installation_has_package_campaign_equipment_date_and_time() -> anyhow::Result<()> {
    let office = office()?;
    let jane = &office.jane;
    let device =
        json!({"deviceId": "device_8", "siteId": "site_7", "model": "CM1000", "serial": "SN-8"});
    jane.sends("RegisterDevice", device)?;
    let mut add = json!({"serviceId": "service_8", "accountId": "account_7", "siteId": "site_7",
        "deviceId": "device_8", "packageId": "gigablast", "orderId": "order_8",
        "campaignCode": "WINBACK"});
    jane.refused("order.campaign_not_for_package", "AddService", add.clone())?;
    add["campaignCode"] = json!("FALL26");
    jane.sends("AddService", add)?;
    jane.sends("ScheduleOrder", visit("order_8", "INSTALL", "2026-10-09", "15-17"))?;
    jane.agrees("order_8")?;
    let order = jane.sees("care/work-order/order_8")?;
    assert_eq!(
        (&order["date"], &order["slot"], &order["serviceType"], &order["packageTo"]),
        (&json!("2026-10-09"), &json!("15-17"), &json!("internet"), &json!("gigablast"))
    );
    let service = jane.sees("care/service/service_8")?;
    assert_eq!(
        (&service["status"], &service["deviceModel"]),
        (&json!("pending"), &json!("CM1000"))
    );
    let early = jane.completes("order_8").map_err(|refusal| refusal.to_string());
    assert!(early.is_err_and(|it| it.contains("order.appointment_not_reached")), "too early");
    let voice = json!({"serviceId": "service_9", "accountId": "account_7", "siteId": "site_7",
        "deviceId": "device_8", "packageId": "voice", "orderId": "order_9"});
    jane.sends("AddService", voice)?;
    assert_eq!(jane.sees("care/service/service_9")?["serviceType"], "voice");
    Ok(())
}

#[test]
fn f67_work_orders_show_their_tasks_and_are_filtered() -> anyhow::Result<()> {
    let office = office()?;
    let jane = &office.jane;
    call_with_visit(jane, "order_tc", "2026-10-09", "08-10")?;
    jane.sends("StartSpecialRequest", special_request("order_sro"))?;
    jane.sends("ScheduleOrder", visit("order_sro", "SRO", "2026-10-12", "13-15"))?;
    jane.sends("CommitOrder", json!({ "orderId": "order_sro" }))?;

    let all = ["order_install-7", "order_tc", "order_sro"];
    assert_eq!(work_orders(jane, "from=2026-10-01")?, all, "by date");
    assert_eq!(work_orders(jane, "from=2026-10-09&to=2026-10-11")?, ["order_tc"]);
    assert_eq!(work_orders(jane, "status=completed")?, ["order_install-7"]);
    let of_internet = work_orders(jane, "status=committed&serviceType=internet")?;
    assert_eq!(of_internet, ["order_tc"]);
    let order = jane.sees("care/work-order/order_install-7")?;
    assert_eq!(order["tasks"], json!(["installation", "activation"]));
    assert_eq!(jane.sees("care/work-order/order_tc")?["tasks"], json!(["repair"]));
    let typed = ["show", "care", "work-order", "--where", "kind=specialRequest"];
    let typed = office.world.client(&typed)?.well()?.out;
    assert!(typed.contains("order_sro") && !typed.contains("order_tc"), "{typed}");
    Ok(())
}

#[test]
fn f68_an_order_is_rescheduled_changed_completed_and_cancelled() -> anyhow::Result<()> {
    let office = office()?;
    let jane = &office.jane;
    call_with_visit(jane, "order_1", "2026-10-09", "08-10")?;
    let moved = json!({"orderId": "order_1", "appointment": {"date": TODAY, "slot": "13-15"}});
    jane.sends("RescheduleOrder", moved)?;
    let order = jane.sees("care/work-order/order_1")?;
    assert_eq!((&order["date"], &order["slot"]), (&json!(TODAY), &json!("13-15")));
    let quota = jane.looks("care/quota/2026-10-09")?["value"]["slots"][0].clone();
    assert_eq!((&quota["slot"], &quota["taken"]), (&json!("08-10"), &json!(0)), "it is free again");
    jane.completes("order_1")?;
    assert_eq!(jane.sees("care/work-order/order_1")?["status"], "completed");

    call_with_visit(jane, "order_2", "2026-10-09", "10-12")?;
    let again = json!({ "orderId": "order_2", "reason": "CHANGE_REASON_CUSTOMER_REQUEST" });
    jane.sends("ChangeOrder", again)?;
    assert_eq!(jane.sees("care/order/order_2")?["stage"], "draft");
    jane.sends("ScheduleOrder", visit("order_2", "REPAIR", "2026-10-12", "10-12"))?;
    jane.sends("CommitOrder", json!({ "orderId": "order_2" }))?;
    assert_eq!(jane.sees("care/work-order/order_2")?["date"], "2026-10-12");
    let given_up = json!({ "orderId": "order_2", "reason": "CANCEL_REASON_ENTERED_IN_ERROR" });
    jane.sends("CancelOrder", given_up.clone())?;
    assert_eq!(jane.sees("care/order/order_2")?["cancelReason"], "enteredInError");
    let late = json!({ "orderId": "order_1", "reason": "CANCEL_REASON_CUSTOMER_REQUEST" });
    jane.refused("order.completed", "CancelOrder", late)?;
    Ok(())
}

#[test]
fn f69_a_service_shows_package_equipment_status_and_what_its_campaign_costs() -> anyhow::Result<()>
{
    let office = office()?;
    let jane = &office.jane;
    let change = json!({"orderId": "order_7", "serviceId": "service_7", "saleType": "UPG",
        "saleReason": "CUSTOMER-CALLED", "campaignCode": "FALL26"});
    jane.sends("StartServiceChange", change)?;
    let swap = json!({"orderId": "order_7", "method": "SWAP_METHOD_SWAP",
        "fromPackageId": "classic", "toPackageId": "gigablast", "toServiceCode": "HSD-GB",
        "packageGroup": "Data Packages"});
    jane.sends("SwapPackage", swap)?;
    let schedule = json!({ "orderId": "order_7", "orderType": "UPGRADE", "officeOnly": true });
    jane.sends("ScheduleOrder", schedule)?;
    jane.agrees("order_7")?;
    jane.completes("order_7")?;
    let service = jane.sees("care/services/account_7")?["current"][0].clone();
    assert_eq!(
        (&service["packageName"], &service["deviceModel"], &service["status"]),
        (&json!("Gigablast"), &json!("CM1000"), &json!("active"))
    );
    let campaign = &service["campaign"];
    assert_eq!(
        (&campaign["code"], &campaign["monthly"]["text"], &campaign["monthlyAfter"]["text"]),
        (&json!("FALL26"), &json!("99.99 USD"), &json!("119.99 USD"))
    );
    assert_eq!(
        (&campaign["until"], &service["monthly"]["text"]),
        (&json!("2027-10-08"), &json!("99.99 USD"))
    );
    Ok(())
}

#[test]
fn f70_a_voice_service_shows_its_native_and_ported_numbers() -> anyhow::Result<()> {
    let office = office()?;
    let jane = &office.jane;
    jane.installs(Home { package: "voice", ..Home::cable(8) })?;
    let number = |id: &str, number: &str, origin: &str| {
        json!({"telephoneId": id, "accountId": "account_8", "serviceId": "service_8",
            "number": number, "origin": origin})
    };
    let native = number("telephone_1", "602-555-0101", "TELEPHONE_ORIGIN_NATIVE");
    jane.sends("AssignTelephone", native.clone())?;
    let mut ported = number("telephone_2", "602-555-0102", "TELEPHONE_ORIGIN_PORTED");
    let says = jane.unread("AssignTelephone", ported.clone())?;
    assert!(says.contains("carrier"), "{says}");
    ported["carrier"] = json!("Desert Bell");
    ported["portDate"] = json!("2026-10-01");
    jane.sends("AssignTelephone", ported)?;
    let mut data = native;
    data["telephoneId"] = json!("telephone_3");
    data["accountId"] = json!("account_7");
    data["serviceId"] = json!("service_7");
    jane.refused("telephone.not_a_voice_service", "AssignTelephone", data)?;
    let shown = jane.sees("care/telephones/account_8")?["telephones"].clone();
    assert_eq!(each(&shown, "number"), ["6025550101", "6025550102"]);
    assert_eq!(each(&shown, "origin"), ["native", "ported"]);
    assert_eq!(
        (&shown[1]["carrier"], &shown[1]["portDate"]),
        (&json!("Desert Bell"), &json!("2026-10-01"))
    );
    let release = json!({ "telephoneId": "telephone_1", "accountId": "account_8" });
    jane.sends("ReleaseTelephone", release)?;
    let shown = jane.sees("care/telephones/account_8")?["telephones"].clone();
    assert_eq!(each(&shown, "telephoneId"), ["telephone_2"]);
    Ok(())
}
