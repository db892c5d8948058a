//! A biller's data as people and programs read it: what is sold, what it costs, what is asked for
//! when it is not paid, and every code that orders, customers and records may carry.

mod billing;

use domain::{
    biller::{
        Biller, Campaign, Catalog, Dated, DeviceModel, Installation, Offer, Package, Segment,
        ServiceType, Version,
    },
    money::Money,
    text::Code,
};
use serde_json::{Value, json};

use crate::view::ShownAmount;

/// What an agent picks from (F2, F10, F12, F16, F19, F21, F37, F55, F69, F71): a list by the name
/// of each part.
#[must_use]
pub fn shown(biller: &Biller) -> Value {
    let Catalog { packages, campaigns, devices, fees, extras, bundles, .. } = &biller.catalog;
    let catalog = &biller.catalog;
    let interactions = biller.interactions.iter().map(|(category, subcategories)| {
        json!({ "category": category.as_str(), "subcategories": codes(subcategories) })
    });
    json!({
        "packages": packages.iter().map(package).collect::<Vec<_>>(),
        "campaigns": campaigns.iter().map(campaign).collect::<Vec<_>>(),
        "extras": extras.iter().map(billing::extra).collect::<Vec<_>>(),
        "fees": fees.iter().map(billing::fee).collect::<Vec<_>>(),
        "bundles": bundles.iter().map(billing::bundle).collect::<Vec<_>>(),
        "devices": devices.iter().map(device).collect::<Vec<_>>(),
        "taxes": billing::taxes(biller.taxes.as_ref()),
        "billing": billing::plan(&biller.billing, biller.currency),
        "dunning": billing::dunning(&biller.dunning, biller.currency),
        "saleTypes": codes(&catalog.sale_types),
        "saleReasons": codes(&catalog.sale_reasons),
        "orderTypes": codes(catalog.order_types.keys()),
        "slots": codes(catalog.slots.keys()),
        "problems": codes(&catalog.problems),
        "requests": codes(&catalog.requests),
        "disconnectReasons": codes(&catalog.disconnect_reasons),
        "customerTypes": codes(&biller.customers.types),
        "customerCategories": codes(&biller.customers.categories),
        "segments": biller.customers.segments.iter().map(segment).collect::<Vec<_>>(),
        "ticketQueues": codes(&biller.ticket_queues),
        "interactions": interactions.collect::<Vec<_>>(),
    })
}

fn package((package_id, package): (&Code, &Package)) -> Value {
    let (technician, self_install_markets) = match &package.installation {
        Installation::SelfInstall => (false, Vec::new()),
        Installation::Professional { self_install_markets } => (true, codes(self_install_markets)),
    };
    json!({
        "packageId": package_id.as_str(),
        "name": package.name,
        "group": package.group.as_str(),
        "serviceCode": package.service_code.as_str(),
        "serviceType": service_type(package.service_type),
        "prices": prices(&package.monthly, "monthly"),
        "taxCode": package.tax_code.as_ref().map(Code::as_str),
        "activationFee": package.activation_fee.as_ref().map(Code::as_str),
        "extras": codes(&package.extras),
        "inArrears": package.in_arrears,
        "technologies": codes(&package.technologies),
        "downMbps": package.down_mbps,
        "upMbps": package.up_mbps,
        "rank": package.rank,
        "swapFamily": package.swap_family.as_ref().map(Code::as_str),
        "serviceabilityCheck": package.serviceability_check,
        "technician": technician,
        "selfInstallMarkets": self_install_markets,
    })
}

/// Every version of a price, oldest first.
fn prices(prices: &Dated<Money>, amount: &str) -> Vec<Value> {
    versions(prices, amount, |money| json!(ShownAmount(*money)))
}

