//! `GET /v1/{biller}/catalog`: what the biller sells, and the codes that its orders, customers and
//! records may carry: what an agent picks from (F2, F10, F12, F16, F19, F21, F37).

use axum::{
    Json,
    extract::{Path, State},
};
use contract::view::Amount;
use domain::{
    biller::{Biller, Campaign, Installation, Offer, Package, ServiceType},
    text::Code,
};
use serde_json::{Value, json};
use service::Problem;

use super::edge;
use crate::Core;

pub(super) async fn show(
    State(core): State<Core>,
    Path(biller): Path<String>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&edge::desk(&core, &biller)?.biller)))
}

fn shown(biller: &Biller) -> Value {
    let catalog = &biller.catalog;
    let devices = catalog.devices.iter().map(|(model, device)| {
        json!({
            "model": model.as_str(),
            "technology": device.technology.as_str(),
            "downMbpsMax": device.down_mbps_max,
        })
    });
    let segments = biller.customers.segments.iter().map(|(segment, routes)| {
        json!({
            "segment": segment.as_str(),
            "changes": routes.changes.as_str(),
            "fiberUpgrades": routes.fiber_upgrades.as_str(),
        })
    });
    let interactions = biller.interactions.iter().map(|(category, subcategories)| {
        json!({ "category": category.as_str(), "subcategories": codes(subcategories) })
    });
    json!({
        "packages": catalog.packages.iter().map(package).collect::<Vec<_>>(),
        "campaigns": catalog.campaigns.iter().map(campaign).collect::<Vec<_>>(),
        "devices": devices.collect::<Vec<_>>(),
        "saleTypes": codes(&catalog.sale_types),
        "saleReasons": codes(&catalog.sale_reasons),
        "orderTypes": codes(catalog.order_types.keys()),
        "slots": codes(catalog.slots.keys()),
        "problems": codes(&catalog.problems),
        "requests": codes(&catalog.requests),
        "disconnectReasons": codes(&catalog.disconnect_reasons),
        "customerTypes": codes(&biller.customers.types),
        "customerCategories": codes(&biller.customers.categories),
        "segments": segments.collect::<Vec<_>>(),
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
        "monthly": Amount::from(package.monthly),
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

fn campaign((code, campaign): (&Code, &Campaign)) -> Value {
    let (monthly, discount) = match campaign.offer {
        Offer::Monthly(monthly) => (Some(Amount::from(monthly)), None),
        Offer::Discount(less) => (None, Some(Amount::from(less))),
    };
    json!({
        "campaignCode": code.as_str(),
        "name": campaign.name,
        "packages": codes(&campaign.packages),
        "months": campaign.months,
        "monthly": monthly,
        "discount": discount,
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
    use contract::biller;
    use serde_json::{Value, json};

    use super::shown;

    #[test]
    fn f16_f19_a_package_is_picked_by_its_group_with_its_service_code() {
        let catalog = shown(&biller::parse(biller::SHIPPED).unwrap());
        let packages = catalog["packages"].as_array().unwrap();
        let found = |id: &str| packages.iter().find(|it| it["packageId"] == id).unwrap();
        let gigablast = found("gigablast-pon");
        assert_eq!(
            (&gigablast["group"], &gigablast["serviceCode"]),
            (&json!("Data Packages"), &json!("PON-GB"))
        );
        assert_eq!(gigablast["swapFamily"], Value::Null, "it is added by hand");
        assert_eq!(gigablast["selfInstallMarkets"], json!(["northern_virginia"]));
        assert_eq!(gigablast["monthly"]["text"], "119.99 USD");
        assert_eq!(found("super-fast-1g")["serviceabilityCheck"], true);
    }

    #[test]
    fn f12_f21_what_an_order_may_be_called_is_shown() {
        let catalog = shown(&biller::parse(biller::SHIPPED).unwrap());
        let holds = |list: &str, code: &str| {
            catalog[list].as_array().is_some_and(|list| list.contains(&json!(code)))
        };
        assert!(holds("saleTypes", "UPG") && holds("saleReasons", "SAVE"));
        assert!(holds("orderTypes", "UPGRADE") && holds("slots", "08-10"));
        assert_eq!(catalog["campaigns"][0]["campaignCode"], "FALL26");
        assert_eq!(catalog["campaigns"][0]["discount"]["text"], "20.00 USD");
    }
}
