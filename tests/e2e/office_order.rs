//! The steps of an order that is done from the office, one by one, each as the agent meets it.

use e2e::{Desk, Home, Office, TODAY};
use serde_json::{Value, json};

fn change() -> Value {
    json!({"orderId": "order_7", "serviceId": "service_7", "saleType": "UPG",
        "saleReason": "CUSTOMER-CALLED"})
}

fn swap(method: &str, package: &str, code: &str) -> Value {
    json!({"orderId": "order_7", "method": method, "fromPackageId": "classic",
        "toPackageId": package, "toServiceCode": code, "packageGroup": "Data Packages"})
}

/// A home with Classic, and its service change as far as the swap to Gigablast.
fn swapped() -> anyhow::Result<Office> {
    let office = Office::open()?;
    office.jane.installs(Home::cable(7))?;
    office.jane.authenticates("customer_account_7")?;
    office.jane.sends("StartServiceChange", change())?;
    office.jane.sends("SwapPackage", swap("SWAP_METHOD_SWAP", "gigablast", "HSD-GB"))?;
    Ok(office)
}

/// The same, committed.
fn committed() -> anyhow::Result<Office> {
    let office = swapped()?;
    schedules(&office.jane, "Restart the modem.")?;
    office.jane.agrees("order_7")?;
    Ok(office)
}

fn schedules(jane: &Desk, comments: &str) -> anyhow::Result<Value> {
    jane.sends(
        "ScheduleOrder",
        json!({"orderId": "order_7", "orderType": "UPGRADE", "officeOnly": true,
            "comments": comments}),
    )
}

/// A field of the order as it is shown.
fn shown(jane: &Desk, field: &str) -> anyhow::Result<Value> {
    Ok(jane.sees("care/order/order_7")?[field].clone())
}

#[test]
fn f9_flashes_are_read_before_an_order_begins() -> anyhow::Result<()> {
    let office = Office::open()?;
    let jane = &office.jane;
    jane.installs(Home::cable(7))?;
    jane.authenticates("customer_account_7")?;
    for (flash, text) in [("f-1", "The dog bites."), ("f-2", "Pays by check.")] {
        let body = json!({ "accountId": "account_7", "flashId": flash, "text": text });
        jane.sends("RaiseFlash", body)?;
    }
    let flashes = jane.sees("care/account/account_7")?["flashes"].clone();
    assert_eq!(
        (&flashes[0]["text"], &flashes[1]["flashId"]),
        (&json!("The dog bites."), &json!("f-2"))
    );
    let mut wish = change();
    let code = "order.flashes_not_acknowledged";
    let says = jane.refused(code, "StartServiceChange", wish.clone())?;
    assert!(says.contains("f-1, f-2") && !says.contains("dog"), "{says}");
    wish["acknowledgedFlashes"] = json!(["f-2"]);
    let says = jane.refused(code, "StartServiceChange", wish.clone())?;
    assert!(says.contains("f-1") && !says.contains("f-2"), "{says}");
    jane.sends("ClearFlash", json!({ "accountId": "account_7", "flashId": "f-1" }))?;
    jane.sends("StartServiceChange", wish)?;
    assert_eq!(shown(jane, "stage")?, "draft");
    Ok(())
}

#[test]
fn f10_f11_customer_maintenance_takes_names_and_phones_but_no_mobile_as_home_phone()
-> anyhow::Result<()> {
    let office = Office::open()?;
    let jane = &office.jane;
    jane.installs(Home::cable(7))?;
    jane.authenticates("customer_account_7")?;
    let phone = |line: &str| json!({ "number": "602-555-0142", "lineType": line });
    let details = |home: Value, other: Value| {
        json!({"customerId": "customer_account_7", "firstName": "Ada", "lastName": "Byron",
            "homePhone": home, "otherPhone": other,
            "customerType": "RESIDENTIAL", "category": "SENIOR"})
    };
    let (landline, mobile) = (phone("LINE_TYPE_LANDLINE"), phone("LINE_TYPE_MOBILE"));
    let mobile_at_home = details(mobile.clone(), Value::Null);
    jane.refused("customer.mobile_as_home_phone", "ConfirmCustomer", mobile_at_home)?;
    let asked = details(phone("LINE_TYPE_UNKNOWN"), Value::Null);
    jane.refused("customer.home_phone_line_unknown", "ConfirmCustomer", asked)?;
    jane.sends("ConfirmCustomer", details(landline, mobile))?;
    let confirmed = jane.sees("care/customer/customer_account_7")?["details"].clone();
    let expected = json!({"firstName": "Ada", "lastName": "Byron", "businessPhone": null,
        "homePhone": {"number": "6025550142", "lineType": "landline"},
        "otherPhone": {"number": "6025550142", "lineType": "mobile"},
        "customerType": "RESIDENTIAL", "category": "SENIOR"});
    assert_eq!(confirmed, expected);

    let ssn = |number: &str| json!({ "customerId": "customer_account_7", "ssn": number });
    let says = jane.unread("RecordSsn", ssn("078-05-112"))?;
    assert!(says.contains("ssn") && !says.contains("078"), "{says}");
    jane.sends("RecordSsn", ssn("543-21-6789"))?;
    assert_eq!(jane.sees("care/customer/customer_account_7")?["ssn"], "***-**-6789");
    let mut king = details(Value::Null, Value::Null);
    king["customerType"] = json!("KING");
    jane.refused("customer.type_unknown", "ConfirmCustomer", king)?;
    Ok(())
}

