//! What has to hold before a package is changed: the device, the line, the technician.

use e2e::{Home, Office, TODAY};
use serde_json::{Value, json};

/// Starts the service change `order_7` of the home 7.
fn started(home: Home) -> anyhow::Result<Office> {
    let office = Office::open()?;
    office.jane.installs(home)?;
    office.jane.authenticates("customer_account_7")?;
    let change = json!({"orderId": "order_7", "serviceId": "service_7", "saleType": "UPG",
        "saleReason": "CUSTOMER-CALLED"});
    office.jane.sends("StartServiceChange", change)?;
    Ok(office)
}

/// Replaces the package of `order_7`; what comes is in the group Data Packages.
fn to(method: &str, from: &str, package: &str, code: &str) -> Value {
    json!({"orderId": "order_7", "method": method, "fromPackageId": from, "toPackageId": package,
        "toServiceCode": code, "packageGroup": "Data Packages"})
}

fn swap(from: &str, package: &str, code: &str) -> Value {
    to("SWAP_METHOD_SWAP", from, package, code)
}

/// The same with the reference of a passed serviceability check.
fn checked(mut swap: Value) -> Value {
    swap["serviceabilityCheck"] = json!("SVC-88");
    swap
}

fn office_only(order_type: &str) -> Value {
    json!({ "orderId": "order_7", "orderType": order_type, "officeOnly": true })
}

#[test]
fn f2_a_modem_is_certified_and_reaches_the_speed_of_the_package() -> anyhow::Result<()> {
    let office = started(Home { model: "CM400", ..Home::cable(7) })?;
    let jane = &office.jane;
    let unknown =
        json!({"deviceId": "device_8", "siteId": "site_7", "model": "CM9", "serial": "SN-8"});
    jane.refused("device.model_not_certified", "RegisterDevice", unknown)?;
    let gigablast = swap("classic", "gigablast", "HSD-GB");
    jane.refused("order.device_too_slow", "SwapPackage", gigablast.clone())?;
    let fiber = to("SWAP_METHOD_REMOVE_AND_ADD", "classic", "gigablast-pon", "PON-GB");
    jane.refused("order.device_speaks_another_technology", "SwapPackage", fiber)?;

    let faster =
        json!({"deviceId": "device_9", "siteId": "site_7", "model": "CM1000", "serial": "SN-9"});
    jane.sends("RegisterDevice", faster)?;
    jane.sends("ChooseDevice", json!({ "orderId": "order_7", "deviceId": "device_9" }))?;
    jane.sends("SwapPackage", gigablast)?;
    let order = jane.sees("care/order/order_7")?;
    assert_eq!(
        (&order["packageTo"], &order["deviceTo"]),
        (&json!("gigablast"), &json!("device_9"))
    );
    Ok(())
}

#[test]
fn f3_an_upgrade_to_super_fast_waits_for_a_serviceability_check() -> anyhow::Result<()> {
    let office = started(Home::cable(7))?;
    let upgrade = swap("classic", "super-fast-1g", "HSD-1G");
    let code = "order.serviceability_check_required";
    office.jane.refused(code, "SwapPackage", upgrade.clone())?;
    office.jane.sends("SwapPackage", checked(upgrade))?;
    let order = office.jane.sees("care/order/order_7")?;
    assert_eq!(order["serviceabilityCheck"], "SVC-88");
    office.jane.sends("SwapPackage", swap("classic", "basic", "HSD-100"))?;
    assert_eq!(office.jane.sees("care/order/order_7")?["serviceabilityCheck"], Value::Null);
    Ok(())
}