fn versions<T>(dated: &Dated<T>, name: &str, shown: impl Fn(&T) -> Value) -> Vec<Value> {
    let version = |version: &Version<T>| {
        let from = version.from.map(|from| from.to_string());
        json!({ "from": from, name: shown(&version.value) })
    };
    dated.all().iter().map(version).collect()
}

fn campaign((code, campaign): (&Code, &Campaign)) -> Value {
    let (monthly, discount) = match campaign.offer {
        Offer::Monthly(monthly) => (Some(ShownAmount(monthly)), None),
        Offer::Discount(less) => (None, Some(ShownAmount(less))),
    };
    json!({
        "campaignCode": code.as_str(),
        "name": campaign.name,
        "packages": codes(&campaign.packages),
        "offeredFrom": campaign.from.map(|from| from.to_string()),
        "offeredUntil": campaign.until.map(|until| until.to_string()),
        "months": campaign.months,
        "monthly": monthly,
        "discount": discount,
    })
}

fn device((model, device): (&Code, &DeviceModel)) -> Value {
    json!({
        "model": model.as_str(),
        "technology": device.technology.as_str(),
        "downMbpsMax": device.down_mbps_max,
        "rental": device.rental.as_ref().map(Code::as_str),
    })
}

fn segment((segment, routes): (&Code, &Segment)) -> Value {
    json!({
        "segment": segment.as_str(),
        "changes": routes.changes.as_str(),
        "fiberUpgrades": routes.fiber_upgrades.as_str(),
    })
}

fn codes<'a>(codes: impl IntoIterator<Item = &'a Code>) -> Vec<&'a str> {
    codes.into_iter().map(Code::as_str).collect()
}

