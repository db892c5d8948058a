//! Add a service: it is ordered together with the installation that makes it active.

use std::collections::BTreeSet;

use super::{Service, ServiceEvent, ServiceId, ServiceRejection};
use crate::{
    Decide, Desk, Fact, Rejection,
    account::AccountId,
    biller::{Package, Unfit},
    device::{Device, DeviceId, DeviceRejection},
    order::{Job, Order, OrderId, OrderRejection, Start, campaign_on_offer},
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
                let wanted = self.start(BTreeSet::new());
                let same = matches!(order, Order::Started(order) if order.start.asks_as(&wanted));
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
            campaign_on_offer(desk, code, &self.package_id)?;
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
mod tests;