#[test]
fn f12_sale_type_and_reason_are_said_and_a_campaign_where_one_applies() -> anyhow::Result<()> {
    let office = Office::open()?;
    let jane = &office.jane;
    jane.installs(Home::cable(7))?;
    jane.authenticates("customer_account_7")?;
    let but = |field: &str, value: &str| {
        let mut other = change();
        other[field] = json!(value);
        other
    };
    for field in ["saleType", "saleReason"] {
        let says = jane.unread("StartServiceChange", but(field, ""))?;
        assert!(says.contains(field), "{says}");
    }
    let unknown = but("campaignCode", "SPRING");
    jane.refused("order.campaign_not_in_catalog", "StartServiceChange", unknown)?;
    jane.sends("StartServiceChange", change())?;
    let order = jane.sees("care/order/order_7")?;
    assert_eq!(
        (&order["saleType"], &order["saleReason"], &order["campaignCode"]),
        (&json!("UPG"), &json!("CUSTOMER-CALLED"), &Value::Null)
    );
    let fall = json!({ "orderId": "order_7", "campaignCode": "FALL26" });
    jane.refused("order.campaign_not_for_package", "ChooseCampaign", fall.clone())?;
    jane.sends("SwapPackage", swap("SWAP_METHOD_SWAP", "gigablast", "HSD-GB"))?;
    jane.sends("ChooseCampaign", fall)?;
    assert_eq!(shown(jane, "campaignCode")?, "FALL26");
    Ok(())
}

#[test]
fn f15_the_old_codes_are_removed_and_the_new_ones_added_by_hand() -> anyhow::Result<()> {
    let office = Office::open()?;
    let jane = &office.jane;
    jane.installs(Home::fiber(7))?;
    jane.authenticates("customer_account_7")?;
    jane.sends("StartServiceChange", change())?;
    let no_swap = swap("SWAP_METHOD_SWAP", "gigablast-pon", "PON-GB");
    jane.refused("order.no_services_available_for_swapping", "SwapPackage", no_swap)?;
    jane.sends("SwapPackage", swap("SWAP_METHOD_REMOVE_AND_ADD", "gigablast-pon", "PON-GB"))?;
    schedules(jane, "By hand.")?;
    jane.agrees("order_7")?;
    jane.completes("order_7")?;
    let service = jane.sees("care/service/service_7")?;
    assert_eq!(
        (&service["packageId"], &service["serviceCode"]),
        (&json!("gigablast-pon"), &json!("PON-GB"))
    );
    Ok(())
}

#[test]
fn f18_the_package_that_leaves_is_named_and_no_longer_paid_for() -> anyhow::Result<()> {
    let office = swapped()?;
    let jane = &office.jane;
    let mut wrong = swap("SWAP_METHOD_SWAP", "gigablast", "HSD-GB");
    wrong["fromPackageId"] = json!("basic");
    let says = jane.refused("order.from_package_is_another", "SwapPackage", wrong)?;
    assert!(says.contains("classic"), "{says}");
    schedules(jane, "Named.")?;
    jane.agrees("order_7")?;
    jane.completes("order_7")?;
    let paid = jane.sees("billing/recurring/account_7")?;
    let item = &paid["items"]["service_7"];
    assert_eq!(
        (&item["product"], &item["monthly"]["text"]),
        (&json!("gigablast"), &json!("119.99 USD"))
    );
    let packages = paid["items"].as_object().into_iter().flatten();
    assert_eq!(packages.filter(|(_, item)| item["kind"] == "package").count(), 1);
    Ok(())
}