fn service_type(service_type: ServiceType) -> &'static str {
    match service_type {
        ServiceType::Internet => "internet",
        ServiceType::Voice => "voice",
        ServiceType::Video => "video",
        ServiceType::Digital => "digital",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::shown;
    use crate::biller::{SHIPPED, parse};

    fn catalog() -> Value {
        shown(&parse(SHIPPED).unwrap())
    }

    /// The one of a part that has that name.
    fn found(catalog: &Value, part: &str, name: &str, is: &str) -> Value {
        let rows = catalog[part].as_array().unwrap_or_else(|| panic!("{part}: {catalog}"));
        rows.iter().find(|row| row[name] == is).unwrap_or_else(|| panic!("no {is}")).clone()
    }

    #[test]
    fn f16_f19_a_package_is_picked_by_its_group_with_its_service_code() {
        let package = |id| found(&catalog(), "packages", "packageId", id);
        let gigablast = package("gigablast-pon");
        assert_eq!(
            (&gigablast["group"], &gigablast["serviceCode"]),
            (&json!("Data Packages"), &json!("PON-GB"))
        );
        assert_eq!(gigablast["swapFamily"], Value::Null, "it is added by hand");
        assert_eq!(gigablast["selfInstallMarkets"], json!(["northern_virginia"]));
        assert_eq!(gigablast["prices"][0]["monthly"]["text"], "119.99 USD");
        assert_eq!(package("super-fast-1g")["serviceabilityCheck"], true);
    }

    #[test]
    fn f12_f21_what_an_order_may_be_called_is_shown() {
        let catalog = catalog();
        let holds = |list: &str, code: &str| {
            catalog[list].as_array().is_some_and(|list| list.contains(&json!(code)))
        };
        assert!(holds("saleTypes", "UPG") && holds("saleReasons", "SAVE"));
        assert!(holds("orderTypes", "UPGRADE") && holds("slots", "08-10"));
    }

    #[test]
    fn f71_products_are_shown_with_every_version_of_their_prices() {
        let versions =
            "monthly = [{ value = \"59.99\" }, { from = \"2027-01-01\", value = \"64.99\" }]";
        let text = SHIPPED.replacen("monthly = \"59.99\"", versions, 1);
        let classic = found(&shown(&parse(&text).unwrap()), "packages", "packageId", "classic");
        let amount =
            |minor: i64, text: &str| json!({ "minor": minor, "currency": "USD", "text": text });
        let expected = json!([
            { "from": null, "monthly": amount(5_999, "59.99 USD") },
            { "from": "2027-01-01", "monthly": amount(6_499, "64.99 USD") },
        ]);
        assert_eq!(classic["prices"], expected);
        let voice = found(&catalog(), "packages", "packageId", "voice");
        assert_eq!((&voice["taxCode"], &voice["extras"]), (&json!("voice"), &json!(["E911"])));
        let wifi = found(&catalog(), "extras", "product", "WIFI");
        assert_eq!(wifi["prices"][0]["monthly"]["text"], "10.00 USD");
        assert_eq!(wifi["taxCode"], "equipment");
        let late = found(&catalog(), "fees", "product", "LATE");
        assert_eq!(late["prices"][0]["amount"]["text"], "5.00 USD");
        let modem = found(&catalog(), "devices", "model", "CM1000");
        assert_eq!(modem["rental"], "MODEM-RENT");
    }

    #[test]
    fn f71_bundles_are_shown_with_what_they_take_off() {
        let bundle = found(&catalog(), "bundles", "product", "DOUBLE-PLAY");
        assert_eq!(bundle["packages"], json!(["classic", "voice"]));
        assert_eq!(bundle["prices"][0]["discount"]["text"], "10.00 USD");
    }

    #[test]
    fn f69_f71_offers_are_shown_with_their_dates_and_what_they_give() {
        let text = SHIPPED.replacen("months = 12", "months = 12\nuntil = \"2026-12-24\"", 1);
        let catalog = shown(&parse(&text).unwrap());
        let fall = found(&catalog, "campaigns", "campaignCode", "FALL26");
        assert_eq!(fall["discount"]["text"], "20.00 USD");
        assert_eq!(
            (&fall["offeredFrom"], &fall["offeredUntil"]),
            (&Value::Null, &json!("2026-12-24"))
        );
        let back = found(&catalog, "campaigns", "campaignCode", "WINBACK");
        assert_eq!((&back["monthly"]["text"], &back["months"]), (&json!("29.99 USD"), &json!(6)));
    }

    #[test]
    fn taxes_are_shown_by_market_in_percent() {
        let taxes = catalog()["taxes"].as_array().unwrap().clone();
        let state = taxes
            .iter()
            .find(|tax| tax["market"] == "northern_virginia" && tax["tax"] == "STATE")
            .unwrap();
        assert_eq!(state["on"], json!(["equipment", "voice"]));
        let expected = json!([
            { "from": null, "percent": "6" },
            { "from": "2027-01-01", "percent": "6.25" },
        ]);
        assert_eq!(state["rates"], expected);
    }

    #[test]
    fn f55_f86_what_a_role_may_adjust_and_agree_on_is_shown() {
        let catalog = catalog();
        let reasons = catalog["billing"]["adjustmentReasons"].as_array().unwrap();
        assert!(reasons.contains(&json!("SERVICE-QUALITY")), "{reasons:?}");
        let limit = |of: &Value, role: &str| {
            let rows = of.as_array().unwrap().iter();
            rows.clone().find(|row| row["role"] == role).map(|row| row["amount"]["text"].clone())
        };
        let limits = &catalog["billing"]["adjustmentLimits"];
        assert_eq!(limit(limits, "agent"), Some(json!("25.00 USD")));
        assert_eq!(limit(limits, "auditor"), None);
        let arrangements = &catalog["dunning"]["arrangements"];
        assert_eq!(limit(arrangements, "manager"), Some(json!("5000.00 USD")));
        let steps = &catalog["dunning"]["steps"];
        assert_eq!((&steps[0]["name"], &steps[0]["lateFee"]), (&json!("notice"), &json!("LATE")));
        assert_eq!(steps[2]["actions"], json!(["ticket", "email", "suspend"]));
    }
}
