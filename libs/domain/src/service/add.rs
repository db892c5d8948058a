//! Add a service: it is ordered together with the installation that makes it active.

use std::collections::BTreeSet;

use super::{Service, ServiceEvent, ServiceId, ServiceRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    biller::{Package, Unfit},
    device::{Device, DeviceId, DeviceRejection},
    order::{Job, Order, OrderId, OrderRejection, Start, campaign_for},
    site::{Site, SiteId, SiteRejection},
    text::Code,
};

/// Add a service with its package to a site. Opens the installation order that makes it active.
#[derive(Clone, Debug)]
pub struct AddService {
    /// Which.
    pub service_id: ServiceId,
    /// Who pays.
    pub account_id: AccountId,
    /// Where.
    pub site_id: SiteId,
    /// What delivers it.
    pub device_id: DeviceId,
    /// What it is.
    pub package_id: Code,
    /// The installation order that this opens.
    pub order_id: OrderId,
    /// The account's flashes that the agent has read (F9).
    pub acknowledged_flashes: BTreeSet<Code>,
    /// Only where a campaign applies (F12, F65).
    pub campaign_code: Option<Code>,
}

impl Decide for AddService {
    fn decide(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let order = desk.get(&self.order_id);
        match desk.get(&self.service_id) {
            Service::Added { device_id, .. } => {
                let same = matches!(order, Order::Started(order) if order.start.asks_as(&self.start(BTreeSet::new())));
                if same && *device_id == self.device_id {
                    Ok(vec![])
                } else {
                    Err(ServiceRejection::AddedOtherwise.into())
                }
            }
            Service::NotAdded if *order != Order::NotStarted => {
                Err(OrderRejection::StartedOtherwise.into())
            }
            Service::NotAdded => self.add(desk),
        }
    }
}

impl AddService {
    fn add(&self, desk: &Desk<'_>) -> Result<Vec<Fact>, Rejection> {
        let acknowledged = desk.get(&self.account_id).acknowledged(&self.acknowledged_flashes)?;
        self.check_place(desk)?;
        let package = self.check_package(desk)?;
        if let Some(code) = &self.campaign_code {
            campaign_for(desk, code, &self.package_id)?;
        }
        let added = ServiceEvent::Added {
            account_id: self.account_id.clone(),
            site_id: self.site_id.clone(),
            device_id: self.device_id.clone(),
            package_id: self.package_id.clone(),
            service_code: package.service_code.clone(),
            service_type: Some(package.service_type),
        };
        Ok(vec![added.on(&self.service_id), self.start(acknowledged).on(&self.order_id)])
    }

    fn check_place(&self, desk: &Desk<'_>) -> Result<(), Rejection> {
        match desk.get(&self.site_id) {
            Site::Unregistered => return Err(SiteRejection::NotRegistered.into()),
            Site::Registered { account_id, .. } if *account_id != self.account_id => {
                return Err(ServiceRejection::SiteOfAnotherAccount.into());
            }
            Site::Registered { .. } => {}
        }
        match desk.get(&self.device_id) {
            Device::Unregistered => Err(DeviceRejection::NotRegistered.into()),
            Device::Registered { site_id, .. } if *site_id != self.site_id => {
                Err(ServiceRejection::DeviceAtAnotherSite.into())
            }
            Device::Registered { .. } => Ok(()),
        }
    }

    fn check_package<'a>(&self, desk: &Desk<'a>) -> Result<&'a Package, Rejection> {
        let package = desk.biller.catalog.packages.get(&self.package_id).ok_or_else(|| {
            ServiceRejection::PackageNotInCatalog { package_id: self.package_id.clone() }
        })?;
        let model = desk.get(&self.device_id).certified(desk)?;
        match package.unfit(model) {
            None => Ok(package),
            Some(Unfit::TooSlow) => Err(ServiceRejection::DeviceTooSlow.into()),
            Some(Unfit::AnotherTechnology) => {
                Err(ServiceRejection::DeviceSpeaksAnotherTechnology.into())
            }
        }
    }

    fn start(&self, acknowledged_flashes: BTreeSet<Code>) -> Start {
        Start {
            account_id: self.account_id.clone(),
            site_id: self.site_id.clone(),
            job: Job::Installation {
                service_id: self.service_id.clone(),
                package_id: self.package_id.clone(),
                campaign_code: self.campaign_code.clone(),
            },
            acknowledged_flashes,
        }
    }
}

#[cfg(test)]
mod tests {
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
}