#[test]
fn f19_the_new_package_is_picked_from_the_group_data_packages() -> anyhow::Result<()> {
    let office = swapped()?;
    let packages = office.jane.looks("catalog")?["packages"].clone();
    let group =
        packages.as_array().into_iter().flatten().filter(|it| it["group"] == "Data Packages");
    let group: Vec<_> = group.map(|it| (&it["packageId"], &it["serviceCode"])).collect();
    assert!(group.contains(&(&json!("basic"), &json!("HSD-100"))), "{group:?}");
    let mut other = swap("SWAP_METHOD_SWAP", "basic", "HSD-100");
    other["packageGroup"] = json!("Voice Packages");
    let code = "order.package_group_is_another";
    let says = office.jane.refused(code, "SwapPackage", other.clone())?;
    assert!(says.contains("Data Packages"), "{says}");
    other["packageGroup"] = json!("Data Packages");
    office.jane.sends("SwapPackage", other)?;
    assert_eq!(shown(&office.jane, "packageTo")?, "basic");
    Ok(())
}

#[test]
fn f21_f22_an_order_gets_one_of_the_billers_types_and_no_technician() -> anyhow::Result<()> {
    let office = swapped()?;
    let jane = &office.jane;
    let types = jane.looks("catalog")?["orderTypes"].clone();
    assert!(types.as_array().is_some_and(|it| it.contains(&json!("UPGRADE"))), "{types}");
    let mut schedule = json!({ "orderId": "order_7", "orderType": "PARTY", "officeOnly": true });
    jane.refused("order.order_type_not_in_catalog", "ScheduleOrder", schedule.clone())?;
    schedule["orderType"] = json!("UPGRADE");
    jane.sends("ScheduleOrder", schedule)?;
    let scheduled = shown(jane, "schedule")?;
    assert_eq!(
        (&scheduled["orderType"], &scheduled["officeOnly"], &scheduled["slot"]),
        (&json!("UPGRADE"), &json!(true), &Value::Null)
    );
    let slots = jane.looks(&format!("care/quota/{TODAY}"))?["value"].clone();
    jane.agrees("order_7")?;
    let after = jane.looks(&format!("care/quota/{TODAY}"))?["value"].clone();
    assert!(slots.is_object(), "{slots:#}");
    assert_eq!(slots, after, "who comes from the office takes no points of a slot");
    Ok(())
}

#[test]
fn f23_work_order_comments_stay_with_the_order() -> anyhow::Result<()> {
    let office = swapped()?;
    schedules(&office.jane, "Restarts the modem herself.")?;
    assert_eq!(shown(&office.jane, "schedule")?["comments"], "Restarts the modem herself.");
    schedules(&office.jane, "Needs no restart.")?;
    assert_eq!(shown(&office.jane, "schedule")?["comments"], "Needs no restart.");
    let notes = office.jane.sees("care/notes/account_7")?["notes"].clone();
    assert_eq!(
        (&notes[0]["about"], &notes[0]["id"], &notes[0]["text"]),
        (&json!("workOrder"), &json!("order_7"), &json!("Needs no restart."))
    );
    Ok(())
}

#[test]
fn f24_the_order_summary_is_reviewed_before_anything_is_committed() -> anyhow::Result<()> {
    let office = swapped()?;
    let jane = &office.jane;
    let order = || json!({ "orderId": "order_7" });
    jane.refused("order.not_scheduled", "ReviewOrder", order())?;
    schedules(jane, "Review me.")?;
    jane.refused("order.not_reviewed", "CommitOrder", order())?;
    jane.sends("ReviewOrder", order())?;
    let summary = shown(jane, "summary")?;
    assert_eq!(
        (&summary["monthlyBefore"]["text"], &summary["monthlyAfter"]["text"]),
        (&json!("59.99 USD"), &json!("119.99 USD"))
    );
    assert_eq!(shown(jane, "workOrder")?, Value::Null, "nothing is committed yet");
    schedules(jane, "Not what was reviewed.")?;
    assert_eq!(shown(jane, "summary")?, Value::Null);
    jane.refused("order.not_reviewed", "CommitOrder", order())?;
    jane.agrees("order_7")?;
    assert_eq!(shown(jane, "workOrder")?["number"], "order_7");
    Ok(())
}

