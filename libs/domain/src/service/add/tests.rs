//! When a service is added, and when not.

use std::collections::BTreeSet;

use super::AddService;
use crate::{
    account::AccountRejection,
    biller::ServiceType,
    device::{DeviceEvent, DeviceRejection},
    order::{Job, OrderRejection},
    service::{ServiceEvent, ServiceRejection},
    site::SiteRejection,
    testing::{
        fixtures::{
            account, account_id, code, device_id, device_in, flash, id, order_id, service,
            service_id, site, site_id, start_of, started,
        },
        given,
    },
};

fn add(package_id: &str) -> AddService {
    AddService {
        service_id: service_id(),
        account_id: account_id(),
        site_id: site_id(),
        device_id: device_id(),
        package_id: code(package_id),
        order_id: order_id(),
        acknowledged_flashes: BTreeSet::new(),
        campaign_code: None,
    }
}

#[test]
fn f20_a_service_is_added_with_its_codes_and_its_installation_order() {
    let added = ServiceEvent::Added {
        account_id: account_id(),
        site_id: site_id(),
        device_id: device_id(),
        package_id: code("classic"),
        service_code: code("HSD300"),
        service_type: Some(ServiceType::Internet),
    };
    let job = Job::Installation {
        service_id: service_id(),
        package_id: code("classic"),
        campaign_code: None,
    };
    let started = start_of(job);
    given(device_in("phoenix", "SB8200"))
        .when(add("classic"))
        .then([added.on(&service_id()), started]);
}

#[test]
fn f65_an_installation_names_a_campaign_that_applies_to_its_package() {
    let under = |campaign: &str, package| AddService {
        campaign_code: Some(code(campaign)),
        ..add(package)
    };
    let place = || given(device_in("phoenix", "SB8200"));
    place().after(under("SPRING", "classic")).when(under("SPRING", "classic")).then([]);
    let (campaign_code, package_id) = (code("SPRING"), code("basic"));
    place()
        .when(under("SPRING", "basic"))
        .then_rejected(OrderRejection::CampaignNotForPackage { campaign_code, package_id });
    place()
        .after(under("SPRING", "classic"))
        .when(add("classic"))
        .then_rejected(ServiceRejection::AddedOtherwise);
}

#[test]
fn f9_every_flash_is_read_before_a_service_is_added() {
    let flashed = given(device_in("phoenix", "SB8200")).and([flash("f-1", "Dog bites.")]);
    flashed
        .clone()
        .when(add("classic"))
        .then_rejected(OrderRejection::FlashesNotAcknowledged { flash_ids: vec![code("f-1")] });
    let read = AddService { acknowledged_flashes: [code("f-1")].into(), ..add("classic") };
    flashed.after(read.clone()).when(read).then([]);
}

#[test]
fn f2_the_device_must_reach_the_speed() {
    given(device_in("phoenix", "SB6141"))
        .when(add("gigablast"))
        .then_rejected(ServiceRejection::DeviceTooSlow);
}

#[test]
fn f2_the_device_must_speak_the_technology() {
    given(device_in("phoenix", "SB8200"))
        .when(add("gigablast-pon"))
        .then_rejected(ServiceRejection::DeviceSpeaksAnotherTechnology);
}

#[test]
fn only_what_is_in_the_catalog_is_sold() {
    let package_id = code("dial-up");
    given(device_in("phoenix", "SB8200"))
        .when(add("dial-up"))
        .then_rejected(ServiceRejection::PackageNotInCatalog { package_id });
}

#[test]
fn a_service_needs_account_site_and_device() {
    given([]).when(add("basic")).then_rejected(AccountRejection::NotOpen);
    given(account()).when(add("basic")).then_rejected(SiteRejection::NotRegistered);
    given(site()).when(add("basic")).then_rejected(DeviceRejection::NotRegistered);
}

#[test]
fn a_service_stands_at_a_site_of_its_own_account() {
    let other = id("account_8");
    let opened = account().pop().expect("the account was opened").event;
    given(device_in("phoenix", "SB8200"))
        .and([crate::Fact::new(&other, opened)])
        .when(AddService { account_id: other, ..add("basic") })
        .then_rejected(ServiceRejection::SiteOfAnotherAccount);
}

#[test]
fn a_service_is_delivered_by_a_device_at_its_site() {
    let (other, model, serial) = (id("site_89"), code("SB8200"), code("S-2"));
    let elsewhere = DeviceEvent::Registered { site_id: other, model, serial };
    given(site())
        .and([elsewhere.on(&device_id())])
        .when(add("basic"))
        .then_rejected(ServiceRejection::DeviceAtAnotherSite);
}

#[test]
fn service_and_order_ids_are_used_once() {
    given(device_in("phoenix", "SB8200"))
        .after(add("basic"))
        .when(AddService { device_id: id("device_4"), ..add("basic") })
        .then_rejected(ServiceRejection::AddedOtherwise);
    given(service("basic")).when(add("basic")).then_rejected(ServiceRejection::AddedOtherwise);
    given(device_in("phoenix", "SB8200"))
        .and([started("basic")])
        .when(add("basic"))
        .then_rejected(OrderRejection::StartedOtherwise);
}