#[test]
fn f4_an_upgrade_to_super_fast_waits_for_a_technician() -> anyhow::Result<()> {
    let office = started(Home::cable(7))?;
    office.jane.sends("SwapPackage", checked(swap("classic", "super-fast-1g", "HSD-1G")))?;
    let code = "order.professional_installation_required";
    let says = office.jane.refused(code, "ScheduleOrder", office_only("UPGRADE"))?;
    assert!(says.contains("make an appointment"), "{says}");
    let visit = json!({"orderId": "order_7", "orderType": "UPGRADE",
        "appointment": {"date": "2026-10-09", "slot": "13-15"}});
    office.jane.sends("ScheduleOrder", visit)?;
    let schedule = office.jane.sees("care/order/order_7")?["schedule"].clone();
    assert_eq!(
        (&schedule["officeOnly"], &schedule["date"], &schedule["slot"]),
        (&json!(false), &json!("2026-10-09"), &json!("13-15"))
    );
    Ok(())
}

#[test]
fn f5_gigablast_is_self_installed_and_its_fiber_only_in_northern_virginia() -> anyhow::Result<()> {
    let cable = started(Home::cable(7))?;
    cable.jane.sends("SwapPackage", swap("classic", "gigablast", "HSD-GB"))?;
    cable.jane.sends("ScheduleOrder", office_only("UPGRADE"))?;
    assert_eq!(cable.jane.sees("care/order/order_7")?["schedule"]["officeOnly"], true);

    let fiber = to("SWAP_METHOD_REMOVE_AND_ADD", "classic", "gigablast-pon", "PON-GB");
    let virginia = started(Home::fiber(7))?;
    virginia.jane.sends("SwapPackage", fiber.clone())?;
    virginia.jane.sends("ScheduleOrder", office_only("UPGRADE"))?;
    assert_eq!(virginia.jane.sees("care/order/order_7")?["schedule"]["officeOnly"], true);

    let utah = started(Home { market: "utah", ..Home::fiber(7) })?;
    utah.jane.sends("SwapPackage", fiber)?;
    let code = "order.professional_installation_required";
    let says = utah.jane.refused(code, "ScheduleOrder", office_only("UPGRADE"))?;
    assert!(says.contains("utah"), "{says}");
    Ok(())
}

#[test]
fn f6_a_downgrade_from_super_fast_fiber_keeps_the_ont() -> anyhow::Result<()> {
    let office = started(Home { package: "super-fast-1g-pon", ..Home::fiber(7) })?;
    office.jane.sends("SwapPackage", swap("super-fast-1g-pon", "classic", "HSD-300"))?;
    office.jane.sends("ScheduleOrder", office_only("DOWNGRADE"))?;
    office.jane.agrees("order_7")?;
    office.jane.completes("order_7")?;
    let service = office.jane.sees("care/service/service_7")?;
    assert_eq!(
        (&service["packageId"], &service["deviceId"], &service["deviceModel"]),
        (&json!("classic"), &json!("device_7"), &json!("ONT-XS"))
    );
    assert_eq!(office.jane.sees("care/order/order_7")?["deviceTo"], Value::Null);
    Ok(())
}

#[test]
fn f37_the_packages_of_the_procedure_are_sold_by_their_names() -> anyhow::Result<()> {
    let office = Office::open()?;
    let catalog = office.jane.looks("catalog")?;
    let named = |name: &str| {
        let mut packages = catalog["packages"].as_array().into_iter().flatten();
        packages.any(|package| package["name"] == name)
    };
    let homes = [
        (Home { package: "super-fast-1g", ..Home::cable(1) }, "Super Fast (1 Gig)"),
        (Home { package: "super-fast-1g-pon", ..Home::fiber(2) }, "Super Fast (1 Gig) Fiber PON"),
        (Home { package: "gigablast", ..Home::cable(3) }, "Gigablast"),
        (Home { package: "gigablast-pon", ..Home::fiber(4) }, "Gigablast Fiber PON"),
    ];
    for (home, name) in homes {
        assert!(named(name), "{name} is not sold: {catalog:#}");
        office.jane.installs(home)?;
        let service = office.jane.sees(&format!("care/service/service_{}", home.number))?;
        assert_eq!(
            (&service["packageName"], &service["activeSince"]),
            (&json!(name), &json!(TODAY))
        );
        let site = office.jane.sees(&format!("care/site/site_{}", home.number))?;
        assert_eq!(site["market"], home.market);
    }
    Ok(())
}