#[test]
fn f25_f27_f28_a_check_in_is_dated_today_and_confirmed_twice() -> anyhow::Result<()> {
    let office = committed()?;
    let jane = &office.jane;
    let check_in = |date: &str, confirmed: bool| {
        json!({"orderId": "order_7", "status": "CHECK_IN_STATUS_COMPLETED",
            "startBillingDate": date, "confirmed": confirmed})
    };
    for date in ["2026-10-07", "2026-10-09"] {
        let code = "order.start_billing_date_must_be_today";
        let says = jane.refused(code, "CheckInOrder", check_in(date, true))?;
        assert!(says.contains(TODAY), "{says}");
    }
    let once = check_in(TODAY, false);
    jane.refused("order.check_in_not_confirmed", "CheckInOrder", once)?;
    assert_eq!(jane.sees("care/service/service_7")?["packageId"], "classic");
    jane.sends("CheckInOrder", check_in(TODAY, true))?;
    assert_eq!(shown(jane, "stage")?, "completed");
    let service = jane.sees("care/service/service_7")?;
    assert_eq!(
        (&service["packageId"], &service["packageSince"]),
        (&json!("gigablast"), &json!(TODAY))
    );
    Ok(())
}

#[test]
fn f26_a_check_in_says_who_sold_it_and_when_where_that_is_needed() -> anyhow::Result<()> {
    let office = committed()?;
    let sold = json!({"orderId": "order_7", "status": "CHECK_IN_STATUS_COMPLETED",
        "salesId": "J-4711", "salesDate": "2026-10-06", "startBillingDate": TODAY,
        "confirmed": true});
    office.jane.sends("CheckInOrder", sold)?;
    let expected =
        json!({ "startBillingDate": TODAY, "salesId": "J-4711", "salesDate": "2026-10-06" });
    assert_eq!(shown(&office.jane, "completion")?, expected);
    let installed = office.jane.sees("care/order/order_install-7")?;
    assert_eq!(installed["completion"]["salesId"], Value::Null);
    Ok(())
}

#[test]
fn f20_f29_a_completed_order_reprovisions_the_line_and_not_before() -> anyhow::Result<()> {
    let office = committed()?;
    let jane = &office.jane;
    assert_eq!(jane.sees("provisioning/line/site_7")?["packageId"], "classic");
    jane.completes("order_7")?;
    assert_eq!(jane.sees("provisioning/line/site_7")?["packageId"], "gigablast");
    let site = jane.sees("provisioning/site/site_7")?;
    let last = &site["transactions"][0];
    assert_eq!(
        (&last["transactionId"], &last["action"], &last["state"], &last["respCode"]),
        (&json!("provisioning_order-7"), &json!("reprovision"), &json!("completed"), &json!("000"))
    );
    let service = jane.sees("care/service/service_7")?;
    assert_eq!(
        (&service["packageId"], &service["serviceCode"]),
        (&json!("gigablast"), &json!("HSD-GB"))
    );
    Ok(())
}

#[test]
fn f32_the_agent_asks_whether_the_internet_works_and_goes_on_accordingly() -> anyhow::Result<()> {
    let office = committed()?;
    let jane = &office.jane;
    jane.completes("order_7")?;
    for (walk, works) in [("guide_1", "yes"), ("guide_2", "no")] {
        let start = json!({"guideId": walk, "accountId": "account_7", "orderId": "order_7",
            "guide": "after-completion"});
        jane.sends("StartGuide", start)?;
        for (step, answer) in [("reset", "yes"), ("working", works)] {
            let answer = json!({ "guideId": walk, "step": step, "answer": answer });
            jane.sends("AnswerGuideStep", answer)?;
        }
    }
    let works = jane.sees("care/guide/guide_1")?;
    assert_eq!((&works["question"], &works["end"]["outcome"]), (&Value::Null, &json!("comment")));
    assert_eq!(works["end"]["task"], "CC");
    let asked = works["answered"][1]["question"].as_str().unwrap_or_default();
    assert!(asked.contains("Internet working"), "{works:#}");
    let fails = jane.sees("care/guide/guide_2")?;
    assert_eq!((&fails["question"]["task"], &fails["end"]), (&json!("PT"), &Value::Null));
    Ok(())
}
